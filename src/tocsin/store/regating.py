"""Versions that are stored get another gate; those to whom one opens are given it as if it had come now.

A reader asks for what came after what it was given last, so a row that opens where it lies, far behind, would never
reach it. Then again whoever was given it already must see nothing move, since that would tell of objects that
may not be seen. So the row stays for those who saw it, and a younger row of the same version is for the others alone:
whoever may see a version finds it exactly once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import msgspec
from sqlalchemy import Connection, delete, func, select, update

from tocsin.store.bulk import batches
from tocsin.store.collections import reached
from tocsin.store.direct import is_sqlite, run
from tocsin.store.gate import Gate, Readers, both, either, implies
from tocsin.store.gate_numbers import numbers_of
from tocsin.store.schema import PLACE_BITS, object_
from tocsin.store.tallies import Kind, add_to_tally
from tocsin.store.unwritten import unwritten

__all__ = ["Held", "regate"]


@dataclass(slots=True)
class Held:
    """The rows of one stored version, the oldest first: the place of each, and who is given it.

    Without ``reopens`` it has one row, which is shown to whom it opens where it lies: in an inbox nobody pages on.
    """

    rows: list[tuple[int, Readers]]
    reopens: bool = True

    @property
    def gate(self) -> Gate:
        """What is asked of who may see it."""
        return _any_of(readers.gate for _, readers in self.rows)


def regate(connection: Connection, changes: Sequence[tuple[Held, Gate]], now_us: int) -> None:
    """Give each version its gate; for those to whom it opens it is added at ``now_us``, or as soon after as may be."""
    given: list[tuple[int, Readers]] = []
    gone: list[int] = []
    opened: list[tuple[int, Readers]] = []
    for held, now in changes:
        if not held.reopens:
            given.append((held.rows[0][0], Readers(now)))
            continue
        left: list[Gate] = []
        for place, readers in held.rows:
            gate = both(readers.gate, now)
            if readers.unless is not None and implies(gate, readers.unless):
                gone.append(place)
                continue
            left.append(gate)
            if gate != readers.gate:
                given.append((place, Readers(gate, readers.unless)))
        seen = _any_of(left)
        if not implies(now, seen):
            opened.append((held.rows[0][0], Readers(now, seen)))
    numbers = numbers_of(connection, {readers for _, readers in (*given, *opened)})
    groups: dict[int, list[int]] = defaultdict(list)
    for place, readers in given:
        groups[numbers[readers]].append(place)
    for number, places in groups.items():
        for some in batches(places):
            more: Counter[Kind] = Counter()
            for kind, count in _kinds(connection, some).items():
                more[kind] -= count
                more[(*kind[:3], number)] += count
            add_to_tally(connection, more)
            connection.execute(update(object_).where(object_.c.place.in_(some)).values(gate=number))
    for some in batches(gone):
        fewer = _kinds(connection, some)
        add_to_tally(connection, {kind: -count for kind, count in fewer.items()})
        connection.execute(delete(object_).where(object_.c.place.in_(some)))
    for collection, some_opened in groupby(sorted(opened), key=lambda one: one[0] >> PLACE_BITS):
        _add(connection, collection, [(place, numbers[readers]) for place, readers in some_opened], now_us)


def _any_of(gates: Iterable[Gate]) -> Gate:
    some = iter(gates)
    found = next(some)
    for one in some:
        found = either(found, one)
    return found


def _add(connection: Connection, collection: int, opened: Sequence[tuple[int, int]], now_us: int) -> None:
    """Add a row for each of the rows at these places, behind the gate of this number."""
    seq, added = reached(connection, collection)
    rows = []
    for place, number in opened:
        seq += 1
        added = max(now_us, added + 1)
        rows.append((place, collection << PLACE_BITS | seq, seq, added, number))
    each = (
        "json_each(:rows) given"
        if is_sqlite(connection)
        else "json_array_elements(CAST(:rows AS json)) AS given(value)"
    )
    old, new, number_here, stamp, gate = (f"CAST(given.value->>{at} AS bigint)" for at in range(5))
    for some in batches(rows):
        values = {"rows": msgspec.json.encode(some).decode()}
        run(
            connection,
            "INSERT INTO object (place, collection, seq, id, version, version_key, type, spec_version, "  # noqa: S608
            "added_us, label, gate, superseded, revoked, leaf, body) "
            f"SELECT {new}, o.collection, {number_here}, o.id, o.version, o.version_key, o.type, o.spec_version, "
            f"{stamp}, o.label, {gate}, false, o.revoked, o.leaf, o.body "
            f"FROM {each} JOIN object o ON o.place = {old}",
            values,
        )
        run(
            connection,
            f"INSERT INTO reference (place, target) SELECT {new}, r.target "  # noqa: S608
            f"FROM {each} JOIN reference r ON r.place = {old}",
            values,
        )
        add_to_tally(connection, _kinds(connection, [place for _, place, *_ in some]))
    unwritten(connection).move(collection, seq, added)


def _kinds(connection: Connection, places: Sequence[int]) -> Counter[Kind]:
    """How many rows of each kind lie at these places."""
    kind = (object_.c.collection, object_.c.type, object_.c.spec_version, object_.c.gate)
    rows = connection.execute(select(*kind, func.count()).where(object_.c.place.in_(places)).group_by(*kind))
    return Counter({(collection, type, spec, gate): count for collection, type, spec, gate, count in rows})
