"""What persons said of the names of products."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from tocsin.store.schema import alias, alias_key

__all__ = ["KeptAlias", "aliases", "forget_alias", "keep_alias"]


@dataclass(frozen=True, slots=True)
class KeptAlias:
    """``held`` and ``named`` are the two names as they are spelled to compare them; ``body`` is all that was said."""

    held: str
    named: str
    noted_us: int
    body: bytes


def keep_alias(connection: Connection, one: KeptAlias, keys: Iterable[tuple[str, str]]) -> None:
    """Note what was said; it takes the place of what was said of the same two names before.

    ``keys`` are (key of a claim, key of a release): a release that goes by the second is found by the first, too.
    """
    forget_alias(connection, one.held, one.named)
    number = connection.execute(
        insert(alias)
        .values(held=one.held, named=one.named, noted_us=one.noted_us, body=one.body)
        .returning(alias.c.number)
    ).scalar_one()
    rows = [{"named": named, "held": held, "alias": number} for named, held in sorted(set(keys))]
    if rows:
        connection.execute(insert(alias_key), rows)


def forget_alias(connection: Connection, held: str, named: str) -> bool:
    """Forget what was said of two names; whether anything was."""
    number = connection.scalar(select(alias.c.number).where(alias.c.held == held, alias.c.named == named))
    if number is None:
        return False
    connection.execute(delete(alias_key).where(alias_key.c.alias == number))
    connection.execute(delete(alias).where(alias.c.number == number))
    return True


def aliases(connection: Connection) -> list[KeptAlias]:
    """All that was said, by the names that it is about."""
    rows = connection.execute(
        select(alias.c.held, alias.c.named, alias.c.noted_us, alias.c.body).order_by(
            alias.c.held, alias.c.named
        )
    )
    return [KeptAlias(row.held, row.named, row.noted_us, bytes(row.body)) for row in rows]
