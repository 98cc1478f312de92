"""The answer to each warning: hit, not seen, or cannot tell."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tocsin.detect.coverage import TIME_REMEDY, Coverage
from tocsin.detect.plan import Plan
from tocsin.detect.result import Answer, AnswerGroup, Gap, Verdict

__all__ = ["Answers", "Period"]

_TITLES = 5
_NOT_SEEN_TITLES = 200
"""Of those that were not seen, of which nothing else is told; nearly all of them are in one group."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days since 1970-01-01, both included; a side that is None is open."""

    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class _Said:
    verdict: Verdict
    reason: str
    gaps: tuple[Gap, ...] = ()


class Answers:
    """Answers over a plan's warnings, told by groups, since a million warnings read few sets of paths.

    ``hit`` maps warnings to their findings' ids. ``undecided`` maps warnings to why no decision was reached,
    ``timeless`` are those whose pattern asks for time where rows have none. ``asked`` is the period that was
    asked for, ``evidence`` that of the evidence itself, ``today`` the day of the check.
    """

    def __init__(
        self,
        plan: Plan,
        coverage: Coverage,
        *,
        hit: Mapping[int, tuple[str, ...]],
        undecided: Mapping[int, str],
        timeless: Collection[int],
        unreadable: tuple[Gap, ...],
        asked: Period,
        evidence: Period,
        today: int,
    ) -> None:
        self._plan = plan
        self._coverage = coverage
        self._hit = hit
        self._undecided = undecided
        self._timeless = timeless
        self._unreadable = unreadable
        self._asked, self._evidence, self._today = asked, evidence, today
        self._keys, self._key_of = _keyed(plan)
        self._said: dict[int, _Said] = {}

    def groups(self) -> tuple[AnswerGroup, ...]:
        """Return all answers grouped; counts add up to the number of warnings."""
        special = sorted({*self._hit, *self._undecided, *self._timeless})
        counts = np.bincount(self._key_of, minlength=len(self._keys))
        for warning in special:
            counts[self._key_of[warning]] -= 1
        ordered = np.argsort(self._key_of, kind="stable")
        starts = np.searchsorted(self._key_of[ordered], np.arange(len(self._keys)))
        apart = frozenset(special)
        found: dict[_Said, tuple[int, list[int]]] = {}
        for warning in special:
            _tally(found, self._of(warning), 1, [warning])
        for key in np.flatnonzero(counts).tolist():
            said = self._of_key(key)
            members = (one for one in map(int, ordered[starts[key] :]) if one not in apart)
            plain = list(itertools.islice(members, min(_named(said), int(counts[key]))))
            _tally(found, said, int(counts[key]), plain)
        return tuple(
            AnswerGroup(
                answer=said.verdict,
                reason=said.reason,
                count=count,
                gaps=said.gaps,
                titles=tuple(self._title(warning) for warning in warnings[: _named(said)]),
            )
            for said, (count, warnings) in sorted(
                found.items(), key=lambda item: (_ORDER[item[0].verdict], -item[1][0], item[0].reason)
            )
        )

    def __iter__(self) -> Iterator[Answer]:
        ids = self._plan.warnings["id"]
        for warning in range(self._plan.warnings.num_rows):
            said = self._of(warning)
            yield Answer(
                warning=ids[warning].as_py(),
                answer=said.verdict,
                reason=said.reason,
                title=self._title(warning),
                gaps=said.gaps,
                findings=self._hit.get(warning, ()),
            )

    def _title(self, warning: int) -> str:
        name: str = self._plan.warnings["name"][warning].as_py()
        return name or self._plan.warnings["pattern"][warning].as_py()[:120]

    def _of(self, warning: int) -> _Said:
        if warning in self._hit:
            return _Said("hit", "seen in the evidence")
        if warning in self._undecided:
            return _Said("cannot_tell", f"it could not be decided: {self._undecided[warning]}")
        if warning in self._timeless:
            gap = Gap(
                kind="time",
                what="rows that match parts of it bear no time",
                remedies=(TIME_REMEDY,),
            )
            return _Said("cannot_tell", gap.what, (gap,))
        return self._of_key(int(self._key_of[warning]))

    def _of_key(self, key: int) -> _Said:
        if key not in self._said:
            self._said[key] = self._decide(*self._keys[key])
        return self._said[key]

    def _decide(self, reads: int, first: int | None, last: int | None) -> _Said:
        starts = [day for day in (first, self._asked.first) if day is not None]
        ends = [day for day in (last, self._asked.last) if day is not None]
        # A warning without a period is asked of the evidence's own; one without an end holds until today.
        start = max(starts) if starts else self._evidence.first
        end = min([*ends, self._today]) if ends or starts else self._evidence.last
        if start is None or end is None:
            gaps = self._coverage.gaps(self._plan.reads[reads], self._today, self._today)
            if any(gap.kind == "log" for gap in gaps):
                return _cannot(tuple(gaps))
            timeless = Gap(
                kind="time",
                what="no row that was read bears a time",
                remedies=(TIME_REMEDY,),
            )
            return _cannot((*(gap for gap in gaps if gap.kind != "days"), timeless))
        if start > end:
            outside = Gap(kind="days", what="the warning's period lies outside of the one that was asked for")
            return _cannot((outside,))
        gaps = (*self._coverage.gaps(self._plan.reads[reads], start, end), *self._unreadable)
        return (
            _cannot(gaps)
            if gaps
            else _Said("not_seen", "the logs cover what it reads, and it is not in them")
        )


_ORDER: dict[Verdict, int] = {"hit": 0, "cannot_tell": 1, "not_seen": 2}


def _cannot(gaps: tuple[Gap, ...]) -> _Said:
    return _Said("cannot_tell", "; ".join(gap.what for gap in gaps[:3]), gaps)


def _tally(found: dict[_Said, tuple[int, list[int]]], said: _Said, count: int, warnings: list[int]) -> None:
    number, known = found.get(said, (0, []))
    found[said] = (number + count, [*known, *warnings] if len(known) < _named(said) else known)


def _named(said: _Said) -> int:
    return _NOT_SEEN_TITLES if said.verdict == "not_seen" else _TITLES


_MOST_COUNTED = 1 << 22


def _keyed(plan: Plan) -> tuple[list[tuple[int, int | None, int | None]], np.ndarray]:
    """Return the distinct (reads, first day, last day) of a plan, and which of them each warning has."""
    code = np.zeros(plan.warnings.num_rows, np.int64)
    columns: list[list[int | None]] = []
    for name in ("reads", "first_day", "last_day"):
        encoded = plan.warnings[name].combine_chunks().dictionary_encode(null_encoding="encode")
        columns.append(encoded.dictionary.to_pylist())
        code = code * len(encoded.dictionary) + encoded.indices.to_numpy()
    # A number a warning, of which there are few: counting them needs no sort of a million.
    number = math.prod(map(len, columns))
    there = np.bincount(code, minlength=number) > 0 if number <= _MOST_COUNTED else None
    if there is None:
        distinct, key_of = np.unique(code, return_inverse=True)
    else:
        distinct, key_of = np.flatnonzero(there), (np.cumsum(there) - 1)[code]
    keys = []
    for one in distinct.tolist():
        rest, last = divmod(one, len(columns[2]))
        reads, first = divmod(rest, len(columns[1]))
        keys.append((columns[0][reads] or 0, columns[1][first], columns[2][last]))
    return keys, key_of
