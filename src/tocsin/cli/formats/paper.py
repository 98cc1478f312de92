"""What of a result is printed: the part that fits on two pages of A4 or US Letter, whatever there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tocsin.cli.formats.shortfall import Remedy
from tocsin.detect.result import Finding

__all__ = ["Paper", "paper_of"]

CARDS: Final = 4
"""Findings printed as cards; the style sheet cuts each part of a card to a set number of lines."""

LINES: Final = 33
"""Rows of a table (one line each) for which the second page has room beside its headings."""

REMEDIES: Final = 5
"""Remedies printed where findings beyond the cards need room too."""

REMEDIES_ALONE: Final = 8
REMEDY_LINES: Final = 4
"""Rows of a table that are as high as one remedy."""


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
    printed = remedies[: REMEDIES if rest else REMEDIES_ALONE]
    lines = rest[: LINES - REMEDY_LINES * len(printed)]
    return Paper(
        cards,
        lines,
        findings - len(cards) - len(lines),
        printed,
        sum(len(one.mends) for one in remedies[len(printed) :]),
    )
