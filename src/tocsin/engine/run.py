"""One check, run in this process: blocks of evidence in, hits and coverage out."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import duckdb
import numpy as np
import pyarrow as pa
from msgspec import structs

from tocsin.detect.binding import RowBuilder
from tocsin.detect.coverage import Seen
from tocsin.detect.host_name import one_name_each
from tocsin.detect.machine import Naming, machine_of
from tocsin.detect.plan import Plan
from tocsin.detect.readers.interface import Batch, Tally
from tocsin.detect.residual import Residual
from tocsin.engine.block import make_block, quoted
from tocsin.engine.blocks import Blocks
from tocsin.engine.coverage import CoverageLog
from tocsin.engine.database import connect
from tocsin.engine.hits import HitGroup, Hits, Place, sequence_groups
from tocsin.engine.layout import Layout
from tocsin.engine.lists import lists_in, one_value_each, rows_with_lists, too_many
from tocsin.engine.lookup import Lookup, value_of, when_sql
from tocsin.engine.needles import NeedleScanner
from tocsin.engine.prefetch import in_turn
from tocsin.engine.raw import raw_from_batch, raw_from_parquet
from tocsin.engine.sieve import Sieve
from tocsin.engine.stix import StixEvidence
from tocsin.engine.texts import NO_ROWS, Rows
from tocsin.errors import BadInput
from tocsin.limits import BLOCK_BYTES, EXAMPLES_PER_FINDING, LIST_VALUES
from tocsin.model.observation import Observation

__all__ = ["FileTimes", "Outcome", "Run"]

_US_PER_DAY = 86_400_000_000
_ROWS_AT_ONCE = 10_000
_SCAN_ROWS = 100_000
_ROWS_APIECE = 2_048
"""Fewer than this many rows a table are not worth being looked at by themselves."""


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
    pattern asks for time where rows have none; ``refused`` has, by file, rows that could not be read after all.
    """

    hits: list[HitGroup]
    seen: list[Seen]
    files: dict[int, FileTimes]
    undecided: dict[int, str]
    timeless: set[int]
    observations: dict[tuple[int, int], Observation]
    refused: dict[int, Tally] = field(default_factory=dict)


@dataclass(slots=True)
class _Pending:
    """Tables of one layout and form, gathered until they are a block."""

    layout: Layout
    tables: list[pa.Table] = field(default_factory=list)
    bytes: int = 0

    def add(self, table: pa.Table) -> None:
        self.tables.append(table)
        self.bytes += table.nbytes

    def table(self) -> pa.Table:
        """Return them as one, those of few rows each in one piece: what looks at a table does so piece by piece."""
        table = pa.concat_tables(self.tables, promote_options="default")
        return table.combine_chunks() if table.num_rows < _ROWS_APIECE * len(self.tables) else table


class Run:
    """A check under way. Give it evidence in any order and any split; :meth:`finish` says what was found.

    ``since_us`` and ``until_us`` (microseconds since 1970) leave out rows outside of [since, until); rows without a
    time are kept. ``temporary`` is a folder for spilling.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        threads: int,
        memory_bytes: int,
        temporary: Path,
        since_us: int | None = None,
        until_us: int | None = None,
    ) -> None:
        self._plan = plan
        self._threads = threads
        self._database = connect(threads=threads, memory_bytes=memory_bytes, temporary=temporary)
        self._lookup = Lookup(self._database, plan)
        self._scanners = {group.path: NeedleScanner(group) for group in plan.groups if group.kind == "needle"}
        self._residual = Residual(plan.expression)
        self._hits = Hits(self._database, self._lookup.paths)
        self._since_us, self._until_us = since_us, until_us
        self._pending: dict[tuple[str, str, bool], _Pending] = {}
        self._refused: dict[int, Tally] = {}
        self._candidates: dict[tuple[str, str], _Pending] = {}
        self._sieves: dict[tuple[str, str], Sieve] = {}
        self._coverage = CoverageLog(self._database)
        self._blocks = Blocks(self._database, self._sieve)
        self._seen: list[Seen] = []
        self._files: dict[int, FileTimes] = {}
        self._places: dict[int, Place] = {}
        self._observations: dict[tuple[int, int], Observation] = {}
        self._naming: dict[int, Naming] = {}
        self._kept: dict[tuple[int, str, str, int | None], dict[tuple[int, int, int], Observation]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._blocks.close()
        self._database.close()

    # -- evidence in ------------------------------------------------------------------------------

    def add_batches(self, file: int, layout: Layout, batches: Iterable[Batch]) -> Iterator[int]:
        """Take the rows of ``batches`` as evidence of ``file``, yielding how many at a time.

        Rows that hold no valid JSON are told at the end: :attr:`Outcome.refused`.
        """
        for batch in batches:
            key = (*layout.key, batch.json is not None)
            pending = self._pending.setdefault(key, _Pending(layout))
            pending.add(raw_from_batch(layout, file, batch))
            if pending.bytes >= BLOCK_BYTES:
                del self._pending[key]
                for ready in self._blocks.give(layout, pending.table()):
                    self._check_raw(*ready)
            yield len(batch.rows)

    def add_parquet(self, file: int, layout: Layout, source: Path | bytes) -> Iterator[int]:
        """Take a Parquet file, or its bytes, as evidence of ``file``, yielding how many rows at a time.

        Raises:
            BadInput: the file cannot be read.
        """
        sieve = self._sieve(layout)
        try:
            parts = raw_from_parquet(layout, source, file, self._threads)
            for raw, rows in in_turn([((raw, sieve.rows(raw)) for raw in part) for part in parts]):
                self._check_raw(layout, pa.Table.from_batches([raw]), rows)
                yield raw.num_rows
        except (pa.ArrowException, OSError) as problem:
            raise BadInput(f"the Parquet file cannot be read: {str(problem).splitlines()[0]}") from problem

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

    # -- rows that could be hits ------------------------------------------------------------------

    def _sieve(self, layout: Layout) -> Sieve:
        if layout.key not in self._sieves:
            self._sieves[layout.key] = Sieve(self._plan, layout, self._scanners, self._lookup.prefixes)
        return self._sieves[layout.key]

    def _check_raw(self, layout: Layout, raw: pa.Table, sieved: Rows) -> None:
        """Note what raw rows cover, and set aside those that could be hits: those sieved, and what joins alone find."""
        lists = lists_in(raw)
        if lists:
            raw, sieved = self._without_long_lists(raw, sieved, lists)
            sieved = np.union1d(sieved, np.flatnonzero(rows_with_lists(raw, lists)))
        for one in self._coverage.covered(layout, raw, lists):
            self._seen.append(one.seen)
            times = self._files.setdefault(one.seen.file, FileTimes())
            _widen(times, one.first_us, one.last_us)
            if one.host:
                times.hosts.add(one.host)
        sieve = self._sieve(layout)
        rows = sieved if sieve.rest is None else np.union1d(sieved, self._joined(sieve.rest, sieve.slow, raw))
        if not len(rows):
            return
        found = raw.take(pa.array(rows))
        waiting = self._candidates.setdefault(layout.key, _Pending(layout))
        waiting.add(one_value_each(self._database, found, lists) if lists else found)
        if waiting.bytes >= BLOCK_BYTES:
            self._check_candidates(self._candidates.pop(layout.key))

    def _without_long_lists(self, raw: pa.Table, sieved: Rows, lists: Sequence[str]) -> tuple[pa.Table, Rows]:
        """Return a raw table, and its rows sieved, without those with too long lists; these are told as skipped."""
        refused = too_many(self._database, raw, lists)
        if not refused:
            return raw, sieved
        keep = np.ones(raw.num_rows, np.bool_)
        for file, row, place in refused:
            self._refused.setdefault(file, Tally()).skip(f"lists of more than {LIST_VALUES:,} values", row)
            keep[place] = False
        return raw.filter(pa.array(keep)), (np.cumsum(keep) - 1)[sieved[keep[sieved]]]

    def _joined(self, rest: Layout, slow: Iterable[tuple[int, str]], raw: pa.Table) -> Rows:
        """The rows of a raw table that the joins of ``rest`` find, or the conditions of ``slow`` hold of."""
        numbered = raw.set_column(1, "row", pa.array(np.arange(raw.num_rows)))
        make_block(self._database, rest, numbered, roles=False)
        found = [f"SELECT row FROM ({query})" for query in self._lookup.both(rest)]
        found += [f"SELECT b.row FROM block b WHERE {predicate}" for _, predicate in slow]
        rows = NO_ROWS
        if found:
            rows = self._database.execute(
                f"SELECT DISTINCT row FROM ({' UNION ALL '.join(found)})"
            ).fetchnumpy()["row"]
        paths, values = self._scanned(rest)
        if paths:
            for batch in self._database.sql(f"SELECT row{values} FROM block b").to_arrow_reader(_SCAN_ROWS):
                numbers = batch["row"].to_numpy()
                for place, path in enumerate(paths, 1):
                    rows = np.union1d(rows, numbers[self._scanners[path].rows_holding(batch.column(place))])
        self._database.execute("DROP TABLE block")
        return rows.astype(np.int64)

    def _check_candidates(self, pending: _Pending) -> None:
        make_block(self._database, pending.layout, pending.table())
        self._look_up(pending.layout)
        self._database.execute("DROP TABLE block")

    # -- one block --------------------------------------------------------------------------------

    def _look_up(self, layout: Layout) -> None:
        self._hits.add(map(self._within, self._lookup.hits(layout)))
        self._scan(layout)
        candidates = self._lookup.candidates(layout)
        if candidates:
            united = " UNION ALL ".join(map(self._within, candidates))
            self._put_rows(layout, f"SELECT DISTINCT warning, file, row FROM ({united})")
        for warning, predicate in self._sieve(layout).slow:
            query = f"SELECT {warning} AS warning, b.file, b.row FROM block b WHERE ({predicate})"
            self._put_rows(layout, self._within(query))

    def _scanned(self, layout: Layout) -> tuple[list[str], str]:
        """The paths whose values are scanned for needles, and the SQL of their values in ``block b``, in that order.

        They are asked for at once: to plan a query takes longer than to scan the values of a small log.
        """
        columns = {column.name: column for column in layout.columns}
        found = [
            (bound.path, f", CASE WHEN {when_sql(bound.when)} THEN {value} END")
            for bound in layout.bound
            if bound.path in self._scanners and bound.column is not None
            if (value := value_of(bound, columns, "text")) is not None
        ]
        return [path for path, _ in found], "".join(value for _, value in found)

    def _within(self, query: str) -> str:
        """Narrow a query over ``block b`` that ends in its WHERE to the period asked for."""
        bounds = [f"b.t >= {self._since_us}"] if self._since_us is not None else []
        bounds += [f"b.t < {self._until_us}"] if self._until_us is not None else []
        return f"{query} AND (b.t IS NULL OR ({' AND '.join(bounds)}))" if bounds else query

    def _scan(self, layout: Layout) -> None:
        paths, values = self._scanned(layout)
        if not paths:
            return
        rows = self._database.sql(self._within(f"SELECT file, row{values} FROM block b WHERE true"))
        table = rows.to_arrow_table()
        for place, path in enumerate(paths, 2):
            there = table.select([0, 1, place]).drop_null()
            found = list(self._scanners[path].scan(iter(there.to_batches(_SCAN_ROWS)), self._threads))
            if found:
                self._put_found(layout, path, found)

    def _put_found(self, layout: Layout, path: str, found: Sequence[pa.RecordBatch]) -> None:
        self._database.register("found", pa.Table.from_batches(found))
        number = self._lookup.path_number[path]
        exact = (
            f"SELECT f.warning, f.file, f.row, b.t, b.h, b.a, b.s, b.m, b.n, {number}, f.value "
            "FROM found f JOIN block b ON f.file = b.file AND f.row = b.row WHERE f.exact"
        )
        self._hits.add([exact])
        self._put_rows(layout, "SELECT DISTINCT warning, file, row FROM found WHERE NOT exact")

    def _put_rows(self, layout: Layout, candidates: str) -> None:
        """Put warnings to the rows that a SELECT of (warning, file, row) gives."""
        names = [column.name for column in layout.columns]
        listed = "".join(f", b.{quoted('c:' + name)}" for name in names)
        rows = self._database.sql(
            f"SELECT c.warning, b.file, b.row, b.t, b.h, b.a, b.s, b.m, b.n{listed} FROM ({candidates}) c "
            "JOIN block b ON c.file = b.file AND c.row = b.row "
            "ORDER BY b.file, b.row, c.warning, b.a, b.m, b.n"
        )
        builder = RowBuilder(layout.mapping)
        for (file, row), found in itertools.groupby(_fetched(rows), key=lambda one: one[1:3]):
            some = list(found)
            time_us, host, actor, sensor, *machines = some[0][3:9]
            # A row with lists was made several, of which each says a part of what was observed.
            parts = [
                dict(zip(names, values, strict=True)) for values in dict.fromkeys(one[9:] for one in some)
            ]
            observation = builder.observation(f"{file}:{row}", parts, (time_us or 0) * 1000)
            ends = tuple(address for address in machines if address is not None)
            place = Place(file, row, time_us, host or "", actor or "", sensor or "", ends)
            for warning in dict.fromkeys(one[0] for one in some):
                self._put(warning, place, observation)

    def _put(self, warning: int, place: Place, observation: Observation) -> None:
        number = (place.file << 44) + place.row
        hit = self._residual.put(warning, number, observation, has_time=place.time_us is not None)
        if hit:
            if place.ends:
                place = replace(place, host=self._machine(warning, place, observation))
            self._hits.add_one(warning, place)
            self._keep(warning, place, observation)
        elif self._residual.waiting(warning, number):
            self._places[number] = place
            self._observations[place.file, place.row] = observation

    def _machine(self, warning: int, place: Place, observation: Observation) -> str:
        """The machine that a sensor's row is about, which what ``warning`` names of it decides."""
        if warning not in self._naming:
            self._naming[warning] = Naming(self._plan.expression(warning))
        return machine_of(place.ends, self._naming[warning].values(observation))

    def _host_of(self, warning: int, place: Place) -> str:
        if not place.ends:
            return place.host
        return self._machine(warning, place, self._observations[place.file, place.row])

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
        for pending in self._pending.values():
            for ready in self._blocks.give(pending.layout, pending.table()):
                self._check_raw(*ready)
        for ready in self._blocks.rest():
            self._check_raw(*ready)
        for layout in list(self._candidates):
            self._check_candidates(self._candidates.pop(layout))
        hosts = self._hits.hosts().union(
            (one.host for one in self._seen if one.host),
            (place.host for place in self._places.values() if place.host),
            *(times.hosts for times in self._files.values()),
        )
        names = one_name_each(hosts)
        occurred = self._residual.occurred(self._ranks(names))
        hits = [*self._hits.groups(names), *sequence_groups(occurred, self._places, names, self._host_of)]
        # Nearly every host goes by its own name, and a log of many hosts has as many parts as days of each.
        seen = [
            structs.replace(one, host=name) if (name := names.get(one.host, one.host)) != one.host else one
            for one in self._seen
        ]
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
            self._all_refused(),
        )

    def _all_refused(self) -> dict[int, Tally]:
        for file, tally in self._blocks.invalid.items():
            self._refused.setdefault(file, Tally()).take(tally)
        return self._refused

    def _ranks(self, names: Mapping[str, str]) -> dict[int, int]:
        """Rank the observations of sequences by what they say, so that it decides which of one moment is named."""

        def said(number: int) -> tuple[str, str, bytes, int]:
            place = self._places[number]
            observation = self._observations[place.file, place.row]
            objects = repr([observation.objects.get(key) for key in observation.roots])
            digest = hashlib.blake2b(objects.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            witness = place.host or place.sensor
            return names.get(witness, witness), place.actor, digest, number

        return {number: rank for rank, number in enumerate(sorted(self._places, key=said))}


def _widen(times: FileTimes, first_us: int | None, last_us: int | None) -> None:
    if first_us is not None:
        times.first_us = first_us if times.first_us is None else min(times.first_us, first_us)
    if last_us is not None:
        times.last_us = last_us if times.last_us is None else max(times.last_us, last_us)


def _fetched(relation: duckdb.DuckDBPyRelation) -> Iterator[tuple[Any, ...]]:
    reader = relation.to_arrow_reader(_ROWS_AT_ONCE)
    for batch in reader:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
