"""What became of what this node sent in its own name: asked of the hub at each sync, until all of it is decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from tocsin.errors import SourceUnavailable, TocsinError
from tocsin.limits import (
    DECISION_CHARACTERS,
    OBJECTS_A_POST,
    OUTCOME_ASKED_S,
    OUTCOME_FOLLOWED_S,
    SUBMISSION_FOLLOWED_S,
    SUBMISSIONS_FOLLOWED,
)
from tocsin.model.sectors import sectors
from tocsin.model.stix import read_objects
from tocsin.model.stix_check import version_of
from tocsin.model.timestamp import format_instant, microseconds_of, parse_timestamp
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.remote import RemoteHub, StateSaid
from tocsin.service.exchange.synced import Decided, Synced
from tocsin.store import hubs
from tocsin.store.hubs import Hub, Outgoing

__all__ = ["DECIDED", "Answer", "CameOf", "about_of", "answers_of", "follow"]

DECIDED = frozenset({"released", "refused"})


class _About(msgspec.Struct):
    id: str = ""
    type: str = ""
    sighting_of_ref: str = ""


class CameOf(msgspec.Struct, kw_only=True):
    """Of one sector how many members answered, and how many of them saw it or are affected, as of a time."""

    sector: str
    answered: int
    yes: int
    as_of: str


class Answer(msgspec.Struct, kw_only=True):
    """What a hub says became of one object: ``state`` is new, vetted, released or refused, ``why`` its reason.

    ``vetted`` is when it was vetted, if that is known; ``came_of`` what members answered to what it is about.
    ``why`` is the hub's text: it is shown as text, never as markup.
    """

    id: str
    version: str
    state: str
    why: str
    changed: str
    vetted: str = ""
    came_of: list[CameOf] = msgspec.field(default_factory=list)


def about_of(body: bytes) -> str:
    """The id of what an object is about: of a sighting what it is a sighting of, of any other itself."""
    try:
        said = msgspec.json.decode(body, type=_About)
    except msgspec.DecodeError:
        return ""
    return said.sighting_of_ref if said.type == "sighting" else said.id


def answers_of(sent: Outgoing) -> list[Answer]:
    """What the hub said so far of each object that was sent."""
    return msgspec.json.decode(sent.answers, type=list[Answer]) if sent.answers else []


def follow(node: Node, hub: Hub, remote: RemoteHub, done: Synced) -> None:
    """Ask ``hub`` what became of what it took and has not decided on; what is new is told in ``done``.

    Of what it released it is asked again, once a day for some months, what came of that: members answer over weeks.

    Each answer is kept before the next question, and what was asked for longest ago is asked for first: a run that is
    cut off, or has more to ask than SUBMISSIONS_FOLLOWED, goes on at the next. What was sent anonymously is never
    asked for: the question would tell who sent it.
    """
    since = node.now_us - SUBMISSION_FOLLOWED_S * 1_000_000
    try:
        with node.reading() as connection:
            numbers = hubs.open_outgoing(connection, hub.name, since_us=since, limit=SUBMISSIONS_FOLLOWED)
            numbers += hubs.outgoing_again(
                connection, hub.name, now_us=node.now_us, limit=SUBMISSIONS_FOLLOWED
            )
        for some in _batches(node, numbers):
            said = remote.states([one for _, versions in some for one in versions])
            for sent, versions in some:
                _keep(node, hub, sent, [said[one] for one in versions if one in said], done)
    except TocsinError as error:
        done.problems.append(error)


def _batches(node: Node, numbers: Sequence[int]) -> Iterator[list[tuple[Outgoing, list[tuple[str, str]]]]]:
    """What was sent, each with its versions (id, version), as many as one question may hold."""
    some: list[tuple[Outgoing, list[tuple[str, str]]]] = []
    asked = 0
    for number in numbers:
        with node.reading() as connection:
            sent = hubs.find_outgoing(connection, number)
        if sent is None:
            continue
        versions = [(one.id, version_of(one)) for one in read_objects(sent.body).objects][:OBJECTS_A_POST]
        if some and asked + len(versions) > OBJECTS_A_POST:
            yield some
            some, asked = [], 0
        some.append((sent, versions))
        asked += len(versions)
    if some:
        yield some


def _keep(node: Node, hub: Hub, sent: Outgoing, said: Sequence[StateSaid], done: Synced) -> None:
    before = {(one.id, one.version): one for one in answers_of(sent)}
    answers = [_answer(hub, one, before.get((one.id, one.version))) for one in said]
    there = {(one.id, one.version) for one in answers}
    # What the hub decided once stays told, though it deleted it since.
    answers += [one for key, one in before.items() if key not in there and one.state in DECIDED]
    settled = bool(answers) and all(one.state in DECIDED for one in answers)
    now = node.now_us
    again = _again(answers, now) if settled else None
    kept = msgspec.json.encode(answers)
    node.write(
        lambda connection: hubs.answered(
            connection, sent.number, kept, now_us=now, settled=settled, again_us=again
        )
    )
    done.decided += [
        Decided(one.id, one.state, one.why)
        for one in answers
        if one.state in DECIDED
        and ((was := before.get((one.id, one.version))) is None or was.state != one.state)
    ]


def _again(answers: Sequence[Answer], now_us: int) -> int | None:
    """From when on it is asked what came of what was released; None where nothing was, or long ago."""
    released = [microseconds_of(one.changed) or 0 for one in answers if one.state == "released"]
    if not released or now_us - max(released) > OUTCOME_FOLLOWED_S * 1_000_000:
        return None
    return now_us + OUTCOME_ASKED_S * 1_000_000


def _answer(hub: Hub, said: StateSaid, before: Answer | None) -> Answer:
    """What is kept of a hub's words; one that does not say when it vetted was heard to have, if it was asked then."""
    changed = _time(hub, said.changed, f"decided on {said.id}")
    vetted = _time(hub, said.vetted, f"vetted {said.id}") if said.vetted else ""
    if said.state == "vetted":
        vetted = vetted or changed
    elif not vetted and before is not None:
        vetted = before.vetted
    return Answer(
        id=said.id,
        version=said.version,
        state=said.state,
        why=said.why[:DECISION_CHARACTERS],
        changed=changed,
        vetted=vetted,
        came_of=_came_of(hub, said) if said.state == "released" else [],
    )


def _came_of(hub: Hub, said: StateSaid) -> list[CameOf]:
    """The figures that a hub gives, each sector's once; those that are no figures are not kept."""
    known = {one.id for one in sectors()}
    told = {one.sector: one for one in said.came_of if one.sector in known and one.yes <= one.answered}
    return [
        CameOf(
            sector=one.sector,
            answered=one.answered,
            yes=one.yes,
            as_of=_time(hub, one.as_of, f"counted what came of {said.id}"),
        )
        for one in told.values()
    ]


def _time(hub: Hub, text: str, what: str) -> str:
    try:
        return format_instant(parse_timestamp(text))
    except TocsinError:
        raise SourceUnavailable(f"{hub.name} does not say when it {what}", hint="Ask the hub why.") from None
