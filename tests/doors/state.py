"""All that a node holds, in one digest: two that are equal tell that a request changed nothing."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from tocsin.store.schema import metadata

_NOTED_BY_READING = {"checkpoint"}
"""Rows that come when somebody reads: the log's signed states that were given out."""


def state_of(node) -> str:
    made = hashlib.sha256()
    with node.reading() as connection:
        for table in metadata.sorted_tables:
            if table.name in _NOTED_BY_READING:
                continue
            columns = [column for column in table.c if column.name != "used_us" or table.name != "token"]
            rows = sorted(repr(tuple(row)) for row in connection.execute(select(*columns)))
            made.update(f"{table.name} {rows}".encode())
    return made.hexdigest()
