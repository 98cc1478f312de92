"""What of a result is printed: the part that fits on two pages of A4 or US Letter, whatever there is.

Room is counted in lines of the printed page. The style sheet holds each part to the lines that it is counted
for here, so a change there of size, margin or clamp needs one here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tocsin.cli.formats.shortfall import Remedy
from tocsin.detect.result import Finding
from tocsin.model.told.wrap import columns

__all__ = ["CARDS", "Paper", "paper_of"]

CARDS: Final = 4
"""Findings printed as cards, at most."""

REMEDIES: Final = 5
"""Remedies for which room is kept where there are more findings than fit."""

PAGE: Final = 64.0
"""Lines of US Letter, the lower of the two, between its margins."""

TOP: Final = 42.0
"""Verdict, what to do now, timeline and the heading of the findings, at their longest."""

TAIL: Final = 9.0
"""What was not read and not checked, the counts and the footer."""

CARD_FRAME: Final = 1.0
REMEDY_FRAME: Final = 0.3

ROW: Final = 1.15
ROWS_FRAME: Final = 4.0
"""The head of the table, once on each page, and the line that says how many more there are."""

REMEDIES_FRAME: Final = 3.5
SURELY_ONE_LINE: Final = 55
"""Columns that fit on one line even if each is as wide as the type is high."""


@dataclass(frozen=True, slots=True)
class Paper:
    """``cards`` and ``lines`` are the first findings, ``remedies`` the first remedies; the rest is counted."""

    cards: Sequence[Finding]
    lines: Sequence[Finding]
    findings_left_out: int
    remedies: Sequence[Remedy]
    gaps_left_out: int


def paper_of(ordered: Sequence[Finding], findings: int, remedies: Sequence[Remedy]) -> Paper:
    """Share out the room of two pages.

    ``ordered`` are the first findings, the worst first; ``findings`` is how many there are in all.
    """
    cards, rest = ordered[:CARDS], ordered[CARDS:]
    room = _room_below(cards) - TAIL - (REMEDIES_FRAME if remedies else 0)
    kept = sum(map(_height, remedies[:REMEDIES]))
    lines = rest[: max(math.floor((room - kept - ROWS_FRAME) / ROW), 0)]
    room -= ROWS_FRAME + ROW * len(lines) if rest else 0
    printed = 0
    while printed < len(remedies) and (room := room - _height(remedies[printed])) >= 0:
        printed += 1
    return Paper(
        cards,
        lines,
        findings - len(cards) - len(lines),
        remedies[:printed],
        sum(len(one.mends) for one in remedies[printed:]),
    )


def _room_below(cards: Sequence[Finding]) -> float:
    """Return the lines that are left on both pages; a card that does not fit on the first goes to the second."""
    first, second = PAGE - TOP, PAGE
    for card in cards:
        height = 6 + bool(card.description) + 2 * bool(card.notes) + CARD_FRAME
        if height <= first and second == PAGE:
            first -= height
        else:
            first, second = 0.0, second - height
    return first + second


def _height(remedy: Remedy) -> float:
    text = (1 if columns(remedy.text) <= SURELY_ONE_LINE else 2) if remedy.text else 0
    return text + 2 + REMEDY_FRAME
