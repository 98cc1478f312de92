"""Hubs that this node joined, sources that it reads, and what waits to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from tocsin.store.schema import hub, outgoing, outgoing_version, source

__all__ = [
    "Hub",
    "Outgoing",
    "QueuedBody",
    "QueuedVersion",
    "Source",
    "add_hub",
    "add_source",
    "answered",
    "expect_token",
    "find_outgoing",
    "hubs",
    "is_queued",
    "is_waiting",
    "last_queued",
    "note_token",
    "open_outgoing",
    "outgoing_again",
    "outgoing_before",
    "outgoing_for",
    "queue_outgoing",
    "queued_with",
    "remove_source",
    "sent",
    "sources",
    "take_token",
    "touch_source",
    "update_hub",
    "update_source",
]


_IDS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Hub:
    """One hub. ``token`` is encrypted; ``cursor`` is where the next sync goes on; ``log_key`` verifies its log.

    ``token_next`` is the token, encrypted, that the hub is or was asked to take in the place of ``token``.
    ``token_expires_us`` is None until the hub was asked for it; ``shut_out_us`` is since when it knows no such token.
    """

    name: str
    url: str
    organisation: int
    collection: int
    token: bytes
    log_key: str
    cursor: str
    synced_us: int | None
    token_next: bytes | None = None
    token_expires_us: int | None = None
    shut_out_us: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One source.

    ``kind`` is how it is read: ``taxii``, ``stix``, ``misp``, ``csv`` or empty to recognise it. ``credentials`` are
    encrypted.
    """

    name: str
    location: str
    kind: str
    organisation: int
    collection: int
    cursor: str
    synced_us: int | None
    credentials: bytes | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What waits to be sent to a hub: the exact bytes that were previewed.

    ``answers`` is what the hub says became of each object of it (JSON); ``settled_us`` is since when all is decided,
    ``again_us`` from when on the hub is asked again what came of it.
    """

    number: int
    hub: str
    body: bytes
    anonymous: bool
    made_us: int
    sent_us: int | None
    status: bytes | None
    receipt: bytes | None
    answers: bytes | None = None
    asked_us: int | None = None
    settled_us: int | None = None
    again_us: int | None = None


@dataclass(frozen=True, slots=True)
class QueuedVersion:
    """A version of an object that was queued for a hub."""

    id: str
    created: str
    modified: str


@dataclass(frozen=True, slots=True)
class QueuedBody:
    """Bytes that were queued for a hub, in which there is a version of the object ``id``; see :class:`Outgoing`."""

    id: str
    hub: str
    body: bytes
    made_us: int
    sent_us: int | None


def add_hub(connection: Connection, made: Hub) -> None:
    """Remember a hub that was joined."""
    connection.execute(
        insert(hub).values(
            name=made.name,
            url=made.url,
            organisation=made.organisation,
            collection=made.collection,
            token=made.token,
            log_key=made.log_key,
            cursor=made.cursor,
        )
    )


def hubs(connection: Connection) -> list[Hub]:
    """Every hub, by name."""
    rows = connection.execute(select(hub).order_by(hub.c.name))
    return [Hub(**row._mapping) for row in rows]  # noqa: SLF001  SQLAlchemy's public name for it


def update_hub(
    connection: Connection,
    name: str,
    *,
    cursor: str | None = None,
    synced_us: int | None = None,
    token: bytes | None = None,
    shut_out_us: int | None = None,
) -> None:
    """Note how far a hub was read; None leaves as it was."""
    given = {
        "cursor": cursor,
        "synced_us": synced_us,
        "token": token,
        "shut_out_us": shut_out_us,
    }
    values = {key: value for key, value in given.items() if value is not None}
    if values:
        connection.execute(update(hub).where(hub.c.name == name).values(values))


def expect_token(connection: Connection, name: str, token: bytes | None) -> None:
    """Keep the token, encrypted, that a hub is going to be asked for; None forgets it."""
    connection.execute(update(hub).where(hub.c.name == name).values(token_next=token))


def take_token(connection: Connection, name: str, token: bytes, *, expires_us: int | None) -> None:
    """From now on ``token``, encrypted, is what this node shows a hub."""
    connection.execute(
        update(hub)
        .where(hub.c.name == name)
        .values(token=token, token_next=None, token_expires_us=expires_us, shut_out_us=None)
    )


def note_token(connection: Connection, name: str, *, expires_us: int) -> None:
    """Note until when the token that is shown a hub holds."""
    connection.execute(update(hub).where(hub.c.name == name).values(token_expires_us=expires_us))


def add_source(connection: Connection, made: Source) -> None:
    """Remember a source."""
    connection.execute(
        insert(source).values(
            name=made.name,
            location=made.location,
            kind=made.kind,
            organisation=made.organisation,
            collection=made.collection,
            cursor=made.cursor,
            credentials=made.credentials,
        )
    )


def sources(connection: Connection) -> list[Source]:
    """Every source, by name."""
    rows = connection.execute(select(source).order_by(source.c.name))
    return [Source(**row._mapping) for row in rows]  # noqa: SLF001


def update_source(connection: Connection, name: str, *, cursor: str, synced_us: int) -> None:
    """Note how far a source was read."""
    connection.execute(update(source).where(source.c.name == name).values(cursor=cursor, synced_us=synced_us))


def touch_source(connection: Connection, name: str, *, synced_us: int) -> None:
    """Note that a source was read to its end."""
    connection.execute(update(source).where(source.c.name == name).values(synced_us=synced_us))


def remove_source(connection: Connection, name: str) -> bool:
    """Forget a source; false if there is none of that name."""
    return connection.execute(delete(source).where(source.c.name == name)).rowcount > 0


def queue_outgoing(
    connection: Connection,
    hub_name: str,
    body: bytes,
    *,
    anonymous: bool,
    now_us: int,
    versions: Sequence[QueuedVersion] = (),
) -> int:
    """Keep bytes until they are sent, and which ``versions`` they hold, one an object; returns their number."""
    made = insert(outgoing).values(hub=hub_name, body=body, anonymous=anonymous, made_us=now_us)
    number = int(connection.execute(made.returning(outgoing.c.number)).scalar_one())
    if versions:
        rows = [
            {"id": one.id, "outgoing": number, "created": one.created, "modified": one.modified}
            for one in versions
        ]
        connection.execute(insert(outgoing_version), rows)
    return number


def outgoing_for(connection: Connection, hub_name: str, *, waiting: bool) -> list[Outgoing]:
    """What waits for a hub, or all that ever went to it, the oldest first."""
    wanted = [outgoing.c.sent_us.is_(None)] if waiting else []
    rows = connection.execute(
        select(outgoing).where(outgoing.c.hub == hub_name, *wanted).order_by(outgoing.c.number)
    )
    return [Outgoing(**row._mapping) for row in rows]  # noqa: SLF001


def outgoing_before(connection: Connection, before: int | None, limit: int) -> list[Outgoing]:
    """At most ``limit`` of what was queued for any hub, the newest first; of numbers below ``before``."""
    wanted = [] if before is None else [outgoing.c.number < before]
    rows = connection.execute(select(outgoing).where(*wanted).order_by(outgoing.c.number.desc()).limit(limit))
    return [Outgoing(**row._mapping) for row in rows]  # noqa: SLF001


def last_queued(connection: Connection, ids: Sequence[str]) -> dict[str, QueuedVersion]:
    """The last version of each of these objects that was ever queued, for whichever hub."""
    found: dict[str, QueuedVersion] = {}
    for first in range(0, len(ids), _IDS_AT_ONCE):
        rows = connection.execute(
            select(outgoing_version.c.id, outgoing_version.c.created, outgoing_version.c.modified)
            .where(outgoing_version.c.id.in_(ids[first : first + _IDS_AT_ONCE]))
            .order_by(outgoing_version.c.outgoing)
        )
        found |= {id: QueuedVersion(id, created, modified) for id, created, modified in rows}
    return found


def is_queued(connection: Connection, hub_name: str, body: bytes, id: str) -> bool:
    """Whether the same bytes, in which there is a version of the object ``id``, were queued for a hub before."""
    rows = connection.scalars(
        select(outgoing.c.body)
        .join(outgoing_version, outgoing_version.c.outgoing == outgoing.c.number)
        .where(outgoing.c.hub == hub_name, outgoing_version.c.id == id)
    )
    return any(bytes(one) == body for one in rows)


def queued_with(connection: Connection, ids: Sequence[str]) -> list[QueuedBody]:
    """What was ever queued that holds a version of one of these objects, the oldest first."""
    found: list[QueuedBody] = []
    for first in range(0, len(ids), _IDS_AT_ONCE):
        rows = connection.execute(
            select(
                outgoing_version.c.id,
                outgoing.c.hub,
                outgoing.c.body,
                outgoing.c.made_us,
                outgoing.c.sent_us,
            )
            .join(outgoing, outgoing_version.c.outgoing == outgoing.c.number)
            .where(outgoing_version.c.id.in_(ids[first : first + _IDS_AT_ONCE]))
            .order_by(outgoing.c.number)
        )
        found += [
            QueuedBody(id, hub, bytes(body), made_us, sent_us) for id, hub, body, made_us, sent_us in rows
        ]
    return found


def is_waiting(connection: Connection, number: int) -> bool:
    """Whether what was queued under this number has not been sent yet."""
    found = connection.scalar(
        select(outgoing.c.number).where(outgoing.c.number == number, outgoing.c.sent_us.is_(None))
    )
    return found is not None


def sent(connection: Connection, number: int, *, status: bytes, receipt: bytes | None, now_us: int) -> None:
    """Note that a hub took it, with its status resource and the receipt."""
    connection.execute(
        update(outgoing)
        .where(outgoing.c.number == number)
        .values(sent_us=now_us, status=status, receipt=receipt)
    )


def open_outgoing(connection: Connection, hub_name: str, *, since_us: int, limit: int) -> list[int]:
    """The numbers of what a hub took in this node's name after ``since_us`` and has not decided on.

    Those come first that were asked for longest ago.
    """
    rows = connection.scalars(
        select(outgoing.c.number)
        .where(
            outgoing.c.hub == hub_name,
            outgoing.c.anonymous.is_(False),
            outgoing.c.receipt.is_not(None),
            outgoing.c.settled_us.is_(None),
            outgoing.c.sent_us > since_us,
        )
        .order_by(func.coalesce(outgoing.c.asked_us, 0), outgoing.c.number)
        .limit(limit)
    )
    return list(rows)


def outgoing_again(connection: Connection, hub_name: str, *, now_us: int, limit: int) -> list[int]:
    """The numbers of what a hub decided on and is to be asked of again by now, those first that are due longest."""
    rows = connection.scalars(
        select(outgoing.c.number)
        .where(outgoing.c.hub == hub_name, outgoing.c.anonymous.is_(False), outgoing.c.again_us <= now_us)
        .order_by(outgoing.c.again_us, outgoing.c.number)
        .limit(limit)
    )
    return list(rows)


def find_outgoing(connection: Connection, number: int) -> Outgoing | None:
    """What was queued under this number."""
    row = connection.execute(select(outgoing).where(outgoing.c.number == number)).first()
    return Outgoing(**row._mapping) if row else None  # noqa: SLF001


def answered(
    connection: Connection,
    number: int,
    answers: bytes,
    *,
    now_us: int,
    settled: bool,
    again_us: int | None = None,
) -> None:
    """Note what a hub says became of what was sent; ``settled`` if nothing of it is undecided.

    From ``again_us`` on it is asked again, though all is decided.
    """
    connection.execute(
        update(outgoing)
        .where(outgoing.c.number == number)
        .values(
            answers=answers,
            asked_us=now_us,
            settled_us=func.coalesce(outgoing.c.settled_us, now_us) if settled else None,
            again_us=again_us,
        )
    )
