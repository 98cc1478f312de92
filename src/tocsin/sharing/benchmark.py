"""How many of a sector have a measure: what of that may be published, and in which band.

What is published is a band, never a count, from ``limits.BENCHMARK_RESPONDERS`` organisations on that said something
of the measure. Bands are joined by the number of organisations alone: were they joined because few said yes, the
joining would say that few did. So each holds a count with ``limits.BENCHMARK_SIDE`` or more on the smaller side.

Two releases may be subtracted from one another (differencing: Dwork and Roth, "The Algorithmic Foundations of
Differential Privacy", 2014, section 1.1). So a release is held against every one that was made before of the same
measure, in whatever sector: ``limits.BENCHMARK_CHANGED`` organisations or more say something else, and what the two
tell together leaves open what each organisation said, also to two members who tell each other what they said. An
organisation counts in one sector alone: sectors that overlap could be added up and subtracted.

What that does not prevent stands in ``docs/explanation/who-sees-what.md``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement
from typing import Final

from tocsin.limits import BENCHMARK_CHANGED, BENCHMARK_RESPONDERS, BENCHMARK_SIDE
from tocsin.sharing.statistics import Withheld

__all__ = ["BANDS", "SIZES", "Band", "Cell", "bands_of", "changed", "next_cell", "release_day", "size_of"]

BANDS: Final = ("few", "some", "half", "most", "nearly-all")
"""From the fewest to the most: at most 1 of 10; fewer than 2 of 5; 2 to 3 of 5; more than 3 of 5; at least 9 of 10."""

SIZES: Final = (BENCHMARK_RESPONDERS, 20, 50, 100, 200, 500, 1000)
"""Of how many organisations is said no closer than: so many or more."""


@dataclass(frozen=True, slots=True)
class Band:
    """From ``least`` to ``most`` organisations of a certain number; ``low`` and ``high`` are of ``BANDS``.

    The two differ where bands are joined.
    """

    low: str
    high: str
    least: int
    most: int

    def holds(self, count: int) -> bool:
        """Whether so many are in it."""
        return self.least <= count <= self.most


@dataclass(frozen=True, slots=True)
class Cell:
    """What was published of a ``measure`` in a ``sector``, and over whom: who has it, and who has not.

    Organisations are numbers of the hub's. ``day`` (``YYYY-MM-DD``) is that of which it speaks.
    """

    measure: str
    sector: str
    day: str
    having: frozenset[str]
    lacking: frozenset[str]

    @property
    def responders(self) -> frozenset[str]:
        """Who said either."""
        return self.having | self.lacking

    @property
    def band(self) -> Band:
        """The band in which it is."""
        return next(one for one in bands_of(len(self.responders)) if one.holds(len(self.having)))

    @property
    def size(self) -> int:
        """How many said something, at least."""
        return size_of(len(self.responders))


def release_day(today: dt.date) -> dt.date:
    """The day of the last release: the first of a quarter (UTC). What was sent before it counts."""
    return dt.date(today.year, (today.month - 1) // 3 * 3 + 1, 1)


def size_of(responders: int) -> int:
    """The largest of ``SIZES`` that is no more than ``responders``."""
    return max(one for one in SIZES if one <= responders)


@cache
def bands_of(responders: int) -> tuple[Band, ...]:
    """The bands that are told of so many organisations, from the fewest on; every count is in one.

    From either end bands are joined until the last holds a count with ``BENCHMARK_SIDE`` on the smaller side.
    """
    assert responders >= BENCHMARK_RESPONDERS
    counts: dict[str, list[int]] = {}
    for count in range(responders + 1):
        counts.setdefault(_basic(count, responders), []).append(count)
    bands = [Band(name, name, held[0], held[-1]) for name, held in counts.items()]
    while bands[0].most < BENCHMARK_SIDE:
        bands[:2] = [_joined(*bands[:2])]
    while bands[-1].least > responders - BENCHMARK_SIDE:
        bands[-2:] = [_joined(*bands[-2:])]
    return tuple(bands)


def _basic(count: int, of: int) -> str:
    few, some, half, most, nearly_all = BANDS
    if 10 * count <= of:
        return few
    if 5 * count < 2 * of:
        return some
    if 5 * count <= 3 * of:
        return half
    return most if 10 * count < 9 * of else nearly_all


def _joined(one: Band, other: Band) -> Band:
    return Band(one.low, other.high, one.least, other.most)


def next_cell(
    measure: str, sector: str, day: str, answers: Mapping[str, bool], history: Iterable[Cell]
) -> Cell | Withheld:
    """What may be published of a measure now; else why the last release of it, if there is one, stands.

    Args:
        measure: its id.
        sector: its id.
        day: of which the answers are.
        answers: of each organisation of the sector that said something of it, whether it has the measure.
        history: all that was ever published, in any sector; what is of other measures does not count.
    """
    if len(answers) < BENCHMARK_RESPONDERS:
        return Withheld(
            measure, f"{len(answers)} said something of it, and {BENCHMARK_RESPONDERS} are needed"
        )
    having = frozenset(one for one, has in answers.items() if has)
    made = Cell(measure, sector, day, having, frozenset(answers) - having)
    for before in history:
        if before.measure != measure:
            continue
        if changed(before, made) < BENCHMARK_CHANGED:
            few = f"fewer than {BENCHMARK_CHANGED} say something else than in an earlier release"
            return Withheld(measure, few)
        if not _open(before, made):
            return Withheld(measure, "held against an earlier release it tells what some of them said")
    return made


def changed(one: Cell, other: Cell) -> int:
    """How many organisations do not say the same in both: who joined, who left, who says something else."""
    return len((one.having ^ other.having) | (one.lacking ^ other.lacking))


def _open(one: Cell, other: Cell) -> bool:
    """Whether it follows of no organisation what it said, for fewer than ``BENCHMARK_SIDE`` who know their own answers.

    They may know the bands and who answered each time, and suppose that whoever else answered both times said the same.
    Where that cannot be, they learn that somebody changed its mind, and not who. Organisations of whom the same is
    known are alike, so it is enough to know how many of each group say yes.
    """
    both = len(one.responders & other.responders)
    if not both:
        return True  # Nothing of the one follows for the other, and each band is wide enough by itself.
    sizes = (len(one.responders) - both, len(other.responders) - both, both)
    for few in range(BENCHMARK_SIDE):
        for known in combinations_with_replacement(_KINDS, few):
            left, came, stayed = (
                size - sum(kind[0] == group for kind in known) for group, size in enumerate(sizes)
            )
            yes = (sum(kind[1] for kind in known), sum(kind[2] for kind in known))
            if min(left, came, stayed) >= 0 and not _is_open((left, came, stayed), one.band, other.band, yes):
                return False
    return True


_KINDS: Final = (
    *((0, yes, 0) for yes in (1, 0)),
    *((1, 0, yes) for yes in (1, 0)),
    *((2, first, second) for first in (1, 0) for second in (1, 0)),
)
"""What one may know of itself: its group (left, came, stayed), and whether it said yes in the first and the second."""


def _is_open(sizes: tuple[int, int, int], first: Band, second: Band, yes: tuple[int, int]) -> bool:
    """Whether of everybody in the groups both answers are possible, where besides so many said ``yes`` in either.

    Also where there is no way in which it can be.
    """
    left, came, stayed = sizes
    wanted = {(group, low) for group, size in enumerate(sizes) if size for low in (True, False)}
    is_possible = False
    for stay in range(stayed + 1):
        # Of the others any number between the ends is possible.
        gone = (max(0, first.least - yes[0] - stay), min(left, first.most - yes[0] - stay))
        new = (max(0, second.least - yes[1] - stay), min(came, second.most - yes[1] - stay))
        if gone[0] > gone[1] or new[0] > new[1]:
            continue
        is_possible = True
        for group, (least, most) in enumerate((gone, new, (stay, stay))):
            if least < sizes[group]:
                wanted.discard((group, True))
            if most > 0:
                wanted.discard((group, False))
        if not wanted:
            return True
    return not is_possible
