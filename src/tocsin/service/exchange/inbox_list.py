"""The inbox as one who asks may see it, and what this node itself sent to hubs, with what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from tocsin.model.tlp import Tlp
from tocsin.service.exchange.access import Access, rights
from tocsin.service.exchange.following import Answer, answers_of
from tocsin.service.exchange.inbox import STATES
from tocsin.service.exchange.node import INBOX, Node, moment
from tocsin.service.exchange.publish import collection_named
from tocsin.sharing.label import NOT_UNDERSTOOD
from tocsin.sharing.policy import visible
from tocsin.store import hubs, labels
from tocsin.store.collections import find_collection
from tocsin.store.hubs import Hub, Outgoing
from tocsin.store.inbox import InboxItem, states_of
from tocsin.store.organisations import organisations
from tocsin.store.search import inbox_counts, inbox_page, names_of, stamp_of, stored_versions

__all__ = [
    "InboxPage",
    "Item",
    "ObjectState",
    "Sent",
    "SentPage",
    "list_inbox",
    "list_sent",
    "one_item",
    "one_sent",
    "own_states",
]


class Item(msgspec.Struct, kw_only=True):
    """One object that was submitted. ``about`` is the name of what a sighting is of, where it is known here.

    ``from`` is "anonymous" where the member asked for that; nobody is told more.
    """

    id: str
    type: str
    from_: str = msgspec.field(name="from")
    anonymous: bool
    signed: bool
    submission: str
    state: str
    why: str
    changed: str
    changed_by: str
    tlp: str
    about: str
    about_id: str
    object: msgspec.Raw


class InboxPage(msgspec.Struct, kw_only=True):
    """Some of the inbox, the newest first; ``counts`` are all that may be seen, by state; ``next`` goes on."""

    items: list[Item]
    counts: dict[str, int]
    next: str


class ObjectState(msgspec.Struct, kw_only=True):
    """How far one version is that was submitted, since when, and of a refusal why."""

    id: str
    version: str
    state: str
    why: str
    changed: str


class Failed(msgspec.Struct, kw_only=True):
    """An object that the hub did not take, and why."""

    id: str
    message: str


class Sent(msgspec.Struct, kw_only=True):
    """What was queued for a hub, and what came of it.

    ``state`` is waiting, sent, published (the hub gave some of it to its members), or what the hub says: vetted,
    released (some of it is) or refused (all of it is); ``answers`` is that of each object. Of what was sent
    anonymously a hub is not asked what became of it.
    """

    number: int
    hub: str
    anonymous: bool
    queued: str
    sent: str
    state: str
    objects: int
    taken: int
    failed: list[Failed]
    answers: list[Answer]
    receipt: bool
    body: str


class SentPage(msgspec.Struct, kw_only=True):
    """What this node queued for hubs, the newest first; ``next`` goes on."""

    sent: list[Sent]
    next: str


def list_inbox(
    node: Node, access: Access, *, state: str = "", id: str = "", after: str = "", limit: int
) -> InboxPage:
    """A page of the inbox: all of it for this node's people, for a member what it sent itself."""
    with node.reading() as connection:
        if not rights(access, collection_named(connection, INBOX)).can_read:
            return InboxPage(items=[], counts=dict.fromkeys(STATES, 0), next="")
        allowed = visible(access.viewer)
        organisation = None if access.viewer.relation == "own" else access.organisation.number
        held = inbox_page(
            connection,
            allowed,
            states=(state,) if state else (),
            id=id,
            organisation=organisation,
            before=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None,
            limit=limit + 1,
        )
        counts = inbox_counts(connection, allowed, organisation)
        items = _items(connection, access, held[:limit])
        more = str(stamp_of(connection, held[limit - 1][0].place)) if len(held) > limit else ""
    return InboxPage(items=items, counts={one: counts.get(one, 0) for one in STATES}, next=more)


def one_item(node: Node, access: Access, id: str) -> Item | None:
    """The newest object with this id that was submitted, if ``access`` may see it."""
    found = list_inbox(node, access, id=id, limit=1).items
    return found[0] if found else None


def own_states(node: Node, access: Access, asked: Sequence[tuple[str, str]]) -> list[ObjectState]:
    """How far those versions (id, version) are that ``access`` submitted in its own name.

    Of what it sent anonymously nothing is told here: whoever asked for both at once would tie them together.
    """
    with node.reading() as connection:
        collection = collection_named(connection, INBOX)
        if not rights(access, collection).can_read:
            return []
        # PostgreSQL takes no NUL, and no id has one.
        ids = sorted({id for id, _ in asked if "\0" not in id})
        held = states_of(
            connection, visible(access.viewer), collection.number, access.organisation.number, ids
        )
    wanted = set(asked)
    return [
        ObjectState(
            id=one.id, version=one.version, state=one.state, why=one.why, changed=moment(one.changed_us)
        )
        for one in held
        if (one.id, one.version) in wanted
    ]


def _items(connection: Connection, access: Access, held: list[tuple[InboxItem, int]]) -> list[Item]:
    names = {one.number: one.name for one in organisations(connection)}
    said = [_decoded(one.body) for one, _ in held]
    refs = [_text(one, "sighting_of_ref") for one in said]
    known = names_of(connection, visible(access.viewer), [ref for ref in refs if ref])
    items = []
    for (one, label), properties, ref in zip(held, said, refs, strict=True):
        tlp = labels.label_of(connection, label).tlp
        about = _decoded(known[ref]) if ref in known else properties
        own = one.organisation == access.organisation.number and access.viewer.relation != "own"
        sender = names.get(one.organisation, "?")
        items.append(
            Item(
                id=one.id,
                type=one.type,
                from_=sender if own or not one.anonymous else "anonymous",
                anonymous=one.anonymous,
                signed=one.signed,
                submission=one.submission,
                state=one.state,
                why=one.why,
                changed=moment(one.changed_us),
                # A member is told what was decided, not by whom; and of who sent anonymously nobody is told.
                changed_by="" if own or one.state == "new" else one.changed_by,
                tlp="" if tlp == NOT_UNDERSTOOD else Tlp(tlp).text,
                about=_text(about, "name") or _text(about, "pattern"),
                about_id=ref,
                object=msgspec.Raw(one.body),
            )
        )
    return items


def list_sent(node: Node, *, after: str = "", limit: int) -> SentPage:
    """A page of what this node queued for hubs."""
    with node.reading() as connection:
        before = int(after[:18]) if after.isascii() and after.isdigit() else None
        held = hubs.outgoing_before(connection, before, limit + 1)
        by_name = {one.name: one for one in hubs.hubs(connection)}
        page = [_sent(connection, by_name[one.hub], one) for one in held[:limit]]
    return SentPage(sent=page, next=str(held[limit - 1].number) if len(held) > limit else "")


def one_sent(node: Node, number: str) -> Outgoing | None:
    """What was queued under this number."""
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    with node.reading() as connection:
        found = hubs.find_outgoing(connection, int(number))
    return found if found is not None and str(found.number) == number else None


def _sent(connection: Connection, hub: Hub, one: Outgoing) -> Sent:
    status = _decoded(one.status or b"{}")
    failures = status.get("failures")
    objects = _decoded(one.body).get("objects", ())
    # A definition of a marking may have come from anybody, and another version than this one says nothing of it.
    versions = {
        (_text(held, "id"), _text(held, "modified"))
        for held in objects
        if held.get("type") != "marking-definition"
    }
    collection = find_collection(connection, hub.collection)
    published = (
        versions & stored_versions(connection, collection.number, [id for id, _ in versions])
        if collection is not None and one.sent_us is not None
        else set()
    )
    answers = answers_of(one)
    return Sent(
        number=one.number,
        hub=one.hub,
        anonymous=one.anonymous,
        queued=moment(one.made_us),
        sent=moment(one.sent_us) if one.sent_us is not None else "",
        state="waiting" if one.sent_us is None else "published" if published else _said(answers),
        objects=len(objects),
        taken=count if type(count := status.get("success_count")) is int else 0,
        failed=[
            Failed(id=_text(held, "id"), message=_text(held, "message"))
            for held in (failures if isinstance(failures, list) else ())
            if isinstance(held, dict)
        ],
        answers=answers,
        receipt=one.receipt is not None,
        body=one.body.decode(errors="replace"),
    )


def _said(answers: Sequence[Answer]) -> str:
    states = {one.state for one in answers}
    if states == {"refused"}:
        return "refused"
    return next((one for one in ("released", "vetted") if one in states), "sent")


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        held = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    return held if isinstance(held, dict) else {}


def _text(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key)
    return value if isinstance(value, str) else ""
