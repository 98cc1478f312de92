"""One check, run in this process: blocks of evidence in, hits and coverage out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from tocsin.detect.binding import BoundPath, RowBuilder
from tocsin.detect.coverage import Seen
from tocsin.detect.host_name import one_name_each
from tocsin.detect.mapping import Scope, When
from tocsin.detect.plan import Plan
from tocsin.detect.readers.interface import Batch, Tally
from tocsin.detect.residual import Residual
from tocsin.engine.block import (
    Layout,
    block_from_json,
    block_from_parquet,
    block_from_table,
    parquet_columns,
    quoted,
)
from tocsin.engine.database import connect
from tocsin.engine.hits import HitGroup, Hits, Place, sequence_groups
from tocsin.engine.keys import KeyFinder
from tocsin.engine.lookup import Lookup, values_of, when_sql
from tocsin.engine.needles import NeedleScanner
from tocsin.engine.slow import slow_predicate
from tocsin.engine.stix import StixEvidence
from tocsin.errors import BadInput
from tocsin.limits import BLOCK_BYTES, EXAMPLES_PER_FINDING
from tocsin.model.observation import Observation

__all__ = ["FileTimes", "Outcome", "Run"]

_US_PER_DAY = 86_400_000_000
_ROWS_AT_ONCE = 10_000
_SCAN_ROWS = 100_000


@dataclass(slots=True)
class FileTimes:
    """Earliest and latest time of a file's rows (microseconds since 1970), and the hosts named in it."""

    first_us: int | None = None
    last_us: int | None = None
    hosts: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found.

    ``observations`` holds, by file and row, the observations behind samples that patterns of several
    comparisons hit; ``undecided`` maps warnings to why no decision was reached; ``timeless`` are warnings whose
    pattern asks for time where rows have none.
    """

    hits: list[HitGroup]
    seen: list[Seen]
    files: dict[int, FileTimes]
    undecided: dict[int, str]
    timeless: set[int]
    observations: dict[tuple[int, int], Observation]


@dataclass(slots=True)
class _Pending:
    """Batches of one layout and form, gathered until a block is full."""

    layout: Layout
    is_json: bool
    tables: list[pa.Table] = field(default_factory=list)
    bytes: int = 0


class Run:
    """A check under way. Give it evidence in any order and any split; :meth:`finish` says what was found.

    ``since_us`` and ``until_us`` (microseconds since 1970) leave out rows outside of [since, until); rows without a
    time are kept. ``temporary`` is a folder for spilling; ``readable`` the Parquet files it may open itself.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        threads: int,
        memory_bytes: int,
        temporary: Path,
        readable: Sequence[Path] = (),
        since_us: int | None = None,
        until_us: int | None = None,
    ) -> None:
        self._plan = plan
        self._threads = threads
        self._database = connect(
            threads=threads, memory_bytes=memory_bytes, temporary=temporary, readable=readable
        )
        self._lookup = Lookup(self._database, plan)
        self._scanners = {group.path: NeedleScanner(group) for group in plan.groups if group.kind == "needle"}
        self._residual = Residual(plan.expression)
        self._hits = Hits(self._database, self._lookup.paths)
        self._since_us, self._until_us = since_us, until_us
        self._pending: dict[tuple[str, str, bool], _Pending] = {}
        self._tallies: dict[int, Tally] = {}
        self._finders: dict[tuple[str, str], KeyFinder] = {}
        self._seen: list[Seen] = []
        self._files: dict[int, FileTimes] = {}
        self._places: dict[int, Place] = {}
        self._observations: dict[tuple[int, int], Observation] = {}
        self._kept: dict[tuple[int, str, str, int | None], dict[tuple[int, int, int], Observation]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    # -- evidence in ------------------------------------------------------------------------------

    def add_batches(
        self,
        file: int,
        layout: Layout,
        batches: Iterable[Batch],
        tally: Tally,
    ) -> Iterator[int]:
        """Take the rows of ``batches`` as evidence of ``file``, yielding how many at a time.

        Rows that hold no valid JSON go to ``tally`` as skipped.
        """
        self._tallies[file] = tally
        for batch in batches:
            is_json = batch.json is not None
            key = (layout.mapping.name, layout.mapping.origin, is_json)
            pending = self._pending.setdefault(key, _Pending(layout, is_json))
            pending.tables.append(_with_file(file, batch))
            pending.bytes += pending.tables[-1].nbytes
            if pending.bytes >= BLOCK_BYTES:
                self._check_pending(self._pending.pop(key))
            yield len(batch.rows)

    def add_parquet(self, file: int, layout: Layout, path: Path) -> int:
        """Take a local Parquet file, read where it lies; return its rows.

        Raises:
            BadInput: the file cannot be read.
        """
        try:
            raw = block_from_parquet(self._database, layout, path, file)
            if path.stat().st_size < BLOCK_BYTES:
                return self._check_copy(layout)
            rows, having = parquet_columns(self._database, layout, path)
            self._note_parquet(layout, file, rows, having)
            # A column without a value anywhere costs a scan of nothing, but a scan.
            filled = tuple(one for one in layout.bound if one.column is None or one.column in having)
            self._look_up(replace(layout, bound=filled), raw)
        except duckdb.Error as problem:
            raise BadInput(f"the Parquet file cannot be read: {str(problem).splitlines()[0]}") from problem
        finally:
            self._database.execute("DROP VIEW IF EXISTS block")
        return rows

    def _check_copy(self, layout: Layout) -> int:
        """Check a small file as a table: every query over a view works all its casts out anew."""
        kept = ["file", "row", "t", "h", "a", "k", *(quoted("c:" + column.name) for column in layout.columns)]
        self._database.execute(f"CREATE OR REPLACE TEMP TABLE copied AS SELECT {', '.join(kept)} FROM block")
        self._database.execute("DROP VIEW block")
        self._database.execute("ALTER TABLE copied RENAME TO block")
        try:
            self._check_block(layout)
            (rows,) = self._database.sql("SELECT count(*) FROM block").fetchall()[0]
        finally:
            self._database.execute("DROP TABLE block")
        return int(rows)

    def add_observations(self, file: int, observations: Sequence[Observation]) -> None:
        """Take STIX observed-data; the row of an observation is its place in ``observations``, from 1."""
        evidence = StixEvidence(self._plan, observations)
        self._seen.extend(evidence.seen(file))
        times = self._files.setdefault(file, FileTimes())
        for observation in observations:
            _widen(times, int(observation.first // 1000), int(observation.last // 1000))
        for warning, number in evidence.candidates(
            self._database, self._lookup, self._scanners, self._threads
        ):
            observation = observations[number]
            place = Place(file, number + 1, int(observation.first // 1000), "", "")
            self._put(warning, place, observation)

    def _check_pending(self, pending: _Pending) -> None:
        table = pa.concat_tables(pending.tables, promote_options="default")
        if pending.is_json:
            self._database.register("lines", table)
            self._block_from_lines(pending, table["json"])
        else:
            self._database.register("fields", table)
            block_from_table(self._database, pending.layout)
        self._check_block(pending.layout)
        self._database.execute("DROP TABLE block")

    def _finder(self, layout: Layout) -> KeyFinder:
        key = (layout.mapping.name, layout.mapping.origin)
        if key not in self._finders:
            self._finders[key] = KeyFinder(layout.fields)
        return self._finders[key]

    def _block_from_lines(self, pending: _Pending, json: pa.ChunkedArray) -> None:
        paths = self._finder(pending.layout).paths(json)
        try:
            block_from_json(self._database, pending.layout, paths)
        except duckdb.InvalidInputException:
            broken = self._database.sql(
                "SELECT file, row FROM lines WHERE NOT json_valid(json) ORDER BY file, row"
            )
            for file, row in broken.fetchall():
                self._tallies[file].read -= 1
                self._tallies[file].skip("not valid JSON", row)
            valid = self._database.sql("SELECT * FROM lines WHERE json_valid(json)").to_arrow_table()
            self._database.register("lines", valid)
            block_from_json(self._database, pending.layout, paths)

    # -- one block --------------------------------------------------------------------------------

    def _check_block(self, layout: Layout) -> None:
        self._note_coverage(layout)
        self._look_up(layout)

    def _look_up(self, layout: Layout, raw: Collection[str] = ()) -> None:
        self._hits.add(self._within(query) for query in self._lookup.queries(layout, exact=True, raw=raw))
        self._scan_needles(layout, raw)
        candidates = list(self._lookup.queries(layout, exact=False, raw=raw))
        if candidates:
            united = " UNION ALL ".join(map(self._within, candidates))
            self._put_rows(layout, f"SELECT DISTINCT warning, file, row FROM ({united})")
        for warning in self._plan.slow:
            predicate = slow_predicate(self._plan.expression(warning), layout)
            if predicate is not None:
                self._put_rows(
                    layout,
                    self._within(
                        f"SELECT {warning} AS warning, b.file, b.row FROM block b WHERE ({predicate})"
                    ),
                )

    def _within(self, query: str) -> str:
        """Narrow a query over ``block b`` that ends in its WHERE to the period asked for."""
        bounds = [f"b.t >= {self._since_us}"] if self._since_us is not None else []
        bounds += [f"b.t < {self._until_us}"] if self._until_us is not None else []
        return f"{query} AND (b.t IS NULL OR ({' AND '.join(bounds)}))" if bounds else query

    def _note_coverage(self, layout: Layout) -> None:
        """Note which paths have values, by kind of log, host and day."""
        sources = _sources(layout)
        counts = "".join(
            f", count(b.{quoted('c:' + column)}) FILTER (WHERE {when_sql(when)})" for column, when in sources
        )
        rows = self._database.sql(
            f"SELECT b.file, b.k, b.h, b.t // {_US_PER_DAY}, min(b.t), max(b.t), count(*){counts} "
            "FROM block b GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        for row in rows:
            self._note(layout, row[:7], {one for one, count in zip(sources, row[7:], strict=True) if count})

    def _note_parquet(self, layout: Layout, file: int, rows: int, having: set[str]) -> None:
        """Note coverage of a Parquet file, from its statistics alone where no row bears a time, host or kind."""
        if layout.roles.keys() - {"a"}:
            self._note_coverage(layout)
        else:
            filled = {(column, when) for column, when in _sources(layout) if column in having}
            self._note(layout, (file, None, None, None, None, None, rows), filled)

    def _note(
        self, layout: Layout, row: Sequence[Any], having: Collection[tuple[str, tuple[When, ...]]]
    ) -> None:
        file, kind, host, day, first_us, last_us, number = row
        times = self._files.setdefault(file, FileTimes())
        _widen(times, first_us, last_us)
        if host:
            times.hosts.add(host)
        paths = frozenset(
            bound.path
            for bound in layout.bound
            if not bound.partial and any((column, bound.when) in having for column in _columns_of(bound))
        )
        title = f"{layout.mapping.title}: {kind}" if kind else layout.mapping.title
        scope = layout.mapping.scope
        self._seen.append(
            Seen(file, title, scope, (host or "") if scope is Scope.HOST else "", day, number, paths)
        )

    def _scan_needles(self, layout: Layout, raw: Collection[str]) -> None:
        columns = {column.name: column for column in layout.columns}
        for bound in layout.bound:
            scanner = self._scanners.get(bound.path)
            if scanner is None or bound.column is None:
                continue
            for value, condition in values_of(bound, columns, raw, "text"):
                where = f"{condition} AND {value} IS NOT NULL AND {when_sql(bound.when)}"
                self._scan(layout, scanner, bound.path, value, where)

    def _scan(self, layout: Layout, scanner: NeedleScanner, path: str, value: str, where: str) -> None:
        query = self._within(f"SELECT b.file, b.row, {value} AS value FROM block b WHERE {where}")
        found = list(scanner.scan(self._database.sql(query).to_arrow_reader(_SCAN_ROWS), self._threads))
        if not found:
            return
        self._database.register("found", pa.Table.from_batches(found))
        number = self._lookup.path_number[path]
        exact = (
            f"SELECT f.warning, f.file, f.row, b.t, b.h, b.a, {number}, f.value "
            "FROM found f JOIN block b ON f.file = b.file AND f.row = b.row WHERE f.exact"
        )
        self._hits.add([exact])
        self._put_rows(layout, "SELECT DISTINCT warning, file, row FROM found WHERE NOT exact")

    def _put_rows(self, layout: Layout, candidates: str) -> None:
        """Put warnings to the rows that a SELECT of (warning, file, row) gives."""
        names = [column.name for column in layout.columns]
        listed = "".join(f", b.{quoted('c:' + name)}" for name in names)
        rows = self._database.sql(
            f"SELECT c.warning, b.file, b.row, b.t, b.h, b.a{listed} FROM ({candidates}) c "
            "JOIN block b ON c.file = b.file AND c.row = b.row ORDER BY b.file, b.row, c.warning"
        )
        builder = RowBuilder(layout.mapping)
        place: Place | None = None
        observation: Observation | None = None
        for warning, file, row, time_us, host, actor, *values in _fetched(rows):
            if place is None or observation is None or (place.file, place.row) != (file, row):
                place = Place(file, row, time_us, host or "", actor or "")
                there = dict(zip(names, values, strict=True))
                observation = builder.observation(f"{file}:{row}", there, (time_us or 0) * 1000)
            self._put(warning, place, observation)

    def _put(self, warning: int, place: Place, observation: Observation) -> None:
        number = (place.file << 44) + place.row
        hit = self._residual.put(warning, number, observation, has_time=place.time_us is not None)
        if hit:
            self._hits.add_one(warning, place)
            self._keep(warning, place, observation)
        elif self._residual.waiting(warning, number):
            self._places[number] = place
            self._observations[place.file, place.row] = observation

    def _keep(self, warning: int, place: Place, observation: Observation) -> None:
        """Keep what a finding may show: the earliest hits of each day, in whichever order they come."""
        day = None if place.time_us is None else place.time_us // _US_PER_DAY
        kept = self._kept.setdefault((warning, place.host, place.actor, day), {})
        kept[place.time_us or 0, place.file, place.row] = observation
        if len(kept) > EXAMPLES_PER_FINDING:
            del kept[max(kept)]

    # -- hits out ---------------------------------------------------------------------------------

    def finish(self) -> Outcome:
        """Check what is still pending, decide patterns over several observations, and group the hits."""
        for key in list(self._pending):
            self._check_pending(self._pending.pop(key))
        hosts = self._hits.hosts().union(
            (one.host for one in self._seen if one.host),
            (place.host for place in self._places.values() if place.host),
            *(times.hosts for times in self._files.values()),
        )
        names = one_name_each(hosts)
        occurred = self._residual.occurred(self._ranks(names))
        hits = [*self._hits.groups(names), *sequence_groups(occurred, self._places, names)]
        seen = [replace(one, host=names[one.host]) if one.host else one for one in self._seen]
        for times in self._files.values():
            times.hosts = {names[host] for host in times.hosts}
        shown = {
            (file, row): observation
            for kept in self._kept.values()
            for (_, file, row), observation in kept.items()
        }
        return Outcome(
            hits,
            seen,
            self._files,
            self._residual.undecided,
            self._residual.timeless,
            self._observations | shown,
        )

    def _ranks(self, names: Mapping[str, str]) -> dict[int, int]:
        """Rank the observations of sequences by what they say, so that it decides which of one moment is named."""

        def said(number: int) -> tuple[str, str, bytes, int]:
            place = self._places[number]
            observation = self._observations[place.file, place.row]
            objects = repr([observation.objects.get(key) for key in observation.roots])
            digest = hashlib.blake2b(objects.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            return names.get(place.host, place.host), place.actor, digest, number

        return {number: rank for rank, number in enumerate(sorted(self._places, key=said))}


def _columns_of(bound: BoundPath) -> tuple[str, ...]:
    return bound.presence if bound.column is None else (bound.column,)


def _sources(layout: Layout) -> list[tuple[str, tuple[When, ...]]]:
    """Return the columns that the bound paths read, each with the conditions under which it counts."""
    return list(
        dict.fromkeys((column, bound.when) for bound in layout.bound for column in _columns_of(bound))
    )


def _widen(times: FileTimes, first_us: int | None, last_us: int | None) -> None:
    if first_us is not None:
        times.first_us = first_us if times.first_us is None else min(times.first_us, first_us)
    if last_us is not None:
        times.last_us = last_us if times.last_us is None else max(times.last_us, last_us)


def _with_file(file: int, batch: Batch) -> pa.Table:
    """Return a batch as a table of file, row and its JSON text or its fields (each named ``f:`` and the field)."""
    arrays: dict[str, pa.Array] = {
        "file": pa.repeat(pa.scalar(file, pa.int32()), len(batch.rows)),
        "row": batch.rows,
    }
    if batch.json is not None:
        arrays["json"] = batch.json
    elif batch.table is not None:
        arrays |= {f"f:{name}": batch.table.column(name) for name in batch.table.schema.names}
    return pa.table(arrays)


def _fetched(relation: duckdb.DuckDBPyRelation) -> Iterator[tuple[Any, ...]]:
    reader = relation.to_arrow_reader(_ROWS_AT_ONCE)
    for batch in reader:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
