"""What evidence covers: which object paths have values, by file, kind of log, host and day."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.detect.binding import BoundPath, Witness
from tocsin.detect.coverage import Seen
from tocsin.detect.mapping import Cast, Column, Scope
from tocsin.engine.block import first_of, quoted, texts_of, texts_sql
from tocsin.engine.casts import cast_sql, may_refuse
from tocsin.engine.layout import Layout
from tocsin.engine.lists import first_items
from tocsin.engine.lookup import when_sql

__all__ = ["CoverageLog", "Covered"]

_US_PER_DAY = 86_400_000_000
_TOLD_APART = "thsk"
"""The roles by which rows are told apart: time, host, sensor, kind."""

Source = tuple[str, Witness]
"""A column, and the conditions under which a value of it counts."""


class Covered(msgspec.Struct, frozen=True):
    """What rows of one kind, host and day cover, and from when to when they are (microseconds since 1970).

    ``host`` is the sensor where the rows name no host.
    """

    seen: Seen
    host: str
    first_us: int | None
    last_us: int | None
    having: frozenset[Source]


class CoverageLog:
    """Tells what raw tables cover, one after another.

    That a path has values is told from one of them; all are cast only where that one is no value after its cast. Where
    rows bear neither time nor host nor kind, a path that a file is known to have is not looked for again in it.
    """

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database
        self._known: dict[tuple[int, tuple[str, str]], set[Source]] = {}

    def covered(self, layout: Layout, raw: pa.Table, lists: Sequence[str] = ()) -> Iterator[Covered]:
        """Yield what the rows of ``raw`` cover; of the columns ``lists`` it is told from the first value of a list."""
        sources = _sources(layout, raw.column_names)
        if any(
            _may_be(layout, layout.by_name[name], raw.column_names)
            for role, name in layout.roles.items()
            if role in _TOLD_APART
        ):
            yield from _covered(self._database, layout, raw, lists, sources)
            return
        files = pc.unique(raw["file"]).to_pylist()
        known = [self._known.setdefault((file, layout.key), set()) for file in files]
        missing = [source for source in sources if not all(source in one for one in known)]
        if not missing:
            yield from _counted(layout, raw)
            return
        before = dict(zip(files, known, strict=True))
        for one in _covered(self._database, layout, raw, lists, missing, before):
            self._known[one.seen.file, layout.key] |= one.having
            yield one


def _counted(layout: Layout, raw: pa.Table) -> Iterator[Covered]:
    for entry in pc.value_counts(raw["file"]).to_pylist():
        about = (entry["values"], None, None, None, None, None, entry["counts"])
        yield _one_covered(layout, about, frozenset(), frozenset())


def _covered(
    database: duckdb.DuckDBPyConnection,
    layout: Layout,
    raw: pa.Table,
    lists: Sequence[str],
    sources: Sequence[Source],
    known: Mapping[int, Collection[Source]] = MappingProxyType({}),
) -> Iterator[Covered]:
    database.register("raw", raw)
    witnesses = [one for source in sources for one in _witnesses(layout, source, raw.column_names)]
    groups: dict[tuple[Any, ...], tuple[tuple[Any, ...], frozenset[Source]]] = {}
    doubtful: set[Source] = set()
    # Most days have the same columns: what they show is made out once.
    told: dict[tuple[bool | None, ...], frozenset[Source]] = {}
    measures = list(dict.fromkeys(one.sql for one in witnesses))
    grouped = _grouped(layout, raw, lists, measures)
    for about, holds in _rows(database, _proven(grouped, measures, witnesses)):
        if holds not in told:
            of = list(zip(witnesses, holds, strict=True))
            told[holds] = frozenset(one.source for one, holding in of if holding)
            doubtful.update(one.source for one, holding in of if holding is False)
        groups[about[:4]] = (about, told[holds])
    if doubtful:
        asked = sorted(doubtful, key=sources.index)
        counts = [
            f"count({quoted('c:' + name)}) FILTER (WHERE {_grounds(layout, witness, raw.column_names)})"
            for name, witness in asked
        ]
        for about, given in _rows(database, _grouped(layout, raw, lists, counts)):
            more = (one for one, count in zip(asked, given, strict=True) if count)
            groups[about[:4]] = (about, groups[about[:4]][1].union(more))
    shown: dict[tuple[frozenset[Source], bool], frozenset[str]] = {}
    for about, found in groups.values():
        sources_held = found.union(known[about[0]]) if about[0] in known else found
        key = sources_held, bool(about[2])
        if key not in shown:
            shown[key] = _paths(layout, sources_held, has_host=bool(about[2]))
        yield _one_covered(layout, about, sources_held, shown[key])


@dataclass(frozen=True, slots=True)
class _Witness:
    """A text that would be a value of a source after ``casts``: any one, as the aggregate ``sql`` gives it."""

    source: Source
    sql: str
    casts: tuple[Cast, ...]


def _witnesses(layout: Layout, source: Source, there: Collection[str]) -> Iterator[_Witness]:
    name, witness = source
    absent: list[str] = []
    for text, casts in _alternatives(layout, layout.by_name[name], there):
        condition = " AND ".join([_grounds(layout, witness, there), *absent])
        # What every text passes need not be proven.
        needed = tuple(casts) if any(map(may_refuse, casts)) else ()
        where = f" FILTER (WHERE {condition})" if condition != "true" else ""
        yield _Witness(source, f"any_value({text}){where}", needed)
        absent.append(f"{text} IS NULL")


def _grounds(layout: Layout, witness: Witness, there: Collection[str]) -> str:
    """Return the condition on a row under which a value in it counts.

    Whether other columns have a value is told from their texts: a cast of every row would cost more than the check.
    """
    conditions = [when_sql(witness.when, "")]
    conditions += [f"({_text(layout, name, there)}) IS NULL" for name in witness.without]
    if witness.beside:
        beside = " OR ".join(f"({_text(layout, name, there)}) IS NOT NULL" for name in witness.beside)
        conditions.append(f"({beside})")
    return " AND ".join(conditions)


def _text(layout: Layout, name: str, there: Collection[str]) -> str:
    return first_of(texts_of(layout, layout.by_name[name], there) or ["NULL"])


def _alternatives(
    layout: Layout, column: Column, there: Collection[str]
) -> Iterator[tuple[str, tuple[Cast, ...]]]:
    """Yield the texts that a column's value may come from, and the casts that each goes through.

    A column that is a cast of another is told from the other's text, so that the cast is made of one witness, not of
    every row.
    """
    texts = texts_of(layout, column, there)
    fields = len(texts) - len(column.join)
    if fields:
        yield first_of(texts[:fields]), (column.cast,)
    for text, pieces in zip(texts[fields:], column.join, strict=True):
        if len(pieces) == 1 and pieces[0].column is not None:
            for inner, casts in _alternatives(layout, layout.by_name[pieces[0].column], there):
                yield inner, (*casts, column.cast)
        else:
            yield text, (column.cast,)


def _grouped(layout: Layout, raw: pa.Table, lists: Sequence[str], measures: Sequence[str]) -> str:
    """Return the SELECT of (file, kind, host, day, first, last, rows) and the ``measures``, as ``w0``, ``w1`` ..."""
    told = {role: quoted("c:" + name) for role, name in layout.roles.items() if role in _TOLD_APART}
    # Of what no host wrote the sensor is the witness.
    host = f"coalesce({told.get('h', 'NULL')}, {told.get('s', 'NULL')})::VARCHAR"
    roles = f"{told.get('t', 'NULL::BIGINT')} AS t, {host} AS h, {told.get('k', 'NULL::VARCHAR')} AS k"
    asked = "".join(measures)
    wanted = {
        *(layout.roles[role] for role in told),
        *(name for name in layout.by_name if quoted("c:" + name) in asked),
    }
    measured = "".join(f", {measure} AS w{number}" for number, measure in enumerate(measures))
    texts = texts_sql(layout, raw.column_names, wanted, first_items(lists))
    return (
        f"SELECT file, k, h, t // {_US_PER_DAY} AS day, min(t) AS first, max(t) AS last, count(*) AS number{measured} "
        f"FROM (SELECT *, {roles} FROM ({texts})) GROUP BY file, k, h, day"
    )


def _proven(grouped: str, measures: Sequence[str], witnesses: Sequence[_Witness]) -> str:
    """Return ``grouped`` with, for each witness, whether its casts give a value; NULL where there is no witness.

    What several witnesses have in common is worked out once: to plan it takes longer than all else.
    """
    names: dict[tuple[str, tuple[Cast, ...]], str] = {
        (measure, ()): f"w{number}" for number, measure in enumerate(measures)
    }
    # A cast is a SELECT around the one before it: casts repeat their argument, and within each other grow boundlessly.
    query = grouped
    for depth in range(max((len(one.casts) for one in witnesses), default=0)):
        steps = dict.fromkeys(
            (one.sql, one.casts[: depth + 1]) for one in witnesses if depth < len(one.casts)
        )
        made = ""
        for measure, casts in steps:
            names[measure, casts] = f"v{len(names)}"
            made += f", {cast_sql(casts[-1], names[measure, casts[:-1]])} AS {names[measure, casts]}"
        query = f"SELECT *{made} FROM ({query})"
    shown = "".join(
        f", CASE WHEN {names[one.sql, ()]} IS NOT NULL THEN {names[one.sql, one.casts]} IS NOT NULL END"
        for one in witnesses
    )
    return f"SELECT file, k, h, day, first, last, number{shown} FROM ({query})"


def _rows(
    database: duckdb.DuckDBPyConnection, query: str
) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    for row in database.execute(f"{query} ORDER BY file, k, h, day").fetchall():
        yield row[:7], row[7:]


def _paths(layout: Layout, having: Collection[Source], *, has_host: bool) -> frozenset[str]:
    """The object paths that rows with these columns have values for."""
    shown = [
        bound
        for bound in layout.bound
        if not bound.partial and any((column, bound.witness) in having for column in _columns_of(bound))
    ]
    ends = {bound.column for bound in shown if bound.end}
    # What stands beside an address may be no address: there must be two of them, or a host and who answered it.
    both = len(ends) > 1 or (has_host and layout.mapping.responder in ends)
    return frozenset(bound.path for bound in shown if both or not bound.end)


def _one_covered(
    layout: Layout, about: Sequence[Any], having: frozenset[Source], paths: frozenset[str]
) -> Covered:
    file, kind, host, day, first_us, last_us, number = about
    title = f"{layout.mapping.title}: {kind}" if kind else layout.mapping.title
    scope = layout.mapping.scope
    seen = Seen(file, title, scope, (host or "") if scope is Scope.HOST else "", day, number, paths)
    return Covered(seen, host or "", first_us, last_us, having)


def _columns_of(bound: BoundPath) -> tuple[str, ...]:
    return bound.presence if bound.column is None else (bound.column,)


def _sources(layout: Layout, there: Collection[str]) -> list[Source]:
    """Return the columns that the bound paths read and rows may have, each with the condition under which it counts."""
    found = dict.fromkeys(
        (column, bound.witness)
        for bound in layout.bound
        if not bound.partial
        for column in _columns_of(bound)
    )
    return [(name, witness) for name, witness in found if _may_be(layout, layout.by_name[name], there)]


def _may_be(layout: Layout, column: Column, there: Collection[str]) -> bool:
    return any(layout.raw_names[field] in there for field in column.fields) or any(
        all(
            piece.column is None or _may_be(layout, layout.by_name[piece.column], there)
            for piece in alternative
        )
        for alternative in column.join
    )
