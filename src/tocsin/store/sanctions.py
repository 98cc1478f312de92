"""Versions of lists of sanctioned parties, as they were issued; none is ever changed."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from sqlalchemy import Connection, insert, select

from tocsin.store.schema import sanctions_list

__all__ = ["KeptList", "addressed_of", "keep_list", "kept_lists", "list_as_of", "others_of"]


@dataclass(frozen=True, slots=True)
class KeptList:
    """A version: its list, SHA-256, day of issue (YYYY-MM-DD), form, when it was kept, and how much it names."""

    list: str
    sha256: str
    issued: str
    form: str
    overflow_sha256: str
    kept_us: int
    parties: int
    addresses: int


_HEAD = tuple(sanctions_list.c[name] for name in KeptList.__slots__)
_NEWEST = (sanctions_list.c.issued.desc(), sanctions_list.c.kept_us.desc(), sanctions_list.c.sha256)


def keep_list(connection: Connection, head: KeptList, addressed: bytes, others: bytes) -> None:
    """Keep a version that was not kept before: the bodies of parties with addresses, and of the others."""
    values = dict(zip(KeptList.__slots__, astuple(head), strict=True))
    connection.execute(insert(sanctions_list).values(**values, addressed=addressed, others=others))


def kept_lists(connection: Connection, name: str) -> list[KeptList]:
    """All versions of a list, the newest first."""
    query = select(*_HEAD).where(sanctions_list.c.list == name).order_by(*_NEWEST)
    return [KeptList(*row) for row in connection.execute(query)]


def list_as_of(connection: Connection, name: str, day: str) -> KeptList | None:
    """The version that was the newest on a day, of those that are kept; None if they are all later."""
    query = (
        select(*_HEAD)
        .where(sanctions_list.c.list == name, sanctions_list.c.issued <= day)
        .order_by(*_NEWEST)
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else KeptList(*row)


def addressed_of(connection: Connection, head: KeptList) -> bytes:
    """The body of the parties that an address is listed for."""
    return _body(connection, head, "addressed")


def others_of(connection: Connection, head: KeptList) -> bytes:
    """The body of the parties without an address."""
    return _body(connection, head, "others")


def _body(connection: Connection, head: KeptList, name: str) -> bytes:
    query = select(sanctions_list.c[name]).where(
        sanctions_list.c.list == head.list, sanctions_list.c.sha256 == head.sha256
    )
    return bytes(connection.execute(query).scalar_one())
