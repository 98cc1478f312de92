"""Hubs that this node joined, sources that it reads, and what waits to be sent."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from tocsin.store.schema import hub, outgoing, source

__all__ = [
    "Hub",
    "Outgoing",
    "Source",
    "add_hub",
    "add_source",
    "answered",
    "expect_token",
    "find_outgoing",
    "hubs",
    "note_token",
    "open_outgoing",
    "outgoing_for",
    "queue_outgoing",
    "remove_source",
    "sent",
    "sources",
    "take_token",
    "touch_source",
    "update_hub",
    "update_source",
]


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

    ``answers`` is what the hub says became of each object of it (JSON); ``settled_us`` is since when all is decided.
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
    connection: Connection, hub_name: str, body: bytes, *, anonymous: bool, now_us: int
) -> int:
    """Keep bytes until they are sent; returns their number."""
    made = insert(outgoing).values(hub=hub_name, body=body, anonymous=anonymous, made_us=now_us)
    return int(connection.execute(made.returning(outgoing.c.number)).scalar_one())


def outgoing_for(connection: Connection, hub_name: str, *, waiting: bool) -> list[Outgoing]:
    """What waits for a hub, or all that ever went to it, the oldest first."""
    wanted = [outgoing.c.sent_us.is_(None)] if waiting else []
    rows = connection.execute(
        select(outgoing).where(outgoing.c.hub == hub_name, *wanted).order_by(outgoing.c.number)
    )
    return [Outgoing(**row._mapping) for row in rows]  # noqa: SLF001


def outgoing_bodies(connection: Connection) -> list[bytes]:
    """Everything that was ever to be sent to any hub, the oldest first."""
    return list(connection.scalars(select(outgoing.c.body).order_by(outgoing.c.number)))


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


def find_outgoing(connection: Connection, number: int) -> Outgoing | None:
    """What was queued under this number."""
    row = connection.execute(select(outgoing).where(outgoing.c.number == number)).first()
    return Outgoing(**row._mapping) if row else None  # noqa: SLF001


def answered(connection: Connection, number: int, answers: bytes, *, now_us: int, settled: bool) -> None:
    """Note what a hub says became of what was sent; ``settled`` if nothing of it is undecided."""
    connection.execute(
        update(outgoing)
        .where(outgoing.c.number == number)
        .values(answers=answers, asked_us=now_us, settled_us=now_us if settled else None)
    )
