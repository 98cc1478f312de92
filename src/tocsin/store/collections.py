"""Collections: what a node publishes, what comes in, and what it pulled, each with its own count and clock."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from tocsin.store.direct import run
from tocsin.store.schema import collection
from tocsin.store.unwritten import unwritten

__all__ = ["Collection", "add_collection", "collections", "find_collection", "reached"]


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection. ``kind`` is ``warnings``, ``inbox`` or ``received``."""

    number: int
    id: str
    alias: str
    title: str
    description: str
    kind: str
    last_seq: int
    last_added_us: int


def add_collection(
    connection: Connection, *, id: str, alias: str, title: str, description: str, kind: str
) -> int:
    """Make a collection and return its number."""
    number = connection.scalar(select(func.coalesce(func.max(collection.c.number), 0) + 1))
    connection.execute(
        insert(collection).values(
            number=number,
            id=id,
            alias=alias,
            title=title,
            description=description,
            kind=kind,
            last_seq=0,
            last_added_us=0,
        )
    )
    return int(number or 0)


def collections(connection: Connection) -> list[Collection]:
    """Every collection, in the order they were made."""
    names = ", ".join(column.name for column in collection.c)
    rows = run(connection, f"SELECT {names} FROM collection ORDER BY number")  # noqa: S608  names of ours
    return [Collection(*row) for row in rows]


def find_collection(connection: Connection, name: str | int) -> Collection | None:
    """The collection with this number, id or alias."""
    names = ", ".join(column.name for column in collection.c)
    test = "number = :name" if isinstance(name, int) else "id = :name OR alias = :name"
    rows = run(connection, f"SELECT {names} FROM collection WHERE {test}", {"name": name})  # noqa: S608
    return Collection(*rows[0]) if rows else None


def reached(connection: Connection, number: int) -> tuple[int, int]:
    """The last number and stamp that a collection gave, as this transaction has it.

    Raises:
        LookupError: there is no such collection.
    """
    held = unwritten(connection).collections
    if number not in held:
        found = find_collection(connection, number)
        if found is None:
            raise LookupError(f"there is no collection {number}")
        held[number] = (found.last_seq, found.last_added_us)
    return held[number]
