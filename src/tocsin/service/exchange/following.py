"""What became of what this node sent in its own name: asked of the hub at each sync, until all of it is decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from tocsin.errors import SourceUnavailable, TocsinError
from tocsin.limits import DECISION_CHARACTERS, OBJECTS_A_POST, SUBMISSION_FOLLOWED_S, SUBMISSIONS_FOLLOWED
from tocsin.model.stix import read_objects
from tocsin.model.stix_check import version_of
from tocsin.model.timestamp import format_instant, parse_timestamp
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.remote import RemoteHub, StateSaid
from tocsin.service.exchange.synced import Decided, Synced
from tocsin.store import hubs
from tocsin.store.hubs import Hub, Outgoing

__all__ = ["Answer", "answers_of", "follow"]

DECIDED = frozenset({"released", "refused"})


class Answer(msgspec.Struct, kw_only=True):
    """What a hub says became of one object: ``state`` is new, vetted, released or refused, ``why`` its reason.

    ``why`` is the hub's text: it is shown as text, never as markup.
    """

    id: str
    version: str
    state: str
    why: str
    changed: str


def answers_of(sent: Outgoing) -> list[Answer]:
    """What the hub said so far of each object that was sent."""
    return msgspec.json.decode(sent.answers, type=list[Answer]) if sent.answers else []


def follow(node: Node, hub: Hub, remote: RemoteHub, done: Synced) -> None:
    """Ask ``hub`` what became of what it took and has not decided on; what is new is told in ``done``.

    Each answer is kept before the next question, and what was asked for longest ago is asked for first: a run that is
    cut off, or has more to ask than SUBMISSIONS_FOLLOWED, goes on at the next. What was sent anonymously is never
    asked for: the question would tell who sent it.
    """
    since = node.now_us - SUBMISSION_FOLLOWED_S * 1_000_000
    try:
        with node.reading() as connection:
            numbers = hubs.open_outgoing(connection, hub.name, since_us=since, limit=SUBMISSIONS_FOLLOWED)
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
    answers = [_answer(hub, one) for one in said]
    before = {(one.id, one.version): one.state for one in answers_of(sent)}
    settled = bool(answers) and all(one.state in DECIDED for one in answers)
    now = node.now_us
    kept = msgspec.json.encode(answers)
    node.write(lambda connection: hubs.answered(connection, sent.number, kept, now_us=now, settled=settled))
    done.decided += [
        Decided(one.id, one.state, one.why)
        for one in answers
        if one.state in DECIDED and before.get((one.id, one.version)) != one.state
    ]


def _answer(hub: Hub, said: StateSaid) -> Answer:
    """What is kept of a hub's words."""
    try:
        changed = format_instant(parse_timestamp(said.changed))
    except TocsinError:
        raise SourceUnavailable(
            f"{hub.name} does not say when it decided on {said.id}", hint="Ask the hub why."
        ) from None
    return Answer(
        id=said.id,
        version=said.version,
        state=said.state,
        why=said.why[:DECISION_CHARACTERS],
        changed=changed,
    )
