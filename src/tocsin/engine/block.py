"""Evidence as the engine looks it up: a relation ``block`` with one row an observation.

Its columns are ``file`` and ``row`` (where the row stands), ``t`` (time, microseconds since 1970), ``h`` (host),
``a`` (actor), ``k`` (kind of log) and ``c:NAME`` for each column NAME of the mapping that the plan reads, cast.
Where a row names no host, ``s`` is the sensor that saw it, and ``m`` and ``n`` are the addresses of the machines that
it may be about, in the order of :func:`tocsin.detect.machine.machine_of`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import duckdb
import pyarrow as pa

from tocsin.detect.machine import PRIVATE
from tocsin.detect.mapping import Binding, Column, Scope
from tocsin.engine.casts import cast_sql, column_type
from tocsin.engine.layout import Layout

__all__ = ["first_of", "is_private", "make_block", "quoted", "texts_of", "texts_sql"]

_NULLS = {"text": "VARCHAR", "number": "BIGINT", "bool": "BOOLEAN", "time": "BIGINT"}
_ROLES = (("t", "BIGINT"), ("h", "VARCHAR"), ("a", "VARCHAR"), ("k", "VARCHAR"))
_NO_SENSOR = ", NULL::VARCHAR AS s"
_NO_ENDS = ", NULL::VARCHAR AS m, NULL::VARCHAR AS n"
_NO_ROLES = "".join(f", NULL::{kind} AS {role}" for role, kind in _ROLES) + _NO_SENSOR + _NO_ENDS


def quoted(name: str) -> str:
    """Return ``name`` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def make_block(
    database: duckdb.DuckDBPyConnection, layout: Layout, raw: pa.Table, *, roles: bool = True
) -> None:
    """Make the table ``block`` of a raw table's rows; it is dropped by who asked for it.

    Without ``roles`` those of its columns that are about time and machines are empty: of a small table, to plan them
    takes longer than all else.
    """
    database.register("raw", raw)
    kept = "".join(f", {quoted('c:' + column.name)}" for column in layout.columns)
    told = _roles(layout) if roles else _NO_ROLES
    wanted = layout.by_name if roles else [column.name for column in layout.columns]
    texts = texts_sql(layout, raw.column_names, wanted)
    database.execute(f"CREATE OR REPLACE TEMP TABLE block AS SELECT file, row{kept}{told} FROM ({texts})")


def is_private(address: str) -> str:
    """Return the condition that the address of an SQL expression is there and private."""
    return f"coalesce(regexp_matches({address}, '{PRIVATE}'), false)"


def _roles(layout: Layout) -> str:
    return "".join(f", {_role(layout, role, kind)} AS {role}" for role, kind in _ROLES) + _witness(layout)


def _role(layout: Layout, role: str, kind: str) -> str:
    return quoted("c:" + layout.roles[role]) if role in layout.roles else f"NULL::{kind}"


def _witness(layout: Layout) -> str:
    """Return the SQL of ``s``, ``m`` and ``n``."""
    host, sensor, originator, responder = (_role(layout, role, "VARCHAR") for role in "hsor")
    seen = f", CASE WHEN {host} IS NULL THEN {sensor} END AS s" if "s" in layout.roles else _NO_SENSOR
    if not {"o", "r"} & layout.roles.keys():
        return seen + _NO_ENDS
    about = f"{host} IS NULL" + (
        "" if layout.mapping.scope is Scope.NETWORK else f" AND {sensor} IS NOT NULL"
    )
    turned = f"{is_private(responder)} AND NOT {is_private(originator)}"
    return (
        f"{seen}, CASE WHEN {about} THEN CASE WHEN {turned} THEN {responder} ELSE {originator} END END AS m"
        f", CASE WHEN {about} THEN CASE WHEN {turned} THEN {originator} ELSE {responder} END END AS n"
    )


def texts_sql(
    layout: Layout, there: Collection[str], wanted: Collection[str], source: str = "SELECT * FROM raw"
) -> str:
    """Return the SELECT over ``raw``, or ``source``, with the columns ``wanted`` added.

    Each is there as it is read (``x:NAME``) and as it is cast (``c:NAME``).
    ``there`` names the columns that ``raw`` has. Each column is a SELECT around those that it is put together of: what
    one SELECT names of itself is written out in its place, and casts that repeat their argument grow without bounds.
    """
    query = source
    for columns in _stages(layout, wanted):
        texts = "".join(f", {_text(layout, one, there)} AS {quoted('x:' + one.name)}" for one in columns)
        casts = "".join(f", {_cast(layout, one, there)} AS {quoted('c:' + one.name)}" for one in columns)
        query = f"SELECT *{casts} FROM (SELECT *{texts} FROM ({query}))"
    return query


def _stages(layout: Layout, wanted: Collection[str]) -> list[list[Column]]:
    """Return the columns to compute for those ``wanted``, each in a later list than what it is joined from."""
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            pieces = [piece.column for alternative in layout.by_name[name].join for piece in alternative]
            depths[name] = max((1 + depth(inner) for inner in pieces if inner is not None), default=0)
        return depths[name]

    for name in wanted:
        depth(name)
    stages: list[list[Column]] = [[] for _ in range(max(depths.values(), default=-1) + 1)]
    for column in layout.computed:
        if column.name in depths:
            stages[depths[column.name]].append(column)
    return stages


def texts_of(layout: Layout, column: Column, there: Collection[str]) -> list[str]:
    """Return SQL of the texts that a column's value may come from, in order, the first there is being the one."""
    names = [layout.raw_names[field] for field in column.fields]
    texts = [f"present({name})" for name in names if name in there]
    return texts + [" || ".join(map(_piece, alternative)) for alternative in column.join]


def first_of(values: Sequence[str]) -> str:
    """Return SQL of the first of ``values`` there is. Unlike coalesce it works out none that is not needed."""
    *before, last = values
    given = " ".join(f"WHEN {value} IS NOT NULL THEN {value}" for value in before)
    return f"CASE {given} ELSE {last} END" if given else last


def _text(layout: Layout, column: Column, there: Collection[str]) -> str:
    return first_of(texts_of(layout, column, there) or ["NULL::VARCHAR"])


def _cast(layout: Layout, column: Column, there: Collection[str]) -> str:
    texts = texts_of(layout, column, there)
    kind = column_type(column.cast)
    if not texts:
        return f"NULL::{_NULLS[kind]}"
    if kind == "time" and len(texts) > 1:
        # A field that holds no time is passed over for the next.
        return first_of([cast_sql(column.cast, text) for text in texts])
    return cast_sql(column.cast, quoted("x:" + column.name))


def _piece(piece: Binding) -> str:
    if piece.column is not None:
        return f"CAST({quoted('c:' + piece.column)} AS VARCHAR)"
    return "'" + (piece.constant or "").replace("'", "''") + "'"
