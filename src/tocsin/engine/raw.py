"""Rows as a log holds them: one table of text, a column a field, before anything is cast.

A raw table has the columns ``file`` and ``row`` (where the row stands) and, named by ``Layout.raw_names``, one for each
field of a layout; a field that no row has may be missing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping as MappingType, Sequence
from pathlib import Path

import duckdb
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.detect.readers.interface import Batch
from tocsin.engine.layout import Layout

__all__ = ["raw_from_batch", "raw_from_json", "raw_from_parquet"]

_ROWS_AT_ONCE = 131_072


def raw_from_batch(layout: Layout, file: int, batch: Batch) -> pa.Table:
    """Return a reader's batch of columns as a raw table, one of JSON as a table of file, row and json."""
    arrays: dict[str, pa.Array] = {
        "file": pa.repeat(pa.scalar(file, pa.int32()), len(batch.rows)),
        "row": batch.rows,
    }
    if batch.json is not None:
        arrays["json"] = batch.json
    elif batch.table is not None:
        arrays |= {layout.raw_names[name]: batch.table.column(name) for name in batch.table.schema.names}
    return pa.table(arrays)


def raw_from_json(
    database: duckdb.DuckDBPyConnection,
    layout: Layout,
    lines: pa.Table,
    paths: MappingType[str, Sequence[str]],
) -> pa.Table:
    """Return the raw table of ``lines`` (file, row, json).

    ``paths`` gives the JSON pointers of the fields that the rows may have.

    Raises:
        duckdb.InvalidInputException, OSError: a line holds no valid JSON.
    """
    fields: list[str] = []
    listed: list[str] = []
    for field, found in paths.items():
        items = [f"v[{len(listed) + offset + 1}]" for offset in range(len(found))]
        text = items[0] if len(items) == 1 else f"coalesce({', '.join(items)})"
        fields.append(f", {text} AS {layout.raw_names[field]}")
        listed.extend("'" + path.replace("'", "''") + "'" for path in found)
    # Without a field to extract the text is still read, so that what is no JSON is noticed.
    extract = f"json_extract_string(json, [{', '.join(listed)}])" if listed else "json_type(json)"
    database.register("lines", lines)
    reader = database.sql(
        f"SELECT file, row{''.join(fields)} FROM (SELECT file, row, {extract} AS v FROM lines) "
        f"{'' if listed else 'WHERE v IS NOT NULL'}"
    ).to_arrow_reader(_ROWS_AT_ONCE)
    return reader.read_all()


def raw_from_parquet(
    layout: Layout, source: Path | bytes, file: int, parts: int
) -> list[Iterator[pa.RecordBatch]]:
    """Return iterators, at most ``parts``, that together give the rows of a Parquet file.

    The iterators may run in a thread each.

    Raises:
        pyarrow.ArrowException: the file cannot be read; so may the iterators.
    """
    metadata = pq.ParquetFile(_opened(source)).metadata
    sizes = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    groups = list(zip(range(len(sizes)), itertools.accumulate(sizes, initial=0), strict=False))
    opened = [
        pq.ParquetFile(_opened(source), metadata=metadata) for _ in range(min(parts, max(1, len(groups))))
    ]
    return [
        _rows_of(layout, parquet, file, groups[part :: len(opened)]) for part, parquet in enumerate(opened)
    ]


def _opened(source: Path | bytes) -> pa.NativeFile:
    return pa.BufferReader(source) if isinstance(source, bytes) else pa.OSFile(str(source))


def _rows_of(
    layout: Layout, parquet: pq.ParquetFile, file: int, groups: Sequence[tuple[int, int]]
) -> Iterator[pa.RecordBatch]:
    there = set(parquet.schema_arrow.names)
    fields = [field for field in layout.fields if field in there]
    names = ["file", "row", *(layout.raw_names[field] for field in fields)]
    for group, first in groups:
        row = first + 1
        for batch in parquet.iter_batches(
            _ROWS_AT_ONCE, row_groups=[group], columns=fields, use_threads=False
        ):
            number = len(batch)
            rows = pa.array(np.arange(row, row + number))
            texts = [_text(batch.column(field)) for field in fields]
            yield pa.RecordBatch.from_arrays(
                [pa.repeat(pa.scalar(file, pa.int32()), number), rows, *texts], names
            )
            row += number


def _text(values: pa.Array) -> pa.StringArray:
    """Return values of any type as text."""
    if pa.types.is_string(values.type):
        return values
    if pa.types.is_nested(values.type) or pa.types.is_binary(values.type):
        return pa.array([None if one is None else _shown(one) for one in values.to_pylist()], pa.string())
    return values.cast(pa.string())


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return msgspec.json.encode(value, enc_hook=str).decode()
