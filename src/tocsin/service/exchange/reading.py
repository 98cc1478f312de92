"""What a reader is given of a collection: only what it may see, in the order of its stamps."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.limits import PAGE_BYTES
from tocsin.service.exchange.access import Access
from tocsin.service.exchange.node import Node
from tocsin.sharing.policy import visible
from tocsin.store import objects
from tocsin.store.collections import Collection
from tocsin.store.objects import Query, StoredObject

__all__ = ["Page", "read_page", "read_versions"]


@dataclass(frozen=True, slots=True)
class Page:
    """Some versions, and whether there are more after them."""

    objects: tuple[StoredObject, ...]
    more: bool


def read_page(node: Node, access: Access, collection: Collection, query: Query, limit: int) -> Page:
    """At most ``limit`` versions that ``query`` asks for and that ``access`` may see.

    Fewer where they would have more bytes than a page may.
    """
    with node.reading() as connection:
        found = objects.page(
            connection, collection.number, visible(access.viewer), query, limit + 1, most_bytes=PAGE_BYTES
        )
    fits, held = 0, 0
    for one in found[:limit]:
        held += len(one.body)
        if fits and held > PAGE_BYTES:
            break
        fits += 1
    return Page(tuple(found[:fits]), len(found) > fits)


def read_versions(node: Node, access: Access, collection: Collection, id: str) -> tuple[StoredObject, ...]:
    """Every version of one object that ``access`` may see."""
    with node.reading() as connection:
        return tuple(objects.versions(connection, collection.number, visible(access.viewer), id))
