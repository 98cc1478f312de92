"""What of a collection its source lists no longer."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Final

from sqlalchemy import Connection, select

from tocsin.store.schema import object_

__all__ = ["unlisted"]

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
