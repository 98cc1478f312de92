"""What the evidence covers, and so whether *not seen* may be said.

A warning is *not seen* only if, for every object path that its pattern reads, some log that has that
path covers the warning's period day by day: a log of a network for all, a log of a host for each
host concerned. Otherwise it *cannot be told*, and the gaps are named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import msgspec

from tocsin.detect.mapping import Scope
from tocsin.detect.plain_words import ADDRESSES, listed_words, plain_words
from tocsin.detect.result import Gap

__all__ = ["TIME_REMEDY", "Coverage", "Remedy", "Seen"]

TIME_REMEDY = "Export the log with its time column, or name it in a mapping file."

_EPOCH = date(1970, 1, 1)
_MOST_NAMED = 5


class Seen(msgspec.Struct, frozen=True):
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
            self._asked[key] = tuple(
                self._gap(lack, some) for lack, having in lacking.items() for some in _parted(lack, having)
            )
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
        words = plain_words(paths)
        things = listed_words(words)
        where = f" of {_listed(lack.hosts)}" if lack.hosts else ""
        match lack.kind:
            case "log":
                what, ways = "no log could be read", self._ways(paths)
            case "field":
                # Nearly every log holds some addresses, if only those of the machines inside.
                asked = listed_words([_ALL_ADDRESSES if word == ADDRESSES else word for word in words])
                what, ways = f"no log that was read holds {asked}", self._ways(paths)
            case "time":
                what, ways = f"the rows with {things} bear no time", (TIME_REMEDY,)
            case "host":
                what, ways = f"no log{where} that was read shows all {things}", self._ways(paths)
            case _:
                days = _listed([_days(*one) for one in lack.days])
                what, ways = f"the logs{where} with {things} lack {days}", (_DAYS_REMEDY,)
        return Gap(kind=lack.kind, what=what, remedies=ways, paths=tuple(paths))

    def _ways(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Say how to get the logs of a host, and those of a network, that have ``paths``: as few of each as will do.

        Of logs that have equally many of them the more usual one is named.
        """
        having: dict[Remedy, set[str]] = {}
        for path in paths:
            for remedy in self._remedies.get(path, ()):
                having.setdefault(remedy, set()).add(path)
        told: dict[Remedy, None] = {}
        for scope in dict.fromkeys(remedy.scope for remedy in having):
            logs = [remedy for remedy in having if remedy.scope is scope]
            rest = set(paths)
            while found := max((having[remedy] & rest for remedy in logs), key=len):
                told[next(remedy for remedy in logs if having[remedy] & rest == found)] = None
                rest -= found
        return tuple(f"{one.title}. {one.text}" for one in told)


@dataclass(frozen=True, slots=True)
class _Lack:
    kind: str
    hosts: tuple[str, ...] = ()
    days: tuple[tuple[int, int], ...] = ()


_ALL_ADDRESSES = f"all {ADDRESSES} that hosts spoke with"

_DAYS_REMEDY = "Add the logs of these days, or say with --since and --until which days matter."


def _parted(lack: _Lack, paths: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the paths of each gap to name: what no log holds is told thing by thing, so that each is counted once."""
    if lack.kind != "field":
        yield paths
        return
    parts: dict[tuple[str, ...], list[str]] = {}
    for path in paths:
        parts.setdefault(plain_words([path]), []).append(path)
    yield from parts.values()


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
