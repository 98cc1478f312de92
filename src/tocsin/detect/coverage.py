"""What the evidence covers, and so whether *not seen* may be said.

A warning is *not seen* only if, for every object path that its pattern reads, some log that has that
path covers the warning's period day by day: a log of a network for all, a log of a host for each
host concerned. Otherwise it *cannot be told*, and the gaps are named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tocsin.detect.mapping import Scope
from tocsin.detect.plain_words import in_plain_words
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
    """A log that has a path: what a person calls it, how it is got, and whose doings it shows."""

    title: str
    text: str
    scope: Scope


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
    for an object path, the logs that would have it, the most usual first.
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
            lacking: dict[_Lack, list[str]] = {}
            for path in paths:
                for lack in self._lacks(path, first_day, last_day):
                    lacking.setdefault(lack, []).append(path)
            self._asked[key] = tuple(self._gap(lack, having) for lack, having in lacking.items())
        return self._asked[key]

    def _lacks(self, path: str, first_day: int, last_day: int) -> Iterator[_Lack]:
        having = [source for source in self._sources.values() if path in source.paths]
        timed = [source for source in having if source.days]
        if not timed:
            yield _Lack("time" if having else "field" if self._sources else "log")
            return
        network = set[int]().union(*(source.days for source in timed if source.scope is Scope.NETWORK))
        everywhere = _ranges(network, first_day, last_day)
        if not everywhere:
            return
        hosts = sorted({source.host for source in timed if source.scope is Scope.HOST})
        if not hosts:
            yield _Lack("days", (), everywhere)
            return
        if uncovered := tuple(host for host in self.hosts if host not in hosts):
            yield _Lack("host", uncovered)
        for host in hosts:
            days = network.union(*(one.days for one in timed if one.scope is Scope.HOST and one.host == host))
            if missing := _ranges(days, first_day, last_day):
                yield _Lack("days", (host,), missing)

    def _gap(self, lack: _Lack, paths: Sequence[str]) -> Gap:
        things = in_plain_words(paths)
        where = f" of {_listed(lack.hosts)}" if lack.hosts else ""
        remedy = self._remedy(paths)
        match lack.kind:
            case "log":
                what = "no log could be read"
            case "field":
                # Nearly every log holds some addresses, if only those of the machines inside.
                all_of_them = things.replace("IP addresses", "all IP addresses that hosts spoke with")
                what = f"no log that was read holds {all_of_them}"
            case "time":
                what, remedy = f"the rows with {things} bear no time", _TIME_REMEDY
            case "host":
                what = f"no log{where} that was read shows all {things}"
            case _:
                days = _listed([_days(*one) for one in lack.days])
                what, remedy = f"the logs{where} with {things} lack {days}", _DAYS_REMEDY
        return Gap(kind=lack.kind, what=what, remedy=remedy, paths=tuple(paths))

    def _remedy(self, paths: Sequence[str]) -> str:
        """Say how to get a log of a host, and one of a network, that has the first of ``paths``."""
        told: dict[Scope, Remedy] = {}
        for remedy in self._remedies.get(paths[0], ()):
            told.setdefault(remedy.scope, remedy)
        return " Or: ".join(f"{one.title}. {one.text}" for one in told.values())


@dataclass(frozen=True, slots=True)
class _Lack:
    kind: str
    hosts: tuple[str, ...] = ()
    days: tuple[tuple[int, int], ...] = ()


_TIME_REMEDY = "Export the log with its time column, or name it in a mapping file."


_DAYS_REMEDY = "Add the logs of these days, or say with --since and --until which days matter."


def _ranges(days: set[int], first: int, last: int) -> tuple[tuple[int, int], ...]:
    """Return the runs of days from ``first`` to ``last`` that are not in ``days``."""
    runs: list[tuple[int, int]] = []
    start = first
    for day in [*sorted(day for day in days if first <= day <= last), last + 1]:
        if day > start:
            runs.append((start, day - 1))
        start = day + 1
    return tuple(runs)


def _days(first: int, last: int) -> str:
    start, end = _EPOCH + timedelta(days=first), _EPOCH + timedelta(days=last)
    return f"{start}" if first == last else f"{start} to {end}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
