"""Passing on what was sent anonymously: as the hub's own, without what tells who sent it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.model.stix import StixObject, read_objects
from tocsin.model.stix_check import references_of
from tocsin.service.exchange.intake import Refused, marking_refs
from tocsin.service.exchange.node import SECRET_KEY, Node, moment
from tocsin.sharing.anonymous import Brokered, Taken, broker
from tocsin.sharing.label import ANONYMOUS
from tocsin.store.collections import Collection
from tocsin.store.inbox import InboxItem
from tocsin.store.objects import known_ids
from tocsin.store.organisations import Organisation

__all__ = ["Passed", "brokered"]


@dataclass(frozen=True, slots=True)
class Passed:
    """What of one sender is to be published: each item of the inbox with the object that is made of it.

    ``items`` are those that it was made from, also those of which nothing is made. ``sender`` sent it, and what it
    submitted defines its markings; ``origin`` is whose it is when it is published. ``refused`` are those of which
    nothing is made. ``taken`` tells what was taken off.
    """

    sender: str
    origin: str
    pairs: tuple[tuple[InboxItem, StixObject], ...]
    items: tuple[InboxItem, ...]
    refused: tuple[Refused, ...] = ()
    taken: tuple[Taken, ...] = ()

    @property
    def objects(self) -> list[StixObject]:
        """The objects, in order."""
        return [one for _, one in self.pairs]


def brokered(
    node: Node,
    connection: Connection,
    collection: Collection,
    some: Sequence[InboxItem],
    sender: Organisation | None,
    now_us: int,
) -> Passed:
    """What ``some``, sent by ``sender`` anonymously, become (:mod:`tocsin.sharing.anonymous`).

    They are taken together, so that what links them stays. What they refer to stays where this node has published it.

    Raises:
        BadInput: nothing of it can be published without telling.
    """
    read = [one for item in some for one in read_objects(item.body).objects]
    refs = {ref for one in read for ref in (*references_of(one), *marking_refs(one))}
    made = broker(
        [msgspec.json.decode(one.raw) for one in read],
        node.own.id,
        sha256(b"anonymous\n" + node.key(SECRET_KEY)).digest(),
        moment(now_us),
        identifying=(sender.name, sender.id) if sender else (),
        known_ids=known_ids(connection, collection.number, sorted(refs)),
    )
    last = {item.id: item for item in some}
    by_id = {str(one["id"]): one for one in made.objects}
    pairs = tuple(
        (item, read_objects(msgspec.json.encode(by_id[made.ids[id]])).objects[0])
        for id, item in last.items()
        if id in made.ids
    )
    if not pairs:
        raise BadInput(
            f"{some[0].id} cannot be published anonymously: {_reasons(made)}",
            hint="Refuse it, with the reason.",
        )
    refused = tuple(
        Refused(item.id, item.version, "a later version of it was sent along, which stands in its place")
        if last[item.id] is not item
        else Refused(item.id, item.version, f"cannot be published anonymously: {_reasons(made, item.id)}")
        for item in some
        if last[item.id] is not item or item.id not in made.ids
    )
    return Passed(sender.id if sender else "", ANONYMOUS, pairs, tuple(some), refused, made.taken)


def _reasons(made: Brokered, id: str = "") -> str:
    return "; ".join(dict.fromkeys(one.why for one in made.taken if not id or one.object_id == id))[:300]
