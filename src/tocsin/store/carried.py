"""The objects of a collection that tell of vulnerabilities, whoever may see them: for this node's own use alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from tocsin.store.bulk import batches
from tocsin.store.direct import among, is_sqlite, packed, run
from tocsin.store.schema import object_, reference

__all__ = [
    "LastVersion",
    "bodies",
    "last_versions",
    "last_versions_of",
    "vulnerabilities_saying",
    "which_refer_to",
]


@dataclass(frozen=True, slots=True)
class LastVersion:
    """The last version of an object in a collection, under whichever marking it came."""

    place: int
    id: str
    version_key: str
    revoked: bool
    label: int


def last_versions(connection: Connection, collection: int, type: str) -> list[LastVersion]:
    """The last version of each object of a type, by id."""
    rows = run(
        connection,
        "SELECT place, id, version_key, revoked, label FROM object "
        "WHERE collection = :collection AND type = :type ORDER BY id, version_key, revoked, place",
        {"collection": collection, "type": type},
    )
    return _last(rows)


def last_versions_of(connection: Connection, collection: int, ids: Iterable[str]) -> list[LastVersion]:
    """The last version of each of these objects that lies there, by id."""
    rows = run(
        connection,
        "SELECT place, id, version_key, revoked, label FROM object "  # noqa: S608  texts of ours
        f"WHERE collection = :collection AND {among(connection, 'id', 'ids')} "
        "ORDER BY id, version_key, revoked, place",
        {"collection": collection, "ids": packed(connection, ids)},
    )
    return _last(rows)


def _last(rows: Sequence[Sequence[Any]]) -> list[LastVersion]:
    return list({row[1]: LastVersion(row[0], row[1], row[2], bool(row[3]), row[4]) for row in rows}.values())


def bodies(connection: Connection, places: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """The bytes of the versions at these places."""
    for some in batches(places):
        for place, body in connection.execute(
            select(object_.c.place, object_.c.body).where(object_.c.place.in_(some)).order_by(object_.c.place)
        ):
            yield place, bytes(body)


def vulnerabilities_saying(
    connection: Connection, collection: int, names: Sequence[str]
) -> list[tuple[LastVersion, bytes]]:
    """The versions of vulnerabilities whose bytes hold one of ``names``, the oldest first of each.

    What it is there to them is the caller's to judge.
    """
    one = "instr(body, :{}) > 0" if is_sqlite(connection) else "position(CAST(:{} AS bytea) in body) > 0"
    wanted = {f"name{number}": name.encode() for number, name in enumerate(names)}
    holds = " OR ".join(map(one.format, wanted))
    rows = run(
        connection,
        "SELECT place, id, version_key, revoked, label, body FROM object "  # noqa: S608  texts of ours
        f"WHERE collection = :collection AND type = 'vulnerability' AND ({holds}) "
        "ORDER BY id, version_key, revoked, place",
        {"collection": collection, **wanted},
    )
    return [(LastVersion(row[0], row[1], row[2], bool(row[3]), row[4]), bytes(row[5])) for row in rows]


def which_refer_to(connection: Connection, collection: int, ids: Sequence[str]) -> dict[str, set[str]]:
    """The objects in a collection that refer to each of ``ids`` in some version."""
    found: dict[str, set[str]] = {}
    for some in batches(ids):
        rows = connection.execute(
            select(reference.c.target, object_.c.id)
            .join(object_, object_.c.place == reference.c.place)
            .where(reference.c.target.in_(some), object_.c.collection == collection)
        )
        for target, id in rows:
            found.setdefault(target, set()).add(id)
    return found
