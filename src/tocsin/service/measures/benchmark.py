"""A sector's benchmark: at a hub what its members said becomes a release; at a member it stands beside its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.measures.posture import Posture
from tocsin.measures.shared import POSTURE_TYPE, SharedState, read_shared, shared_states
from tocsin.model.sectors import find_sector, sectors
from tocsin.model.timestamp import parse_timestamp
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.node import WARNINGS, Node, moment
from tocsin.service.exchange.publish import collection_named, object_in, publish_made
from tocsin.service.inventory.kept import day_of
from tocsin.service.measures.known import catalogue_of
from tocsin.sharing.audience import audience_marking, with_markings
from tocsin.sharing.benchmark import BANDS, Cell, next_cell, release_day
from tocsin.sharing.published_benchmark import (
    BENCHMARK_TYPE,
    Benchmark,
    Told,
    benchmark_id,
    benchmark_object,
    read_benchmark,
)
from tocsin.store import benchmarks as store, hubs
from tocsin.store.carried import bodies, last_versions
from tocsin.store.objects import definitions
from tocsin.store.organisations import find_organisation
from tocsin.store.sent import SentObject, sent_objects

__all__ = [
    "Beside",
    "Given",
    "Release",
    "SectorRelease",
    "benchmarks",
    "beside",
    "publish_release",
    "release",
]

_STEP_US: Final = 1_000


@dataclass(frozen=True, slots=True)
class SectorRelease:
    """What a release says of one sector: ``cells`` are new in it, ``standing`` are those of earlier ones that stay.

    ``responders`` said something of any measure. ``withheld`` tells of other measures why nothing new is said, by id.
    """

    sector: str
    responders: int
    cells: tuple[Cell, ...]
    standing: tuple[Cell, ...]
    withheld: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Release:
    """What may be published of what was sent before ``day``; ``is_made`` if that was done already.

    ``next_day`` is when there may be another. ``unread`` counts members whose posture cannot be read.
    """

    day: dt.date
    next_day: dt.date
    is_made: bool
    sectors: tuple[SectorRelease, ...]
    unread: int
    objects: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Given:
    """A benchmark that is known here; ``by`` is the hub that gave it, "" for this node itself."""

    by: str
    benchmark: Benchmark


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """One measure: how it stands here, None where nothing is said of it, and what is told of the sector."""

    measure: str
    name: str
    own: SharedState | None
    told: Told


def release(node: Node) -> Release:
    """What would be published now; nothing is changed."""
    with node.reading() as connection:
        return _release(node, connection)


def publish_release(node: Node, *, by: str) -> Release:
    """Publish what may be, to the members of each sector; nothing where the release of this quarter is made already.

    What is published and over whose answers is kept in the same transaction: no later release can be held against less.
    """

    def act(connection: Connection) -> Release:
        made = _release(node, connection)
        if not made.objects:
            return made
        store.keep_cells(connection, [cell for one in made.sectors for cell in one.cells])
        publish_made(node, connection, made.objects, by=by, what="the release could not be published")
        return made

    return node.write(act)


def _release(node: Node, connection: Connection) -> Release:
    day = release_day(day_of(node.now_us))
    history = store.cells(connection)
    answers, responders, unread = _answers(connection, day)
    done = any(one.day == day.isoformat() for one in history)
    found = []
    grown = list(history)
    for sector in sectors():
        last = {one.measure: one for one in history if one.sector == sector.id}
        cells, withheld = [], {}
        for measure in [one.id for one in catalogue_of().measures] if not done else ():
            said = answers.get((sector.id, measure), {})
            made = next_cell(measure, sector.id, day.isoformat(), said, grown)
            if isinstance(made, Cell):
                cells.append(made)
                grown.append(made)
            elif said:
                withheld[measure] = made.why
        new = {one.measure for one in cells}
        standing = tuple(one for measure, one in last.items() if measure not in new)
        if cells or standing or sector.id in responders:
            count = responders.get(sector.id, 0)
            found.append(SectorRelease(sector.id, count, tuple(cells), standing, withheld))
    objects = tuple(_objects(node, connection, found)) if not done else ()
    return Release(day, _next(day), done, tuple(found), unread, objects)


def _next(day: dt.date) -> dt.date:
    return release_day(day + dt.timedelta(days=95))


def _answers(
    connection: Connection, day: dt.date
) -> tuple[dict[tuple[str, str], dict[str, bool]], dict[str, int], int]:
    """By sector and measure what each member (its number) said last before ``day``; how many did; how many not read.

    A member counts in the sector that is named first of it, and in no other. Who took back what it said since then is
    not counted any more.
    """
    before_us = int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp()) * 1_000_000
    sent = list(sent_objects(connection, POSTURE_TYPE))
    newest = {one.organisation: one for one in sent}
    known = {one.id for one in catalogue_of().measures}
    answers: dict[tuple[str, str], dict[str, bool]] = {}
    responders: dict[str, int] = {}
    unread = 0
    for number, one in {one.organisation: one for one in sent if one.sent_us < before_us}.items():
        try:
            states = _states(one, known) if _states(newest[number], known) else {}
        except BadInput:
            unread += 1
            continue
        if states and one.sectors:
            sector = one.sectors[0]
            responders[sector] = responders.get(sector, 0) + 1
            for measure, state in states.items():
                answers.setdefault((sector, measure), {})[str(number)] = state.is_in_place
    return answers, responders, unread


def _states(one: SentObject, known: set[str]) -> dict[str, SharedState]:
    return {} if one.revoked else read_shared(msgspec.json.decode(one.body), known)


def _objects(node: Node, connection: Connection, found: Sequence[SectorRelease]) -> Iterable[bytes]:
    """The objects that tell what is new, each sector's after the definition of its audience where that is new."""
    collection = collection_named(connection, WARNINGS)
    for one in found:
        if not one.cells:
            continue
        audience = [f"sector:{one.sector}"]
        marking = audience_marking(audience)
        if not definitions(connection, [object_in(marking).id], [""]):
            yield marking
        id, times = _version(node, connection, collection.number, one.sector)
        sector = find_sector(one.sector)
        body = benchmark_object(
            id,
            node.own.id,
            one.sector,
            sector.name if sector else one.sector,
            [*one.standing, *one.cells],
            times,
        )
        yield with_markings(body, Tlp.AMBER, audience)


def _version(node: Node, connection: Connection, collection: int, sector: str) -> tuple[str, tuple[str, str]]:
    """The id of a sector's benchmark, and when it was created and is modified; what was withdrawn begins anew."""
    last = {one.id: one for one in last_versions(connection, collection, BENCHMARK_TYPE)}
    time = 0
    while (held := last.get(id := benchmark_id(node.own.id, sector, time))) is not None and held.revoked:
        time += 1
    if held is None:
        return id, (node.now_text, node.now_text)
    [(_, body)] = bodies(connection, [held.place])
    created = str(msgspec.json.decode(body)["created"])
    after_us = int(parse_timestamp(f"{held.version_key}Z")) // 1000 + _STEP_US
    return id, (created, moment(max(node.now_us, after_us)))


def benchmarks(node: Node, sector: str = "") -> list[Given]:
    """The benchmarks of ``sector`` (id) that this node published or a hub gave; without one, of its own sectors.

    One that its hub did not make itself, or that cannot be read, is none.
    """
    wanted = {sector} if sector else set(node.own.sectors)
    found = []
    with node.reading() as connection:
        given = [("", collection_named(connection, WARNINGS).number, node.own.id)]
        for hub in hubs.hubs(connection):
            organisation = find_organisation(connection, hub.organisation)
            if organisation is not None:
                given.append((hub.name, hub.collection, organisation.id))
        for by, collection, author in given:
            places = [
                one.place for one in last_versions(connection, collection, BENCHMARK_TYPE) if not one.revoked
            ]
            for _, body in bodies(connection, places):
                held = _read(body, author)
                if held is not None and held.sector in wanted:
                    found.append(Given(by, held))
    return found


def beside(benchmark: Benchmark, posture: Posture) -> list[Beside]:
    """What stands here beside what is told of the sector; first what is not in place here and most others have."""
    lines = {one.measure: one for one in posture.lines}
    own = shared_states(posture)
    rows = [
        Beside(measure=measure, name=lines[measure].name, own=own.get(measure), told=told)
        for measure, told in benchmark.measures.items()
        if measure in lines
    ]
    return sorted(
        rows,
        key=lambda row: (
            row.own is not None and row.own.is_in_place,
            -BANDS.index(row.told.high),
            -BANDS.index(row.told.low),
            row.measure,
        ),
    )


def _read(body: bytes, author: str) -> Benchmark | None:
    if msgspec.json.decode(body).get("created_by_ref") != author:
        return None
    try:
        return read_benchmark(body)
    except BadInput:
        return None
