"""Which cases lead to the same hands, what hubs tell of that, and what they are told of this node's own cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from shlex import quote
from typing import Any, Final

from starlette.responses import Response

from tocsin.errors import LimitExceeded
from tocsin.limits import LINKS_PAGE
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.links.split import BY_CHANCE
from tocsin.ransom.links.way import METHOD
from tocsin.ransom.links.words import KIND_WORDS, NO_ONE_ACTOR, SAME
from tocsin.service.exchange.node import Node
from tocsin.service.incidents.access import check_may_read
from tocsin.service.incidents.kept import kept_incidents, short_id
from tocsin.service.ransom.known_cases import KnownCase, known_cases
from tocsin.service.ransom.labels import known_services
from tocsin.service.ransom.ledger_desk import LedgerDesk
from tocsin.service.ransom.links import Linked, linked, nothing_linked
from tocsin.service.ransom.links_answer import LinksAnswer, links_answer
from tocsin.service.ransom.sent_cases import SentCase, sent_cases
from tocsin.service.ransom.told import GivenLink, given_links
from tocsin.store import hubs
from tocsin.web.answers import json, page
from tocsin.web.door import Asked, Way
from tocsin.web.problem import status_of
from tocsin.web.trace import AGAIN_S, busy, error_beside

__all__ = ["links_ways"]

_SHOWN: Final = 5
_OF: Final = 200
_MINE = ("mine", "With 1: this node's own cases alone, without those of others.")
_QUERY: Final = (("of", "The id of an incident: links of that case alone."), _MINE)


def links_ways(desk: LedgerDesk) -> list[Way]:
    """The paths of links between cases, for this node's own people."""
    about = "Which cases lead to the same hands, and how; what hubs tell of that."
    return [
        Way("/links", {"GET": partial(_page, desk)}, "person", about, query=_QUERY),
        Way(
            "/links.json",
            {"GET": partial(_json, desk)},
            "person",
            about,
            LinksAnswer,
            "application/json",
            query=(_MINE,),
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Found:
    """Cases that were held against each other, what hubs tell, and whether anything is loaded at all."""

    known: Sequence[KnownCase]
    done: Linked
    given: Sequence[GivenLink]
    is_loaded: bool

    @property
    def cases(self) -> list[KnownCase]:
        return [one for one in self.known if one.case is not None]


def _found(node: Node, ledger: Ledger, *, mine: bool) -> _Found:
    known = known_cases(node, ledger, mine=mine)
    cases = [one.case for one in known if one.case is not None]
    done = linked(ledger, cases, known_services(node, ledger)) if len(cases) > 1 else nothing_linked(cases)
    return _Found(known, done, given_links(node, ledger), len(ledger) > 0)


def _page(desk: LedgerDesk, asked: Asked) -> Response:
    check_may_read(asked.who, "links between cases")
    query = {"of": asked.query("of")[:_OF], "mine": "1" if asked.query("mine") == "1" else ""}
    error, status, found = None, 200, None
    with desk.ledger(asked.node) as ledger:
        waits = ledger is None
        if ledger is not None:
            try:
                found = _found(asked.node, ledger, mine=bool(query["mine"]))
            except LimitExceeded as refused:
                error, status = error_beside(refused), status_of(refused)
    response = page(
        asked,
        "links.html.j2",
        status=status,
        here="links",
        query=query,
        error=error,
        waits=waits,
        found=found,
        not_one_actor=NO_ONE_ACTOR,
        tlp="amber+strict",
        **(_shown(asked.node, found, query["of"]) if found else {}),
    )
    if waits:
        response.headers["Refresh"] = str(AGAIN_S)
    return response


def _shown(node: Node, found: _Found, of: str) -> dict[str, Any]:
    with node.reading() as connection:
        kept = {one.id for one in kept_incidents(connection)}
        joined = [one.name for one in hubs.hubs(connection)]
    of = of if any(one.incident.id == of for one in found.known) else ""
    own = [one for one in found.cases if one.incident.is_own and of in {"", one.incident.id}]
    sent: defaultdict[str, list[SentCase]] = defaultdict(list)
    for one in sent_cases(node, [each.incident for each in own]):
        sent[one.incident].append(one)
    return {
        "only": next((one for one in found.known if one.incident.id == of), None),
        "links": [one for one in found.done.links if of in {"", one.first, one.second}],
        "given": [one for one in found.given if not of or (one.incident and one.incident.id == of)],
        "names": {one.incident.id: one.incident.name for one in found.known},
        "kept": kept,
        "own": own,
        "sent": sent,
        "hubs": joined,
        "short_id": short_id,
        "quoted": quote,
        "kind_words": KIND_WORDS,
        "same": SAME,
        "method": METHOD,
        "chance": BY_CHANCE,
        "most": LINKS_PAGE,
        "shown": _SHOWN,
    }


def _json(desk: LedgerDesk, asked: Asked) -> Response:
    check_may_read(asked.who, "links between cases")
    with desk.ledger(asked.node) as ledger:
        if ledger is None:
            raise busy()
        found = _found(asked.node, ledger, mine=asked.query("mine") == "1")
    names = {one.incident.id: one.name for one in found.known}
    return json(links_answer(found.done, names, found.given))
