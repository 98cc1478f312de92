"""``withdraw``: what was published turns out wrong; everybody who got it learns so."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.model.stix import read_objects
from tocsin.model.stix_check import version_key
from tocsin.model.timestamp import parse_timestamp
from tocsin.service.exchange.intake import Intake, take_in
from tocsin.service.exchange.node import WARNINGS, Node, moment
from tocsin.service.exchange.publish import collection_named
from tocsin.sharing.policy import Const
from tocsin.store import labels, objects
from tocsin.transparency.entry import Act

__all__ = ["revoked_version", "withdraw"]


def withdraw(node: Node, id: str, *, why: str, by: str) -> None:
    """Publish a version of the object ``id`` that is revoked (STIX 2.1 section 3.6), marked as it was.

    Raises:
        BadInput: this node published no such object, it is withdrawn already, or its type cannot be revoked.
    """
    now = node.now_us

    def act(connection: Connection) -> Intake:
        collection = collection_named(connection, WARNINGS)
        held = objects.versions(connection, collection.number, Const(True), id)
        if not held:
            raise BadInput(f"this node published no {id[:80]!r}", hint="Give the whole id.")
        last = max(held, key=lambda one: version_key(one.version))
        if last.revoked:
            raise BadInput(f"{id} is withdrawn already")
        origin = labels.label_of(connection, last.label).origin
        made = read_objects(revoked_version(last.body, why, now)).objects[0]
        return take_in(
            node,
            connection,
            collection,
            [made],
            origin=origin,
            channel="published",
            act=Act.WITHDRAW,
            by=by,
            now_us=now,
        )

    taken = node.write(act)
    if taken.refused:
        raise BadInput(f"{id} cannot be withdrawn: {taken.refused[0].why}")


def revoked_version(body: bytes, why: str, now_us: int) -> bytes:
    """The object as revoked now.

    Raises:
        BadInput: the object's type has no versions.
    """
    held: dict[str, Any] = msgspec.json.decode(body)
    if "modified" not in held:
        raise BadInput(f"a {held.get('type')} has no versions and cannot be revoked")
    at = max(now_us * 1000, int(parse_timestamp(held["modified"]) // 1) + 1_000_000)
    text = moment(at // 1000)
    held |= {"modified": text, "revoked": True}
    if why:
        held["description"] = f"Withdrawn: {why}\n{held.get('description', '')}".strip()
    return msgspec.json.encode(held)
