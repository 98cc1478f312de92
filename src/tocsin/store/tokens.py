"""What lets someone in: tokens of machines, one-use links and sessions of people. Secrets are kept as digests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from tocsin.store.direct import run
from tocsin.store.schema import session, signin, token

__all__ = [
    "Session",
    "Token",
    "add_session",
    "add_signin",
    "add_token",
    "end_session",
    "find_session",
    "find_token",
    "revoke_token",
    "revoke_tokens_of",
    "successors",
    "tokens",
    "touch_tokens",
    "use_signin",
]


@dataclass(frozen=True, slots=True)
class Token:
    """One token. ``scopes`` are of ``read`` and ``write``; empty ``collections`` are all that its organisation has.

    A ``renewable`` one came from joining; ``renews`` is the id of the one that it takes the place of.
    """

    id: str
    organisation: int
    scopes: tuple[str, ...]
    collections: tuple[str, ...]
    ceiling: int
    created_us: int
    expires_us: int
    used_us: int | None
    revoked_us: int | None
    renewable: bool = False
    renews: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is signed in."""

    person: str
    csrf: str
    expires_us: int


def add_token(connection: Connection, made: Token, secret_sha256: bytes) -> None:
    """Keep a token: the digest of its secret."""
    connection.execute(
        insert(token).values(
            id=made.id,
            secret_sha256=secret_sha256,
            organisation=made.organisation,
            scopes=" ".join(made.scopes),
            collections=" ".join(made.collections),
            ceiling=made.ceiling,
            created_us=made.created_us,
            expires_us=made.expires_us,
            renewable=made.renewable,
            renews=made.renews,
        )
    )


_COLUMNS = tuple(column for column in token.c if column.name != "secret_sha256")


def tokens(connection: Connection) -> list[Token]:
    """Every token, the oldest first."""
    return [
        _token(tuple(row))
        for row in connection.execute(select(*_COLUMNS).order_by(token.c.created_us, token.c.id))
    ]


def find_token(connection: Connection, id: str) -> tuple[Token, bytes] | None:
    """A token and the digest of its secret."""
    names = ", ".join(column.name for column in _COLUMNS)
    rows = run(connection, f"SELECT secret_sha256, {names} FROM token WHERE id = :id", {"id": id})  # noqa: S608
    for digest, *row in rows:
        return _token(row), bytes(digest)
    return None


def successors(connection: Connection, id: str) -> list[Token]:
    """The tokens in force that are to take the place of the token ``id`` and have not been used yet."""
    rows = connection.execute(
        select(*_COLUMNS).where(token.c.renews == id, token.c.used_us.is_(None), token.c.revoked_us.is_(None))
    )
    return [_token(row) for row in rows]


def touch_tokens(connection: Connection, used: dict[str, int]) -> None:
    """Note when tokens were last used."""
    for id, at in used.items():
        connection.execute(update(token).where(token.c.id == id).values(used_us=at))


def revoke_token(connection: Connection, id: str, *, now_us: int) -> bool:
    """End a token; false if there is none that is in force."""
    done = connection.execute(
        update(token).where(token.c.id == id, token.c.revoked_us.is_(None)).values(revoked_us=now_us)
    )
    return done.rowcount > 0


def revoke_tokens_of(connection: Connection, organisation: int, *, now_us: int) -> int:
    """End every token of an organisation."""
    return connection.execute(
        update(token)
        .where(token.c.organisation == organisation, token.c.revoked_us.is_(None))
        .values(revoked_us=now_us)
    ).rowcount


def add_signin(connection: Connection, secret_sha256: bytes, person: str, *, expires_us: int) -> None:
    """Keep a one-use link: the digest of its secret."""
    connection.execute(
        insert(signin).values(secret_sha256=secret_sha256, person=person, expires_us=expires_us)
    )


def use_signin(connection: Connection, secret_sha256: bytes, *, now_us: int) -> str | None:
    """Use a link up and return the person it was for; None if it is unknown, used or too old."""
    row = connection.execute(
        update(signin)
        .where(
            signin.c.secret_sha256 == secret_sha256, signin.c.used_us.is_(None), signin.c.expires_us > now_us
        )
        .values(used_us=now_us)
        .returning(signin.c.person)
    ).first()
    return str(row[0]) if row else None


def add_session(connection: Connection, secret_sha256: bytes, made: Session, *, now_us: int) -> None:
    """Keep a session: the digest of its cookie. Those that ended are forgotten."""
    connection.execute(delete(session).where(session.c.expires_us <= now_us))
    connection.execute(
        insert(session).values(
            secret_sha256=secret_sha256,
            person=made.person,
            csrf=made.csrf,
            created_us=now_us,
            expires_us=made.expires_us,
        )
    )


def find_session(connection: Connection, secret_sha256: bytes, *, now_us: int) -> Session | None:
    """The session of a cookie, if it has not ended."""
    row = connection.execute(
        select(session.c.person, session.c.csrf, session.c.expires_us).where(
            session.c.secret_sha256 == secret_sha256, session.c.expires_us > now_us
        )
    ).first()
    return Session(*row) if row else None


def end_session(connection: Connection, secret_sha256: bytes) -> None:
    """Sign out."""
    connection.execute(delete(session).where(session.c.secret_sha256 == secret_sha256))


def _token(row: Sequence[Any]) -> Token:
    id, organisation, scopes, collections, *rest = row
    return Token(id, organisation, tuple(scopes.split()), tuple(collections.split()), *rest)
