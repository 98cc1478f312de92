"""Where the peer's answers (stix2-matcher 3.0.0, its own test cases) are not ours, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["DIFFERENCES", "REFUSED", "Difference"]


@dataclass(frozen=True, slots=True)
class Difference:
    """The case at ``line`` (1-based) of ``file``, which has ``pattern``; ``ours`` is the answer that is right for us."""

    file: str
    line: int
    pattern: str
    ours: Literal["matched", "not matched", "error"]
    reason: str


_NOT_A_TIMESTAMP = (
    "Section 9.6.1: of incompatible types the result is false, that of != true; a string that is no timestamp is "
    "incompatible with one. The peer gives up the whole match with an error: one bad value would hide all others."
)
_NO_TIMESTAMP = "[event:bad_ts[{}] = t'1996-07-11T09:17:10Z']"
_OF_A_STRING: tuple[tuple[int, str, Literal["matched", "not matched"]], ...] = (
    (154, "=", "not matched"),
    (155, "!=", "matched"),
    (156, ">", "not matched"),
)

DIFFERENCES = (
    *(
        Difference(file, line, f"[test:string {op} t'1965-07-19T22:41:38Z']", ours, _NOT_A_TIMESTAMP)
        for file in ("matcher-v20.jsonl", "matcher-v21.jsonl")
        for line, op, ours in _OF_A_STRING
    ),
    *(
        Difference(file, line + index, _NO_TIMESTAMP.format(index), "not matched", _NOT_A_TIMESTAMP)
        for file, line in (("matcher-v20.jsonl", 351), ("matcher-v21.jsonl", 281))
        for index in range(6)
    ),
)
"""18 of 687 cases."""

_NO_DAY = (
    "Section 9.2 with section 2.16: a timestamp is one of RFC 3339, whose section 5.7 bounds the day by its month. The peer "
    "takes any day up to 31."
)
REFUSED = tuple(
    Difference(file, line + index, f"[x:created = t'2024-{day}T12:00:00Z']", "error", _NO_DAY)
    for file, line in (("validator-v20.jsonl", 42), ("validator-v21.jsonl", 45))
    for index, day in enumerate(("02-30", "04-31"))
)
"""Patterns that the peer's validator takes, 4 of 101."""
