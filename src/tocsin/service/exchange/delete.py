"""Deleting by TAXII (section 5.7): the versions that are named go, and whoever got them learns so.

A row that is gone tells nothing to those who have a copy. So what was published and is deleted is followed by what
does tell them (STIX 2.1 section 3.6): a *last word*, a version that is revoked and holds no more than an object of
its type must. There is one under each label that a deleted version had, so that each reader of one sees a last word.
Where versions are left, the last of them is published again after it. Objects without versions (observables) just
go: what was claimed of them stands in other objects. Definitions of markings stay: what is marked would lose its
meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import NotPermitted
from tocsin.model.stix import StixObject, read_objects
from tocsin.model.stix_check import version_key
from tocsin.model.timestamp import parse_timestamp
from tocsin.service.exchange.access import Access
from tocsin.service.exchange.intake import take_in
from tocsin.service.exchange.node import Node, moment
from tocsin.sharing.policy import visible
from tocsin.store import inbox, labels, objects
from tocsin.store.collections import Collection
from tocsin.store.objects import Query, StoredObject
from tocsin.transparency.entry import Act

__all__ = ["delete", "last_word"]

_KEPT: Final = frozenset(
    {
        "type",
        "spec_version",
        "id",
        "created_by_ref",
        "created",
        "modified",
        "lang",
        "labels",
        "object_marking_refs",
    }
)
_NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "attack-pattern": ("name",),
    "campaign": ("name",),
    "course-of-action": ("name",),
    "grouping": ("context", "object_refs"),
    "identity": ("name", "identity_class"),
    "incident": ("name",),
    "indicator": ("pattern", "pattern_type", "valid_from"),
    "infrastructure": ("name",),
    "intrusion-set": ("name",),
    "malware": ("name", "is_family"),
    "note": ("content", "object_refs"),
    "opinion": ("opinion", "object_refs"),
    "relationship": ("relationship_type", "source_ref", "target_ref"),
    "report": ("name", "published", "object_refs"),
    "sighting": ("sighting_of_ref",),
    "threat-actor": ("name",),
    "tool": ("name",),
    "vulnerability": ("name",),
}
"""What an object of a type must have (STIX 2.1 sections 4 and 5); of other types everything is kept."""

_MS_US: Final = 1000


def delete(node: Node, access: Access, collection: Collection, query: Query) -> int:
    """Delete the versions that ``query`` names, ``access`` may see and is entitled to; returns how many there were.

    In the inbox these are its own that nobody decided on yet; elsewhere the organisation of this node alone deletes.

    Raises:
        NotPermitted: it may see them, and not delete them.
    """
    now = node.now_us

    def act(connection: Connection) -> int:
        allowed = visible(access.viewer)
        named = objects.page(connection, collection.number, allowed, query)
        if not named:
            return 0
        if collection.kind == "inbox":
            _check_own(connection, access, named)
        elif access.viewer.relation != "own":
            raise NotPermitted("what this organisation published is deleted by itself alone")
        if named[0].type == "marking-definition":
            raise NotPermitted(
                "a definition of a marking stays: what is marked with it would lose its meaning"
            )
        gone = {one.place for one in named}
        left = [
            one
            for one in objects.versions(connection, collection.number, allowed, named[0].id)
            if one.place not in gone
        ]
        for one in named:
            node.record(connection, Act.DELETE, access.name, _subject(one, collection), now)
        objects.forget(connection, sorted(gone), now_us=now)
        if collection.kind != "inbox":
            _tell(node, connection, access, collection, named, left, now)
        return len(named)

    return node.write(act)


def last_word(body: bytes, at_us: int) -> bytes:
    """The object as revoked at ``at_us``, with what it must have and its markings, and nothing else."""
    held: dict[str, Any] = msgspec.json.decode(body)
    needed = _NEEDED.get(str(held.get("type")))
    made = held if needed is None else {key: held[key] for key in held if key in _KEPT or key in needed}
    if needed is not None:
        # What marked a part that is gone marks what is left: never less strictly than before.
        granular = [
            one.get("marking_ref") for one in held.get("granular_markings", []) if isinstance(one, dict)
        ]
        refs = dict.fromkeys([*held.get("object_marking_refs", []), *filter(None, granular)])
        made |= {"object_marking_refs": list(refs)} if refs else {}
    return msgspec.json.encode(made | {"modified": moment(at_us), "revoked": True})


def _check_own(connection: Connection, access: Access, named: Sequence[StoredObject]) -> None:
    states = inbox.states(connection, [one.place for one in named])
    for one in named:
        submitter, state = states.get(one.place, (0, ""))
        if submitter != access.organisation.number:
            raise NotPermitted("it is deleted by the one who sent it alone; refuse it instead")
        if state != "new":
            raise NotPermitted(f"it is {state} already", hint="Ask this node's people to withdraw it.")


def _subject(one: StoredObject, collection: Collection) -> dict[str, Any]:
    return {
        "collection": collection.id,
        "id": one.id,
        "version": one.version,
        "sha256": sha256(one.body).hexdigest(),
        "added": moment(one.added_us),
    }


def _tell(
    node: Node,
    connection: Connection,
    access: Access,
    collection: Collection,
    gone: Sequence[StoredObject],
    left: Sequence[StoredObject],
    now_us: int,
) -> None:
    """Publish what those need who have a copy of ``gone``."""
    newest_first = sorted(gone, key=lambda one: version_key(one.version), reverse=True)
    newest = newest_first[0]
    if not newest.version or b'"modified"' not in newest.body:
        return
    superseding = {one.label for one in left if version_key(one.version) > version_key(newest.version)}
    if {one.label for one in gone} <= superseding:
        return
    known = [*gone, *left]
    at_us = max(now_us, max(int(parse_timestamp(one.version) // 1000) for one in known) + _MS_US)
    by_label = {one.label: one for one in reversed(newest_first)}
    for one in by_label.values():
        if not one.revoked:
            _publish(
                node, connection, access, collection, one, last_word(one.body, at_us), Act.WITHDRAW, now_us
            )
            at_us += _MS_US
    if left:
        last = max(left, key=lambda one: version_key(one.version))
        again = msgspec.json.encode(msgspec.json.decode(last.body) | {"modified": moment(at_us)})
        _publish(node, connection, access, collection, last, again, Act.PUBLISH, now_us)


def _publish(
    node: Node,
    connection: Connection,
    access: Access,
    collection: Collection,
    before: StoredObject,
    raw: bytes,
    act: Act,
    now_us: int,
) -> None:
    made: StixObject = read_objects(raw).objects[0]
    label = labels.label_of(connection, before.label)
    taken = take_in(
        node,
        connection,
        collection,
        [made],
        origin=label.origin,
        channel="published",
        act=act,
        by=access.name,
        now_us=now_us,
    )
    if taken.refused:
        raise NotPermitted(f"it cannot be deleted: {taken.refused[0].why}")
