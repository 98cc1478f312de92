"""STIX objects: each version is a row, with its exact bytes, in the order in which it was acknowledged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, not_, or_, select

from tocsin.sharing.policy import Expr
from tocsin.store.collections import find_collection, moved_on
from tocsin.store.schema import PLACE_BITS, object_, reference
from tocsin.store.visibility import visible

__all__ = [
    "NewObject",
    "Put",
    "Query",
    "Stored",
    "StoredObject",
    "count",
    "definitions",
    "forget",
    "known_versions",
    "latest",
    "leaves_of",
    "page",
    "put",
    "versions",
]

_ASKED_AT_ONCE: Final = 500

Stored = Literal["stored", "present", "conflict"]


@dataclass(frozen=True, slots=True)
class NewObject:
    """One version of an object to be stored; ``label`` is the number of its label."""

    id: str
    version: str
    version_key: str
    type: str
    spec_version: str
    label: int
    revoked: bool
    body: bytes
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One stored version, as it is given out. ``added_us`` is TAXII's date added."""

    place: int
    id: str
    version: str
    type: str
    spec_version: str
    added_us: int
    label: int
    revoked: bool
    leaf: int | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Query:
    """What of a collection is asked for (TAXII 2.1 section 3.4); empty means all.

    ``versions`` holds ``first``, ``last``, ``all`` or version keys. ``after`` is a place within the collection: only
    what lies after it is given.
    """

    added_after_us: int | None = None
    after: int | None = None
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    versions: tuple[str, ...] = ("last",)
    spec_versions: tuple[str, ...] = ()


@dataclass(slots=True)
class Put:
    """What became of objects that were to be stored: for each its outcome, and its stamp and place if it is new."""

    outcomes: list[Stored] = field(default_factory=list)
    places: list[int | None] = field(default_factory=list)
    added_us: list[int] = field(default_factory=list)


def put(
    connection: Connection,
    collection: int,
    objects: Sequence[NewObject],
    *,
    now_us: int,
    first_leaf: int | None = None,
) -> Put:
    """Store each version that is not there yet, in order.

    An object that is there with the same bytes is ``present``; other bytes under the same id and version
    are a ``conflict`` and are refused, since what was shared is never rewritten. Stamps grow by at least a
    microsecond from one object to the next. ``first_leaf`` is the number of the leaf of the first new one.
    """
    here = find_collection(connection, collection)
    if here is None:
        raise LookupError(f"there is no collection {collection}")
    known = _known(connection, collection, objects)
    done = Put()
    rows, references = [], []
    seq, added = here.last_seq, here.last_added_us
    for one in objects:
        key = (one.id, one.version_key)
        if key in known:
            done.outcomes.append("present" if known[key] == one.body else "conflict")
            done.places.append(None)
            done.added_us.append(0)
            continue
        known[key] = one.body
        seq += 1
        added = max(now_us, added + 1)
        place = collection << PLACE_BITS | seq
        rows.append(
            {
                "place": place,
                "collection": collection,
                "id": one.id,
                "version": one.version,
                "version_key": one.version_key,
                "type": one.type,
                "spec_version": one.spec_version,
                "added_us": added,
                "label": one.label,
                "revoked": one.revoked,
                "leaf": None if first_leaf is None else first_leaf + len(rows),
                "body": one.body,
            }
        )
        references += [{"place": place, "target": target} for target in dict.fromkeys(one.references)]
        done.outcomes.append("stored")
        done.places.append(place)
        done.added_us.append(added)
    if rows:
        connection.execute(insert(object_), rows)
        moved_on(connection, collection, last_seq=seq, last_added_us=added)
    if references:
        connection.execute(insert(reference), references)
    return done


def known_versions(connection: Connection, collection: int, ids: Sequence[str]) -> set[tuple[str, str]]:
    """Id and version key of each version of these objects that a collection holds, whoever may see it."""
    found: set[tuple[str, str]] = set()
    for some in _batches(dict.fromkeys(ids), _ASKED_AT_ONCE):
        rows = connection.execute(
            select(object_.c.id, object_.c.version_key).where(
                object_.c.collection == collection, object_.c.id.in_(some)
            )
        )
        found.update((id, key) for id, key in rows)
    return found


def _known(
    connection: Connection, collection: int, objects: Sequence[NewObject]
) -> dict[tuple[str, str], bytes]:
    found: dict[tuple[str, str], bytes] = {}
    for some in _batches(dict.fromkeys(one.id for one in objects), _ASKED_AT_ONCE):
        rows = connection.execute(
            select(object_.c.id, object_.c.version_key, object_.c.body).where(
                object_.c.collection == collection, object_.c.id.in_(some)
            )
        )
        found.update(((id, key), bytes(body)) for id, key, body in rows)
    return found


def _batches(items: Iterable[str], size: int) -> Iterator[list[str]]:
    held = list(items)
    for start in range(0, len(held), size):
        yield held[start : start + size]


_COLUMNS = (
    object_.c.place,
    object_.c.id,
    object_.c.version,
    object_.c.type,
    object_.c.spec_version,
    object_.c.added_us,
    object_.c.label,
    object_.c.revoked,
    object_.c.leaf,
    object_.c.body,
)


def page(
    connection: Connection,
    collection: int,
    allowed: Expr,
    query: Query,
    limit: int | None = None,
    *,
    most_bytes: int | None = None,
) -> list[StoredObject]:
    """At most ``limit`` versions that ``query`` asks for and ``allowed`` lets be seen, in the order of their stamps.

    Without ``limit`` all. The first version with which the bodies together have more than ``most_bytes`` is the last.
    """
    rows = connection.execute(
        select(*_COLUMNS)
        .where(*_asked(collection, query), visible(allowed), _versions(allowed, query))
        .order_by(object_.c.place)
        .limit(limit)
    )
    found: list[StoredObject] = []
    held = 0
    for row in rows:
        found.append(StoredObject(*row))
        held += len(found[-1].body)
        if most_bytes is not None and held > most_bytes:
            rows.close()
            break
    return found


def latest(
    connection: Connection, allowed: Expr, *, collections: Sequence[int] = ()
) -> Iterator[StoredObject]:
    """The last visible version of every object, of ``collections`` or of all, in order of place."""
    newer = object_.alias("newer")
    superseded = exists().where(
        newer.c.id == object_.c.id,
        newer.c.collection == object_.c.collection,
        newer.c.version_key > object_.c.version_key,
        visible(allowed, newer),
    )
    wanted = [object_.c.collection.in_(collections)] if collections else []
    rows = connection.execution_options(yield_per=1000).execute(
        select(*_COLUMNS).where(visible(allowed), not_(superseded), *wanted).order_by(object_.c.place)
    )
    return (StoredObject(*row) for row in rows)


def versions(connection: Connection, collection: int, allowed: Expr, id: str) -> list[StoredObject]:
    """Every visible version of one object in a collection, in the order of their stamps."""
    query = Query(ids=(id,), versions=("all",), spec_versions=("2.0", "2.1"))
    rows = connection.execute(
        select(*_COLUMNS).where(*_asked(collection, query), visible(allowed)).order_by(object_.c.place)
    )
    return [StoredObject(*row) for row in rows]


def forget(connection: Connection, places: Sequence[int]) -> int:
    """Delete these versions; their leaves stay. Returns how many there were."""
    return connection.execute(delete(object_).where(object_.c.place.in_(places))).rowcount


def count(connection: Connection, allowed: Expr, collection: int | None = None) -> int:
    """How many versions ``allowed`` lets be seen."""
    wanted = [] if collection is None else [object_.c.collection == collection]
    return int(
        connection.scalar(select(func.count()).select_from(object_).where(visible(allowed), *wanted)) or 0
    )


def _asked(collection: int, query: Query) -> list[ColumnElement[bool]]:
    first = collection << PLACE_BITS
    asked = [
        object_.c.place > (first if query.after is None else max(first, query.after)),
        object_.c.place < (collection + 1) << PLACE_BITS,
    ]
    if query.added_after_us is not None:
        # Stamps grow with places, so the first place after a stamp is one step in the index of stamps.
        start = (
            select(func.coalesce(func.max(object_.c.place), first))
            .where(
                object_.c.collection == collection,
                object_.c.added_us
                == select(func.max(object_.c.added_us))
                .where(object_.c.collection == collection, object_.c.added_us <= query.added_after_us)
                .scalar_subquery(),
            )
            .scalar_subquery()
        )
        asked.append(object_.c.place > start)
    if query.ids:
        asked.append(object_.c.id.in_(query.ids))
    if query.types:
        asked.append(object_.c.type.in_(query.types))
    if query.spec_versions:
        asked.append(object_.c.spec_version.in_(query.spec_versions))
    return asked


def _versions(allowed: Expr, query: Query) -> ColumnElement[bool]:
    other = object_.alias("other")
    same = (other.c.id == object_.c.id, other.c.collection == object_.c.collection, visible(allowed, other))
    of_spec = [other.c.spec_version.in_(query.spec_versions)] if query.spec_versions else []
    newest_spec = not_(exists().where(*same, other.c.spec_version > object_.c.spec_version))
    if "all" in query.versions:
        return and_(True, newest_spec) if not query.spec_versions else and_(True)
    ways: list[ColumnElement[bool]] = []
    if "last" in query.versions:
        later = other.c.version_key > object_.c.version_key
        if not query.spec_versions:
            later = or_(
                other.c.spec_version > object_.c.spec_version,
                and_(other.c.spec_version == object_.c.spec_version, later),
            )
        ways.append(not_(exists().where(*same, *of_spec, later)))
    if "first" in query.versions:
        earlier = exists().where(*same, *of_spec, other.c.version_key < object_.c.version_key)
        ways.append(not_(earlier) if query.spec_versions else and_(newest_spec, not_(earlier)))
    exact = [key for key in query.versions if key not in {"first", "last"}]
    if exact:
        within = object_.c.version_key.in_(exact)
        ways.append(within if query.spec_versions else and_(newest_spec, within))
    return or_(*ways)


def definitions(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The properties of the marking definitions with these ids that are stored here.

    A definition may never change (STIX 2.1 section 7.2.1), so the first that came is the one that counts.
    """
    found: dict[str, dict[str, Any]] = {}
    for some in _batches(ids, _ASKED_AT_ONCE):
        rows = connection.execute(
            select(object_.c.id, object_.c.body)
            .where(object_.c.id.in_(some), object_.c.type == "marking-definition")
            .order_by(object_.c.place)
        )
        for id, body in rows:
            found.setdefault(id, msgspec.json.decode(bytes(body)))
    return found


def leaves_of(
    connection: Connection, collection: int, allowed: Expr, asked: Sequence[tuple[str, str]]
) -> list[int]:
    """The numbers of the log leaves of these visible versions (id, version)."""
    wanted = set(asked)
    found: list[int] = []
    for some in _batches(dict.fromkeys(id for id, _ in asked), _ASKED_AT_ONCE):
        rows = connection.execute(
            select(object_.c.id, object_.c.version, object_.c.leaf).where(
                object_.c.collection == collection,
                object_.c.id.in_(some),
                object_.c.leaf.is_not(None),
                visible(allowed),
            )
        )
        found += [leaf for id, version, leaf in rows if (id, version) in wanted]
    return found


def label_numbers(connection: Connection, id: str) -> list[int]:
    """The numbers of the labels that the stored versions of an object have, wherever they lie."""
    return [
        int(number)
        for number in connection.scalars(select(object_.c.label).where(object_.c.id == id).distinct())
    ]
