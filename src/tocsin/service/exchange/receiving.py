"""Keeping what a hub or a source gave: in its own collection, under its own origin, with the point to go on from."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.model.stix import StixObject, read_objects
from tocsin.model.stix_check import version_key, version_of
from tocsin.model.timestamp import parse_timestamp
from tocsin.service.exchange.intake import Intake, is_revoked, take_in
from tocsin.service.exchange.node import Node, moment
from tocsin.service.exchange.synced import Synced
from tocsin.sharing.label import Label
from tocsin.store.collections import Collection, add_collection, find_collection
from tocsin.store.hubs import Hub, Source
from tocsin.store.objects import held_versions
from tocsin.store.organisations import find_organisation

__all__ = ["Giver", "add_received", "giver_of"]

_CHANNEL: Final = "received"
_STEP_US: Final = 1_000


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
        made: Container[str] = frozenset(),
    ) -> Intake:
        """Store ``objects`` and count them into ``done``.

        ``then`` notes where to go on, in the same transaction; it is given the time in microseconds. ``made`` are the
        ids of those that were made here of lines that have no version: one that says something new is a new version.
        """
        now = node.now_us

        def act(connection: Connection) -> Intake:
            taken = self._take_in(node, connection, self._continued(connection, objects, made), now)
            changed = {one.id for one in taken.refused if one.conflict and one.id in made}
            if changed:
                later = [
                    _at(one, max(now, _version_us(one) + _STEP_US))
                    for one in self._continued(connection, objects, made)
                    if one.id in changed
                ]
                again = self._take_in(node, connection, later, now)
                taken.stored += again.stored
                taken.refused = [one for one in taken.refused if one.id not in changed] + again.refused
            then(connection, now)
            return taken

        taken = node.write(act)
        withdrawn = sum(map(is_revoked, taken.stored))
        done.new += len(taken.stored) - withdrawn
        done.withdrawn += withdrawn
        done.known += len(taken.present)
        for one in taken.refused:
            done.refuse(one.id, one.why)
        return taken

    def _take_in(
        self, node: Node, connection: Connection, objects: Sequence[StixObject], now_us: int
    ) -> Intake:
        return take_in(
            node,
            connection,
            self.collection,
            objects,
            origin=self.origin,
            channel=_CHANNEL,
            act=None,
            by=self.name,
            now_us=now_us,
        )

    def _continued(
        self, connection: Connection, objects: Sequence[StixObject], made: Container[str]
    ) -> list[StixObject]:
        """``objects``, of those that were ``made`` here each as the last version that it was kept as."""
        ids = [one.id for one in objects if one.id in made]
        if not ids:
            return list(objects)
        scope = Label(0, origin=self.origin, channel=_CHANNEL).scope
        last: dict[str, str] = {}
        for id, key in held_versions(connection, self.collection.number, ids, scope):
            last[id] = max(last.get(id, ""), key)
        return [
            _at(one, int(parse_timestamp(f"{last[one.id]}Z")) // 1000)
            if one.id in made and last.get(one.id, "") > version_key(version_of(one))
            else one
            for one in objects
        ]


def _at(one: StixObject, at_us: int) -> StixObject:
    """The object as modified at ``at_us`` (microseconds)."""
    held = msgspec.json.decode(one.raw)
    return read_objects(msgspec.json.encode({**held, "modified": moment(at_us)})).objects[0]


def _version_us(one: StixObject) -> int:
    return int(parse_timestamp(version_of(one))) // 1000


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
