"""Which measures are in place here, by what that is known, and beside it how many of the sector have them."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tocsin.errors import BadInput
from tocsin.limits import EVIDENCE_OLD_DAYS
from tocsin.measures.posture import Posture, PostureLine
from tocsin.model.sectors import sectors
from tocsin.service.exchange.init import read_sectors
from tocsin.service.incidents.access import check_may_read
from tocsin.service.measures.benchmark import Beside, Given, benchmarks, beside
from tocsin.service.measures.known import catalogue_of
from tocsin.service.measures.posture import posture
from tocsin.service.measures.posture_answer import PostureAnswer, posture_answer
from tocsin.web.answers import json, page
from tocsin.web.door import Asked, Way
from tocsin.web.problem import Problem

__all__ = ["posture_ways"]

_QUERY: Final = (("sector", "The benchmark of this sector; without it, of this node's own sectors."),)
_MOST: Final = frozenset({"most", "nearly-all"})
_PARTS: Final = (
    ("in-place", "In place"),
    ("claimed", "Said to be in place, and does not count"),
    ("partly", "In place in part, and does not count"),
    ("absent", "Not in place"),
    ("unknown", "Not known"),
)


def posture_ways() -> list[Way]:
    """The paths of the posture, for this node's own people: no token reads it."""
    about = "Which measures are in place here with their evidence, and how many of the sector have them."
    return [
        Way("/posture", {"GET": _page}, "person", about, query=_QUERY),
        Way(
            "/posture.json", {"GET": _json}, "person", about, PostureAnswer, "application/json", query=_QUERY
        ),
    ]


def _found(asked: Asked) -> tuple[Posture, list[tuple[Given, list[Beside]]]]:
    check_may_read(asked.who, "measures in place")
    name = asked.query("sector")
    try:
        sector = read_sectors([name])[0] if name else ""
    except BadInput:
        raise Problem(400, "sector is one of the 16.") from None
    found = posture(asked.node, catalogue_of(), old_days=EVIDENCE_OLD_DAYS)
    return found, [(one, beside(one.benchmark, found)) for one in benchmarks(asked.node, sector)]


def _page(asked: Asked) -> Response:
    found, others = _found(asked)
    parts: dict[str, list[PostureLine]] = {key: [] for key, _ in _PARTS}
    for one in found.lines:
        state = one.state.value
        parts["claimed" if state == "in-place" and not one.counts else state].append(one)
    told: dict[str, list[tuple[Given, Beside]]] = {}
    for given, rows in others:
        for row in rows:
            told.setdefault(row.measure, []).append((given, row))
    return page(
        asked,
        "posture.html.j2",
        here="posture",
        found=found,
        parts=[(key, words, parts[key]) for key, words in _PARTS if parts[key]],
        told=told,
        gaps=[
            (given, row)
            for given, rows in others
            for row in rows
            if row.told.low in _MOST and not (row.own and row.own.is_in_place)
        ],
        names={one.id: one.name for one in sectors()},
        sectors=sectors(),
        query={"sector": asked.query("sector")},
        tlp="amber+strict",
    )


def _json(asked: Asked) -> Response:
    found, others = _found(asked)
    return json(posture_answer(found, (), others))
