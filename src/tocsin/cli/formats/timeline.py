"""When things were seen: findings counted by day, for a chart."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tocsin.detect.result import SEVERITIES, CheckResult

__all__ = ["Bar", "Segment", "Timeline", "timeline_of"]

BARS = 62
"""Most bars drawn; a longer period has bars of several days each."""

AROUND_DAYS = 366
"""Evidence further from all findings than this does not stretch the chart: it may bear a broken time."""

LEAST_DAYS = 7


@dataclass(frozen=True, slots=True)
class Segment:
    """The part of a bar that one severity takes; ``y`` and ``height`` in hundredths of the chart's height."""

    severity: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """Days ``first`` to ``last`` (ISO): how many findings were seen then, and whether any log covers them."""

    first: str
    last: str
    count: int
    covered: bool
    segments: tuple[Segment, ...]

    @property
    def days(self) -> str:
        """The day, or the first and the last."""
        return self.first if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Timeline:
    """``days`` is a bar's length, ``most`` the highest count, ``undated`` the findings without time."""

    bars: tuple[Bar, ...]
    days: int
    most: int
    undated: int


def timeline_of(result: CheckResult) -> Timeline | None:
    """Count findings by day; one that lasts counts on each of its days. None where none bears a time."""
    spans = [(one.severity, _days(one.first_seen, one.last_seen)) for one in result.findings]
    dated = [(severity, days) for severity, days in spans if days is not None]
    if not dated:
        return None
    evidence = [days for one in result.evidence if (days := _days(one.first_time, one.last_time)) is not None]
    begin, end = _axis([days for _, days in dated], evidence)
    length = math.ceil((end - begin + 1) / BARS)
    bars = (end - begin) // length + 1
    counts = {severity: [0] * (bars + 1) for severity in SEVERITIES}
    for severity, (first, last) in dated:
        # A difference array: 100,000 findings that each last a year stay cheap.
        counts[severity][(first - begin) // length] += 1
        counts[severity][(last - begin) // length + 1] -= 1
    covered = [0] * (bars + 1)
    for first, last in evidence:
        if last >= begin and first <= end:
            covered[(max(first, begin) - begin) // length] += 1
            covered[(min(last, end) - begin) // length + 1] -= 1
    drawn = _draw(
        {severity: _sums(one) for severity, one in counts.items()}, _sums(covered), begin, length, end
    )
    return Timeline(drawn, length, max(bar.count for bar in drawn), len(spans) - len(dated))


def _draw(
    counts: dict[str, list[int]], covered: list[int], begin: int, length: int, end: int
) -> tuple[Bar, ...]:
    totals = [sum(counts[severity][place] for severity in counts) for place in range(len(covered))]
    most = max(totals)
    bars = []
    for place, total in enumerate(totals):
        segments, y = [], 100.0
        for severity in reversed(SEVERITIES):
            height = counts[severity][place] * 100 / most
            y -= height
            if height:
                segments.append(Segment(severity, round(y, 2), round(height, 2)))
        first = begin + place * length
        bars.append(
            Bar(_iso(first), _iso(min(first + length - 1, end)), total, covered[place] > 0, tuple(segments))
        )
    return tuple(bars)


def _axis(findings: Iterable[tuple[int, int]], evidence: Iterable[tuple[int, int]]) -> tuple[int, int]:
    held = list(findings)
    begin, end = min(first for first, _ in held), max(last for _, last in held)
    nearest = begin - AROUND_DAYS, end + AROUND_DAYS
    for first, last in evidence:
        if last >= nearest[0] and first <= nearest[1]:
            begin, end = min(begin, max(first, nearest[0])), max(end, min(last, nearest[1]))
    short = LEAST_DAYS - (end - begin + 1)
    if short > 0:
        begin, end = begin - short // 2, end + short - short // 2
    return max(begin, 1), min(end, date.max.toordinal())


def _sums(changes: list[int]) -> list[int]:
    total, sums = 0, []
    for change in changes[:-1]:
        total += change
        sums.append(total)
    return sums


def _days(first: str, last: str) -> tuple[int, int] | None:
    """Return the ordinals of the first and the last day; None where a text names none."""
    days = [ordinal for text in (first or last, last or first) if (ordinal := _ordinal(text)) is not None]
    return (days[0], max(days)) if len(days) == 2 else None


def _ordinal(text: str) -> int | None:
    try:
        return date.fromisoformat(text[:10]).toordinal()
    except ValueError:
        return None


def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()
