"""The warnings: searched, filtered, page by page; the same as JSON and CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.responses import Response

from tocsin.model.tlp import Tlp
from tocsin.service.exchange.node import moment
from tocsin.service.exchange.source import list_hubs, list_sources
from tocsin.service.exchange.warning_list import (
    COUNTED,
    Asked as Wanted,
    WarningPage,
    choices,
    list_warnings,
)
from tocsin.web.answers import csv_file, json, page
from tocsin.web.door import Asked, Way
from tocsin.web.problem import Problem

__all__ = ["strictest", "warnings_ways"]

PAGE: Final = 50
MOST: Final = 1_000
QUERY: Final = (
    ("q", "Words that all occur in the object's text."),
    ("type", "A STIX type; without it, all that are warnings by themselves."),
    ("tlp", "clear, green, amber, amber+strict, red or unknown."),
    ("source", "The alias of a collection: warnings is this node's own."),
    ("audience", "An audience that is named, such as sector:energy."),
    ("days", "Not older here than so many days."),
    ("state", "current (the default), withdrawn or all."),
    ("after", "The next of the page before."),
    ("limit", f"How many on a page, at most {MOST:,}."),
)
_FIELDS: Final = (
    "id", "type", "name", "tlp", "pap", "audience", "from", "source", "version", "added",
    "valid_from", "valid_until", "withdrawn", "pattern",
)  # fmt: skip


def warnings_ways() -> list[Way]:
    """The paths of the list."""
    json_way = Way(
        "/warnings.json",
        {"GET": _json},
        "either",
        "Warnings that you may see.",
        WarningPage,
        "application/json",
        query=QUERY,
    )
    return [
        Way("/warnings", {"GET": _page}, "person", "The warnings.", query=QUERY),
        json_way,
        Way(
            "/warnings.csv",
            {"GET": _csv},
            "either",
            "Warnings that you may see.",
            None,
            "text/csv",
            query=QUERY,
        ),
        Way(
            "/api/warnings",
            {"GET": _json},
            "either",
            json_way.about,
            WarningPage,
            "application/json",
            query=QUERY,
        ),
    ]


def _wanted(asked: Asked) -> Wanted:
    state = asked.query("state", "current")
    return Wanted(
        words=asked.query("q")[:200],
        type=asked.query("type")[:100],
        tlp=asked.query("tlp").lower(),
        source=asked.query("source")[:100],
        audience=asked.query("audience")[:200],
        days=_number(asked, "days", 36_500) if asked.query("days") else None,
        state=state if state in {"withdrawn", "all"} else "current",
        after=asked.query("after"),
    )


def _number(asked: Asked, key: str, most: int) -> int:
    text = asked.query(key)
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 0 < int(text) <= most):
        raise Problem(400, f"{key} is a whole number from 1 to {most:,}.")
    return int(text)


def _limit(asked: Asked) -> int:
    return _number(asked, "limit", MOST) if asked.query("limit") else PAGE


def _json(asked: Asked) -> Response:
    return json(list_warnings(asked.node, asked.who, _wanted(asked), _limit(asked)))


def _csv(asked: Asked) -> Response:
    found = list_warnings(asked.node, asked.who, _wanted(asked), _limit(asked))
    answer = csv_file("warnings.csv", _FIELDS, (_row(one) for one in found.warnings))
    if found.next:
        answer.headers["Tocsin-Next"] = found.next
    return answer


def _row(one: object) -> list[object]:
    held = {name: getattr(one, "from_" if name == "from" else name) for name in _FIELDS}
    held["audience"] = " ".join(held["audience"])
    return [held[name] for name in _FIELDS]


def _page(asked: Asked) -> Response:
    wanted = _wanted(asked)
    found = list_warnings(asked.node, asked.who, wanted, PAGE)
    synced = [
        (one.name, moment(one.synced_us) if one.synced_us is not None else "")
        for one in [*list_hubs(asked.node), *list_sources(asked.node)]
    ]
    query = {
        "q": wanted.words, "type": wanted.type, "tlp": wanted.tlp, "source": wanted.source,
        "audience": wanted.audience, "days": wanted.days or "", "state": asked.query("state"),
    }  # fmt: skip
    return page(
        asked,
        "warnings.html.j2",
        here="warnings",
        found=found,
        wanted=wanted,
        query=query,
        filtered=any(value for value in query.values()),
        choices=choices(asked.node, asked.who),
        most=COUNTED,
        synced=synced,
        tlp=strictest([one.tlp for one in found.warnings]),
    )


def strictest(levels: Sequence[str]) -> str:
    """The strictest of these levels as it is written, for the head of a page; what is not understood is red."""
    found = [Tlp.RED if not text else next(one for one in Tlp if one.text == text) for text in levels]
    return max(found).text if found else ""
