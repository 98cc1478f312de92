"""Organisations that this node knows: its own, members, hubs, sources, readers; and their invitations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from tocsin.store.direct import run
from tocsin.store.labels import origin_changed
from tocsin.store.schema import invitation, organisation

__all__ = [
    "Organisation",
    "accept_invitation",
    "add_organisation",
    "change_member",
    "find_organisation",
    "invite",
    "open_invitations",
    "organisation_joined",
    "organisations",
    "revoke_organisation",
    "void_invitations",
]


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation. ``relation`` is ``own``, ``member``, ``reader``, ``hub`` or ``source``."""

    number: int
    id: str
    name: str
    sectors: tuple[str, ...]
    relation: str
    is_client: bool
    public_key: bytes | None
    created_us: int
    joined_us: int | None
    revoked_us: int | None


def add_organisation(
    connection: Connection,
    *,
    id: str,
    name: str,
    sectors: tuple[str, ...] = (),
    relation: str,
    is_client: bool = False,
    public_key: bytes | None = None,
    now_us: int,
) -> int:
    """Add an organisation and return its number."""
    return int(
        connection.execute(
            insert(organisation)
            .values(
                id=id,
                name=name,
                sectors=" ".join(sectors),
                relation=relation,
                is_client=is_client,
                public_key=public_key,
                created_us=now_us,
            )
            .returning(organisation.c.number)
        ).scalar_one()
    )


def organisations(connection: Connection, *relations: str) -> list[Organisation]:
    """Every organisation of these relations (of all, where none is named), as they were added."""
    wanted = [organisation.c.relation.in_(relations)] if relations else []
    return [
        _read(tuple(row))
        for row in connection.execute(select(organisation).where(*wanted).order_by(organisation.c.number))
    ]


def find_organisation(connection: Connection, name: str | int) -> Organisation | None:
    """The organisation with this number, id or name."""
    names = ", ".join(column.name for column in organisation.c)
    test = "number = :name" if isinstance(name, int) else "id = :name OR name = :name"
    rows = run(connection, f"SELECT {names} FROM organisation WHERE {test}", {"name": name})  # noqa: S608
    return _read(rows[0]) if rows else None


def change_member(connection: Connection, number: int, *, sectors: tuple[str, ...], is_client: bool) -> None:
    """Say anew what a member is."""
    connection.execute(
        update(organisation)
        .where(organisation.c.number == number)
        .values(sectors=" ".join(sectors), is_client=is_client)
    )


def organisation_joined(
    connection: Connection, number: int, *, id: str, public_key: bytes, now_us: int
) -> None:
    """Note that a member joined, or joined again: its own id, and the key with which it signs.

    What it had sent before, by a token that was made for it, stays its own under the new id.
    """
    before = connection.scalar(select(organisation.c.id).where(organisation.c.number == number))
    connection.execute(
        update(organisation)
        .where(organisation.c.number == number)
        .values(id=id, public_key=public_key, joined_us=now_us, revoked_us=None)
    )
    if before is not None:
        origin_changed(connection, before, id, now_us=now_us)


def revoke_organisation(connection: Connection, number: int, *, now_us: int) -> None:
    """From now on this organisation has no access."""
    connection.execute(update(organisation).where(organisation.c.number == number).values(revoked_us=now_us))


def invite(connection: Connection, number: int, *, id: str, secret_sha256: bytes, expires_us: int) -> None:
    """Keep an invitation: only the digest of its secret."""
    connection.execute(
        insert(invitation).values(
            id=id, secret_sha256=secret_sha256, organisation=number, expires_us=expires_us
        )
    )


def void_invitations(connection: Connection, number: int, *, now_us: int) -> int:
    """End every invitation of an organisation that was not used; return how many of them were good until now."""
    ended = connection.scalars(
        update(invitation)
        .where(invitation.c.organisation == number, invitation.c.used_us.is_(None))
        .values(used_us=now_us)
        .returning(invitation.c.expires_us)
    )
    return sum(expires_us > now_us for expires_us in ended)


def open_invitations(connection: Connection, *, now_us: int) -> dict[int, int]:
    """Until when (microseconds) each organisation, by its number, can still join; who cannot is left out."""
    rows = connection.execute(
        select(invitation.c.organisation, func.max(invitation.c.expires_us))
        .where(invitation.c.used_us.is_(None), invitation.c.expires_us > now_us)
        .group_by(invitation.c.organisation)
    )
    return {int(number): int(expires_us) for number, expires_us in rows}


def accept_invitation(connection: Connection, secret_sha256: bytes, *, now_us: int) -> int | None:
    """Use an invitation up and return the organisation it was for; None if it is unknown, used or too old."""
    row = connection.execute(
        update(invitation)
        .where(
            invitation.c.secret_sha256 == secret_sha256,
            invitation.c.used_us.is_(None),
            invitation.c.expires_us > now_us,
        )
        .values(used_us=now_us)
        .returning(invitation.c.organisation)
    ).first()
    return int(row[0]) if row else None


def _read(row: Sequence[Any]) -> Organisation:
    number, id, name, sectors, relation, is_client, public_key, *times = row
    key = None if public_key is None else bytes(public_key)
    return Organisation(number, id, name, tuple(sectors.split()), relation, bool(is_client), key, *times)
