"""Why attacks worked, over all incidents of this node: the measures that were missing, and who says so."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tocsin.errors import BadInput
from tocsin.measures.learned import BIAS
from tocsin.model.sectors import sectors
from tocsin.model.timestamp import parse_timestamp
from tocsin.service.incidents.access import check_may_read
from tocsin.service.incidents.causes import Causes, causes_of
from tocsin.service.incidents.causes_answer import CausesAnswer, causes_answer
from tocsin.service.incidents.kept import kept_incidents
from tocsin.service.incidents.received import known_incidents
from tocsin.service.incidents.selection import selected
from tocsin.service.measures.known import catalogue_of, known
from tocsin.web.answers import json, page
from tocsin.web.door import Asked, Way
from tocsin.web.problem import Problem

__all__ = ["causes_ways", "since_of"]

_QUERY: Final = (
    ("sector", "Incidents in this sector."),
    ("since", "A day: incidents since then."),
    ("mine", "yes: this node's own incidents alone, without those of others."),
)


def causes_ways() -> list[Way]:
    """The paths of the causes, for this node's own people: no token reads incidents."""
    about = "Why attacks worked: the measures that were missing, with the incidents behind each."
    return [
        Way("/causes", {"GET": _page}, "person", about, query=_QUERY),
        Way("/causes.json", {"GET": _json}, "person", about, CausesAnswer, "application/json", query=_QUERY),
    ]


def since_of(asked: Asked) -> int | None:
    """The first moment of the day ``since`` in UTC, in microseconds since 1970; None where no day is asked for.

    Raises:
        Problem: it is no day.
    """
    day = asked.query("since")
    if not day:
        return None
    try:
        return int(parse_timestamp(f"{day}T00:00:00Z") // 1000)
    except (BadInput, ValueError, OverflowError):
        raise Problem(400, "since is a day, as 2026-01-31.") from None


def _found(asked: Asked) -> Causes:
    check_may_read(asked.who)
    with asked.node.reading() as connection:
        kept = known_incidents(asked.node, connection, mine=asked.query("mine") == "yes")
    chosen = selected(kept, sector=asked.query("sector"), since_us=since_of(asked))
    return causes_of(chosen, catalogue_of(), known())


def _page(asked: Asked) -> Response:
    found = _found(asked)
    query = {name: asked.query(name) for name, _ in _QUERY}
    with asked.node.reading() as connection:
        here = {one.id for one in kept_incidents(connection)}
    return page(
        asked,
        "causes.html.j2",
        here="causes",
        found=found,
        said=[one for one in found.causes if one.said],
        possible=[one for one in found.causes if not one.said],
        sectors=sectors(),
        query=query,
        filtered=any(query.values()),
        tlp="red",
        bias=BIAS,
        here_kept=here,
    )


def _json(asked: Asked) -> Response:
    return json(causes_answer(_found(asked)))
