"""Incidents of others: those that a hub or source gives, and those that this node has released.

What lies here in its collections is the truth: of each the last version counts, and what was withdrawn counts no more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import NothingToCheck
from tocsin.incidents.incident import Cause, Incident
from tocsin.incidents.shared import content
from tocsin.incidents.stix.read import read_incidents
from tocsin.model.stix import StixObject, read_objects
from tocsin.service.exchange.node import WARNINGS, Node
from tocsin.service.exchange.share import told_id
from tocsin.service.incidents.kept import chosen_of, kept_incidents, newest, own_incidents
from tocsin.service.measures.known import catalogue_of, known
from tocsin.store import hubs
from tocsin.store.carried import LastVersion, bodies, last_versions, last_versions_of
from tocsin.store.collections import find_collection

__all__ = ["Received", "came_back", "givers", "known_incidents", "own_or_received", "received_incidents"]

_INCIDENT: Final = "incident"
_REFERRED: Final = re.compile(
    rb'"((?:event|impact|task|sighting|attack-pattern)--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"'
)
"""What an incident is told by, as :func:`_read` reads it."""


@dataclass(frozen=True, slots=True)
class Received:
    """An incident of somebody else: ``by`` is who gave it, "" where this node itself released it."""

    incident: Incident
    by: str


def known_incidents(node: Node, connection: Connection, *, mine: bool = False) -> list[Incident]:
    """This node's own incidents, and unless ``mine`` those of others, each once: imported, or given by hubs."""
    if mine:
        return own_incidents(connection)
    return [*kept_incidents(connection), *(one.incident for one in received_incidents(node, connection))]


def own_or_received(node: Node, connection: Connection, which: str) -> Incident:
    """The incident that ``which`` names among this node's own, else among those of others.

    Raises:
        NothingToCheck: none is called so.
        BadInput: several are.
    """
    try:
        return newest(connection, which)
    except NothingToCheck:
        return chosen_of([one.incident for one in received_incidents(node, connection)], which)


def received_incidents(node: Node, connection: Connection) -> list[Received]:
    """The incidents of others, each once, the last changed first; none that is this node's own and came back."""
    own = _Own(node, connection)
    found: dict[str, Received] = {}
    for by, collection in givers(connection):
        for one in _read(connection, collection):
            before = found.get(one.id)
            if not own.holds(one, by) and (before is None or before.incident.changed_us < one.changed_us):
                found[one.id] = Received(_named(one), by)
    return sorted(found.values(), key=lambda held: (-held.incident.changed_us, held.incident.id))


def came_back(node: Node, connection: Connection, ids: Collection[str]) -> set[str]:
    """Which incidents of these ids that others give are this node's own; nothing else of what they gave is read."""
    if not ids:
        return set()
    own = _Own(node, connection)
    found = own.ids.intersection(ids)
    if own.said:
        for by, collection in givers(connection):
            # Those that say the same have the same addresses, so whoever asks for one by these asks for all.
            said = _incidents(_reached(connection, collection, ids))
            found |= {one.id for one in said if own.holds(one, by)}
    return found


def givers(connection: Connection) -> list[tuple[str, int]]:
    """Who gives incidents, and the number of the collection in which they lie; "" is this node, that released them."""
    given = [(one.name, one.collection) for one in hubs.hubs(connection)]
    given += [(one.name, one.collection) for one in hubs.sources(connection)]
    published = find_collection(connection, WARNINGS)
    return given if published is None else [*given, ("", published.number)]


class _Own:
    """What this node has sent: by its id, and anonymously, where the hub gave it another, by what it says."""

    def __init__(self, node: Node, connection: Connection) -> None:
        own = kept_incidents(connection)
        names = [one.name for one in hubs.hubs(connection)]
        self.ids = {one.id for one in own}
        self.ids |= {told_id(node, _INCIDENT, one.id, "", anonymous=False) for one in own}
        unnamed = {told_id(node, _INCIDENT, one.id, hub, anonymous=True) for one in own for hub in names}
        self.ids |= unnamed
        self.said: dict[tuple[str, bytes], str] = {}
        for queued in hubs.queued_with(connection, sorted(unnamed)):
            for one in read_incidents(read_objects(queued.body).objects).incidents:
                self.said[queued.hub, content(one)] = queued.id

    def holds(self, one: Incident, by: str) -> bool:
        if one.id in self.ids:
            return True
        sent = self.said.get((by, content(one))) if self.said else None
        if sent is None:
            return False
        # Another's may say the same: of several one alone is this node's.
        self.said = {said: id for said, id in self.said.items() if id != sent}
        return True


def _read(connection: Connection, collection: int) -> list[Incident]:
    objects = _last(connection, collection, "incident")
    if not objects:
        return []
    for type in ("event", "impact", "task"):
        objects += _last(connection, collection, type)
    if any(b'"sighting_refs"' in one.raw for one in objects):
        # An event may name its technique by a sighting of it; else these are many, and say nothing here.
        for type in ("sighting", "attack-pattern"):
            objects += _last(connection, collection, type)
    return _incidents(objects)


def _incidents(objects: Sequence[StixObject]) -> list[Incident]:
    found = read_incidents(objects).incidents
    return [msgspec.structs.replace(one, foreign=(), rest={}) for one in found]


def _reached(connection: Connection, collection: int, ids: Iterable[str]) -> list[StixObject]:
    """The incidents of these ids, and what they refer to."""
    wanted, seen = {id for id in ids if id.startswith(f"{_INCIDENT}--")}, set[str]()
    objects: list[StixObject] = []
    while wanted:
        seen |= wanted
        new = _objects(connection, last_versions_of(connection, collection, sorted(wanted)))
        objects += new
        wanted = {id.decode() for one in new for id in _REFERRED.findall(one.raw)} - seen
    return objects


def _last(connection: Connection, collection: int, type: str) -> list[StixObject]:
    return _objects(connection, last_versions(connection, collection, type))


def _objects(connection: Connection, versions: Iterable[LastVersion]) -> list[StixObject]:
    places = [row.place for row in versions if not row.revoked]
    return [one for _, body in bodies(connection, places) for one in read_objects(body).objects]


def _named(incident: Incident) -> Incident:
    """What was sent without words gets those that are publicly known: of its techniques and measures."""
    knowledge, measures = known(), {one.id: one for one in catalogue_of().measures}

    def technique(id: str) -> str:
        held = knowledge.technique(id) if id else None
        return held.name if held else id

    def words(cause: Cause) -> str:
        measure = measures.get(cause.measure)
        return cause.text or (measure.absent or measure.name if measure else technique(cause.technique))

    nodes = tuple(
        msgspec.structs.replace(node, name=node.name or technique(node.technique) or "a step", rest={})
        for node in incident.flow.nodes
    )
    return msgspec.structs.replace(
        incident,
        flow=msgspec.structs.replace(incident.flow, nodes=nodes),
        causes=tuple(msgspec.structs.replace(one, text=words(one)) for one in incident.causes),
    )
