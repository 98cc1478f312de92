"""STIX objects: each version is a row, with its exact bytes, in the order in which it was acknowledged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection, and_, delete, func, select

from tocsin.sharing.policy import Expr
from tocsin.store.bulk import batches
from tocsin.store.collections import reached
from tocsin.store.direct import among, packed, run_ahead
from tocsin.store.gate import either
from tocsin.store.gates import (
    NAME,
    Around,
    Arriving,
    gates_of_ids,
    joined,
    look_around,
    named,
    plain,
    referred_text,
    settle,
)
from tocsin.store.labels import scope_of
from tocsin.store.paging import Query, page_rows
from tocsin.store.schema import PLACE_BITS, object_, reference, tally
from tocsin.store.superseded import supersede
from tocsin.store.tallies import add_to_tally
from tocsin.store.unwritten import unwritten
from tocsin.store.visibility import allowed_gates, gates_allowed, visible

__all__ = [
    "NewObject",
    "Put",
    "Query",
    "Stored",
    "StoredObject",
    "count",
    "definitions",
    "forget",
    "held_versions",
    "known_ids",
    "label_numbers",
    "latest",
    "leaves_of",
    "logged",
    "of_leaf",
    "page",
    "put",
    "versions",
]

_WEIGHED_AT_ONCE: Final = 250
_READ_AT_ONCE: Final = 1_000
_ALL: Final = 1 << 40

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
    are a ``conflict`` and are refused, since what was shared is never rewritten. That is asked of objects of one
    scope: what another member sent stands in nobody's way, and is learned by nobody. Stamps grow by at least a
    microsecond from one object to the next. ``first_leaf`` is the number of the leaf of the first new one.
    """
    seq, added = reached(connection, collection)
    here = _look(connection, collection, objects)
    known = dict(here.bodies)
    done = Put()
    new: list[_New] = []
    for one in objects:
        name = here.names[one.label](one.id)
        key = (name, one.version_key)
        if key in known:
            done.outcomes.append("present" if known[key] == one.body else "conflict")
            done.places.append(None)
            done.added_us.append(0)
            continue
        known[key] = one.body
        seq += 1
        added = max(now_us, added + 1)
        leaf = None if first_leaf is None else first_leaf + len(new)
        new.append(_New(one, name, tuple(dict.fromkeys(one.references)), seq, added, leaf))
        done.outcomes.append("stored")
        done.places.append(collection << PLACE_BITS | seq)
        done.added_us.append(added)
    if new:
        unwritten(connection).move(collection, seq, added)
        _store(connection, collection, new, here, now_us)
    return done


@dataclass(frozen=True, slots=True)
class _New:
    """One version that is stored now."""

    object: NewObject
    name: str
    references: tuple[str, ...]
    seq: int
    added_us: int
    leaf: int | None


@dataclass(frozen=True, slots=True)
class _Here:
    """What is stored already: these versions with their bytes, the names of which there are versions, and the rest.

    ``names`` tells by the number of a label what objects with it are called (:func:`tocsin.store.gates.named`).
    """

    names: Mapping[int, Callable[[str], str]]
    bodies: dict[tuple[str, str], bytes]
    ids: set[str]
    around: Around


def _look(connection: Connection, collection: int, objects: Sequence[NewObject]) -> _Here:
    """All that has to be known of what is stored, in one question."""
    waiting = unwritten(connection)
    names = {label: partial(named, scope_of(connection, label)) for label in {one.label for one in objects}}
    ids = {names[one.label](one.id) for one in objects}
    around = ids.union(*(map(names[one.label], one.references) for one in objects))
    if not (waiting.ids.keys().isdisjoint(ids) and waiting.targets.isdisjoint(ids)):
        waiting.flush(connection)
    with_label = "FROM object o JOIN label l ON l.number = o.label"
    rows = run_ahead(
        connection,
        f"SELECT 0, {NAME}, o.version_key, CASE WHEN {among(connection, 'o.version_key', 'keys')} "  # noqa: S608
        f"THEN o.body END {with_label} WHERE o.collection = {collection} AND {among(connection, 'o.id', 'ids')} "
        f"UNION ALL SELECT DISTINCT 1, {NAME}, g.spelling, CAST(NULL AS bytea) {with_label} "
        f"JOIN gate g ON g.number = o.gate WHERE {among(connection, 'o.id', 'around')} "
        f"UNION ALL SELECT 2, value, '', CAST(NULL AS bytea) FROM ({referred_text(connection, 'ids')}) r",
        {
            "ids": packed(connection, set(map(plain, ids))),
            "keys": packed(connection, {one.version_key for one in objects}),
            "around": packed(connection, set(map(plain, around))),
        },
    )
    gates = joined((name, text) for kind, name, text, _ in rows if kind == 1 and name in around)
    for name in waiting.ids.keys() & around:
        gates[name] = either(gates[name], waiting.ids[name]) if name in gates else waiting.ids[name]
    referred = {id for kind, id, *_ in rows if kind == 2}
    return _Here(
        names,
        {(name, key): bytes(body) for kind, name, key, body in rows if kind == 0 and body is not None},
        {name for kind, name, *_ in rows if kind == 0},
        Around(gates, {name for name in ids if plain(name) in referred}),
    )


def _store(connection: Connection, collection: int, new: Sequence[_New], here: _Here, now_us: int) -> None:
    """Give each its gate, and let the rows wait to be written."""
    waiting = unwritten(connection)
    if here.around.referred:
        waiting.flush(connection)
    arriving = [
        Arriving(one.name, one.object.label, tuple(map(here.names[one.object.label], one.references)))
        for one in new
    ]
    settled = settle(connection, arriving, here.around, now_us=now_us)
    for one, to, gate, number in zip(new, arriving, settled.gates, settled.numbers, strict=True):
        place = collection << PLACE_BITS | one.seq
        waiting.add(object_, [_row(one, collection, place, number)])
        waiting.add(reference, ({"place": place, "target": target} for target in one.references))
        waiting.add_object(one.name, gate, to.references)
        waiting.tally[collection, one.object.type, one.object.spec_version, number] += 1
    times = Counter(one.name for one in new)
    again = settled.moved | {name for name, number in times.items() if number > 1 or name in here.ids}
    waiting.again.update(map(plain, again))


def _row(one: _New, collection: int, place: int, gate: int) -> dict[str, Any]:
    return {
        "place": place,
        "collection": collection,
        "seq": one.seq,
        "id": one.object.id,
        "version": one.object.version,
        "version_key": one.object.version_key,
        "type": one.object.type,
        "spec_version": one.object.spec_version,
        "added_us": one.added_us,
        "label": one.object.label,
        "gate": gate,
        "superseded": False,
        "revoked": one.object.revoked,
        "leaf": one.leaf,
        "body": one.object.body,
    }


def held_versions(
    connection: Connection, collection: int, ids: Iterable[str], scope: str
) -> dict[tuple[str, str], bool]:
    """Each version of these objects that a collection holds in ``scope``, whoever may see it, and if it is revoked.

    A version is told by its id and version key.
    """
    waiting = connection.info.get("unwritten")
    asked = set(ids)
    if waiting is not None and not waiting.ids.keys().isdisjoint({named(scope, id) for id in asked}):
        waiting.flush(connection)
    rows = run_ahead(
        connection,
        f"SELECT id, version_key, label, revoked FROM object WHERE collection = {collection} "  # noqa: S608
        f"AND {among(connection, 'id', 'ids')}",
        {"ids": packed(connection, asked)},
    )
    found: dict[tuple[str, str], bool] = {}
    for id, key, number, revoked in rows:
        if scope_of(connection, number) == scope:
            found[id, key] = found.get((id, key), False) or bool(revoked)
    return found


def known_ids(connection: Connection, collection: int, ids: Sequence[str]) -> set[str]:
    """Those of ``ids`` of which a collection holds some version, whoever may see it."""
    found: set[str] = set()
    for some in batches(dict.fromkeys(ids)):
        found.update(
            connection.scalars(
                select(object_.c.id).where(object_.c.collection == collection, object_.c.id.in_(some))
            )
        )
    return found


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
    if most_bytes is None:
        rows = page_rows(connection, collection, allowed, query, _ALL if limit is None else limit)
        return [_stored(row) for row in rows]
    found: list[StoredObject] = []
    held = 0
    left = _ALL if limit is None else limit
    while left:
        # In parts, so that a page of large objects is not held whole before it is cut.
        asked = min(left, _WEIGHED_AT_ONCE)
        part = [_stored(row) for row in page_rows(connection, collection, allowed, query, asked)]
        for one in part:
            found.append(one)
            held += len(one.body)
            if held > most_bytes:
                return found
        if len(part) < asked:
            break
        left -= asked
        query = replace(query, after=part[-1].place)
    return found


def latest(
    connection: Connection, allowed: Expr, *, collections: Sequence[int] = ()
) -> Iterator[StoredObject]:
    """The last visible version of every object, of ``collections`` or of all, in order of place."""
    held = connection.scalars(select(tally.c.collection).distinct().order_by(tally.c.collection)).all()
    for collection in held:
        if collections and collection not in collections:
            continue
        after: int | None = None
        while found := page(connection, collection, allowed, Query(after=after), _READ_AT_ONCE):
            yield from found
            after = found[-1].place


def versions(connection: Connection, collection: int, allowed: Expr, id: str) -> list[StoredObject]:
    """Every visible version of one object in a collection, in the order of their stamps."""
    query = Query(ids=(id,), versions=("all",), spec_versions=("2.0", "2.1"))
    return page(connection, collection, allowed, query, _ALL)


def forget(connection: Connection, places: Sequence[int], *, now_us: int) -> int:
    """Delete the versions that lie at these places, for whoever sees them; their leaves stay.

    What was hidden because of them and opens counts as added at ``now_us``. Returns how many versions there were.
    """
    kind = (object_.c.collection, object_.c.type, object_.c.spec_version, object_.c.gate)
    version = (object_.c.id, object_.c.collection, object_.c.version_key, object_.c.label)
    named_ = object_.alias("named")
    rows: dict[int, Any] = {}
    for some in batches(places):
        same = and_(*(named_.c[column.name] == column for column in version))
        asked = select(object_.c.place, *kind, *version).join(named_, same).where(named_.c.place.in_(some))
        rows |= {row[0]: row[1:] for row in connection.execute(asked)}
    before = gates_of_ids(connection, {named(scope_of(connection, row[7]), row[4]) for row in rows.values()})
    for some in batches(rows):
        connection.execute(delete(object_).where(object_.c.place.in_(some)))
    fewer = Counter((row[0], row[1], row[2], row[3]) for row in rows.values())
    add_to_tally(connection, {kind: -number for kind, number in fewer.items()})
    settled = settle(connection, (), look_around(connection, before, ()), now_us=now_us, forgotten=before)
    supersede(connection, set(map(plain, settled.moved | before.keys())))
    return len({row[4:] for row in rows.values()})


def count(connection: Connection, allowed: Expr, collection: int | None = None) -> int:
    """How many versions ``allowed`` lets be seen."""
    wanted = [] if collection is None else [tally.c.collection == collection]
    if not allowed_gates(connection, allowed).all:
        wanted.append(tally.c.gate.in_(gates_allowed(allowed)))
    asked = select(func.sum(tally.c.rows)).where(*wanted)
    return int(connection.scalar(asked) or 0)


def _stored(row: Sequence[Any]) -> StoredObject:
    place, id, version, type, spec_version, added_us, label, revoked, leaf, body = row
    return StoredObject(
        place, id, version, type, spec_version, added_us, label, bool(revoked), leaf, bytes(body)
    )


def definitions(
    connection: Connection, ids: Sequence[str], scopes: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """The properties of the marking definitions with these ids that are stored here, in the first scope that has them.

    A definition may never change (STIX 2.1 section 7.2.1), so the first that came is the one that counts. What
    somebody else sent is none: it could make of a restriction whatever its sender likes.
    """
    found: dict[str, tuple[int, int, bytes]] = {}
    for some in batches(ids):
        rows = connection.execute(
            select(object_.c.id, object_.c.place, object_.c.label, object_.c.body).where(
                object_.c.id.in_(some), object_.c.type == "marking-definition"
            )
        )
        for id, place, number, body in rows:
            scope = scope_of(connection, number)
            if scope in scopes:
                key = (scopes.index(scope), place, bytes(body))
                found[id] = min(found.get(id, key), key)
    return {id: msgspec.json.decode(body) for id, (_, _, body) in found.items()}


def leaves_of(
    connection: Connection, collection: int, allowed: Expr, asked: Sequence[tuple[str, str]]
) -> list[int]:
    """The numbers of the log leaves of these visible versions (id, version)."""
    wanted = set(asked)
    found: list[int] = []
    for some in batches(dict.fromkeys(id for id, _ in asked)):
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


def of_leaf(connection: Connection, number: int) -> str | None:
    """The id of the object that is here and of which the leaf with this number tells."""
    id = connection.scalar(select(object_.c.id).where(object_.c.leaf == number).limit(1))
    return None if id is None else str(id)


def logged(connection: Connection, collection: int) -> Iterator[list[tuple[int | None, str, bytes]]]:
    """Leaf, id and body of each version in a collection, whoever may see it, some at a time."""
    after = 0
    while True:
        rows = connection.execute(
            select(object_.c.place, object_.c.leaf, object_.c.id, object_.c.body)
            .where(object_.c.collection == collection, object_.c.place > after)
            .order_by(object_.c.place)
            .limit(_READ_AT_ONCE)
        ).all()
        if not rows:
            return
        after = rows[-1][0]
        yield [(leaf, id, bytes(body)) for _, leaf, id, body in rows]


def label_numbers(connection: Connection, id: str) -> list[int]:
    """The numbers of the labels that the stored versions of an object have, wherever they lie."""
    return [
        int(number)
        for number in connection.scalars(select(object_.c.label).where(object_.c.id == id).distinct())
    ]
