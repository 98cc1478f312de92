"""All rows of a database as JSON lines, alike for both databases: a backup of one restores into the other.

The rows are those of the schema that wrote them. They are put into tables of that schema, which migrations then
bring to this program's, as they would have with the node's own database.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from sqlalchemy import LargeBinary, MetaData, Table, func, insert, select, text

from tocsin.errors import BadInput
from tocsin.store.database import Database
from tocsin.store.schema import metadata

__all__ = ["dump", "load"]

_AT_ONCE: Final = 1_000
_REVISION: Final = "alembic_version"
_SKIPPED: Final = frozenset({"session", "signin", "answer", "answer_mark"})
"""Tables whose rows are not kept: who was signed in signs in again, and answers are made again. Their marks have
numbers that another database would give a second time."""


def dump(database: Database) -> Iterator[bytes]:
    """Yield one line a row, all of one state: the table, then the columns; bytes in base64."""
    with database.reading() as connection:
        for table in metadata.sorted_tables:
            if table.name in _SKIPPED:
                continue
            binary = _binary(table)
            rows = connection.execution_options(yield_per=_AT_ONCE).execute(
                select(table).order_by(*table.primary_key.columns)
            )
            for row in rows:
                held = {str(key): value for key, value in row._mapping.items()}  # noqa: SLF001  SQLAlchemy's public name for it
                for name in binary:
                    if held[name] is not None:
                        held[name] = base64.b64encode(held[name]).decode()
                yield msgspec.json.encode([str(table.name), held]) + b"\n"


def load(database: Database, lines: Iterable[bytes]) -> int:
    """Put the rows of a dump into an empty database of the same schema, all or none; returns how many.

    Raises:
        BadInput: a line is no row of the database's schema, or the database is not empty.
    """
    count = 0
    with database.writing() as connection:
        # As they are, which need not be as this program's are.
        found = MetaData()
        found.reflect(connection)
        tables = {str(table.name): table for table in found.sorted_tables if table.name != _REVISION}
        for table in tables.values():
            if connection.scalar(select(func.count()).select_from(table)):
                raise BadInput("the database is not empty", hint="Restore into a new folder or database.")
        waiting: list[dict[str, Any]] = []
        current: Table | None = None

        def flush() -> None:
            if current is not None and waiting:
                connection.execute(insert(current), waiting)
                waiting.clear()

        for number, line in enumerate(lines, start=1):
            try:
                name, held = msgspec.json.decode(line, type=tuple[str, dict[str, Any]])
                table = tables[name]
                if held.keys() != set(table.columns.keys()):
                    raise ValueError(f"it has not the columns of {name}")
                for column in _binary(table):
                    if held[column] is not None:
                        held[column] = base64.b64decode(held[column], validate=True)
            except (msgspec.DecodeError, KeyError, ValueError) as error:
                raise BadInput(f"line {number} of the backup is no row: {error}") from None
            if table is not current or len(waiting) == _AT_ONCE:
                flush()
                current = table
            waiting.append(held)
            count += 1
        flush()
        if not database.is_sqlite:
            _set_sequences(connection, tables.values())
    return count


def _binary(table: Table) -> list[str]:
    return [column.name for column in table.columns if isinstance(column.type, LargeBinary)]


def _set_sequences(connection: Any, tables: Iterable[Table]) -> None:
    """PostgreSQL counts on from where its own counter stands, not from what was put in."""
    for table in tables:
        for column in table.primary_key.columns:
            sequence = connection.scalar(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": f'"{table.name}"', "column": column.name},
            )
            if sequence:
                top = connection.scalar(select(func.coalesce(func.max(column), 0)))
                connection.execute(
                    text("SELECT setval(:name, :top)"), {"name": sequence, "top": max(1, int(top or 0))}
                )
