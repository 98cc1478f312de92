"""The gates of the rows that are stored, kept true as objects come and go.

When an object comes that others refer to, theirs may change, and so on: only what changes is followed. Objects may
refer to each other in a circle; then the most open gates that satisfy all of them hold (the greatest fixed
point), worked out from open ones downwards.

Objects meet only those of their own scope (:attr:`tocsin.sharing.label.Label.scope`): here each is called by its
scope and id, by :func:`named`.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from tocsin.limits import OBJECT_REFERENCES
from tocsin.store.direct import among, is_sqlite, packed, run
from tocsin.store.gate import OPEN, Gate, Readers, both, either, implies, needs
from tocsin.store.gate_numbers import numbers_of, read
from tocsin.store.regating import Held, regate

__all__ = [
    "NAME",
    "Around",
    "Arriving",
    "Settled",
    "gates_of_ids",
    "joined",
    "look_around",
    "named",
    "plain",
    "referred_text",
    "settle",
]

NAME: Final = (
    "CASE WHEN l.channel = 'published' THEN o.id ELSE l.channel || ' ' || l.origin || '|' || o.id END"
)
"""SQL for :func:`named` of a row ``o`` of objects with its label ``l``."""


def named(scope: str, id: str) -> str:
    """What an object is called among all that are stored; what is published here by its id alone."""
    return f"{scope}|{id}" if scope else id


def plain(name: str) -> str:
    """The id of an object that is called ``name``."""
    return name.rpartition("|")[2]


def _beside(name: str, id: str) -> str:
    """What the object ``id`` is called by the one that is called ``name``."""
    return named(name.rpartition("|")[0], id)


@dataclass(frozen=True, slots=True)
class Arriving:
    """One version that is about to be stored; all ids are names."""

    id: str
    label: int
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What is stored: the gates of ids that are, and those of the ids that arrive to which something refers."""

    gates: dict[str, Gate]
    referred: set[str]


@dataclass(frozen=True, slots=True)
class Settled:
    """The gate of each that arrives, and the ids whose rows here have other readers now."""

    gates: list[Gate]
    numbers: list[int]
    moved: set[str]


@dataclass(slots=True)
class _Row:
    id: str
    label: int
    references: list[str]
    held: Held | None = None
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
    connection: Connection,
    arriving: Sequence[Arriving],
    around: Around,
    *,
    now_us: int,
    forgotten: Mapping[str, Gate] | None = None,
) -> Settled:
    """Work out the gates of what arrives, and of the rows here whose gates change by it.

    ``forgotten`` are the ids of rows that were just deleted, each with the gate that it had before. ``now_us`` is
    when what opens counts as added, for those to whom it does.
    """
    ids = {one.id for one in arriving} | set(forgotten or ())
    targets = {target for one in arriving for target in one.references}
    play = _Play(
        [_Row(one.id, one.label, list(one.references)) for one in arriving],
        {id: around.gates.get(id) for id in ids | targets},
    )
    before = {id: around.gates.get(id) for id in ids} | dict(forgotten or {})
    if around.referred:
        _join(connection, play, before, _circle(connection, arriving, around.referred))
    while True:
        _work_out(play)
        if not around.referred:
            break
        changed = {id for id, was in before.items() if _asked(play, id) != (OPEN if was is None else was)}
        if not changed:
            break
        # What opens may open a circle that it is part of, so all that reach it are worked out together.
        opens = {id for id in changed if not implies(_asked(play, id), before[id] or OPEN)}
        reach = _referrers(connection, changed)
        if opens:
            reach |= _all_referrers(connection, opens)
        if reach <= play.whole:
            break
        _join(connection, play, before, reach - play.whole)
    new = [row.gate for row in play.rows if row.held is None]
    numbers = numbers_of(connection, set(map(Readers, new)))
    moved = [(row.held, row.gate, row.id) for row in play.rows if row.held and row.gate != row.held.gate]
    regate(connection, [(held, gate) for held, gate, _ in moved], now_us)
    return Settled(new, [numbers[Readers(one)] for one in new], {id for *_, id in moved})


def look_around(connection: Connection, ids: Iterable[str], targets: Iterable[str]) -> Around:
    """What is stored of ``ids`` and of what they refer to."""
    names = set(ids)
    return Around(gates_of_ids(connection, names | set(targets)), _referred(connection, names))


def gates_of_ids(connection: Connection, ids: Iterable[str]) -> dict[str, Gate]:
    """For each name that is stored: what is asked of who may see some version of it."""
    asked = set(ids)
    if not asked:
        return {}
    rows = run(
        connection,
        f"SELECT DISTINCT {NAME}, g.spelling FROM object o JOIN label l ON l.number = o.label "  # noqa: S608
        f"JOIN gate g ON g.number = o.gate WHERE {among(connection, 'o.id', 'ids')}",
        {"ids": packed(connection, set(map(plain, asked)))},
    )
    return joined(row for row in rows if row[0] in asked)


def joined(rows: Iterable[Sequence[Any]]) -> dict[str, Gate]:
    """Ids with a gate of one of their versions each, as what is asked for some version."""
    found: dict[str, Gate] = {}
    for id, spelling in rows:
        held, gate = found.get(id), read(spelling).gate
        found[id] = gate if held is None else either(held, gate)
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
    if not ids:
        return
    given = {"ids": packed(connection, set(map(plain, ids)))}
    of_ids = among(connection, "o.id", "ids")
    versions: dict[tuple[object, ...], _Row] = {}
    rows: dict[int, _Row] = {}
    standing: dict[str, Gate] = {}
    for place, id, spelling, submitted, *version in run(
        connection,
        f"SELECT o.place, {NAME}, g.spelling, l.channel = 'submitted', o.label, o.collection, o.version_key "  # noqa: S608
        "FROM object o JOIN label l ON l.number = o.label JOIN gate g ON g.number = o.gate "
        f"WHERE {of_ids} ORDER BY o.place",
        given,
    ):
        if id not in ids:
            continue
        readers = read(spelling)
        standing[id] = readers.gate if id not in standing else either(standing[id], readers.gate)
        row = versions.get((id, *version))
        if row is None or row.held is None:
            held = Held([(place, readers)], reopens=not submitted)
            versions[id, *version] = rows[place] = _Row(id, version[0], [], held)
        else:
            row.held.rows.append((place, readers))
    for place, target in run(
        connection,
        "SELECT r.place, r.target FROM object o JOIN reference r ON r.place = o.place "  # noqa: S608
        f"WHERE {of_ids}",
        given,
    ):
        if place in rows:
            rows[place].references.append(_beside(rows[place].id, target))
    play.rows += rows.values()
    play.whole |= ids
    for id in ids:
        before.setdefault(id, standing.get(id))
    unknown = {target for row in rows.values() for target in row.references} - play.standing.keys()
    around = gates_of_ids(connection, unknown)
    play.standing.update((id, around.get(id)) for id in unknown)


def _circle(connection: Connection, arriving: Sequence[Arriving], referred: set[str]) -> set[str]:
    """The ids that what arrives of ``referred`` reaches, and from which one of ``referred`` is reached."""
    forth: dict[str, set[str]] = defaultdict(set)
    for one in arriving:
        forth[one.id].update(one.references)
    back: dict[str, set[str]] = defaultdict(set)
    seen: set[str] = set()
    todo = set().union(*(forth[id] for id in referred))
    for id in referred:
        for target in forth[id]:
            back[target].add(id)
    while todo and len(seen) <= OBJECT_REFERENCES:
        seen |= todo
        rows = run(
            connection,
            f"SELECT DISTINCT {NAME}, r.target FROM object o JOIN label l ON l.number = o.label "  # noqa: S608
            f"JOIN reference r ON r.place = o.place WHERE {among(connection, 'o.id', 'ids')}",
            {"ids": packed(connection, set(map(plain, todo)))},
        )
        ways = {(id, _beside(id, target)) for id, target in rows if id in todo} | {
            (id, target) for id in todo for target in forth.get(id, ())
        }
        for id, target in ways:
            back[target].add(id)
        todo = {target for _, target in ways} - seen
    circle: set[str] = set()
    left = list(referred)
    while left:
        for id in back.get(left.pop(), ()):
            if id not in circle:
                circle.add(id)
                left.append(id)
    return circle if circle & referred else set()


def referred_text(connection: Connection, name: str) -> str:
    """SQL that gives those of a list of ids that some row refers to.

    A subquery that ends at the first, since an organisation's identity is referred to by a million rows.
    """
    given = (
        f"json_each(:{name})" if is_sqlite(connection) else f"unnest(CAST(:{name} AS text[])) AS given(value)"
    )
    return (
        f"SELECT value FROM {given} "  # noqa: S608
        "WHERE (SELECT 1 FROM reference r WHERE r.target = value LIMIT 1) IS NOT NULL"
    )


def _referred(connection: Connection, ids: Iterable[str]) -> set[str]:
    names = set(ids)
    given = {"ids": packed(connection, set(map(plain, names)))}
    found = {id for (id,) in run(connection, referred_text(connection, "ids"), given)}
    return {name for name in names if plain(name) in found}


def _referrers(connection: Connection, ids: Iterable[str]) -> set[str]:
    names = set(ids)
    rows = run(
        connection,
        f"SELECT DISTINCT {NAME}, r.target FROM reference r JOIN object o ON o.place = r.place "  # noqa: S608
        f"JOIN label l ON l.number = o.label WHERE {among(connection, 'r.target', 'ids')}",
        {"ids": packed(connection, set(map(plain, names)))},
    )
    return {name for name, target in rows if _beside(name, target) in names}


def _all_referrers(connection: Connection, ids: set[str]) -> set[str]:
    found: set[str] = set()
    todo = set(ids)
    while todo:
        todo = _referrers(connection, todo) - found
        found |= todo
    return found
