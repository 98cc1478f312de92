"""What hubs tell this node: which of its cases lead where another member's do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.incidents.incident import Incident
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.links.marks import PUBLIC, Key, mark_hash
from tocsin.ransom.links.told import LINKS_TYPE, ToldLink, read_links
from tocsin.service.exchange.node import Node
from tocsin.service.incidents.kept import own_incidents
from tocsin.service.ransom.share import case_id, marks_here
from tocsin.store import hubs
from tocsin.store.carried import bodies, last_versions
from tocsin.store.organisations import find_organisation

__all__ = ["GivenLink", "given_links"]


@dataclass(frozen=True, slots=True)
class GivenLink:
    """A link that ``hub`` tells of. ``incident`` is this node's own, None if it is not kept here any more.

    ``value`` is the mark that both have: "" where no key that is known here gives its hash.
    """

    hub: str
    link: ToldLink
    incident: Incident | None
    value: str


def given_links(node: Node, ledger: Ledger, keys: Iterable[Key] = ()) -> list[GivenLink]:
    """What each hub tells now; a hash is looked for under the public key and ``keys``.

    What a hub did not make itself, or cannot be read, tells nothing.
    """
    with node.reading() as connection:
        given = list(_given(connection))
        if not given:
            return []
        joined, own = hubs.hubs(connection), own_incidents(connection)
    cases = {(hub.name, case_id(node, one.id, hub.name)): one for hub in joined for one in own}
    told = {id: cases[id] for hub, link in given if (id := (hub, link.case)) in cases}
    values = {
        (id, mark_hash(mark, key)): mark.value
        for id, marks in marks_here(node, ledger, {one.id: one for one in told.values()}.values()).items()
        for key in (PUBLIC, *keys)
        for mark in reversed(marks)
    }
    found = []
    for hub, link in given:
        incident = told.get((hub, link.case))
        value = values.get((incident.id, link.hash), "") if incident is not None else ""
        found.append(GivenLink(hub, link, incident, value))
    return found


def _given(connection: Connection) -> Iterator[tuple[str, ToldLink]]:
    for hub in hubs.hubs(connection):
        organisation = find_organisation(connection, hub.organisation)
        if organisation is None:
            continue
        versions = last_versions(connection, hub.collection, LINKS_TYPE)
        for _, body in bodies(connection, [one.place for one in versions if not one.revoked]):
            if msgspec.json.decode(body).get("created_by_ref") != organisation.id:
                continue
            try:
                links = read_links(body)
            except BadInput:
                continue
            for link in links:
                yield hub.name, link
