"""Evidence as the engine holds it: a relation ``block`` with one row an observation.

Its columns are ``file`` and ``row`` (where the row stands), ``t`` (time, microseconds since 1970), ``h`` (host),
``a`` (actor), ``k`` (kind of log) and ``c:NAME`` for each column NAME of the mapping that the plan reads, cast.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping as MappingType, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tocsin.detect.binding import BoundPath, bound_paths
from tocsin.detect.mapping import Binding, Cast, Column, Mapping
from tocsin.engine.casts import cast_sql, column_type

__all__ = ["Layout", "block_from_json", "block_from_parquet", "block_from_table", "layout_of", "quoted"]


def quoted(name: str) -> str:
    """Return ``name`` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Layout:
    """What of a mapping one plan needs.

    ``bound`` holds the object paths of the plan that the mapping has; ``columns`` the columns they read;
    ``computed`` these, those of time, host, actor and kind, and all that any of them is joined from,
    each after what it needs.
    """

    mapping: Mapping
    bound: tuple[BoundPath, ...]
    columns: tuple[Column, ...]
    computed: tuple[Column, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields to read, in order, each once."""
        return tuple(dict.fromkeys(field for column in self.computed for field in column.fields))

    @property
    def roles(self) -> dict[str, str]:
        """The columns of time, host, actor and kind, by their short names in ``block``."""
        mapping = self.mapping
        named = {"t": mapping.time, "h": mapping.host, "a": mapping.actor, "k": mapping.kind}
        return {role: name for role, name in named.items() if name is not None}


def layout_of(mapping: Mapping, paths: Collection[str]) -> Layout:
    """Return what of ``mapping`` a plan that reads ``paths`` needs."""
    bound = tuple(one for one in bound_paths(mapping) if one.path in paths)
    needed = {name for one in bound for name in (one.column, *one.presence) if name is not None}
    needed |= {when.column for one in bound for when in one.when}
    by_name = {column.name: column for column in mapping.columns}
    computed: dict[str, Column] = {}
    roles = Layout(mapping, (), ()).roles
    for name in (*roles.values(), *(column.name for column in mapping.columns if column.name in needed)):
        _compute(name, by_name, computed)
    columns = tuple(column for column in mapping.columns if column.name in needed)
    return Layout(mapping, bound, columns, tuple(computed.values()))


def _compute(name: str, by_name: MappingType[str, Column], computed: dict[str, Column]) -> None:
    if name in computed:
        return
    column = by_name[name]
    for alternative in column.join:
        for piece in alternative:
            if piece.column is not None:
                _compute(piece.column, by_name, computed)
    computed[name] = column


def _select(
    layout: Layout, text_of: MappingType[str, str], instants: Collection[str] = (), *, raw_too: bool = False
) -> str:
    """Return the SELECT of a block over ``raw``.

    ``text_of`` gives the SQL text expression of each field there is; of the fields in ``instants`` it is a
    number of microseconds already. With ``raw_too`` the text of each column NAME comes as ``r:NAME`` too, where it is
    that of one field.
    """

    def cast(column: Column) -> str:
        kind = column_type(column.cast)
        if kind == "time" and (exact := [field for field in column.fields if field in instants]):
            return text_of[exact[0]]
        texts = [f"present({text_of[field]})" for field in column.fields if field in text_of]
        texts += [" || ".join(map(_piece, alternative)) for alternative in column.join]
        if not texts:
            return f"NULL::{_NULLS[kind]}"
        return _first_of(texts, column.cast)

    # A later column may name an earlier one of the same SELECT; those that only others need are not kept.
    computed = "".join(f", {cast(column)} AS {quoted('c:' + column.name)}" for column in layout.computed)
    raw = {
        column.name: next(text_of[field] for field in column.fields if field in text_of)
        for column in (raw_columns(layout, text_of) if raw_too else ())
    }
    computed += "".join(f", {text} AS {quoted('r:' + name)}" for name, text in raw.items())
    kept = [quoted(f"c:{column.name}") for column in layout.columns] + [quoted(f"r:{name}") for name in raw]
    kept += [
        f"{quoted('c:' + layout.roles[role])} AS {role}"
        if role in layout.roles
        else f"NULL::{kind} AS {role}"
        for role, kind in (("t", "BIGINT"), ("h", "VARCHAR"), ("a", "VARCHAR"), ("k", "VARCHAR"))
    ]
    return f"SELECT file, row, {', '.join(kept)} FROM (SELECT file, row{computed} FROM raw)"


def raw_columns(layout: Layout, fields: Collection[str]) -> list[Column]:
    """Return the text columns of ``layout`` that read just one field of ``fields``."""
    return [
        column
        for column in layout.columns
        if column_type(column.cast) == "text" and len([one for one in column.fields if one in fields]) == 1
    ]


def _first_of(texts: Sequence[str], cast: Cast) -> str:
    """Return SQL of the first text there is, cast.

    Each is cast by itself, in a CASE: coalesce works out all its arguments, and a macro repeats its own.
    """
    *before, last = texts
    if not before:
        return cast_sql(cast, last)
    given = " ".join(f"WHEN {text} IS NOT NULL THEN {cast_sql(cast, text)}" for text in before)
    return f"CASE {given} ELSE {cast_sql(cast, last)} END"


def _piece(piece: Binding) -> str:
    if piece.column is not None:
        return f"CAST({quoted('c:' + piece.column)} AS VARCHAR)"
    return "'" + (piece.constant or "").replace("'", "''") + "'"


_NULLS = {"text": "VARCHAR", "number": "BIGINT", "bool": "BOOLEAN", "time": "BIGINT"}


def block_from_json(
    database: duckdb.DuckDBPyConnection, layout: Layout, paths: MappingType[str, Sequence[str]]
) -> None:
    """Make ``block`` from the relation ``lines`` (file, row, json), all of it valid JSON.

    ``paths`` gives the JSON paths of the fields that the rows may have.
    """
    text_of: dict[str, str] = {}
    position = 0
    for field, found in paths.items():
        items = [f"v[{position + offset + 1}]" for offset in range(len(found))]
        position += len(found)
        text_of[field] = items[0] if len(items) == 1 else f"coalesce({', '.join(items)})"
    listed = ", ".join("'" + path.replace("'", "''") + "'" for found in paths.values() for path in found)
    # Without a field to extract the text is still read, so that what is no JSON is noticed.
    extract = f"json_extract_string(json, [{listed}])" if listed else "json_type(json)"
    database.execute(
        f"CREATE OR REPLACE TEMP TABLE block AS WITH raw AS (SELECT file, row, {extract} AS v FROM lines) "
        + _select(layout, text_of)
    )


def block_from_table(database: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Make ``block`` from the relation ``fields`` (file, row and text columns named by field)."""
    there = [name for name, *_ in database.sql("DESCRIBE fields").fetchall()]
    text_of = {field: quoted(f"f:{field}") for field in layout.fields if f"f:{field}" in there}
    database.execute(
        "CREATE OR REPLACE TEMP TABLE block AS WITH raw AS (SELECT * FROM fields) " + _select(layout, text_of)
    )


def block_from_parquet(
    database: duckdb.DuckDBPyConnection, layout: Layout, path: Path, file: int
) -> frozenset[str]:
    """Make ``block`` a view of the Parquet file ``path``, read where it lies.

    Return the columns that it has as raw text too, named ``r:NAME``.
    """
    name = "'" + str(path).replace("'", "''") + "'"
    types = {
        column: kind for column, kind, *_ in database.sql(f"DESCRIBE FROM read_parquet({name})").fetchall()
    }
    text_of: dict[str, str] = {}
    instants: set[str] = set()
    for field in layout.fields:
        kind = types.get(field)
        if kind == "VARCHAR":
            text_of[field] = quoted(field)
        elif kind is not None and kind.startswith("TIMESTAMP"):
            zoned = "TIMESTAMPTZ" if "TZ" in kind or "TIME ZONE" in kind else "TIMESTAMP"
            text_of[field] = f"epoch_us(CAST({quoted(field)} AS {zoned}))"
            instants.add(field)
        elif kind is not None:
            text_of[field] = f"CAST({quoted(field)} AS VARCHAR)"
    database.execute(
        "CREATE OR REPLACE TEMP VIEW block AS WITH raw AS ("
        f"SELECT *, {file}::INTEGER AS file, file_row_number + 1 AS row "
        f"FROM read_parquet({name}, file_row_number = true)) "
        + _select(layout, text_of, instants, raw_too=True)
    )
    return frozenset(column.name for column in raw_columns(layout, text_of))


def parquet_columns(database: duckdb.DuckDBPyConnection, layout: Layout, path: Path) -> tuple[int, set[str]]:
    """Return a Parquet file's rows, and the columns of ``layout`` that have a value in at least one.

    The file's statistics tell, without reading a column; where they do not, the column is taken to have values
    only if a row says so.
    """
    name = "'" + str(path).replace("'", "''") + "'"
    (rows,) = database.sql(f"SELECT sum(num_rows) FROM parquet_file_metadata({name})").fetchall()[0]
    told = database.sql(
        "SELECT path_in_schema, bool_or(stats_null_count IS NULL OR stats_min_value IS NULL), "
        "bool_or(stats_null_count < num_values "
        "AND (stats_min_value NOT IN ('', '-') OR stats_max_value NOT IN ('', '-'))) "
        f"FROM parquet_metadata({name}) GROUP BY ALL"
    ).fetchall()
    filled = {field for field, untold, has in told if has and not untold}
    asked = {field for field, untold, _ in told if untold}
    having: set[str] = set()
    for column in layout.computed:
        if filled.intersection(column.fields) or any(
            piece.column in having for alternative in column.join for piece in alternative
        ):
            having.add(column.name)
        elif column in layout.columns and asked.intersection(column.fields):
            query = f"SELECT 1 FROM block WHERE {quoted('c:' + column.name)} IS NOT NULL LIMIT 1"
            if database.sql(query).fetchall():
                having.add(column.name)
    return int(rows or 0), having
