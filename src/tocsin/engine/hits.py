"""Hits gathered while evidence is read, grouped into findings' windows at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from tocsin.detect.pattern.sequence import Event
from tocsin.engine.block import is_private
from tocsin.limits import EXAMPLES_PER_FINDING, FINDING_GAP_S

__all__ = ["HitGroup", "Hits", "Place", "Sample", "sequence_groups"]

_GAP_US = FINDING_GAP_S * 1_000_000
_FLUSH_ROWS = 50_000
_NO_TIME = -(2**63) + 1
_SCHEMA = pa.schema(
    [
        ("warning", pa.int32()),
        ("file", pa.int32()),
        ("row", pa.int64()),
        ("t", pa.int64()),
        ("h", pa.string()),
        ("a", pa.string()),
        ("s", pa.string()),
        ("m", pa.string()),
        ("n", pa.string()),
        ("path", pa.int32()),
        ("value", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where and when an observation was made: file and row, microseconds since 1970 (None unknown), host, actor.

    Where the row names no host, ``sensor`` is what saw it, and ``ends`` are the machines that it may be about.
    """

    file: int
    row: int
    time_us: int | None
    host: str
    actor: str
    sensor: str = ""
    ends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One row that hit. ``path`` and ``value`` say by what, where one comparison decided it."""

    file: int
    row: int
    time_us: int | None
    path: str
    value: str


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Hits of one warning on one host by one actor, none further from the next than the gap between findings.

    ``host`` is the address of the machine where a sensor wrote the rows; ``sensors`` are all that saw it.
    Those without a time are a group of their own: nothing says that they belong to any other.
    """

    warning: int
    host: str
    actor: str
    first_us: int | None
    last_us: int | None
    count: int
    samples: tuple[Sample, ...]
    sensors: tuple[str, ...] = ()


_MACHINE = f"""CASE
    WHEN min(m) IS NOT NULL AND NOT coalesce(bool_or(value = m), false) THEN min(m)
    WHEN min(n) IS NOT NULL AND NOT coalesce(bool_or(value = n), false) THEN min(n)
    WHEN {is_private("min(m)")} THEN min(m) END"""


class Hits:
    """The table ``hits`` of a database: one row a hit, perhaps several for one observation."""

    def __init__(self, database: duckdb.DuckDBPyConnection, paths: Sequence[str]) -> None:
        self._database = database
        self._paths = paths
        self._rows: list[tuple[int, Place]] = []
        database.execute(
            "CREATE TEMP TABLE hits (warning INTEGER, file INTEGER, row BIGINT, t BIGINT, h VARCHAR, a VARCHAR, "
            "s VARCHAR, m VARCHAR, n VARCHAR, path INTEGER, value VARCHAR)"
        )

    def add(self, queries: Iterable[str]) -> None:
        """Insert what SELECTs of (warning, file, row, t, h, a, s, m, n, path, value) give."""
        united = " UNION ALL ".join(queries)
        if united:
            self._database.execute(f"INSERT INTO hits {united}")

    def add_one(self, warning: int, place: Place) -> None:
        """Add an observation that a pattern of several comparisons holds of, its host known."""
        self._rows.append((warning, place))
        if len(self._rows) >= _FLUSH_ROWS:
            self._flush()

    def _flush(self) -> None:
        columns = list(
            zip(
                *(
                    (
                        warning,
                        at.file,
                        at.row,
                        at.time_us,
                        at.host or None,
                        at.actor or None,
                        at.sensor or None,
                        None,
                        None,
                        None,
                        None,
                    )
                    for warning, at in self._rows
                ),
                strict=True,
            )
        )
        self._rows.clear()
        if columns:
            self._database.register(
                "more_hits", pa.table(list(map(pa.array, columns, _SCHEMA.types)), schema=_SCHEMA)
            )
            self._database.execute("INSERT INTO hits SELECT * FROM more_hits")

    def hosts(self) -> set[str]:
        """Return the hosts of all hits."""
        self._flush()
        return {
            host
            for (host,) in self._database.execute(
                "SELECT DISTINCT h FROM hits WHERE h IS NOT NULL"
            ).fetchall()
        }

    def groups(self, names: Mapping[str, str]) -> list[HitGroup]:
        """Return all hits by warning, host, actor and window, an observation counted once, samples the earliest.

        ``names`` gives the name that each host goes by. A hit without a host is on the machine that
        :func:`tocsin.detect.machine.machine_of` gives. The order is that of the columns, so it depends on the
        hits alone.
        """
        self._flush()
        columns = {"h": pa.array(names, pa.string()), "name": pa.array(names.values(), pa.string())}
        self._database.register("host_names", pa.table(columns))
        rows = self._database.execute(
            f"""
            WITH once AS (
                SELECT warning, file, row, any_value(t) AS t,
                       coalesce(any_value(name), any_value(h), {_MACHINE}, '') AS h,
                       coalesce(min(a), '') AS a, min(s) AS s, min({{'path': path, 'value': value}}) AS reason
                FROM hits LEFT JOIN host_names USING (h) GROUP BY warning, file, row),
            gapped AS (
                SELECT *, CASE WHEN t - lag(t) OVER same > {_GAP_US} THEN 1 ELSE 0 END AS gap
                FROM once WINDOW same AS (PARTITION BY warning, h, a ORDER BY t NULLS FIRST)),
            windowed AS (
                SELECT *, t IS NULL AS timeless,
                       sum(gap) OVER (PARTITION BY warning, h, a ORDER BY t NULLS FIRST) AS part FROM gapped)
            SELECT warning, h, a, min(t), max(t), count(*),
                   min({{'t': coalesce(t, {_NO_TIME}), 'file': file, 'row': row, 'reason': reason}},
                       {EXAMPLES_PER_FINDING}),
                   list(DISTINCT s) FILTER (WHERE s IS NOT NULL)
            FROM windowed GROUP BY warning, h, a, timeless, part ORDER BY warning, h, a, min(t) NULLS FIRST
            """
        ).fetchall()
        return [
            HitGroup(
                warning,
                host,
                actor,
                first,
                last,
                count,
                tuple(map(self._sample, samples)),
                _named(sensors, names),
            )
            for warning, host, actor, first, last, count, samples, sensors in rows
        ]

    def _sample(self, sample: dict[str, object]) -> Sample:
        reason, time_us = sample["reason"], sample["t"]
        assert isinstance(reason, dict)
        assert isinstance(time_us, int)
        path = reason["path"]
        return Sample(
            int(str(sample["file"])),
            int(str(sample["row"])),
            None if time_us == _NO_TIME else time_us,
            "" if path is None else self._paths[path],
            reason["value"] or "",
        )


def _own_host(_: int, place: Place) -> str:
    return place.host


def _named(hosts: Iterable[str] | None, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return hosts, each once, by the names that they go by."""
    return tuple(sorted({names.get(host, host) for host in hosts or () if host}))


def sequence_groups(
    occurrences: Iterable[tuple[int, tuple[Event, ...]]],
    places: Mapping[int, Place],
    names: Mapping[str, str],
    host_of: Callable[[int, Place], str] = _own_host,
) -> list[HitGroup]:
    """Group occurrences of patterns over several observations as :meth:`Hits.groups` does hits.

    An occurrence is on the hosts of all its observations, which ``host_of`` gives for a warning; samples are all rows
    of the earliest one.
    """
    by_where: dict[tuple[int, str, str], list[list[Place]]] = {}
    for warning, events in occurrences:
        there = [places[event.observation] for event in events]
        host = ", ".join(_named((host_of(warning, place) for place in there), names))
        actor = ", ".join(sorted({place.actor for place in there if place.actor}))
        by_where.setdefault((warning, host, actor), []).append(there)
    groups = []
    for (warning, host, actor), found in sorted(by_where.items()):
        for part in _windows(found):
            rows = sorted({place for places_ in part for place in places_}, key=_by_time)
            times = [place.time_us for place in rows if place.time_us is not None]
            # Where one row is an occurrence, the earliest of them are shown, as of any other hit.
            shown = rows[:EXAMPLES_PER_FINDING] if all(len(one) == 1 for one in part) else part[0]
            samples = tuple(
                Sample(place.file, place.row, place.time_us, "", "") for place in dict.fromkeys(shown)
            )
            groups.append(
                HitGroup(
                    warning,
                    host,
                    actor,
                    min(times, default=None),
                    max(times, default=None),
                    len(rows),
                    samples,
                    _named((place.sensor for place in rows), names),
                )
            )
    return groups


def _by_time(place: Place) -> tuple[bool, int, Place]:
    return place.time_us is not None, place.time_us or 0, place


def _windows(found: list[list[Place]]) -> list[list[list[Place]]]:
    """Part occurrences by the gap between findings; those of which no observation has a time come first, together."""
    timeless: list[list[Place]] = []
    timed: list[tuple[int, int, list[Place]]] = []
    for places in found:
        times = [place.time_us for place in places if place.time_us is not None]
        if times:
            timed.append((min(times), max(times), places))
        else:
            timeless.append(places)
    parts = [timeless] if timeless else []
    latest: int | None = None
    for start, end, places in sorted(timed, key=lambda one: one[0]):
        if latest is None or start - latest > _GAP_US:
            parts.append([])
        parts[-1].append(places)
        latest = end if latest is None else max(latest, end)
    return parts
