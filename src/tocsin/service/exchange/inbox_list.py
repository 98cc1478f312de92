"""The inbox as one who asks may see it: each object that was submitted, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from tocsin.model.tlp import Tlp
from tocsin.service.exchange.access import Access, rights
from tocsin.service.exchange.following import about_of
from tocsin.service.exchange.inbox import STATES
from tocsin.service.exchange.node import INBOX, Node, moment
from tocsin.service.exchange.publish import collection_named
from tocsin.service.exchange.statistics import SectorFigure, statistics_told
from tocsin.service.exchange.submitted_words import object_of, text_of, words_of
from tocsin.sharing.label import NOT_UNDERSTOOD
from tocsin.sharing.policy import visible
from tocsin.store import labels
from tocsin.store.inbox import InboxItem, states_of
from tocsin.store.organisations import organisations
from tocsin.store.search import inbox_counts, inbox_page, names_of, stamp_of

__all__ = [
    "InboxPage",
    "Item",
    "ObjectState",
    "items_of",
    "list_inbox",
    "one_item",
    "own_states",
]


class Item(msgspec.Struct, kw_only=True):
    """One object that was submitted. ``about`` is the name of what a sighting is of, where it is known here.

    ``says`` is what it says, in plain words. ``received`` is when it came in, ``vetted`` when it was vetted, empty
    where it was not. ``from`` is "anonymous" where the member asked for that; nobody is told more.
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
    says: str
    received: str
    vetted: str
    object: msgspec.Raw


class InboxPage(msgspec.Struct, kw_only=True):
    """Some of the inbox, the newest first; ``counts`` are all that may be seen, by state; ``next`` goes on."""

    items: list[Item]
    counts: dict[str, int]
    next: str


class SectorTold(msgspec.Struct, kw_only=True):
    """Of one sector how many members answered, and how many of them saw it or are affected, as of a time."""

    sector: str
    answered: int
    yes: int
    as_of: str


class ObjectState(msgspec.Struct, kw_only=True):
    """How far one version is that was submitted, since when, and of a refusal why; when it was vetted, if it was.

    ``came_of`` is, of one that is released, what members answered to what it is about: the figures of its statistics,
    which are alike for every member. A sector of which nothing is told is not in it.
    """

    id: str
    version: str
    state: str
    why: str
    changed: str
    vetted: str
    came_of: list[SectorTold]


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
        items = items_of(connection, access, held[:limit])
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
    found = [one for one in held if (one.id, one.version) in wanted]
    about = {one.place: about_of(one.body) for one in found if one.state == "released"}
    told = statistics_told(node, access, sorted(set(about.values())))
    return [
        ObjectState(
            id=one.id,
            version=one.version,
            state=one.state,
            why=one.why,
            changed=moment(one.changed_us),
            vetted=moment(one.vetted_us) if one.vetted_us is not None else "",
            came_of=_came_of(told.get(about.get(one.place, ""), ())),
        )
        for one in found
    ]


def _came_of(figures: Sequence[SectorFigure]) -> list[SectorTold]:
    return [
        SectorTold(
            sector=one.sector, answered=one.answered or 0, yes=one.yes or 0, as_of=moment(one.as_of_us)
        )
        for one in figures
        if one.as_of_us is not None
    ]


def items_of(connection: Connection, access: Access, held: Sequence[tuple[InboxItem, int]]) -> list[Item]:
    """Objects that were submitted, each with the number of its label, as ``access`` is shown them."""
    names = {one.number: one.name for one in organisations(connection)}
    said = [object_of(one.body) for one, _ in held]
    refs = [text_of(one, "sighting_of_ref") for one in said]
    known = names_of(connection, visible(access.viewer), [ref for ref in refs if ref])
    items = []
    for (one, label), properties, ref in zip(held, said, refs, strict=True):
        tlp = labels.label_of(connection, label).tlp
        about = object_of(known[ref]) if ref in known else properties
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
                about=text_of(about, "name") or text_of(about, "pattern"),
                about_id=ref,
                says=words_of(properties, object_of(known[ref]) if ref in known else None),
                received=moment(one.asked_us),
                vetted=moment(one.vetted_us) if one.vetted_us is not None else "",
                object=msgspec.Raw(one.body),
            )
        )
    return items
