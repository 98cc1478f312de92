"""Lists in a field: an array of JSON is as many values, and a row that holds one as many rows.

The rows that a row becomes keep its place, so that they are one observation again when a pattern is put to them.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.limits import LIST_VALUES

__all__ = ["first_items", "lists_in", "one_value_each", "rows_with_lists", "too_many"]

_OPENS = "["


def lists_in(raw: pa.Table) -> tuple[str, ...]:
    """Return the columns of a raw table in which some text may be an array of JSON."""
    return tuple(
        name
        for name in raw.column_names
        if pa.types.is_string(raw[name].type) and pc.any(pc.starts_with(raw[name], _OPENS)).as_py()
    )


def rows_with_lists(raw: pa.Table, names: Sequence[str]) -> pa.ChunkedArray:
    """Return whether each row may hold an array in one of the columns ``names``, of which there is one at least."""
    first, *more = (pc.fill_null(pc.starts_with(raw[name], _OPENS), fill_value=False) for name in names)
    for one in more:
        first = pc.or_(first, one)
    return first


def first_items(names: Sequence[str]) -> str:
    """Return the SELECT over ``raw`` in which each array of the columns ``names`` is its first value."""
    replaced = ", ".join(
        f"{_length(name)}, json_extract_string({name}, '/0'), nullif({name}, '[]')) AS {name}"
        for name in names
    )
    return f"SELECT * REPLACE ({replaced}) FROM raw" if names else "SELECT * FROM raw"


def too_many(
    database: duckdb.DuckDBPyConnection, raw: pa.Table, names: Sequence[str]
) -> list[tuple[int, int, int]]:
    """Return (file, row, place in ``raw``) of rows whose lists would make more than ``limits.LIST_VALUES`` rows."""
    database.register("listed", raw.append_column("place", pa.array(np.arange(raw.num_rows))))
    product = " * ".join(f"{_length(name)}, json_array_length({name}), 1)::DOUBLE" for name in names)
    return database.execute(
        f"SELECT file, row, place FROM listed WHERE {product} > {LIST_VALUES} ORDER BY file, row"
    ).fetchall()


def one_value_each(database: duckdb.DuckDBPyConnection, raw: pa.Table, names: Sequence[str]) -> pa.Table:
    """Return ``raw`` with a row for each value, or combination of values, of the arrays in the columns ``names``."""
    database.register("listed", raw)
    query = "FROM listed"
    for name in names:
        items = f"{_length(name)}, from_json({name}, '[\"VARCHAR\"]'), [nullif({name}, '[]')])"
        query = f"FROM (SELECT * REPLACE (unnest({items}) AS {name}) {query})"
    return database.sql(f"SELECT * {query}").to_arrow_table()


def _length(name: str) -> str:
    """Return the beginning of an ``if`` that holds where a text is an array with a value in it."""
    return f"if({name}[1] = '{_OPENS}' AND json_valid({name}) AND json_array_length({name}) > 0"
