"""Many rows in one statement.

SQLite's driver runs one statement for many rows by itself. That of PostgreSQL would send and await each row (37 ms
for 100 objects); one JSON document that the database takes apart needs 6 ms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Connection, LargeBinary, Table

from tocsin.store.direct import is_sqlite, run_ahead

__all__ = ["ASKED_AT_ONCE", "batches", "insert_rows", "insert_tuples"]

T = TypeVar("T")
ASKED_AT_ONCE: Final = 500
"""Values of one statement, each given apart."""


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """``items`` in lists that one statement may hold."""
    some = iter(items)
    while held := list(islice(some, ASKED_AT_ONCE)):
        yield held


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, then: str = ""
) -> None:
    """Insert ``rows``, each with all columns of ``table``; ``then`` is what to do about one that is there."""
    if not rows:
        return
    if is_sqlite(connection):
        driver: Any = connection.connection.dbapi_connection
        driver.executemany(_of_sqlite(table) + then, rows)
    else:
        run_ahead(connection, _of_postgres(table) + then, {"rows": msgspec.json.encode(rows).decode()})


def insert_tuples(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert ``rows``, each the values of all columns of ``table`` in their order; takes half the time of dicts."""
    if is_sqlite(connection):
        driver: Any = connection.connection.dbapi_connection
        driver.executemany(_in_order(table), rows)
    else:
        names = [column.name for column in table.c]
        insert_rows(connection, table, [dict(zip(names, row, strict=True)) for row in rows])


@cache
def _in_order(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.c)
    marks = ", ".join("?" for _ in table.c)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608  names of ours


@cache
def _of_sqlite(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.c)
    marks = ", ".join(f":{column.name}" for column in table.c)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608  names of ours


@cache
def _of_postgres(table: Table) -> str:
    # It takes longer to load than all else of the store, and most nodes have none.
    from sqlalchemy.dialects import postgresql

    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    names, read, types = [], [], []
    for column in table.c:
        binary = isinstance(column.type, LargeBinary)
        names.append(f'"{column.name}"')
        read.append(f"decode(\"{column.name}\", 'base64')" if binary else f'"{column.name}"')
        types.append(f'"{column.name}" {"text" if binary else column.type.compile(dialect)}')
    # "WHERE true" so that an ON CONFLICT after it is not taken for a join's condition.
    return (
        f'INSERT INTO "{table.name}" ({", ".join(names)}) SELECT {", ".join(read)} '  # noqa: S608  names of ours
        f"FROM json_to_recordset(CAST(:rows AS json)) AS made({', '.join(types)}) WHERE true"
    )
