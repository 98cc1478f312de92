"""Sets of versions as spans of keys, sorted and disjoint: what a database compares with ``key >= lo AND key < hi``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

__all__ = ["EVERYTHING", "Cut", "Span", "intersect", "outside", "subtract", "unite"]

Cut = tuple[int, bytes, int]
"""A place between keys: (0, key, 0) before that key, (0, key, 1) after it; BOTTOM and TOP before and after all."""

_BOTTOM: Final[Cut] = (-1, b"", 0)
_TOP: Final[Cut] = (1, b"", 0)


@dataclass(frozen=True, slots=True)
class Span:
    """The keys between ``lo`` and ``hi``; None has no bound on that side. ``inclusive`` says whether a bound is in."""

    lo: bytes | None
    lo_inclusive: bool
    hi: bytes | None
    hi_inclusive: bool

    def __contains__(self, key: bytes) -> bool:
        return self.cuts[0] <= (0, key, 0) and (0, key, 1) <= self.cuts[1]

    @property
    def cuts(self) -> tuple[Cut, Cut]:
        """The places where the span begins and ends."""
        low = _BOTTOM if self.lo is None else (0, self.lo, 0 if self.lo_inclusive else 1)
        high = _TOP if self.hi is None else (0, self.hi, 1 if self.hi_inclusive else 0)
        return low, high


EVERYTHING: Final = Span(None, False, None, False)


def _span(low: Cut, high: Cut) -> Span:
    return Span(
        None if low == _BOTTOM else low[1],
        low != _BOTTOM and low[2] == 0,
        None if high == _TOP else high[1],
        high != _TOP and high[2] == 1,
    )


def unite(spans: Iterable[Span]) -> list[Span]:
    """Return what lies in any of ``spans``: sorted, disjoint, none empty, and none that begins where another ends."""
    united: list[tuple[Cut, Cut]] = []
    for low, high in sorted(span.cuts for span in spans):
        if low >= high:
            continue
        if united and low <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], high))
        else:
            united.append((low, high))
    return [_span(low, high) for low, high in united]


def intersect(one: Iterable[Span], two: Iterable[Span]) -> list[Span]:
    """Return what lies in both of two sets."""
    a = [span.cuts for span in unite(one)]
    b = [span.cuts for span in unite(two)]
    found = []
    i = j = 0
    while i < len(a) and j < len(b):
        low, high = max(a[i][0], b[j][0]), min(a[i][1], b[j][1])
        if low < high:
            found.append(_span(low, high))
        if a[i][1] < b[j][1]:
            i += 1
        else:
            j += 1
    return found


def outside(spans: Iterable[Span]) -> list[Span]:
    """Return what lies in none of ``spans``."""
    gaps: list[Span] = []
    low = _BOTTOM
    for start, end in (span.cuts for span in unite(spans)):
        if low < start:
            gaps.append(_span(low, start))
        low = end
    if low < _TOP:
        gaps.append(_span(low, _TOP))
    return gaps


def subtract(one: Iterable[Span], two: Iterable[Span]) -> list[Span]:
    """Return what lies in the first of two sets and not in the second."""
    return intersect(one, outside(two))
