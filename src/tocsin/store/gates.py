"""The gates of the rows that are stored, kept true as objects come and go.

When an object comes that others refer to, theirs may change, and so on: only what changes is followed. Objects may
refer to each other in a circle; then the most open gates that satisfy all of them hold (the greatest fixed
point), worked out from open ones downwards.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Final, TypeVar

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from tocsin.limits import OBJECT_REFERENCES
from tocsin.store.gate import OPEN, Gate, both, either, implies, needs
from tocsin.store.schema import gate, gate_label, object_, reference
from tocsin.store.tallies import Kind, add_to_tally

__all__ = ["Arriving", "Settled", "gates_of_ids", "settle"]

T = TypeVar("T")
_AT_ONCE: Final = 500
_REFERRED: Final = (
    "SELECT value FROM {} WHERE (SELECT 1 FROM reference WHERE target = value LIMIT 1) IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class Arriving:
    """One version that is about to be stored."""

    id: str
    label: int
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """The gate of each that arrives, and the ids whose rows here have another gate now."""

    gates: list[int]
    moved: set[str]


@dataclass(slots=True)
class _Row:
    id: str
    label: int
    references: list[str]
    place: int | None = None
    held: Gate = OPEN
    gate: Gate = OPEN


@dataclass(slots=True)
class _Play:
    """Rows whose gates are worked out, and what stands around them.

    ``whole`` are ids of which every row takes part; ``standing`` are the gates of the ids as they were, None where
    nothing of that id is stored.
    """

    rows: list[_Row]
    standing: dict[str, Gate | None]
    whole: set[str] = field(default_factory=set)
    now: dict[str, Gate | None] = field(default_factory=dict)


def settle(
    connection: Connection, arriving: Sequence[Arriving], *, forgotten: Mapping[str, Gate] | None = None
) -> Settled:
    """Work out the gates of what arrives, and of the rows here whose gates change by it.

    ``forgotten`` are the ids of rows that were just deleted, each with the gate that it had before.
    """
    ids = {one.id for one in arriving} | set(forgotten or ())
    targets = {target for one in arriving for target in one.references}
    stored = gates_of_ids(connection, ids | targets)
    play = _Play(
        [_Row(one.id, one.label, list(one.references)) for one in arriving],
        {id: stored.get(id) for id in ids | targets},
    )
    before: dict[str, Gate | None] = {id: stored.get(id) for id in ids}
    before.update(forgotten or {})
    referred = _referred(connection, ids)
    if referred:
        _join(connection, play, before, _circle(connection, arriving, ids, referred))
    while True:
        _work_out(play)
        changed = {id for id, was in before.items() if _asked(play, id) != (OPEN if was is None else was)}
        # What opens may open a circle that it is part of, so all that reach it are worked out together.
        opens = {id for id in changed if not implies(_asked(play, id), before[id] or OPEN)}
        reach = _referrers(connection, changed)
        if opens:
            reach |= _all_referrers(connection, opens)
        if reach <= play.whole:
            break
        _join(connection, play, before, reach - play.whole)
    moved = [row for row in play.rows if row.place is not None and row.gate != row.held]
    numbers = _numbers(
        connection, {row.gate for row in play.rows if row.place is None} | {row.gate for row in moved}
    )
    _move(connection, moved, numbers)
    return Settled([numbers[row.gate] for row in play.rows if row.place is None], {row.id for row in moved})


def gates_of_ids(connection: Connection, ids: Iterable[str]) -> dict[str, Gate]:
    """For each id that is stored: what is asked of who may see some version of it."""
    found: dict[str, Gate] = {}
    for some in _chunks(ids):
        rows = connection.execute(
            select(object_.c.id, gate.c.spelling)
            .distinct()
            .join(gate, gate.c.number == object_.c.gate)
            .where(object_.c.id.in_(some))
        )
        for id, spelling in rows:
            held = found.get(id)
            read = _read(spelling)
            found[id] = read if held is None else either(held, read)
    return found


def _asked(play: _Play, id: str) -> Gate:
    value = play.now[id] if id in play.now else play.standing.get(id)
    return OPEN if value is None else value


def _work_out(play: _Play) -> None:
    """Give every row in play the most open gate that satisfies all of them."""
    of_id: dict[str, list[_Row]] = defaultdict(list)
    waiting: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(play.rows):
        row.gate = OPEN
        of_id[row.id].append(row)
        for target in row.references:
            waiting[target].append(number)
    play.now = dict.fromkeys(of_id, OPEN)
    for id in play.whole - of_id.keys():
        play.now[id] = None
    todo = deque(range(len(play.rows)))
    queued = set(todo)
    while todo:
        number = todo.popleft()
        queued.discard(number)
        row = play.rows[number]
        made = needs(row.label)
        for target in row.references:
            made = both(made, _asked(play, target))
        if made == row.gate:
            continue
        row.gate = made
        value = None if row.id in play.whole else play.standing.get(row.id)
        for one in of_id[row.id]:
            value = one.gate if value is None else either(value, one.gate)
        if value != play.now[row.id]:
            play.now[row.id] = value
            for other in waiting[row.id]:
                if other not in queued:
                    queued.add(other)
                    todo.append(other)


def _join(connection: Connection, play: _Play, before: dict[str, Gate | None], ids: set[str]) -> None:
    """Take all rows of ``ids`` into play, with what stands around them."""
    rows: dict[int, _Row] = {}
    for some in _chunks(ids):
        found = connection.execute(
            select(object_.c.place, object_.c.id, object_.c.label, gate.c.spelling)
            .join(gate, gate.c.number == object_.c.gate)
            .where(object_.c.id.in_(some))
        )
        for place, id, label, spelling in found:
            held = _read(spelling)
            rows[place] = _Row(id, label, [], place, held)
            if id not in play.whole and id not in before:
                standing = play.standing.get(id)
                play.standing[id] = held if standing is None else either(standing, held)
    for places in _chunks(rows):
        asked = select(reference.c.place, reference.c.target).where(reference.c.place.in_(places))
        for place, target in connection.execute(asked):
            rows[place].references.append(target)
    play.rows += rows.values()
    play.whole |= ids
    for id in ids:
        before.setdefault(id, play.standing.get(id))
    unknown = {target for row in rows.values() for target in row.references} - play.standing.keys()
    around = gates_of_ids(connection, unknown)
    play.standing.update((id, around.get(id)) for id in unknown)


def _circle(
    connection: Connection, arriving: Sequence[Arriving], ids: set[str], referred: set[str]
) -> set[str]:
    """The ids that are reached from ``ids`` and from which one of ``referred`` is reached."""
    back: dict[str, set[str]] = defaultdict(set)
    for one in arriving:
        for target in one.references:
            back[target].add(one.id)
    seen = set(ids) | back.keys()
    todo = list(seen)
    while todo and len(seen) <= OBJECT_REFERENCES:
        found: set[str] = set()
        for some in _chunks(todo):
            rows = connection.execute(
                select(object_.c.id, reference.c.target)
                .join(reference, reference.c.place == object_.c.place)
                .where(object_.c.id.in_(some))
                .distinct()
            )
            for id, target in rows:
                back[target].add(id)
                found.add(target)
        todo = list(found - seen)
        seen |= found
    circle: set[str] = set()
    ways = list(referred)
    while ways:
        for id in back.get(ways.pop(), ()):
            if id not in circle:
                circle.add(id)
                ways.append(id)
    return circle


def _referred(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of ``ids`` that some row refers to.

    A subquery that ends at the first, since an organisation's identity is referred to by a million rows.
    """
    sqlite = connection.dialect.name == "sqlite"
    rows = connection.exec_driver_sql(
        _REFERRED.format(
            "json_each(?)" if sqlite else "json_array_elements_text(CAST(%s AS json)) AS given(value)"
        ),
        (msgspec.json.encode(sorted(ids)).decode(),),
    )
    return {id for (id,) in rows}


def _referrers(connection: Connection, ids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for some in _chunks(ids):
        found.update(
            connection.scalars(
                select(object_.c.id)
                .join(reference, reference.c.place == object_.c.place)
                .where(reference.c.target.in_(some))
                .distinct()
            )
        )
    return found


def _all_referrers(connection: Connection, ids: set[str]) -> set[str]:
    found: set[str] = set()
    todo = set(ids)
    while todo:
        todo = _referrers(connection, todo) - found
        found |= todo
    return found


def _move(connection: Connection, rows: Sequence[_Row], numbers: Mapping[Gate, int]) -> None:
    """Give rows that are stored another gate."""
    groups: dict[Gate, list[int]] = defaultdict(list)
    for row in rows:
        groups[row.gate].append(row.place or 0)
    for made, places in groups.items():
        for some in _chunks(places):
            kinds = connection.execute(
                select(
                    object_.c.collection, object_.c.type, object_.c.spec_version, object_.c.gate, func.count()
                )
                .where(object_.c.place.in_(some))
                .group_by(object_.c.collection, object_.c.type, object_.c.spec_version, object_.c.gate)
            ).all()
            more: dict[Kind, int] = defaultdict(int)
            for collection, type, spec_version, was, count in kinds:
                more[collection, type, spec_version, was] -= count
                more[collection, type, spec_version, numbers[made]] += count
            add_to_tally(connection, more)
            connection.execute(update(object_).where(object_.c.place.in_(some)).values(gate=numbers[made]))


def _numbers(connection: Connection, gates: set[Gate]) -> dict[Gate, int]:
    """The numbers of ``gates``, given now to those that have none."""
    spellings = {_spelt(one): one for one in gates}
    numbers: dict[Gate, int] = {}
    for some in _chunks(spellings):
        for number, spelling in connection.execute(
            select(gate.c.number, gate.c.spelling).where(gate.c.spelling.in_(some))
        ):
            numbers[spellings[spelling]] = number
    for spelling, one in spellings.items():
        if one not in numbers:
            made = insert(gate).values(spelling=spelling).returning(gate.c.number)
            numbers[one] = number = int(connection.execute(made).scalar_one())
            connection.execute(
                insert(gate_label),
                [
                    {"gate": number, "clause": place, "label": label}
                    for place, clause in enumerate(_clauses(one))
                    for label in clause
                ],
            )
    return numbers


def _clauses(one: Gate) -> list[list[int]]:
    return sorted(sorted(clause) for clause in one)


def _spelt(one: Gate) -> str:
    return " ".join("|".join(map(str, clause)) for clause in _clauses(one))


@lru_cache(maxsize=4096)
def _read(spelling: str) -> Gate:
    return frozenset(frozenset(map(int, clause.split("|"))) for clause in spelling.split())


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    some = iter(items)
    while held := list(islice(some, _AT_ONCE)):
        yield held
