"""What members sent of a type, as it came: objects that a node counts or compares and never publishes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from tocsin.store.schema import object_, organisation, submission, submitted

__all__ = ["SentObject", "sent_objects"]


@dataclass(frozen=True, slots=True)
class SentObject:
    """One version of an object that a member sent, when (microseconds since 1970).

    The member is ``organisation`` by its number and ``identity`` by its id; of its sectors the one that was named first
    stands first.
    """

    id: str
    organisation: int
    identity: str
    name: str
    sectors: tuple[str, ...]
    anonymous: bool
    sent_us: int
    revoked: bool
    body: bytes


def sent_objects(connection: Connection, type: str) -> Iterator[SentObject]:
    """What those who are members now sent and nobody refused, in the order in which it came."""
    rows = connection.execute(
        select(
            object_.c.id,
            organisation.c.number,
            organisation.c.id,
            organisation.c.name,
            organisation.c.sectors,
            submission.c.anonymous,
            submission.c.asked_us,
            object_.c.revoked,
            object_.c.body,
        )
        .join(submitted, submitted.c.place == object_.c.place)
        .join(submission, submission.c.id == submitted.c.submission)
        .join(organisation, organisation.c.number == submission.c.organisation)
        .where(
            object_.c.type == type,
            submitted.c.state != "refused",
            organisation.c.relation == "member",
            organisation.c.revoked_us.is_(None),
        )
        .order_by(object_.c.place)
    )
    for id, number, identity, name, sectors, anonymous, sent_us, revoked, body in rows:
        yield SentObject(
            id,
            number,
            identity,
            name,
            tuple(sectors.split()),
            bool(anonymous),
            sent_us,
            bool(revoked),
            bytes(body),
        )
