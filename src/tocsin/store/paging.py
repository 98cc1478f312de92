"""Pages of a collection: the SQL that reads only rows that may be seen, in the order of their numbers.

What a viewer may see of a collection are the rows of some gates. Each is a range of an index that ends in the
rows' numbers, and the database merges the ranges until the page is full. So a page costs what it gives, also for a
reader who may see one of ten thousand. Where nothing is hidden the rows are read in the order in which they lie.
The statement is written here rather than by SQLAlchemy, which would take longer to put it together than the database
takes to answer it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice, product
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from tocsin.sharing.policy import Expr
from tocsin.store.direct import is_sqlite, run
from tocsin.store.schema import PLACE_BITS
from tocsin.store.seen import Seen, seen_of

__all__ = ["COLUMNS", "Query", "page_rows"]

_RANGES_AT_ONCE: Final = 32
"""Ranges of one statement; SQLite takes 500 and merges them in a chain, PostgreSQL plans each."""

_LOOKED_AT: Final = 16
"""Rows that are looked at for each of a page, where a reader passes many gates."""

COLUMNS: Final = (
    "place", "id", "version", "type", "spec_version", "added_us", "label", "revoked", "leaf", "body",
)  # fmt: skip
_READ: Final = ", ".join(f"o.{name}" for name in COLUMNS)


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


def page_rows(
    connection: Connection, collection: int, allowed: Expr, query: Query, limit: int
) -> list[tuple[Any, ...]]:
    """At most ``limit`` rows of ``COLUMNS`` that ``query`` asks for and ``allowed`` lets be seen, in order."""
    exact = _exact(query)
    seen = seen_of(
        connection,
        collection,
        allowed,
        query.types,
        query.spec_versions,
        ranges=bool(query.types or exact),
    )
    if not seen.ranges:
        return []
    start = _start(connection, collection, query)
    if query.ids or not seen.has_gates:
        return _run(connection, _walk(collection, seen, query, start), limit)
    parts = list(_ranges(seen, query))
    if len(parts) <= _RANGES_AT_ONCE:
        return _run(connection, _merged(connection, collection, seen, query, start, parts), limit)
    if exact:
        return _run(connection, _walk(collection, seen, query, start, by_version=True), limit)
    # With many gates the reader mostly sees much: some rows are looked at as they lie before ranges are merged.
    window = start + _LOOKED_AT * limit
    found = _run(connection, _walk(collection, seen, query, start, until=window), limit)
    if len(found) == limit:
        return found
    left = limit - len(found)
    groups = [parts[first : first + _RANGES_AT_ONCE] for first in range(0, len(parts), _RANGES_AT_ONCE)]
    pages = [
        _run(connection, _merged(connection, collection, seen, query, window, some), left) for some in groups
    ]
    return found + list(islice(merge(*pages), left))


def _start(connection: Connection, collection: int, query: Query) -> int:
    """The number after which the page begins."""
    start = 0
    if query.after is not None:
        start = min(max(query.after - (collection << PLACE_BITS), 0), 1 << PLACE_BITS)
    if query.added_after_us is not None:
        # Stamps grow with numbers, so the first after a stamp is one step in the index of stamps.
        before = run(
            connection,
            f"SELECT seq FROM object WHERE collection = {collection} AND added_us <= :us "  # noqa: S608
            "ORDER BY added_us DESC LIMIT 1",
            {"us": query.added_after_us},
        )
        start = max(start, before[0][0] if before else 0)
    return start


class _Statement:
    """SQL with its values. What is the same in every page of one reader is written out, and is prepared once."""

    def __init__(self, start: int) -> None:
        self.values: dict[str, Any] = {"start": start}
        self._names: dict[object, str] = {}
        self.text = ""

    def of(self, value: object) -> str:
        """A mark that stands for ``value``."""
        name = self._names.setdefault(value, f"v{len(self._names)}")
        self.values[name] = value
        return f":{name}"

    def of_each(self, values: Sequence[object]) -> str:
        """Marks for all of ``values``."""
        return ", ".join(map(self.of, values))


def _exact(query: Query) -> list[str]:
    return [] if {"first", "last", "all"} & set(query.versions) else list(query.versions)


def _ranges(seen: Seen, query: Query) -> Iterator[tuple[tuple[str, object], ...]]:
    """What is the same in all rows of one range, as columns and values, in the order of an index."""
    exact = _exact(query)
    if exact:
        for key, gate in product(exact, sorted({gate for _, gate in seen.ranges})):
            yield ("version_key", key), ("gate", gate)
        return
    superseded = (False,) if set(query.versions) == {"last"} else (False, True)
    for kind, (spec, gate), old in product(query.types or (None,), seen.ranges, superseded):
        of_type = () if kind is None else (("type", kind),)
        yield (*of_type, ("spec_version", spec), ("gate", gate), ("superseded", old))


def _merged(
    connection: Connection,
    collection: int,
    seen: Seen,
    query: Query,
    start: int,
    parts: Sequence[tuple[tuple[str, object], ...]],
) -> _Statement:
    made = _Statement(start)
    branches = []
    for same in parts:
        tests = [f"o.collection = {collection}"]
        tests += [f"o.{column} = {_plain(made, value)}" for column, value in same]
        tests.append("o.seq > :start")
        if _exact(query):
            tests += _kinds(made, query)
        tests += _version_tests(made, collection, seen, query)
        branches.append(f"SELECT {_READ}, o.seq FROM object o WHERE {' AND '.join(tests)}")  # noqa: S608  see _plain
    if len(branches) > 1 and not is_sqlite(connection):
        # PostgreSQL merges parts only if each says its order; SQLite allows none to, and merges.
        branches = [f"({one} ORDER BY o.seq)" for one in branches]
    made.text = " UNION ALL ".join(branches) + " ORDER BY seq"
    return made


def _walk(
    collection: int,
    seen: Seen,
    query: Query,
    start: int,
    *,
    until: int | None = None,
    by_version: bool = False,
) -> _Statement:
    made = _Statement(start)
    first = collection << PLACE_BITS
    if query.ids or by_version:
        # The plus keeps the database from walking the collection in its order where an index leads to few.
        order = "o.place + 0"
        tests = [f"o.collection = {collection}", "o.seq > :start"]
        if query.ids:
            tests.append(f"o.id IN ({made.of_each(query.ids)})")
        else:
            tests.append(f"o.version_key IN ({made.of_each(_exact(query))})")
    else:
        order = "o.place"
        tests = [f"o.place > {first} + :start", f"o.place <= {first} + :until"]
        made.values["until"] = (1 << PLACE_BITS) - 1 if until is None else until
    if not seen.all:
        tests.append(f"o.gate IN ({seen.gates})")
    if set(query.versions) == {"last"}:
        tests.append("o.superseded = false")
    tests += _kinds(made, query)
    if query.spec_versions:
        tests.append(f"o.spec_version IN ({made.of_each(query.spec_versions)})")
    tests += _version_tests(made, collection, seen, query)
    made.text = f"SELECT {_READ}, o.seq FROM object o WHERE {' AND '.join(tests)} ORDER BY {order}"  # noqa: S608
    return made


def _kinds(made: _Statement, query: Query) -> list[str]:
    return [f"o.type IN ({made.of_each(query.types)})"] if query.types else []


def _plain(made: _Statement, value: object) -> str:
    """Numbers are written out, so that a plan is for them; texts are given apart."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else made.of(value)


def _version_tests(made: _Statement, collection: int, seen: Seen, query: Query) -> list[str]:
    """Whether a row is the first, the last or one of some versions among those that may be seen.

    Each is one step in the index of ids. As a scalar subquery no database turns it into a join of all rows, and
    behind CASE none expects that few rows pass, which would have it sort them all rather than read in order.
    """

    def best(what: str, order: str) -> str:
        tests = [f"n.id = o.id AND n.collection = {collection}"]
        if not seen.all:
            tests.append(f"n.gate IN ({seen.gates})")
        if query.spec_versions:
            tests.append(f"n.spec_version IN ({made.of_each(query.spec_versions)})")
        found = f"SELECT n.{what} FROM object n WHERE {' AND '.join(tests)} ORDER BY {order} LIMIT 1"  # noqa: S608
        return f"CASE WHEN o.{what} = ({found}) THEN true ELSE false END"

    several = not query.spec_versions and not seen.one_spec
    newest = "n.spec_version DESC, " if several else ""
    if "all" in query.versions:
        return [best("spec_version", "n.spec_version DESC")] if several else []
    if set(query.versions) == {"last"} and len({gate for _, gate in seen.ranges if gate}) == 1 == len(
        seen.ranges
    ):
        return []
    ways = []
    if "last" in query.versions:
        ways.append(best("place", f"{newest}n.version_key DESC"))
    if "first" in query.versions:
        ways.append(best("place", f"{newest}n.version_key"))
    exact = [key for key in query.versions if key not in {"first", "last"}]
    if exact:
        indexed = set(query.versions) == set(exact) and not query.ids
        way = "true" if indexed else f"o.version_key IN ({made.of_each(exact)})"
        if several:
            way = f"({way} AND {best('spec_version', 'n.spec_version DESC')})"
        tests = [way]
        if query.spec_versions and not query.ids:
            tests.append(f"o.spec_version IN ({made.of_each(query.spec_versions)})")
        ways.append(f"({' AND '.join(tests)})")
    return [f"({' OR '.join(ways)})"]


def _run(connection: Connection, made: _Statement, limit: int) -> list[tuple[Any, ...]]:
    text = f"{made.text} LIMIT {limit}"
    if is_sqlite(connection):
        return [tuple(row[:-1]) for row in run(connection, text, made.values)]
    return _from_postgres(connection, text, made.values)


def _from_postgres(connection: Connection, text: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Read a page that the database puts together: the driver takes four times as long for each value by itself.

    The bodies come as one text in which each character stands for a byte (JSON holds no zero byte), the rest as JSON.
    """
    small = ", ".join(f"p.{name}" for name in COLUMNS[:-1])
    ((head, text_of_bodies),) = run(
        connection,
        f"SELECT CAST(json_agg(json_build_array({small}, length(p.body)) ORDER BY p.seq) AS text), "  # noqa: S608
        f"convert_from(string_agg(p.body, '' ORDER BY p.seq), 'LATIN1') FROM ({text}) p",
        values,
    )
    if head is None:
        return []
    bodies = text_of_bodies.encode("latin-1")
    rows, start = [], 0
    for *row, length in msgspec.json.decode(head):
        rows.append((*row, bodies[start : start + length]))
        start += length
    return rows
