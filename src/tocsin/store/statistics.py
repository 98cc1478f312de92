"""Who answered a warning, and the answers that were given of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from tocsin.store.bulk import batches
from tocsin.store.schema import object_, organisation, reference, statistic, submission, submitted

__all__ = ["Given", "Sent", "give", "given", "sightings_of"]


@dataclass(frozen=True, slots=True)
class Sent:
    """One version of a sighting of ``warning`` that a member sent, and how far it is in the inbox."""

    warning: str
    organisation: int
    sectors: tuple[str, ...]
    id: str
    version: str
    revoked: bool
    state: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given: of ``responders`` (numbers of organisations) in ``sector``, ``yes`` said yes."""

    question: str
    sector: str
    responders: frozenset[str]
    yes: int
    given_us: int


def sightings_of(connection: Connection, warnings: Sequence[str]) -> Iterator[Sent]:
    """Every version of a sighting that refers to one of ``warnings`` and that one who is a member now has sent."""
    for some in batches(warnings):
        yield from _sightings_of(connection, some)


def _sightings_of(connection: Connection, warnings: Sequence[str]) -> Iterator[Sent]:
    rows = connection.execute(
        select(
            reference.c.target,
            organisation.c.number,
            organisation.c.sectors,
            object_.c.id,
            object_.c.version_key,
            object_.c.revoked,
            submitted.c.state,
            object_.c.body,
        )
        .join(reference, reference.c.place == object_.c.place)
        .join(submitted, submitted.c.place == object_.c.place)
        .join(submission, submission.c.id == submitted.c.submission)
        .join(organisation, organisation.c.number == submission.c.organisation)
        .where(
            reference.c.target.in_(warnings),
            object_.c.type == "sighting",
            organisation.c.relation == "member",
            organisation.c.revoked_us.is_(None),
        )
        .order_by(object_.c.place)
    )
    for warning, number, sectors, id, version, revoked, state, body in rows:
        yield Sent(warning, number, tuple(sectors.split()), id, version, bool(revoked), state, bytes(body))


def given(connection: Connection, questions: Sequence[str]) -> list[Given]:
    """Every answer that was given to one of these questions, the oldest first."""
    found: list[Given] = []
    for some in batches(questions):
        rows = connection.execute(
            select(
                statistic.c.question,
                statistic.c.sector,
                statistic.c.responders,
                statistic.c.yes,
                statistic.c.given_us,
            )
            .where(statistic.c.question.in_(some))
            .order_by(statistic.c.number)
        )
        found += [
            Given(asked, sector, frozenset(responders.split()), yes, at)
            for asked, sector, responders, yes, at in rows
        ]
    return found


def give(connection: Connection, answer: Given) -> None:
    """Keep an answer, before it is given."""
    connection.execute(
        insert(statistic).values(
            question=answer.question,
            sector=answer.sector,
            responders=" ".join(sorted(answer.responders)),
            yes=answer.yes,
            given_us=answer.given_us,
        )
    )
