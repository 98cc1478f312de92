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
from tocsin.service.exchange.submitted_words import object_of, words_of
from tocsin.sharing.anonymous import Taken
from tocsin.sharing.label import ANONYMOUS
from tocsin.sharing.policy import visible
from tocsin.sharing.published_benchmark import BENCHMARK_TYPE
from tocsin.store import inbox as store
from tocsin.store.collections import Collection
from tocsin.store.desk import LEADS, OTHERS
from tocsin.store.inbox import InboxItem
from tocsin.store.organisations import find_organisation, organisations
from tocsin.store.search import names_of, visible_places
from tocsin.transparency.entry import Act

__all__ = [
    "OPEN",
    "STATES",
    "Preview",
    "is_submission",
    "items",
    "lead_of",
    "preview",
    "refuse",
    "release",
    "senders",
    "standing",
    "together",
    "vet",
    "words",
]

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


def words(node: Node, held: Sequence[InboxItem], access: Access) -> list[str]:
    """What each of ``held`` says, in plain words; what sightings are of is named where ``access`` may see it."""
    said = [object_of(one.body) for one in held]
    refs = sorted({ref for one in said if isinstance(ref := one.get("sighting_of_ref"), str)})
    with node.reading() as connection:
        named = names_of(connection, visible(access.viewer), refs)
    known = {ref: object_of(body) for ref, body in named.items()}
    return [words_of(one, known.get(str(one.get("sighting_of_ref")))) for one in said]


def together(held: Sequence[InboxItem]) -> list[list[InboxItem]]:
    """``held`` by what was sent together; what waits stands first, the oldest before the rest."""
    found: dict[str, list[InboxItem]] = {}
    for one in held:
        found.setdefault(one.submission, []).append(one)
    return sorted(found.values(), key=lambda some: all(one.state not in OPEN for one in some))


def lead_of(some: Sequence[InboxItem]) -> InboxItem:
    """What a submission is about: its incident or report, if it has one, and never the definition of a marking."""
    return min(some, key=lambda one: LEADS.get(one.type, OTHERS))


def is_submission(id: str) -> bool:
    """Whether ``id`` names a whole submission, and no object: an object's id begins with its type."""
    return "--" not in id


def standing(node: Node, id: str, *, access: Access | None = None) -> dict[str, int]:
    """How many objects called ``id`` (or of that submission) are in each state, of those ``access`` may decide on."""
    with node.reading() as connection:
        held = [one.state for one in _held(connection, id, access)]
    return {state: held.count(state) for state in STATES}


def vet(node: Node, id: str, *, by: str, access: Access | None = None) -> int:
    """Note that somebody looked at an object (or at a whole submission) and found it good. Returns how many.

    Of a submission all that is new is vetted at once; with ``access``, what that person may see of it.

    Raises:
        BadInput: there is none, or it is decided already.
    """
    return _move(node, id, ("new",), "vetted", Act.VET, why="", by=by, access=access)


def refuse(node: Node, id: str, *, why: str, by: str, access: Access | None = None) -> int:
    """Refuse an object (or a whole submission), with the reason. Returns how many.

    Of a submission all that is undecided is refused at once; with ``access``, what that person may see of it.

    Raises:
        BadInput: there is none, or it is decided already.
    """
    return _move(node, id, OPEN, "refused", Act.REFUSE, why=why, by=by, access=access)


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
        ready = _ready(node, connection, id, collection, node.now_us, access)
        refused += ready.refused
        if access is not None:
            places = {item.place for group in ready.groups for item in group.items}
            if places - visible_places(connection, visible(access.viewer), sorted(places)):
                raise NotPermitted(
                    "a part of what would be published is for the eyes of somebody else",
                    hint="`tocsin inbox release ID --dry-run` shows it on the node's own machine.",
                )
        for group in ready.groups:
            good, stopped = _stopped(connection, collection, group, known_good)
            objects += [one.raw for one in good]
            taken += group.taken
            refused += [*group.refused, *stopped]
    return Preview(tuple(objects), tuple(taken), tuple(refused))


def release(
    node: Node, id: str, *, by: str, known_good: str = "block", access: Access | None = None
) -> Intake:
    """Publish an object (or a whole submission) under its own marking and origin; what was sent anonymously, brokered.

    The definitions of the markings that it names go along. What cannot be published is told, each by itself, and stays
    undecided; the rest is published. A submission is released at once; with ``access``, what that person may see of it.
    ``known_good`` says what is done with indicators of what is known to be harmless, as in ``publish``.

    Raises:
        BadInput: there is none, it is decided already, or nothing of it can be published without telling who sent it.
    """
    now = node.now_us

    def act(connection: Connection) -> Intake:
        collection = collection_named(connection, WARNINGS)
        ready = _ready(node, connection, id, collection, now, access)
        whole = Intake(refused=list(ready.refused))
        for group in ready.groups:
            taken = _publish(node, connection, collection, group, by=by, known_good=known_good, now_us=now)
            taken.refused += group.refused
            _decide(node, connection, group, taken, by=by, now_us=now)
            whole.stored += taken.stored
            whole.present += taken.present
            whole.refused += taken.refused
        return whole

    return node.write(act)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What is to be published, one group a sender: all of it has one origin. ``refused`` are those in no group."""

    groups: list[Passed]
    refused: list[Refused]


def _ready(
    node: Node,
    connection: Connection,
    id: str,
    collection: Collection,
    now_us: int,
    access: Access | None,
) -> _Ready:
    undecided = _undecided(connection, id, OPEN, access)
    refused = [Refused(one.id, one.version, _STAYS[one.type]) for one in undecided if one.type in _STAYS]
    wanted = [one for one in undecided if one.type not in _STAYS]
    if not wanted:
        raise BadInput(refused[0].why)
    groups: dict[tuple[int, bool], list[InboxItem]] = {}
    for one in _with_definitions(connection, wanted):
        groups.setdefault((one.organisation, one.anonymous), []).append(one)
    passed, failed = [], None
    for (number, anonymous), some in groups.items():
        sender = find_organisation(connection, number)
        if not anonymous and sender is not None:
            pairs = [(item, one) for item in some for one in read_objects(item.body).objects]
            passed.append(Passed(sender.id, sender.id, tuple(pairs), tuple(some)))
            continue
        try:
            passed.append(brokered(node, connection, collection, some, sender, now_us))
        except BadInput as error:
            failed = failed or error
            refused += [Refused(one.id, one.version, error.what) for one in some]
    if failed is not None and not passed:
        raise failed
    return _Ready(passed, refused)


def _with_definitions(connection: Connection, wanted: list[InboxItem]) -> list[InboxItem]:
    """``wanted`` after the definitions of their markings that lie in the inbox undecided, from the same sender."""
    places = {one.place for one in wanted}
    named = dict.fromkeys(
        (one.organisation, one.anonymous, ref)
        for one in wanted
        for read in read_objects(one.body).objects
        for ref in marking_refs(read)
    )
    found = []
    for organisation, anonymous, ref in named:
        for definition in store.inbox(connection, id=ref, states=OPEN, organisation=organisation):
            if definition.anonymous == anonymous and definition.place not in places:
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


def _move(
    node: Node,
    id: str,
    before: Sequence[str],
    after: str,
    act_name: Act,
    *,
    why: str,
    by: str,
    access: Access | None,
) -> int:
    now = node.now_us

    def act(connection: Connection) -> int:
        wanted = _undecided(connection, id, before, access)
        store.mark(connection, [one.place for one in wanted], after, why=why, by=by, now_us=now)
        for one in wanted:
            subject = {"id": one.id, "version": one.version, "submission": one.submission, "why": why}
            node.record(connection, act_name, by, subject, now)
        return len(wanted)

    return node.write(act)


def _held(connection: Connection, id: str, access: Access | None) -> list[InboxItem]:
    """What is called ``id``, or was submitted so; of a submission only what ``access`` may see and so decide on."""
    held = store.inbox(connection, id=id) if id else []
    if access is None or not is_submission(id):
        return held
    seen = visible_places(connection, visible(access.viewer), [one.place for one in held])
    return [one for one in held if one.place in seen]


def _undecided(
    connection: Connection, id: str, states: Sequence[str], access: Access | None
) -> list[InboxItem]:
    held = _held(connection, id, access)
    if not held:
        raise BadInput(
            f"nothing in the inbox is called {id[:80]!r}", hint="`tocsin inbox list` shows what is there."
        )
    wanted = [one for one in held if one.state in states]
    if not wanted:
        there = " and ".join(dict.fromkeys(one.state for one in held))
        raise BadInput(f"{id} is {there} already")
    return wanted
