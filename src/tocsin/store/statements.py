"""What persons said of who is behind an address, a cluster or an incident."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from sqlalchemy import Connection, insert, select, update

from tocsin.store.schema import statement

__all__ = ["KeptStatement", "keep_statement", "statements", "withdraw_statement"]


@dataclass(frozen=True, slots=True)
class KeptStatement:
    """A statement: when it was noted (microseconds since 1970) and by whom, and whether it was withdrawn since."""

    id: str
    noted_us: int
    noted_by: str
    body: bytes
    withdrawn_us: int | None = None
    withdrawn_by: str = ""
    withdrawn_why: str = ""


_COLUMNS = tuple(statement.c[name] for name in KeptStatement.__slots__)


def keep_statement(connection: Connection, one: KeptStatement) -> None:
    """Keep a statement that was not kept before."""
    connection.execute(
        insert(statement).values(**dict(zip(KeptStatement.__slots__, astuple(one), strict=True)))
    )


def withdraw_statement(connection: Connection, id: str, at_us: int, by: str, why: str) -> None:
    """Note that a statement was withdrawn; it stays."""
    connection.execute(
        update(statement)
        .where(statement.c.id == id)
        .values(withdrawn_us=at_us, withdrawn_by=by, withdrawn_why=why)
    )


def statements(connection: Connection) -> list[KeptStatement]:
    """All that were kept, in the order of their ids."""
    rows = connection.execute(select(*_COLUMNS).order_by(statement.c.id))
    return [
        KeptStatement(
            row.id,
            row.noted_us,
            row.noted_by,
            bytes(row.body),
            row.withdrawn_us,
            row.withdrawn_by,
            row.withdrawn_why,
        )
        for row in rows
    ]
