"""What the evidence covers, and so whether *not seen* may be said.

A warning is *not seen* only if, for every object path that its pattern reads, some log that has that
path covers the warning's period day by day: a log of a network for all, a log of a host for each
host concerned. Otherwise it *cannot be told*, and the gaps are named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tocsin.detect.mapping import Scope
from tocsin.detect.result import Gap

__all__ = ["Coverage", "Remedy", "Seen"]

_EPOCH = date(1970, 1, 1)
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """Rows of one kind of log, of one host, on one day.

    ``kind`` is what a person calls the log. ``day`` counts days since 1970-01-01, None for rows without a
    time. ``paths`` are the object paths that have a value in at least one of the rows.
    """

    file: int
    kind: str
    scope: Scope
    host: str
    day: int | None
    rows: int
    paths: frozenset[str]


@dataclass(frozen=True, slots=True)
class Remedy:
    """A log that has a path: what a person calls it, and how it is got."""

    title: str
    text: str


@dataclass(slots=True)
class _Source:
    """One kind of log of one host (or of one network sensor): the paths it has, and the days it covers."""

    scope: Scope
    host: str
    paths: set[str] = field(default_factory=set)
    days: set[int] = field(default_factory=set)
    timeless: int = 0


class Coverage:
    """All that was read, asked for gaps.

    ``concerned`` names hosts that must be covered besides those that the evidence itself shows. ``remedies`` gives,
    for an object path, the logs that would have it.
    """

    def __init__(
        self,
        seen: Iterable[Seen],
        *,
        concerned: Collection[str] = (),
        remedies: dict[str, tuple[Remedy, ...]] | None = None,
    ) -> None:
        sources: dict[tuple[str, str], _Source] = {}
        for one in seen:
            source = sources.setdefault((one.kind, one.host), _Source(one.scope, one.host))
            source.paths |= one.paths
            if one.day is None:
                source.timeless += one.rows
            else:
                source.days.add(one.day)
        self._sources = sources
        self._remedies = remedies or {}
        self.hosts = sorted(
            {source.host for source in sources.values() if source.scope is Scope.HOST and source.host}
            | set(concerned)
        )
        self._asked: dict[tuple[tuple[str, ...], int, int], tuple[Gap, ...]] = {}

    def gaps(self, paths: Sequence[str], first_day: int, last_day: int) -> tuple[Gap, ...]:
        """Return what is missing before a pattern that reads ``paths`` can be *not seen* from first to last day.

        Days count from 1970-01-01, both ends included; the same question is answered from memory.
        """
        key = (tuple(paths), first_day, last_day)
        if key not in self._asked:
            found = [gap for path in paths for gap in self._path_gaps(path, first_day, last_day)]
            self._asked[key] = tuple(dict.fromkeys(found))
        return self._asked[key]

    def _path_gaps(self, path: str, first_day: int, last_day: int) -> list[Gap]:
        having = [source for source in self._sources.values() if path in source.paths]
        if not having:
            return [self._missing(path)]
        timed = [source for source in having if source.days]
        if not timed:
            return [Gap(kind="time", what=f"the rows that hold {path} bear no time", remedy=_TIME_REMEDY)]
        network = set[int]().union(*(source.days for source in timed if source.scope is Scope.NETWORK))
        hosts = {source.host for source in timed if source.scope is Scope.HOST}
        if not hosts:
            return _day_gaps(path, "", network, first_day, last_day)
        gaps: list[Gap] = []
        uncovered = [host for host in self.hosts if host not in hosts]
        whole = not _day_gaps(path, "", network, first_day, last_day)
        if uncovered and not whole:
            named = _listed(uncovered)
            gaps.append(Gap(kind="host", what=f"{path} is in no log of {named}", remedy=self._remedy(path)))
        for host in sorted(hosts):
            days = network.union(*(s.days for s in timed if s.scope is Scope.HOST and s.host == host))
            gaps.extend(_day_gaps(path, host, days, first_day, last_day))
        return gaps

    def _missing(self, path: str) -> Gap:
        kinds = sorted({kind for kind, _ in self._sources})
        if not kinds:
            return Gap(kind="log", what="no log could be read", remedy=self._remedy(path))
        return Gap(kind="field", what=f"no log that was read holds {path}", remedy=self._remedy(path))

    def _remedy(self, path: str) -> str:
        remedies = self._remedies.get(path, ())
        return " Or: ".join(f"{one.title}: {one.text}" if one.text else one.title for one in remedies[:2])


_TIME_REMEDY = "Export the log with its time column, or name it in a mapping file."


def _day_gaps(path: str, host: str, days: set[int], first_day: int, last_day: int) -> list[Gap]:
    missing = _ranges(days, first_day, last_day)
    if not missing:
        return []
    where = f" of {host}" if host else ""
    return [
        Gap(
            kind="days",
            what=f"the logs{where} with {path} lack {_listed([_days(*one) for one in missing])}",
            remedy="Add the logs of these days, or say with --since and --until which days matter.",
        )
    ]


def _ranges(days: set[int], first: int, last: int) -> list[tuple[int, int]]:
    """Return the runs of days from ``first`` to ``last`` that are not in ``days``."""
    runs: list[tuple[int, int]] = []
    start = first
    for day in [*sorted(day for day in days if first <= day <= last), last + 1]:
        if day > start:
            runs.append((start, day - 1))
        start = day + 1
    return runs


def _days(first: int, last: int) -> str:
    start, end = _EPOCH + timedelta(days=first), _EPOCH + timedelta(days=last)
    return f"{start}" if first == last else f"{start} to {end}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
