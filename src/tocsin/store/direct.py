"""Statements on the path of every read and write, given to the driver as they are.

SQLAlchemy takes 0.1 ms to put a statement together, and PostgreSQL's driver three round trips to run one; prepared
once, it takes one. Values are named ``:a`` in the text, for both databases alike.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec
from sqlalchemy import Connection

__all__ = ["among", "is_sqlite", "packed", "run", "run_ahead"]

_PREPARED: Final = 200
"""Statements that one connection keeps prepared; a plan of the largest is some 100 kB."""


class _Prepared(Protocol):
    def run(self, **values: Any) -> Sequence[Sequence[Any]]: ...

    def close(self) -> None: ...


def is_sqlite(connection: Connection) -> bool:
    """Which of the two it is."""
    return connection.dialect.name == "sqlite"


def run(
    connection: Connection, text: str, values: Mapping[str, Any] | None = None
) -> Sequence[Sequence[Any]]:
    """Run one statement and return its rows; none for one that gives none."""
    unwritten = connection.info.get("unwritten")
    if unwritten is not None:
        unwritten.flush(connection)
    return run_ahead(connection, text, values)


def run_ahead(
    connection: Connection, text: str, values: Mapping[str, Any] | None = None
) -> Sequence[Sequence[Any]]:
    """As :func:`run`, for one who knows what is not written yet (:mod:`tocsin.store.unwritten`)."""
    driver = connection.connection.dbapi_connection
    assert driver is not None
    if is_sqlite(connection):
        found: Sequence[Sequence[Any]] = driver.execute(text, values or {}).fetchall()
        return found
    return _prepared(connection, driver, text).run(**(values or {}))


def _prepared(connection: Connection, driver: Any, text: str) -> _Prepared:
    held: OrderedDict[str, _Prepared] = connection.info.setdefault("prepared", OrderedDict())
    if text in held:
        held.move_to_end(text)
        return held[text]
    if len(held) == _PREPARED:
        held.popitem(last=False)[1].close()
    made: _Prepared = driver.prepare(text)
    held[text] = made
    return made


def among(connection: Connection, column: str, name: str, kind: str = "text") -> str:
    """SQL for: ``column`` is one of the list that ``name`` stands for, given :func:`packed`."""
    if is_sqlite(connection):
        return f"{column} IN (SELECT value FROM json_each(:{name}))"  # noqa: S608  names of ours
    return f"{column} = ANY (CAST(:{name} AS {kind}[]))"


def packed(connection: Connection, items: Iterable[str] | Iterable[int]) -> str:
    """A list as one value; there is no bound on its length but memory."""
    if is_sqlite(connection):
        return msgspec.json.encode(list(items)).decode()
    texts = (
        '"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(item, str) else str(item)
        for item in items
    )
    return "{" + ",".join(texts) + "}"
