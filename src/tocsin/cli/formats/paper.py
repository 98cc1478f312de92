"""What of a result is printed: the part that fits on two pages of A4 or US Letter, whatever there is.

Room is counted in lines of the printed page. The style sheet holds each part to the lines that it is counted
for here, so a change there of size, margin or clamp needs one here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tocsin.cli.formats.shortfall import Missing, Remedy, Shortfall
from tocsin.detect.result import Finding
from tocsin.detect.told.meaning import meaning

__all__ = ["CARDS", "FEWEST_CARDS", "MISSING", "Above", "Paper", "lines_of", "paper_of"]

CARDS: Final = 4
"""Findings printed as cards, at most."""

FEWEST_CARDS: Final = 2
"""Findings printed as cards, whether they fit on the first page or not."""

MISSING: Final = 5
"""Groups of gaps for which room is kept where there are more findings than fit."""

LACKS: Final = 3
"""Gaps of each of these groups for which room is kept."""

PAGE: Final = 65.2
"""Lines of US Letter, the lower of the two, between its margins."""

WIDE: Final = 58.0
"""Widths of type (em) that a line in a frame holds on A4, the narrower of the two, before it breaks at a blank."""

HEADINGS: Final = 9.0
"""The line at the top, the frame and counts of the verdict, and the headings of what to do and of the findings."""

TIMELINE: Final = 7.2
HEADLINE: Final = 1.6
"""The size of the verdict, in that of the text."""

STEP_FRAME: Final = 0.2
STEP_NUMBER: Final = 1.35
"""The number before a step is higher than a line."""

FACT_FRAME: Final = 0.1
FOOT: Final = 4.5
"""The counts of what was read, and the footer."""

CARD_FRAME: Final = 1.0
GROUP_FRAME: Final = 0.3

ROW: Final = 1.2
ROWS_FRAME: Final = 3.6
"""The head of the table, once on each page, and the line that says how many more there are."""

MISSING_FRAME: Final = 3.2

_EM: Final = {
    mark: em
    for marks, em in (
        ("ijlIJ'", 0.3), (" .,:;/\\|", 0.34), ("f-()[]", 0.39), ("rt!", 0.42), ('"s_?cz', 0.55),
        ("abdeghknopquvxy", 0.63), ("ABCEFKLPRSTVXYZ{}", 0.7), ("DGHNOQU&w+=<>~#^", 0.84), ("mMW%@", 1.0),
    )
    for mark in marks
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Above:
    """What is printed above the findings, and what below everything: texts as they are read."""

    verdict: str = ""
    rest: str = ""
    facts: Sequence[str] = ()
    steps: Sequence[str] = ()
    timeline: bool = False
    notes_below: int = 0

    @property
    def lines(self) -> float:
        """The height of what stands above, in lines."""
        return (
            HEADINGS
            + HEADLINE * lines_of(self.verdict, WIDE / HEADLINE)
            + (min(lines_of(self.rest), 2) + 0.2 if self.rest else 0)
            + sum(min(lines_of(text, WIDE * 0.9), 2) + FACT_FRAME for text in self.facts)
            + sum(max(lines_of(text), STEP_NUMBER) + STEP_FRAME for text in self.steps)
            + (TIMELINE if self.timeline else 0)
        )


@dataclass(frozen=True, slots=True)
class Paper:
    """``cards`` and ``lines`` are the first findings, ``missing`` the first gaps in groups; the rest is counted."""

    cards: Sequence[Finding]
    lines: Sequence[Finding]
    findings_left_out: int
    missing: Sequence[Missing]
    gaps_left_out: int


def lines_of(text: str, wide: float = WIDE) -> int:
    """Return how many lines ``text`` takes at most, of ``wide`` em each, whichever common typeface it is set in.

    The widths are those of DejaVu Sans, the widest of the usual ones, rounded up.
    """
    return max(math.ceil(sum(_EM.get(mark, 0.64 if mark.isascii() else 1.0) for mark in text) / wide), 1)


def paper_of(
    ordered: Sequence[Finding], findings: int, missing: Sequence[Missing], above: Above | None = None
) -> Paper:
    """Share out the room of two pages.

    ``ordered`` are the first findings, the worst first; ``findings`` is how many there are in all.
    """
    above = above or Above()
    first = PAGE - above.lines
    cards = ordered[: _cards_that_fit(ordered, first)]
    rest = ordered[len(cards) :]
    foot = FOOT + above.notes_below
    room = _room_below(cards, first) - foot - (MISSING_FRAME if missing else 0)
    kept = sum(_height(one, one.lacks[:LACKS]) for one in missing[:MISSING])
    lines = rest[: max(math.floor((room - kept - ROWS_FRAME) / ROW), 0)]
    room -= ROWS_FRAME + ROW * len(lines) if rest else 0
    printed = list(_printed(missing, room))
    gaps = sum(len(one.lacks) for one in missing) - sum(len(one.lacks) for one in printed)
    return Paper(cards, lines, findings - len(cards) - len(lines), printed, gaps)


def _printed(missing: Sequence[Missing], room: float) -> Iterator[Missing]:
    """Yield the groups that fit with at least their first gap; what the first need at least, others do not take."""
    shown: list[int] = []
    for group in missing:
        least = _height(group, group.lacks[:LACKS])
        if least > room:
            break
        room -= least
        shown.append(min(len(group.lacks), LACKS))
    for place, number in enumerate(shown):
        lacks = missing[place].lacks
        more = number
        while more < len(lacks) and (height := _lines(lacks[more])) <= room:
            room -= height
            more += 1
        yield replace(missing[place], lacks=lacks[:more])


def _cards_that_fit(ordered: Sequence[Finding], first: float) -> int:
    """Return how many cards to print: of many those on the first page, for one that goes on leaves a hole there."""
    if len(ordered) <= CARDS:
        return len(ordered)
    number = 0
    while number < CARDS and (first := first - _card_lines(ordered[number])) >= 0:
        number += 1
    return max(number, FEWEST_CARDS)


def _room_below(cards: Sequence[Finding], first: float) -> float:
    """Return the lines that are left on both pages; a card that does not fit on the first goes to the second."""
    second = PAGE
    for card in cards:
        height = _card_lines(card)
        if height <= first and second == PAGE:
            first -= height
        else:
            first, second = 0.0, second - height
    return max(first, 0.0) + second


def _card_lines(card: Finding) -> float:
    notes = 2 * bool(card.notes)
    return 4 + min(lines_of(meaning(card)), 2) + bool(card.description) + notes + CARD_FRAME


def _height(group: Missing, lacks: Sequence[Shortfall]) -> float:
    return sum(map(_lines, lacks)) + sum(map(_act_lines, group.remedies)) + GROUP_FRAME


def _lines(lack: Shortfall) -> int:
    return min(lines_of(f"{lack.warnings:,} warnings: {lack.what}"), 2)


def _act_lines(remedy: Remedy) -> int:
    return min(lines_of(f"How to get it{remedy.aim}: {remedy.text}"), 2)
