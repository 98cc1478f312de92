"""``source``: feeds that this node reads besides its hubs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.detect.warning import WarningTally
from tocsin.errors import BadInput
from tocsin.model.stix import StixObject, read_objects
from tocsin.service.exchange.init import read_name
from tocsin.service.exchange.intake import Intake, take_in
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.remote import MakeClient
from tocsin.service.exchange.synced import Synced
from tocsin.sources.feed import Source as FeedSource, SourceKind, SourceState, read_source
from tocsin.store import hubs
from tocsin.store.collections import Collection, add_collection, find_collection
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
    """Take what is new from a source; each part is kept with the state to go on from.

    Raises:
        SourceUnavailable: it cannot be reached or opened.
        NotPermitted: it leads to where it may not.
        BadInput: nothing of it can be read.
    """
    with node.reading() as connection:
        here = find_collection(connection, source.collection)
        origin = find_organisation(connection, source.organisation)
    if here is None or origin is None:
        raise BadInput(f"the node's database has lost what belongs to {source.name}")
    feed = FeedSource(source.location, SourceKind(source.kind) if source.kind else None)
    state = msgspec.json.decode(source.cursor, type=SourceState) if source.cursor else None
    tally = WarningTally()
    client = make_client(source.location) if feed.is_url else None
    with client or nullcontext():
        for batch in read_source(feed, tally, node.now_text, state, client):
            objects = [one for raw in batch.objects for one in read_objects(raw).objects]
            _keep_batch(node, source, (here, origin.id), objects, batch.state, done)
    done.refused += sum(count for count, _ in tally.not_checked.values())
    now = node.now_us
    node.write(lambda connection: hubs.touch_source(connection, source.name, synced_us=now))


def _keep_batch(
    node: Node,
    source: Source,
    where: tuple[Collection, str],
    objects: Sequence[StixObject],
    state: SourceState,
    done: Synced,
) -> None:
    now = node.now_us
    cursor = msgspec.json.encode(state).decode()

    def act(connection: Connection) -> Intake:
        taken = take_in(
            node,
            connection,
            where[0],
            objects,
            origin=where[1],
            channel="received",
            act=None,
            by=source.name,
            now_us=now,
        )
        hubs.update_source(connection, source.name, cursor=cursor, synced_us=now)
        return taken

    taken = node.write(act)
    done.new += len(taken.stored)
    done.known += len(taken.present)
    done.refused += len(taken.refused)
