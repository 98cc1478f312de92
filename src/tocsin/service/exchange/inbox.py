"""``inbox``: what members sent, and what this node's people make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from tocsin.errors import BadInput, NotPermitted
from tocsin.measures.shared import POSTURE_TYPE
from tocsin.model.stix import StixObject, read_objects
from tocsin.ransom.links.shared import CASE_TYPE
from tocsin.ransom.links.told import LINKS_TYPE
from tocsin.service.exchange.access import Access
from tocsin.service.exchange.brokering import Passed, brokered
from tocsin.service.exchange.intake import Intake, Refused, marking_refs, not_withdrawn, take_in
from tocsin.service.exchange.node import WARNINGS, Node
from tocsin.service.exchange.publish import collection_named
from tocsin.service.exchange.stops import publication_stops
from tocsin.sharing.anonymous import Taken
from tocsin.sharing.label import ANONYMOUS
from tocsin.sharing.policy import visible
from tocsin.sharing.published_benchmark import BENCHMARK_TYPE
from tocsin.store import inbox as store
from tocsin.store.collections import Collection
from tocsin.store.inbox import InboxItem
from tocsin.store.organisations import find_organisation, organisations
from tocsin.store.search import visible_places
from tocsin.transparency.entry import Act

__all__ = ["OPEN", "STATES", "Preview", "items", "preview", "refuse", "release", "senders", "vet"]

STATES: Final = ("new", "vetted", "released", "refused")
OPEN: Final = ("new", "vetted")
_STAYS: Final = {
    CASE_TYPE: "a case of ransom is never published: it is compared as it lies here (tocsin wallet publish)",
    LINKS_TYPE: "links are told by this node itself, and no member's are published",
    POSTURE_TYPE: "a posture is never published: it counts as it lies here, in the next benchmark of its sector",
    BENCHMARK_TYPE: "a benchmark is made by this node itself, and no member's is published",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What a release would publish, byte for byte but for the time, and what of anonymous ones it would take off.

    ``refused`` are those that it would not publish, with the reason.
    """

    objects: tuple[bytes, ...]
    taken: tuple[Taken, ...]
    refused: tuple[Refused, ...] = ()


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
    return [ANONYMOUS if one.anonymous else names.get(one.organisation, "?") for one in held]


def vet(node: Node, id: str, *, by: str) -> int:
    """Note that somebody looked at an object (or at a whole submission) and found it good. Returns how many.

    Raises:
        BadInput: there is none, or it is decided already.
    """
    return _move(node, id, ("new",), "vetted", Act.VET, why="", by=by)


def refuse(node: Node, id: str, *, why: str, by: str) -> int:
    """Refuse an object (or a whole submission), with the reason. Returns how many.

    Raises:
        BadInput: there is none, or it is decided already.
    """
    return _move(node, id, OPEN, "refused", Act.REFUSE, why=why, by=by)


def preview(node: Node, id: str, *, access: Access | None = None, known_good: str = "block") -> Preview:
    """What :func:`release` would publish; nothing is changed. With ``access``, to that person alone.

    Raises:
        BadInput: there is none, it is decided already, or nothing of it can be published without telling who sent it.
        NotPermitted: a part of what would be published is not for the eyes of ``access``.
    """
    objects: list[bytes] = []
    taken: list[Taken] = []
    refused: list[Refused] = []
    with node.reading() as connection:
        collection = collection_named(connection, WARNINGS)
        groups = _passed(node, connection, id, collection, node.now_us)
        if access is not None:
            places = {item.place for group in groups for item in group.items}
            if places - visible_places(connection, visible(access.viewer), sorted(places)):
                raise NotPermitted(
                    "a part of what would be published is for the eyes of somebody else",
                    hint="`tocsin inbox release ID --dry-run` shows it on the node's own machine.",
                )
        for group in groups:
            good, stopped = _stopped(connection, collection, group, known_good)
            objects += [one.raw for one in good]
            taken += group.taken
            refused += [*group.refused, *stopped]
    return Preview(tuple(objects), tuple(taken), tuple(refused))


def release(node: Node, id: str, *, by: str, known_good: str = "block") -> Intake:
    """Publish an object (or a whole submission) under its own marking and origin; what was sent anonymously, brokered.

    The definitions of the markings that it names go along. What cannot be published is told, and stays undecided.
    ``known_good`` says what is done with indicators of what is known to be harmless, as in ``publish``.

    Raises:
        BadInput: there is none, it is decided already, or nothing of it can be published without telling who sent it.
    """
    now = node.now_us

    def act(connection: Connection) -> Intake:
        collection = collection_named(connection, WARNINGS)
        whole = Intake()
        for group in _passed(node, connection, id, collection, now):
            taken = _publish(node, connection, collection, group, by=by, known_good=known_good, now_us=now)
            taken.refused += group.refused
            _decide(node, connection, group, taken, by=by, now_us=now)
            whole.stored += taken.stored
            whole.present += taken.present
            whole.refused += taken.refused
        return whole

    return node.write(act)


def _passed(node: Node, connection: Connection, id: str, collection: Collection, now_us: int) -> list[Passed]:
    """What is to be published, one group a sender: all of it has one origin."""
    undecided = _undecided(connection, id, OPEN)
    for one in undecided:
        if one.type in _STAYS:
            raise BadInput(_STAYS[one.type])
    wanted = _with_definitions(connection, undecided)
    groups: dict[tuple[int, bool], list[InboxItem]] = {}
    for one in wanted:
        groups.setdefault((one.organisation, one.anonymous), []).append(one)
    passed = []
    for (number, anonymous), some in groups.items():
        sender = find_organisation(connection, number)
        if anonymous or sender is None:
            passed.append(brokered(node, connection, collection, some, sender, now_us))
        else:
            pairs = [(item, one) for item in some for one in read_objects(item.body).objects]
            passed.append(Passed(sender.id, sender.id, tuple(pairs), tuple(some)))
    return passed


def _with_definitions(connection: Connection, wanted: list[InboxItem]) -> list[InboxItem]:
    """``wanted`` after the definitions of their markings that lie in the inbox undecided, from the same sender."""
    places = {one.place for one in wanted}
    found = []
    for one in wanted:
        named = [ref for read in read_objects(one.body).objects for ref in marking_refs(read)]
        for ref in named:
            for definition in store.inbox(connection, id=ref, states=OPEN, organisation=one.organisation):
                if definition.anonymous == one.anonymous and definition.place not in places:
                    places.add(definition.place)
                    found.append(definition)
    return [*found, *wanted]


def _publish(
    node: Node,
    connection: Connection,
    collection: Collection,
    group: Passed,
    *,
    by: str,
    known_good: str,
    now_us: int,
) -> Intake:
    good, stopped = _stopped(connection, collection, group, known_good)
    taken = take_in(
        node,
        connection,
        collection,
        good,
        origin=group.origin,
        channel="published",
        act=Act.RELEASE,
        by=by,
        now_us=now_us,
        sender=group.sender,
    )
    taken.refused += stopped
    return taken


def _stopped(
    connection: Connection, collection: Collection, group: Passed, known_good: str
) -> tuple[list[StixObject], list[Refused]]:
    """What of ``group`` may be published, and what may not, with the reason."""
    passed, stopped, _ = publication_stops(group.objects, known_good)
    good, ended = not_withdrawn(connection, collection, passed)
    return good, [*stopped, *ended]


def _decide(
    node: Node, connection: Connection, group: Passed, taken: Intake, *, by: str, now_us: int
) -> None:
    """Note of each that is published now that it is; what was published before gets its leaf here."""
    there = {(one.id, one.raw) for one in (*taken.stored, *taken.present)}
    done = [(item, made) for item, made in group.pairs if (made.id, made.raw) in there]
    before = {(one.id, one.raw) for one in taken.present}
    for _, made in done:
        if (made.id, made.raw) in before:
            node.record(connection, Act.RELEASE, by, {"id": made.id, "published": "before"}, now_us)
    places = [item.place for item, _ in done]
    store.mark(connection, places, "released", why="", by=by, now_us=now_us)


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
    held = store.inbox(connection, id=id) if id else []
    if not held:
        raise BadInput(
            f"nothing in the inbox is called {id[:80]!r}", hint="`tocsin inbox list` shows what is there."
        )
    wanted = [one for one in held if one.state in states]
    if not wanted:
        raise BadInput(f"{id} is {held[0].state} already")
    return wanted
