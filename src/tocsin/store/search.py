"""What people look for: warnings by words and labels, newest first; every query includes the visibility predicate."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    TextClause,
    and_,
    cast,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    text,
    true,
    tuple_,
)

from tocsin.sharing.policy import Expr
from tocsin.store.bulk import batches
from tocsin.store.direct import is_sqlite, packed
from tocsin.store.findings import KeptFinding
from tocsin.store.inbox import ITEM, InboxItem, narrowed
from tocsin.store.objects import StoredObject
from tocsin.store.schema import (
    finding,
    label,
    label_audience,
    object_,
    reference,
    submission,
    submitted,
)
from tocsin.store.visibility import allowed_gates, visible

__all__ = [
    "Found",
    "Group",
    "Wanted",
    "count_found",
    "finding_counts",
    "findings_before",
    "groups",
    "hidden_leaves",
    "ids_seen",
    "inbox_counts",
    "inbox_page",
    "names_of",
    "search",
    "sightings_of",
    "stamp_of",
    "stored_versions",
    "versions_anywhere",
    "visible_places",
]

_COLUMNS: Final = (
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
_ESCAPE: Final = "!"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty means all. ``before`` is (added_us, place): only what came earlier is given.

    ``tlp`` is the level exactly; ``words`` all occur somewhere in the object's text, in any case of ASCII letters.
    """

    collections: tuple[int, ...]
    words: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    other_than: tuple[str, ...] = ()
    tlp: int | None = None
    audience: str = ""
    added_from_us: int | None = None
    revoked: bool | None = None
    before: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A stored version and the collection it lies in."""

    held: StoredObject
    collection: int


@dataclass(frozen=True, slots=True)
class Group:
    """How many objects of one type lie in one collection under one label."""

    collection: int
    label: int
    type: str
    count: int


def search(connection: Connection, allowed: Expr, wanted: Wanted, limit: int) -> list[Found]:
    """At most ``limit`` last visible versions of what is ``wanted``, the newest here first.

    Each collection is read along its own index of stamps, so that a page costs the same however much there is.
    """
    found: list[Found] = []
    for collection in wanted.collections:
        rows = connection.execute(
            select(*_COLUMNS)
            .where(object_.c.collection == collection, *_asked(connection, wanted), _is_last(allowed, wanted))
            .order_by(object_.c.added_us.desc(), object_.c.place.desc())
            .limit(limit)
        )
        found += [_found((*row, collection)) for row in rows]
    found.sort(key=lambda one: (one.held.added_us, one.held.place), reverse=True)
    return found[:limit]


def count_found(connection: Connection, allowed: Expr, wanted: Wanted, most: int) -> int:
    """How many there are; ``most + 1`` where there are more than ``most``."""
    some = (
        select(literal(1))
        .select_from(object_)
        .where(
            object_.c.collection.in_(wanted.collections),
            *_asked(connection, wanted),
            _is_last(allowed, wanted),
        )
        .limit(most + 1)
        .subquery()
    )
    return int(connection.scalar(select(func.count()).select_from(some)) or 0)


def groups(connection: Connection, allowed: Expr, wanted: Wanted, most: int) -> list[Group]:
    """How many of what is ``wanted`` there are of each kind, over at most ``most`` of them."""
    some = (
        select(object_.c.collection, object_.c.label, object_.c.type)
        .where(
            object_.c.collection.in_(wanted.collections),
            *_asked(connection, wanted),
            _is_last(allowed, wanted),
        )
        .limit(most)
        .subquery()
    )
    rows = connection.execute(
        select(some.c.collection, some.c.label, some.c.type, func.count()).group_by(
            some.c.collection, some.c.label, some.c.type
        )
    )
    return [Group(*row) for row in rows]


def versions_anywhere(
    connection: Connection, allowed: Expr, collections: Sequence[int], id: str
) -> list[Found]:
    """Every visible version of an object in these collections, the newest first."""
    rows = connection.execute(
        select(*_COLUMNS, object_.c.collection)
        .where(object_.c.id == id, object_.c.collection.in_(collections), visible(allowed))
        .order_by(object_.c.version_key.desc(), object_.c.place.desc())
    )
    return [_found(tuple(row)) for row in rows]


def sightings_of(
    connection: Connection, allowed: Expr, collections: Sequence[int], id: str, limit: int
) -> list[Found]:
    """The last visible version of each sighting that names the object, the newest here first."""
    wanted = Wanted(tuple(collections))
    naming = reference.alias("naming")  # a name of its own: the predicate asks that table too
    rows = connection.execute(
        select(*_COLUMNS, object_.c.collection)
        .join(naming, naming.c.place == object_.c.place)
        .where(
            naming.c.target == id,
            object_.c.type == "sighting",
            object_.c.collection.in_(collections),
            visible(allowed),
            _is_last(allowed, wanted),
        )
        .order_by(object_.c.added_us.desc(), object_.c.place.desc())
        .limit(limit)
    )
    return [_found(tuple(row)) for row in rows]


def names_of(connection: Connection, allowed: Expr, ids: Sequence[str]) -> dict[str, bytes]:
    """The bytes of the newest visible version of each of these objects that is here."""
    found: dict[str, bytes] = {}
    for some in batches(ids):
        rows = connection.execute(
            select(object_.c.id, object_.c.body)
            .where(object_.c.id.in_(some), visible(allowed))
            .order_by(object_.c.version_key, object_.c.place)
        )
        found |= {id: bytes(body) for id, body in rows}
    return found


def ids_seen(connection: Connection, allowed: Expr, collection: int, ids: Sequence[str]) -> set[str]:
    """Of which of these objects a visible version lies in the collection."""
    found: set[str] = set()
    for some in batches(ids):
        found |= set(
            connection.scalars(
                select(object_.c.id).where(
                    object_.c.collection == collection, object_.c.id.in_(some), visible(allowed)
                )
            )
        )
    return found


def stored_versions(connection: Connection, collection: int, ids: Sequence[str]) -> set[tuple[str, str]]:
    """Which versions of these objects lie in the collection: id and version."""
    rows = connection.execute(
        select(object_.c.id, object_.c.version).where(
            object_.c.collection == collection, object_.c.id.in_(ids)
        )
    )
    return {(id, version) for id, version in rows}


def hidden_leaves(connection: Connection, allowed: Expr, leaves: Sequence[int]) -> set[int]:
    """Which of these leaves of the log are of an object that may not be seen."""
    rows = connection.execute(select(object_.c.leaf, visible(allowed)).where(object_.c.leaf.in_(leaves)))
    seen: dict[int, bool] = {}
    for leaf, may_see in rows:
        seen[leaf] = seen.get(leaf, False) or bool(may_see)
    return {leaf for leaf, may_see in seen.items() if not may_see}


def inbox_page(
    connection: Connection,
    allowed: Expr,
    *,
    states: Sequence[str] = (),
    id: str = "",
    organisation: int | None = None,
    before: int | None = None,
    limit: int,
) -> list[tuple[InboxItem, int]]:
    """At most ``limit`` visible objects that were submitted, each with its label, the newest first.

    ``before`` is the stamp of one: what came before it.
    """
    wanted = [visible(allowed), *narrowed(states=states, id=id, organisation=organisation)]
    if before is not None:
        wanted.append(object_.c.added_us < before)
    rows = connection.execute(
        select(*ITEM, object_.c.label)
        .join(submitted, submitted.c.place == object_.c.place)
        .join(submission, submission.c.id == submitted.c.submission)
        .where(*wanted)
        .order_by(submitted.c.place.desc())
        .limit(limit)
    )
    return [(InboxItem(*row[:-1]), row[-1]) for row in rows]


def visible_places(connection: Connection, allowed: Expr, places: Sequence[int]) -> set[int]:
    """Those of ``places`` that hold something visible."""
    found: set[int] = set()
    for some in batches(places):
        found |= set(
            connection.scalars(select(object_.c.place).where(visible(allowed), object_.c.place.in_(some)))
        )
    return found


def stamp_of(connection: Connection, place: int) -> int:
    """When a version was added. It tells where a list goes on; a place would tell how many lie between."""
    return int(connection.scalar(select(object_.c.added_us).where(object_.c.place == place)) or 0)


def inbox_counts(connection: Connection, allowed: Expr, organisation: int | None = None) -> dict[str, int]:
    """How many visible objects of the inbox are in each state."""
    wanted = [visible(allowed), *narrowed(organisation=organisation)]
    rows = connection.execute(
        select(submitted.c.state, func.count())
        .select_from(object_)
        .join(submitted, submitted.c.place == object_.c.place)
        .join(submission, submission.c.id == submitted.c.submission)
        .where(*wanted)
        .group_by(submitted.c.state)
    )
    return {state: int(count) for state, count in rows}


def findings_before(
    connection: Connection,
    allowed: Expr,
    *,
    severities: Sequence[str] = (),
    ids: Sequence[str] = (),
    shared: bool | None = None,
    of: Sequence[str] | None = None,
    but: Sequence[str] = (),
    before: tuple[str, str] | None = None,
    limit: int,
) -> list[KeptFinding]:
    """At most ``limit`` findings, the last seen first; ``before`` is (last_seen, id) of one: what comes after it.

    Those ``of`` some warnings, or of all, ``but`` those of some. A finding of a warning that is stored here and may
    not be seen is not seen either.
    """
    wanted = [_finding_visible(connection, allowed), *_shared(shared)]
    if ids:
        wanted.append(finding.c.id.in_(ids))
    if severities:
        wanted.append(finding.c.severity.in_(severities))
    if before is not None:
        wanted.append(tuple_(finding.c.last_seen, finding.c.id) < tuple_(*map(literal, before)))
    rows = connection.execute(
        select(finding)
        .where(*wanted, *_of(connection, of, but))
        .order_by(finding.c.last_seen.desc(), finding.c.id.desc())
        .limit(limit)
    )
    return [KeptFinding(**row._mapping) for row in rows]  # noqa: SLF001  SQLAlchemy's public name for it


def finding_counts(
    connection: Connection,
    allowed: Expr,
    *,
    shared: bool | None = None,
    of: Sequence[str] | None = None,
    but: Sequence[str] = (),
) -> dict[str, int]:
    """How many visible findings are kept of each severity: that were shared, or not, or either with None.

    Those ``of`` some warnings, or of all, ``but`` those of some.
    """
    rows = connection.execute(
        select(finding.c.severity, func.count())
        .where(_finding_visible(connection, allowed), *_shared(shared), *_of(connection, of, but))
        .group_by(finding.c.severity)
    )
    return {severity: int(count) for severity, count in rows}


def _shared(shared: bool | None) -> list[ColumnElement[bool]]:  # noqa: FBT001  a value that is asked for
    if shared is None:
        return []
    return [finding.c.shared_us.is_not(None) if shared else finding.c.shared_us.is_(None)]


def _found(row: Sequence[Any]) -> Found:
    *held, collection = list(row)
    return Found(StoredObject(*held), collection)


def _finding_visible(connection: Connection, allowed: Expr) -> ColumnElement[bool]:
    passed = allowed_gates(connection, allowed)
    if passed.all:
        return true()
    there = object_.alias("there")
    gates: ColumnElement[int] = literal_column(f"({', '.join(map(str, passed.gates)) or '-1'})")
    return or_(
        not_(exists().where(there.c.id == finding.c.warning)),
        exists().where(object_.c.id == finding.c.warning, object_.c.gate.op("IN")(gates)),
    )


def _of(connection: Connection, of: Sequence[str] | None, but: Sequence[str]) -> list[TextClause]:
    """Whether it is a finding of one of these warnings, however many there are, and of none of those."""
    # PostgreSQL looks a row up in the rows of a question, and would hold it against each item of an array.
    items = "json_each({})" if is_sqlite(connection) else "unnest(CAST({} AS text[])) AS item (value)"
    asked = [] if of is None else [("IN", "those", of)]
    if but:
        asked.append(("NOT IN", "others", but))
    return [
        text(f"finding.warning {is_in} (SELECT value FROM {items.format(f':{name}')})").bindparams(  # noqa: S608
            **{name: packed(connection, warnings)}
        )
        for is_in, name, warnings in asked
    ]


def _asked(connection: Connection, wanted: Wanted) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = [_contains(connection, word) for word in wanted.words]
    if wanted.types:
        asked.append(object_.c.type.in_(wanted.types))
    if wanted.other_than:
        asked.append(object_.c.type.not_in(wanted.other_than))
    if wanted.tlp is not None:
        asked.append(object_.c.label.in_(select(label.c.number).where(label.c.tlp == wanted.tlp)))
    if wanted.audience:
        named = select(label_audience.c.label).where(label_audience.c.name == wanted.audience)
        asked.append(object_.c.label.in_(named))
    if wanted.added_from_us is not None:
        asked.append(object_.c.added_us >= wanted.added_from_us)
    if wanted.revoked is not None:
        asked.append(object_.c.revoked.is_(wanted.revoked))
    if wanted.before is not None:
        added, place = wanted.before
        asked += [
            object_.c.added_us <= added,
            or_(object_.c.added_us < added, object_.c.place < place),
        ]
    return asked


def _is_last(allowed: Expr, wanted: Wanted) -> ColumnElement[bool]:
    """Visible, and no later visible version of it lies in any of the collections."""
    newer = object_.alias("newer")
    later = or_(
        newer.c.version_key > object_.c.version_key,
        and_(newer.c.version_key == object_.c.version_key, newer.c.place > object_.c.place),
    )
    superseded = exists().where(
        newer.c.id == object_.c.id,
        newer.c.collection.in_(wanted.collections),
        later,
        visible(allowed, newer),
    )
    return and_(visible(allowed), not_(superseded))


def _contains(connection: Connection, word: str) -> ColumnElement[bool]:
    """Whether the object's text holds ``word``, as JSON may spell it: as it is, or with what is not ASCII escaped."""
    spellings = dict.fromkeys(json.dumps(word, ensure_ascii=ascii_)[1:-1] for ascii_ in (False, True))
    patterns = [f"%{_literal(one)}%" for one in spellings]
    if connection.dialect.name == "sqlite":
        text: ColumnElement[str] = cast(object_.c.body, Text)
        return or_(*(text.like(one, escape=_ESCAPE) for one in patterns))
    text = func.convert_from(object_.c.body, "UTF8")
    return or_(*(text.ilike(one, escape=_ESCAPE) for one in patterns))


def _literal(text: str) -> str:
    for mark in (_ESCAPE, "%", "_"):
        text = text.replace(mark, _ESCAPE + mark)
    return text
