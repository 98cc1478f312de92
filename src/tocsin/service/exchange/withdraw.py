"""``withdraw``: what was published turns out wrong; everybody who got it learns so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.model.stix import read_objects
from tocsin.model.stix_check import references_of, version_key
from tocsin.model.timestamp import parse_timestamp
from tocsin.service.exchange.intake import take_in
from tocsin.service.exchange.node import WARNINGS, Node, moment
from tocsin.service.exchange.publish import collection_named
from tocsin.sharing.policy import Const
from tocsin.sharing.published_advisory import carried_by
from tocsin.sharing.withdrawal import with_reason
from tocsin.store import labels, objects
from tocsin.store.carried import which_refer_to
from tocsin.store.collections import Collection
from tocsin.store.objects import StoredObject
from tocsin.transparency.entry import Act

__all__ = ["revoked_version", "withdraw"]

_TOLD_IN: Final = {"note": "content", "opinion": "explanation"}
"""Where an object says something in words, of types without a description (STIX 2.1 sections 4.12, 4.14)."""

_STEP_US: Final = 1_000


def withdraw(node: Node, id: str, *, why: str, by: str) -> int:
    """Publish a version of the object ``id`` that is revoked (STIX 2.1 section 3.6). Returns how many versions it took.

    Where versions of it are marked differently, those who may see one need not see the last; so there is one revoked
    version under each marking, and whoever got any version learns that it is withdrawn. With a report that carries an
    advisory end the vulnerabilities of which no other object that is published speaks.

    Raises:
        BadInput: this node published no such object, it is withdrawn already, or its type cannot be revoked.
    """
    now = node.now_us

    def act(connection: Connection) -> int:
        collection = collection_named(connection, WARNINGS)
        held = objects.versions(connection, collection.number, Const(value=True), id)
        if not held:
            raise BadInput(f"this node published no {id[:80]!r}", hint="Give the whole id.")
        if all(one.revoked for one in _last_of_each_label(held)):
            raise BadInput(f"{id} is withdrawn already")
        also = _of_it_alone(connection, collection, max(held, key=_key))
        return sum(
            _end(node, connection, collection, one, why=why, by=by, now_us=now) for one in (held, *also)
        )

    return node.write(act)


def _end(
    node: Node,
    connection: Connection,
    collection: Collection,
    held: Sequence[StoredObject],
    *,
    why: str,
    by: str,
    now_us: int,
) -> int:
    """Publish a revoked version of an object under each of its markings; returns how many there were."""
    ended = [one for one in _last_of_each_label(held) if not one.revoked]
    after = max(held, key=_key)
    at_us = max(now_us, int(parse_timestamp(_modified(after)) // 1000) + _STEP_US)
    for one in ended:
        made = read_objects(revoked_version(one.body, why, at_us)).objects
        taken = take_in(
            node,
            connection,
            collection,
            made,
            origin=labels.label_of(connection, one.label).origin,
            channel="published",
            act=Act.WITHDRAW,
            by=by,
            now_us=now_us,
        )
        if taken.refused:
            raise BadInput(f"{one.id} cannot be withdrawn: {taken.refused[0].why}")
        at_us += _STEP_US
    return len(ended)


def _of_it_alone(
    connection: Connection, collection: Collection, last: StoredObject
) -> list[list[StoredObject]]:
    """The versions of each vulnerability that ends with ``last``: it carries an advisory, and no other speaks of it."""
    try:
        advisory = carried_by(msgspec.json.decode(last.body))
    except BadInput:
        advisory = None
    if advisory is None:
        return []
    refs = [
        one for one in references_of(read_objects(last.body).objects[0]) if one.startswith("vulnerability--")
    ]
    found = []
    for ref, others in which_refer_to(connection, collection.number, refs).items():
        versions = objects.versions(connection, collection.number, Const(value=True), ref)
        speak = (
            objects.versions(connection, collection.number, Const(value=True), other)
            for other in others
            if other != last.id and not other.startswith("sighting--")
        )
        if versions and all(max(one, key=_key).revoked for one in speak):
            found.append(versions)
    return found


def revoked_version(body: bytes, why: str, at_us: int) -> bytes:
    """The object as revoked at ``at_us`` (microseconds), or a millisecond after its last change if that is later.

    Raises:
        BadInput: the object's type has no versions.
    """
    held: dict[str, Any] = msgspec.json.decode(body)
    if "modified" not in held:
        raise BadInput(_cannot_be_revoked(str(held.get("type"))))
    at = max(at_us, int(parse_timestamp(held["modified"]) // 1000) + _STEP_US)
    held |= {"modified": moment(at), "revoked": True}
    if why:
        told = _TOLD_IN.get(str(held.get("type")), "description")
        held[told] = with_reason(why, str(held.get(told, "")))
    return msgspec.json.encode(held)


def _last_of_each_label(held: Sequence[StoredObject]) -> list[StoredObject]:
    last: dict[int, StoredObject] = {}
    for one in sorted(held, key=_key):
        last[one.label] = one
    return list(last.values())


def _key(one: StoredObject) -> str:
    return version_key(one.version)


def _modified(one: StoredObject) -> str:
    if not one.version or b'"modified"' not in one.body:
        raise BadInput(
            _cannot_be_revoked(one.type),
            hint="Withdraw the indicators and relationships that speak of it.",
        )
    return one.version


def _cannot_be_revoked(type: str) -> str:
    return f"a {type} has no versions and cannot be withdrawn"
