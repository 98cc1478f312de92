"""What of a collection its source lists no longer, and what each part of a source lists that is read part by part."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from tocsin.store.schema import listed as listed_table, object_

__all__ = ["forget_parts", "keep_part", "listed_in", "unlisted"]

_READ_AT_ONCE: Final = 5_000


def unlisted(
    connection: Connection,
    collection: int,
    listed: Mapping[str, str],
    *,
    most_seq: int,
    kept_types: Container[str] = (),
) -> Iterator[tuple[int, str]]:
    """Place and id of each version that is not ``listed``: the object is not, or only earlier versions of it are.

    ``listed`` holds an object's id and the key of its last listed version. Versions numbered beyond ``most_seq``, those
    that are revoked and those of ``kept_types`` are not looked at. In order of place.
    """
    after = -1
    while True:
        rows = connection.execute(
            select(object_.c.seq, object_.c.place, object_.c.id, object_.c.version_key, object_.c.type)
            .where(
                object_.c.collection == collection,
                object_.c.seq > after,
                object_.c.seq <= most_seq,
                object_.c.revoked.is_(False),
            )
            .order_by(object_.c.place)
            .limit(_READ_AT_ONCE)
        ).all()
        if not rows:
            return
        for _, place, id, key, type in rows:
            if type not in kept_types and (id not in listed or key > listed[id]):
                yield place, id
        after = rows[-1][0]


def keep_part(connection: Connection, collection: int, part: str, listed: Mapping[str, str]) -> None:
    """Note all that ``part`` of a source lists now: ids, and the key of each one's last version."""
    of_part = (listed_table.c.collection == collection) & (listed_table.c.part == part)
    connection.execute(delete(listed_table).where(of_part))
    if listed:
        connection.execute(
            insert(listed_table),
            [
                {"collection": collection, "part": part, "id": id, "version_key": key}
                for id, key in listed.items()
            ],
        )


def listed_in(connection: Connection, collection: int, parts: Container[str]) -> dict[str, str]:
    """All that these parts of a source list, each with the key of its last version."""
    found: dict[str, str] = {}
    rows = connection.execute(
        select(listed_table.c.part, listed_table.c.id, listed_table.c.version_key)
        .where(listed_table.c.collection == collection)
        # Of this statement alone: of the connection, what is written after it would be read with a cursor, too.
        .execution_options(yield_per=_READ_AT_ONCE)
    )
    for part, id, key in rows:
        if part in parts:
            found[id] = max(found.get(id, ""), key)
    return found


def forget_parts(connection: Connection, collection: int, but: Container[str]) -> None:
    """Forget what parts list that are none of ``but``."""
    held = connection.scalars(
        select(listed_table.c.part).where(listed_table.c.collection == collection).distinct()
    )
    for part in [one for one in held if one not in but]:
        connection.execute(
            delete(listed_table).where(listed_table.c.collection == collection, listed_table.c.part == part)
        )
