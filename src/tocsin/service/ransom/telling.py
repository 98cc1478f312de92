"""``wallet publish``: at a hub, which members' cases lead to the same hands, and what each of them is told of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.limits import LINK_CASES_A_MEMBER, LINKS_TOLD
from tocsin.model.strength import Strength
from tocsin.model.timestamp import parse_timestamp
from tocsin.model.tlp import Tlp
from tocsin.ransom.links.met import SentCase, met
from tocsin.ransom.links.shared import CASE_TYPE, read_case
from tocsin.ransom.links.told import LINKS_TYPE, ToldLink, links_id, links_object, other_of, read_links
from tocsin.service.exchange.node import WARNINGS, Node, moment
from tocsin.service.exchange.publish import collection_named, object_in, publish_made
from tocsin.sharing.audience import audience_marking, with_markings
from tocsin.store.carried import LastVersion, bodies, last_versions
from tocsin.store.objects import definitions
from tocsin.store.sent import SentObject, sent_objects

__all__ = ["Telling", "ToldMember", "publish_links", "telling"]

_STEP_US: Final = 1_000
_STRENGTHS: Final = list(Strength)


@dataclass(frozen=True, slots=True)
class ToldMember:
    """What the member ``name`` would be told: all ``links``, in place of what it was told ``before``."""

    name: str
    links: tuple[ToldLink, ...]
    before: tuple[ToldLink, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """What would be told; ``members`` are those to whom it says something else than before.

    ``cases`` of how many members are compared. ``unread`` cannot be read, ``unnamed`` were sent anonymously and are not
    compared, of ``left_out`` a member sent more than are compared.
    """

    cases: int
    senders: int
    members: tuple[ToldMember, ...]
    unread: int
    unnamed: int
    left_out: int
    objects: tuple[bytes, ...] = field(default=(), repr=False)


def telling(node: Node) -> Telling:
    """What would be told now; nothing is changed."""
    with node.reading() as connection:
        return _telling(node, connection)


def publish_links(node: Node, *, by: str) -> Telling:
    """Tell each member what is new; who was told of a case that was taken back is told so no more."""

    def act(connection: Connection) -> Telling:
        made = _telling(node, connection)
        if not made.objects:
            return made
        publish_made(node, connection, made.objects, by=by, what="the links could not be told")
        return made

    return node.write(act)


def _telling(node: Node, connection: Connection) -> Telling:
    sent = list(sent_objects(connection, CASE_TYPE))
    last = {(one.organisation, one.id): one for one in sent if not one.anonymous}
    cases, senders, unread, left_out = _cases(last.values())
    found: defaultdict[str, list[ToldLink]] = defaultdict(list)
    for one in met(cases):
        first, second = cases[one.one], senders[one.other]
        other = other_of(cases[one.other].case, second.name, second.sectors)
        told = ToldLink(case=first.id, kind=one.kind, strength=one.strength, hash=one.hash, other=other)
        found[first.member].append(told)
    names = {one.identity: one.name for one in sent}
    members: list[ToldMember] = []
    objects: list[bytes] = []
    for identity, name in sorted(names.items(), key=lambda one: one[1]):
        links = tuple(sorted(found[identity], key=_order)[:LINKS_TOLD])
        number = collection_named(connection, WARNINGS).number
        id, held, before = _before(node, connection, number, identity)
        if links != before:
            members.append(ToldMember(name, links, before))
            body = links_object(id, node.own.id, links, _times(node, held))
            objects += _objects(connection, identity, body)
    unnamed = len({one.id for one in sent if one.anonymous})
    count = len({one.member for one in cases})
    return Telling(len(cases), count, tuple(members), unread, unnamed, left_out, tuple(objects))


def _order(one: ToldLink) -> tuple[int, bytes]:
    return _STRENGTHS.index(one.strength), msgspec.json.encode(one)


def _cases(
    last: Iterable[SentObject],
) -> tuple[list[SentCase], list[SentObject], int, int]:
    """The cases that are compared with who sent each, how many cannot be read, and how many are too many."""
    of_member: defaultdict[str, list[SentObject]] = defaultdict(list)
    for one in last:
        if not one.revoked:
            of_member[one.identity].append(one)
    cases: list[SentCase] = []
    senders: list[SentObject] = []
    unread = left_out = 0
    for identity, some in of_member.items():
        read = []
        for one in some:
            try:
                case = read_case(msgspec.json.decode(one.body))
            except BadInput:
                unread += 1
                continue
            if case.marks:
                read.append((SentCase(one.id, identity, case), one))
        left_out += max(0, len(read) - LINK_CASES_A_MEMBER)
        for made, one in read[-LINK_CASES_A_MEMBER:]:
            cases.append(made)
            senders.append(one)
    return cases, senders, unread, left_out


def _objects(connection: Connection, identity: str, body: bytes) -> Iterator[bytes]:
    """The object, after the definition of its audience where that is new."""
    audience = [f"organisation:{identity}"]
    marking = audience_marking(audience)
    if not definitions(connection, [object_in(marking).id], [""]):
        yield marking
    yield with_markings(body, Tlp.AMBER, audience)


def _before(
    node: Node, connection: Connection, collection: int, identity: str
) -> tuple[str, tuple[LastVersion, str] | None, tuple[ToldLink, ...]]:
    """The id of what a member is told, its last version with when it was created, and what that said."""
    last = {one.id: one for one in last_versions(connection, collection, LINKS_TYPE)}
    time = 0
    while (held := last.get(id := links_id(node.own.id, identity, time))) is not None and held.revoked:
        time += 1
    if held is None:
        return id, None, ()
    [(_, body)] = bodies(connection, [held.place])
    return id, (held, str(msgspec.json.decode(body)["created"])), read_links(body)


def _times(node: Node, held: tuple[LastVersion, str] | None) -> tuple[str, str]:
    if held is None:
        return node.now_text, node.now_text
    after_us = int(parse_timestamp(f"{held[0].version_key}Z")) // 1000 + _STEP_US
    return held[1], moment(max(node.now_us, after_us))
