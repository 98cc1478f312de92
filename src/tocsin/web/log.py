"""The log: its signed state, what was done last, one entry with its proof. Its files for machines lie below /log/."""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.service.exchange.log_page import LogState, Proven, log_entry, log_state
from tocsin.web.answers import csv_file, file, json, nothing, page
from tocsin.web.door import Asked, Way
from tocsin.web.problem import Problem

__all__ = ["log_ways"]

PAGE: Final = 50
_QUERY: Final = (
    ("entry", "The number of an entry; the first is 0."),
    ("after", "The next of the page before."),
)


def log_ways() -> list[Way]:
    """The paths of the log's page."""
    about, kind = "The log's state and last entries.", "application/json"
    return [
        Way("/log", {"GET": _page}, "person", about, query=_QUERY),
        Way("/log.json", {"GET": _json}, "either", about, LogState, kind, query=_QUERY, own_only=True),
        Way("/log.csv", {"GET": _csv}, "either", about, None, "text/csv", query=_QUERY[1:], own_only=True),
        Way(
            "/log/receipt",
            {"GET": _receipt},
            "person",
            "An entry with its proof, as a file.",
            None,
            "text/plain",
        ),
    ]


def _entry(asked: Asked) -> Proven | None:
    text = asked.query("entry")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 17):
        raise Problem(400, "An entry is named by its number.", "The first is 0.")
    found = log_entry(asked.node, asked.who, int(text))
    if found is None:
        raise Problem(404, f"The log has no entry {int(text):,} yet.")
    return found


def _page(asked: Asked) -> Response:
    state = log_state(asked.node, asked.who, after=asked.query("after"), limit=PAGE)
    return page(
        asked,
        "log.html.j2",
        here="log",
        state=state,
        proven=_entry(asked),
        sought=asked.query("entry"),
        tlp="amber+strict",
    )


def _json(asked: Asked) -> Response:
    state = log_state(asked.node, asked.who, after=asked.query("after"), limit=PAGE)
    return json(msgspec.structs.replace(state, proven=_entry(asked)))


def _csv(asked: Asked) -> Response:
    state = log_state(asked.node, asked.who, after=asked.query("after"), limit=PAGE)
    rows = ([one.number, one.at, one.by, one.act, one.closed, one.person] for one in state.entries)
    return csv_file("log.csv", ("number", "at", "by", "act", "closed", "person"), rows)


def _receipt(asked: Asked) -> Response:
    found = _entry(asked)
    if found is None or not found.receipt:
        raise nothing()
    return file(f"entry-{found.entry.number}.tlog-proof", found.receipt.encode(), "text/plain; charset=utf-8")
