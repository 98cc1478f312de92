"""``inbox``: what members sent, and what this node's people make of it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.model.stix import read_objects
from tocsin.service.exchange.intake import Intake, take_in
from tocsin.service.exchange.node import SECRET_KEY, WARNINGS, Node, moment
from tocsin.service.exchange.publish import collection_named
from tocsin.sharing.anonymous import broker
from tocsin.sharing.label import ANONYMOUS
from tocsin.store import inbox as store
from tocsin.store.inbox import InboxItem
from tocsin.store.organisations import find_organisation, organisations
from tocsin.transparency.entry import Act

__all__ = ["STATES", "items", "refuse", "release", "senders", "vet"]

STATES: Final = ("new", "vetted", "released", "refused")


def items(
    node: Node, *, states: Sequence[str] = (), id: str = "", organisation: int | None = None
) -> list[InboxItem]:
    """What lies in the inbox, the oldest first."""
    with node.reading() as connection:
        return store.inbox(connection, states=states, id=id, organisation=organisation)


def senders(node: Node, held: Sequence[InboxItem]) -> list[str]:
    """Who sent each of ``held``; who sent anonymously is not told to anybody."""
    with node.reading() as connection:
        names = {one.number: one.name for one in organisations(connection)}
    return ["anonymous" if one.anonymous else names.get(one.organisation, "?") for one in held]


def vet(node: Node, id: str, *, by: str) -> int:
    """Note that somebody looked at an object (or at a whole submission) and found it good. Returns how many.

    Raises:
        BadInput: there is none, or it is decided already.
    """
    return _move(node, id, ("new",), "vetted", Act.VET, why="", by=by)


def refuse(node: Node, id: str, *, why: str, by: str) -> int:
    """Refuse an object (or a whole submission); the one who sent it sees the reason. Returns how many.

    Raises:
        BadInput: there is none, or it is decided already.
    """
    return _move(node, id, ("new", "vetted"), "refused", Act.REFUSE, why=why, by=by)


def release(node: Node, id: str, *, by: str) -> Intake:
    """Publish an object (or a whole submission) as it was sent, under its own marking and origin.

    Raises:
        BadInput: there is none, or it is decided already.
    """
    now = node.now_us

    def act(connection: Connection) -> Intake:
        wanted = _undecided(connection, id, ("new", "vetted"))
        collection = collection_named(connection, WARNINGS)
        whole = Intake()
        for one in wanted:
            sender = find_organisation(connection, one.organisation)
            origin = ANONYMOUS if one.anonymous or sender is None else sender.id
            body = _brokered(node, connection, one, now) if one.anonymous else one.body
            taken = take_in(
                node,
                connection,
                collection,
                read_objects(body).objects,
                origin=origin,
                channel="published",
                act=Act.RELEASE,
                by=by,
                now_us=now,
            )
            whole.stored += taken.stored
            whole.present += taken.present
            whole.refused += taken.refused
            if not taken.refused:
                store.mark(connection, [one.place], "released", why="", by=by, now_us=now)
        return whole

    return node.write(act)


def _brokered(node: Node, connection: Connection, one: InboxItem, now_us: int) -> bytes:
    """The object without what tells who sent it (:mod:`tocsin.sharing.anonymous`), as the hub's own.

    Raises:
        BadInput: nothing of it can be published without telling.
    """
    sender = find_organisation(connection, one.organisation)
    secret = sha256(b"anonymous\n" + node.key(SECRET_KEY)).digest()
    made = broker(
        [msgspec.json.decode(one.body)],
        node.own.id,
        secret,
        moment(now_us),
        identifying=(sender.name, sender.id) if sender else (),
    )
    if not made.objects:
        why = "; ".join(taken.why for taken in made.taken[:3])
        raise BadInput(f"{one.id} cannot be published anonymously: {why}", hint="Refuse it, with the reason.")
    return msgspec.json.encode(list(made.objects))


def _move(node: Node, id: str, before: Sequence[str], after: str, act_name: Act, *, why: str, by: str) -> int:
    now = node.now_us

    def act(connection: Connection) -> int:
        wanted = _undecided(connection, id, before)
        store.mark(connection, [one.place for one in wanted], after, why=why, by=by, now_us=now)
        for one in wanted:
            subject = {"id": one.id, "version": one.version, "submission": one.submission, "why": why}
            node.record(connection, act_name, by, subject, now)
        return len(wanted)

    return node.write(act)


def _undecided(connection: Connection, id: str, states: Sequence[str]) -> list[InboxItem]:
    held = store.inbox(connection, id=id)
    if not held:
        raise BadInput(
            f"nothing in the inbox is called {id[:80]!r}", hint="`tocsin inbox list` shows what is there."
        )
    wanted = [one for one in held if one.state in states]
    if not wanted:
        raise BadInput(f"{id} is {held[0].state} already")
    return wanted
