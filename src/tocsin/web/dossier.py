"""What is known of an address or of an incident's payments: in short, to print, and as files for those who get it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from starlette.responses import Response

from tocsin.errors import TocsinError
from tocsin.incidents.incident import Incident
from tocsin.model.tlp import Tlp
from tocsin.ransom.attribution.independence import independent
from tocsin.ransom.dossier import csv, document, misp
from tocsin.ransom.dossier.attributed import grade_words, role_words
from tocsin.ransom.dossier.dossier import Dossier
from tocsin.ransom.dossier.parts import TargetKind
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.screening.next_steps import NOT_ADVICE
from tocsin.ransom.screening.screening import Verdict
from tocsin.service.exchange.node import Node
from tocsin.service.incidents.access import check_may_read
from tocsin.service.incidents.kept import kept_incidents
from tocsin.service.ransom import dossier_stix
from tocsin.service.ransom.cases import incident_addresses
from tocsin.service.ransom.dossier import dossier
from tocsin.service.ransom.ledger_desk import LedgerDesk
from tocsin.service.ransom.statements import kept_statements
from tocsin.service.ransom.trace import seeds_of
from tocsin.web import dossier_report
from tocsin.web.answers import HTML, file, page
from tocsin.web.door import Asked, Way
from tocsin.web.problem import Problem, status_of
from tocsin.web.trace import AGAIN_S, busy, error_beside

__all__ = ["dossier_ways"]

_OF: Final = 300
_SHOWN: Final = 100
_SHORT: Final = 8
_QUERY: Final = (
    ("of", "An address, or the id or name of an incident."),
    ("seed", "An output (TXID:N) to follow instead of all that was paid to it; may be given again."),
    ("as_of", "Screen as of this day (YYYY-MM-DD); without it today, in UTC."),
    ("tlp", "The label that it bears; without it the incident's, and of an address red."),
)


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of the file: how it is written, its media type, and for whom it is."""

    render: Callable[[Dossier], Iterator[str]]
    media: str
    about: str


_FORMS: Final[Mapping[str, _Form]] = {
    "html": _Form(dossier_report.render, "text/html", "one page to read, print and sign"),
    "stix.json": _Form(dossier_stix.render, "application/stix+json;version=2.1", "STIX 2.1, for other nodes"),
    "misp.json": _Form(misp.render, "application/json", "an event for MISP"),
    "csv": _Form(csv.render, "text/csv", "every output that was reached, for spreadsheets"),
    "json": _Form(document.render, "application/json", "all of it, for programs"),
}

_EXAMPLE: Final = """[[statement]]
{kind} = {value}
role = "operator"       # affiliate, launderer, host_state, state_direction
named = "DarkSide"
said_by = "The US Department of Justice"
said_on = 2021-06-07
reliability = "B"       # the source, A to F
credibility = 2         # what it says, 1 to 6

[[statement.evidence]]
source = "Press release of 7 June 2021"
what = "63.7 bitcoins of the ransom that was paid to DarkSide were seized"
day = 2021-06-07
"""


def dossier_ways(desk: LedgerDesk) -> list[Way]:
    """The paths of dossiers, for this node's own people."""
    about = "What is known of an address or of an incident's payments, each claim with its evidence and doubt"
    return [
        Way("/dossier", {"GET": partial(_page, desk)}, "person", f"{about}.", query=_QUERY),
        Way(
            "/dossier/report", {"GET": partial(_report, desk)}, "person", f"{about}; to print.", query=_QUERY
        ),
        *(
            Way(
                f"/dossier.{name}",
                {"GET": partial(_file, desk, name)},
                "person",
                f"{about}: {form.about}.",
                dict[str, Any] if name == "json" else None,
                form.media,
                query=_QUERY,
            )
            for name, form in _FORMS.items()
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked for, and what is wrong with it, by the field of the form."""

    query: Mapping[str, Any]
    day: date | None
    errors: dict[str, tuple[str, str]]


def _wanted(asked: Asked) -> _Wanted:
    as_of, tlp = asked.query("as_of"), asked.query("tlp")
    errors: dict[str, tuple[str, str]] = {}
    day = None
    try:
        day = date.fromisoformat(as_of) if as_of else None
    except ValueError:
        errors["as_of"] = (f"{as_of[:20]!r} is no day", "Say it as 2025-03-04.")
    if day and day.isoformat() > asked.node.now_text[:10]:
        errors["as_of"] = (f"{day} is a day to come: no list of it is known", "")
    if tlp and tlp not in {one.text for one in Tlp}:
        errors["tlp"] = (f"{tlp[:20]!r} is no label", "Choose one of the list.")
    query = {
        "of": asked.query("of")[:_OF],
        "seed": tuple(dict.fromkeys(one.strip()[:_OF] for one in asked.queries("seed") if one.strip())),
        # A browser takes nothing but a day for that field.
        "as_of": day.isoformat() if day else "",
        "tlp": tlp,
    }
    return _Wanted(query, day, errors)


def _made(node: Node, ledger: Ledger, wanted: _Wanted) -> Dossier:
    return dossier(
        node,
        wanted.query["of"],
        seeds=wanted.query["seed"],
        as_of=wanted.day,
        tlp=wanted.query["tlp"],
        ledger=ledger,
    )


def _page(desk: LedgerDesk, asked: Asked) -> Response:
    check_may_read(asked.who, "dossiers")
    wanted = _wanted(asked)
    errors, status, made, waits = wanted.errors, 400 if wanted.errors else 200, None, False
    if wanted.query["of"] and not errors:
        with desk.ledger(asked.node) as ledger:
            waits = ledger is None
            if ledger is not None:
                field = "seed"
                try:
                    for one in wanted.query["seed"]:
                        seeds_of(ledger, one)
                    field = "of"
                    made = _made(asked.node, ledger, wanted)
                except TocsinError as error:
                    errors[field], status = error_beside(error), status_of(error)
    response = page(
        asked,
        "dossier.html.j2",
        status=status,
        here="dossier",
        query=wanted.query,
        errors=errors,
        waits=waits,
        made=made,
        labels=[one.text for one in reversed(Tlp)],
        forms=_FORMS,
        not_advice=NOT_ADVICE,
        shown=_SHOWN,
        short=_SHORT,
        grades=grade_words,
        role_words=role_words,
        independent=independent,
        tlp=made.given.head.tlp.text if made else "red",
        **_beside(asked.node, made),
    )
    if waits:
        response.headers["Refresh"] = str(AGAIN_S)
    return response


def _beside(node: Node, made: Dossier | None) -> dict[str, Any]:
    """Of a dossier what stands on its page besides; without one, what there could be one of, and all statements."""
    if made is not None:
        head = made.given.head
        kind, value = (
            ("incident", head.id) if head.kind is TargetKind.INCIDENT else ("address", head.addresses[0])
        )
        return {
            "said": made.given.said,
            "incidents": (),
            "example": _EXAMPLE.format(kind=kind, value=json.dumps(value)),
            "is_bad": made.verdict in {Verdict.HIT, Verdict.LINKED},
        }
    with node.reading() as connection:
        said, kept = kept_statements(connection), kept_incidents(connection)
    return {
        "said": said,
        "incidents": [one for one in kept if _is_of_a_ransom(one)],
        "example": _EXAMPLE.format(kind="incident", value=json.dumps("Colonial Pipeline 2021")),
        "is_bad": False,
    }


def _is_of_a_ransom(one: Incident) -> bool:
    return bool(incident_addresses(one) or (one.ransom and one.ransom.payments))


def _asked_for(desk: LedgerDesk, asked: Asked) -> Dossier:
    """The dossier that is asked for.

    Raises:
        Problem: nothing is named, a field is wrong, or somebody else has the ledger.
        TocsinError: as :func:`~tocsin.service.ransom.dossier.dossier`.
    """
    check_may_read(asked.who, "dossiers")
    wanted = _wanted(asked)
    for what, hint in wanted.errors.values():
        raise Problem(400, f"{what}.", hint)
    if not wanted.query["of"]:
        raise Problem(400, "Nothing is named.", "Say of=ADDRESS or of=INCIDENT.")
    with desk.ledger(asked.node) as ledger:
        if ledger is None:
            raise busy()
        return _made(asked.node, ledger, wanted)


def _report(desk: LedgerDesk, asked: Asked) -> Response:
    made = _asked_for(desk, asked)
    # Its style sheet is in it, so that it can be kept as one file: its own policy lets that alone apply.
    headers = {"Content-Security-Policy": f"{dossier_report.policy()}; frame-ancestors 'none'"}
    return Response("".join(dossier_report.render(made)), media_type=HTML, headers=headers)


def _file(desk: LedgerDesk, name: str, asked: Asked) -> Response:
    form = _FORMS[name]
    media = f"{form.media}; charset=utf-8" if form.media.startswith("text/") else form.media
    return file(f"dossier.{name}", "".join(form.render(_asked_for(desk, asked))).encode(), media)
