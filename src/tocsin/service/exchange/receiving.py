"""Keeping what a hub or a source gave: in its own collection, under its own origin, with the point to go on from."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.model.stix import StixObject
from tocsin.service.exchange.intake import Intake, take_in
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.synced import Synced
from tocsin.store.collections import Collection, add_collection, find_collection
from tocsin.store.hubs import Hub, Source
from tocsin.store.organisations import find_organisation

__all__ = ["Giver", "add_received", "giver_of"]


@dataclass(frozen=True, slots=True)
class Giver:
    """Who gives: its name, the collection for what comes from it, and the identity id that stands as its origin."""

    name: str
    collection: Collection
    origin: str

    def keep(
        self,
        node: Node,
        objects: Sequence[StixObject],
        done: Synced,
        *,
        then: Callable[[Connection, int], None],
    ) -> Intake:
        """Store ``objects`` and count them into ``done``.

        ``then`` notes where to go on, in the same transaction; it is given the time in microseconds.
        """
        now = node.now_us

        def act(connection: Connection) -> Intake:
            taken = take_in(
                node,
                connection,
                self.collection,
                objects,
                origin=self.origin,
                channel="received",
                act=None,
                by=self.name,
                now_us=now,
            )
            then(connection, now)
            return taken

        taken = node.write(act)
        done.new += len(taken.stored)
        done.known += len(taken.present)
        for one in taken.refused:
            done.refuse(one.id, one.why)
        return taken


def giver_of(node: Node, given: Hub | Source) -> Giver:
    """The hub or source as one who gives.

    Raises:
        BadInput: the database has lost what belongs to it.
    """
    with node.reading() as connection:
        here = find_collection(connection, given.collection)
        origin = find_organisation(connection, given.organisation)
    if here is None or origin is None:
        raise BadInput(f"the node's database has lost what belongs to {given.name}")
    return Giver(given.name, here, origin.id)


def add_received(node: Node, connection: Connection, organisation: int, name: str) -> int:
    """Make the collection for what will come from the organisation of this number; returns the collection's number."""
    return add_collection(
        connection,
        id=str(uuid.UUID(bytes=node.around.entropy(16), version=4)),
        alias=f"from-{organisation}",
        title=name,
        description=f"What came from {name}.",
        kind="received",
    )
