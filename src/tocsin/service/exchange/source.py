"""``source``: feeds that this node reads besides its hubs."""

from __future__ import annotations

import uuid
from typing import Final

from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.service.exchange.init import read_name
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.remote import MakeClient
from tocsin.service.exchange.synced import Synced
from tocsin.store import hubs
from tocsin.store.collections import add_collection
from tocsin.store.hubs import Hub, Source
from tocsin.store.organisations import add_organisation, find_organisation
from tocsin.transparency.entry import Act

__all__ = ["RESERVED", "add_source", "list_hubs", "list_sources", "remove_source", "sync_source"]

RESERVED: Final = frozenset({"kev", "cve", "osv", "csaf", "vex", "eol", "ofac", "tagpacks"})
"""Names of feeds with a meaning of their own."""

_NAMESPACE: Final = uuid.UUID("5f1c34a0-9a37-5d44-8a8e-2f0c8b4f6d10")


def add_source(node: Node, *, name: str, location: str, kind: str, by: str) -> None:
    """Remember a source; the next sync reads it.

    Raises:
        BadInput: the name is reserved, taken or none.
    """
    name = read_name(name)
    if name in RESERVED:
        raise BadInput(
            f"{name!r} is reserved for the official feed of that name", hint="Choose another name."
        )
    now = node.now_us

    def act(connection: Connection) -> None:
        if find_organisation(connection, name) is not None:
            raise BadInput(f"{name} is there already")
        number = add_organisation(
            connection,
            id=f"identity--{uuid.uuid5(_NAMESPACE, f'{node.own.id} {name} {location}')}",
            name=name,
            relation="source",
            now_us=now,
        )
        collection = add_collection(
            connection,
            id=str(uuid.UUID(bytes=node.around.entropy(16), version=4)),
            alias=f"from-{number}",
            title=name,
            description=f"What came from {location}.",
            kind="received",
        )
        hubs.add_source(connection, Source(name, location, kind, number, collection, "", None))
        node.record(connection, Act.SOURCE_ADD, by, {"name": name, "location": location}, now)

    node.write(act)


def list_sources(node: Node) -> list[Source]:
    """Every source, by name."""
    with node.reading() as connection:
        return hubs.sources(connection)


def list_hubs(node: Node) -> list[Hub]:
    """Every hub that this node joined, by name."""
    with node.reading() as connection:
        return hubs.hubs(connection)


def remove_source(node: Node, name: str, *, by: str) -> None:
    """Forget a source; what came from it stays.

    Raises:
        BadInput: there is none of that name.
    """
    now = node.now_us

    def act(connection: Connection) -> None:
        if not hubs.remove_source(connection, name):
            raise BadInput(f"no source is called {name[:60]!r}", hint="`tocsin source list` shows them.")
        node.record(connection, Act.SOURCE_REMOVE, by, {"name": name}, now)

    node.write(act)


def sync_source(node: Node, source: Source, make_client: MakeClient, done: Synced) -> None:
    """Take what is new from a source."""
    raise NotImplementedError
