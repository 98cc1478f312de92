"""Until when products are maintained, as feeds say."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from tocsin.store.bulk import insert_rows
from tocsin.store.schema import lifecycle

__all__ = ["keep_lifecycles", "lifecycle_bodies"]


def keep_lifecycles(connection: Connection, feed: str, bodies: Mapping[str, bytes]) -> None:
    """Keep what a feed says of each product, by its id, in the place of what it said before."""
    connection.execute(delete(lifecycle).where(lifecycle.c.feed == feed))
    insert_rows(
        connection, lifecycle, [{"feed": feed, "id": id, "body": body} for id, body in sorted(bodies.items())]
    )


def lifecycle_bodies(connection: Connection, feed: str = "") -> dict[str, bytes]:
    """What is kept by product, of one feed or of all."""
    query = select(lifecycle.c.id, lifecycle.c.body).order_by(lifecycle.c.feed, lifecycle.c.id)
    if feed:
        query = query.where(lifecycle.c.feed == feed)
    return {row.id: bytes(row.body) for row in connection.execute(query)}
