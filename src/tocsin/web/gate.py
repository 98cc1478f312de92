"""The verdicts of the gate that this node keeps: a list, and of each the page that a buyer can print; twins of both."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from starlette.responses import Response

from tocsin.inventory.gate.verdict import Verdict
from tocsin.inventory.told.gate_json import answer
from tocsin.inventory.told.gate_page import page_of
from tocsin.service.inventory.exposure_list import check_may_read
from tocsin.service.inventory.gate_kept import (
    GateList,
    KeptVerdict,
    ListedVerdict,
    kept_verdict,
    listed_verdicts,
    part_of,
)
from tocsin.web.answers import csv_file, file, json, nothing, page, present
from tocsin.web.door import Asked, Way
from tocsin.web.paging import first_of, limit_of

__all__ = ["gate_ways"]

PAGE: Final = 50
MOST: Final = 1_000
LIMIT: Final = 1_000
_DIGITS: Final = 15
_VERDICTS: Final = tuple(one.value for one in Verdict)
_QUERY: Final = (
    ("q", "Words that all occur in the product's name."),
    ("verdict", f"{', '.join(_VERDICTS)}."),
)
_PAGED: Final = (
    *_QUERY,
    ("after", "The next of the page before."),
    ("limit", f"How many, at most {MOST:,}; without it {LIMIT:,}."),
)
_CSV: Final = tuple(ListedVerdict.__struct_fields__)


def gate_ways() -> list[Way]:
    """The paths of the gate; only this node's own people and tokens have any."""
    about, kind = "The verdicts of the gate that this node keeps.", "application/json"
    one = "One verdict of the gate, each rule with its reason, and its attestation."
    return [
        Way("/gate", {"GET": _page}, "person", about, query=_QUERY),
        *(
            Way(path, {"GET": _json}, "either", about, GateList, kind, query=_PAGED, own_only=True)
            for path in ("/gate.json", "/api/gate")
        ),
        Way(
            "/gate.csv",
            {"GET": _csv},
            "either",
            f"{about} All that are asked for.",
            None,
            "text/csv",
            query=_QUERY,
            own_only=True,
        ),
        *(
            Way(path, {"GET": _one_json}, "either", one, None, kind, own_only=True)
            for path in ("/gate/{number}.json", "/api/gate/{number}")
        ),
        Way(
            "/gate/{number}/attestation.json",
            {"GET": _attestation},
            "either",
            "The verdict as this node signed it: a DSSE envelope.",
            None,
            kind,
            own_only=True,
        ),
        Way("/gate/{number}", {"GET": _one}, "person", one),
    ]


def _asked_for(asked: Asked) -> tuple[list[ListedVerdict], dict[str, str]]:
    check_may_read(asked.who)
    verdict = asked.query("verdict")
    query = {"q": asked.query("q")[:200], "verdict": verdict if verdict in _VERDICTS else ""}
    return listed_verdicts(asked.node, query["q"], query["verdict"]), query


def _page(asked: Asked) -> Response:
    found, query = _asked_for(asked)
    return page(
        asked,
        "gate.html.j2",
        here="gate",
        found=part_of(found, first_of(asked), PAGE),
        query=query,
        filtered=any(query.values()),
        verdicts=_VERDICTS,
        tlp="amber+strict",
    )


def _json(asked: Asked) -> Response:
    return json(part_of(_asked_for(asked)[0], first_of(asked), limit_of(asked, MOST, LIMIT)))


def _csv(asked: Asked) -> Response:
    rows = ([_cell(getattr(one, name)) for name in _CSV] for one in _asked_for(asked)[0])
    return csv_file("gate.csv", _CSV, rows)


def _cell(value: Any) -> object:
    return "" if value is None else value


def _kept(asked: Asked) -> KeptVerdict:
    check_may_read(asked.who)
    text = asked.part("number")
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise nothing()
    return present(kept_verdict(asked.node, int(text)))


def _one(asked: Asked) -> Response:
    kept = _kept(asked)
    return page(
        asked,
        "gate_one.html.j2",
        here="gate",
        listed=kept.listed,
        tlp="amber+strict",
        **page_of(kept.result, kept.attestation),
    )


def _one_json(asked: Asked) -> Response:
    kept = _kept(asked)
    return json({**msgspec.to_builtins(kept.listed), **answer(kept.result, kept.attestation)})


def _attestation(asked: Asked) -> Response:
    kept = _kept(asked)
    if kept.attestation.envelope is None:
        raise nothing()
    return file(f"gate-{kept.listed.number}.dsse.json", kept.attestation.envelope, "application/json")
