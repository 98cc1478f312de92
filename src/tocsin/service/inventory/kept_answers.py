"""The answer about all that a node holds, from answers that it keeps and that are made anew only for what changed.

What is kept hangs on releases, which never change, and on advisories. The database notes the names of every advisory
that comes, goes or changes (:mod:`tocsin.store.answers`), and what goes by one is judged anew. What a release is, where
it is, what a person said of its name or does about it, and all that a day decides, is read at each check.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import numpy as np
from sqlalchemy import Connection

from tocsin import __version__
from tocsin.errors import SourceUnavailable
from tocsin.inventory.advisory import Advisory, Stakes
from tocsin.inventory.alias import Aliases, held_key
from tocsin.inventory.answers import Answers, Ints, Told, answers_of, decoded, encoded, told
from tocsin.inventory.claim_index import ClaimIndex
from tocsin.inventory.component import Component
from tocsin.inventory.estate import Estate, Heard
from tocsin.inventory.exposure import FeedAge
from tocsin.inventory.held import HeldBill, HeldRelease
from tocsin.inventory.places import Places, decoded_places, encoded_places, places_from
from tocsin.inventory.urgency import Priorities, merged
from tocsin.limits import MARKS_TO_ALL
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.kept import (
    Listings,
    PlacesOf,
    day_of,
    decode_advisory,
    decode_alias,
    decode_component,
    held_bills,
    held_releases,
)
from tocsin.store.advisories import advisories_named, advisory_bodies, claiming_of
from tocsin.store.aliases import aliases
from tocsin.store.answers import (
    ANSWERS,
    PLACES,
    KeptPart,
    Marks,
    going_by,
    keep_parts,
    kept_part,
    marks,
)
from tocsin.store.bills import BillThere, bills_listing, bills_there, listings, release_bodies
from tocsin.store.treatments import treatments

__all__ = ["Whole", "whole"]

_ALONE: Final = 200
_NOTHING: Final = answers_of(())
_NOWHERE: Final = places_from((), {})


@dataclass(frozen=True, slots=True)
class _Current:
    """Answers and places as they are now; ``fresh`` are the parts that are other than what is kept."""

    answers: Answers
    places: Places
    there: Sequence[BillThere]
    fresh: tuple[KeptPart, ...]
    upto: int


def _current(connection: Connection) -> _Current:
    """What is kept, with all made anew that changed since."""
    by = _program()
    since = marks(connection)
    there = bills_there(connection)
    places, moved = _places(connection, there, by)
    kept = kept_part(connection, ANSWERS, by)
    before = _NOTHING if kept is None or len(since.keys) > MARKS_TO_ALL else decoded(kept.body)
    answers = _brought_up(connection, before, places.releases, since)
    parts = []
    if answers is not before or kept is None or since.keys or since.names:
        parts.append(KeptPart(ANSWERS, by, since.last, encoded(answers)))
    if moved:
        parts.append(KeptPart(PLACES, by, since.last, encoded_places(places)))
    return _Current(answers, places, there, tuple(parts), since.last)


def _keep(node: Node, found: _Current) -> None:
    """Keep what was made anew. Where it cannot be written, it is made again by whoever asks next."""
    if found.fresh:
        with suppress(SourceUnavailable):
            node.write(lambda connection: keep_parts(connection, found.fresh, found.upto))


@dataclass(frozen=True, slots=True)
class Whole:
    """What is told by answers that are kept (``estate``), and the releases that are judged beside them, by number."""

    estate: Estate
    beside: Mapping[int, HeldRelease]
    sites: int

    def releases(self) -> list[HeldRelease]:
        """All, in the order of their numbers."""
        return [one for _, one in sorted({**self.estate.releases(), **self.beside}.items())]


def whole(
    node: Node, connection: Connection, ages: Mapping[str, FeedAge], priorities: Priorities
) -> Whole | None:
    """All that is held, by answers that are kept, of a node that notes what changes.

    None where each release would have to be read to tell which a person spoke of.
    """
    words = [decode_alias(one.body) for one in aliases(connection)]
    keys = {held_key(one) for one in words}
    if "" in keys:
        return None
    found = _current(connection)
    _keep(node, found)
    # What a person said or does is read each time.
    apart = {*going_by(connection, keys), *(release for release, _ in treatments(connection))}
    bills = held_bills(connection, found.there, Aliases(words))
    places = Listings(node, {bill: number for number, bill in bills.items()})

    def held(number: int, component: Component, listing: Sequence[HeldBill]) -> HeldRelease:
        return HeldRelease(component, PlacesOf(number, listing, places))

    estate = Estate(
        found.answers,
        found.places,
        [bills[number] for number in found.places.bills.tolist()],
        np.array(sorted(apart), np.int32),
        _heard(connection, found.answers, ages),
        _Components(node),
        held,
        priorities,
    )
    listing = np.unique(found.places.listing).tolist()
    sites = len({bills[number].site for number in found.places.bills[listing].tolist()})
    return Whole(estate, held_releases(node, connection, estate.apart), sites)


def _heard(connection: Connection, answers: Answers, ages: Mapping[str, FeedAge]) -> Heard:
    numbers = np.unique(answers.heard)
    rows = advisory_bodies(connection, numbers.tolist())
    # Read now: an advisory may be another one when somebody asks why.
    bodies = {number: body for number, (_, _, body) in zip(numbers.tolist(), rows, strict=True)}
    day = cache(day_of)
    return Heard(
        numbers,
        [ages[feed] for feed, _, _ in rows],
        [day(read_us) for _, read_us, _ in rows],
        lambda number: decode_advisory(bodies[number]),
    )


class _Components:
    """Releases, read when they are asked for, which may be later: a release never changes and is never removed."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._bodies: dict[int, bytes] = {}
        self._asked = 0

    def __call__(self, number: int) -> Component:
        if number not in self._bodies:
            self._asked += 1
            wanted = None if self._asked > _ALONE else [number]
            with self._node.reading() as connection:
                self._bodies |= release_bodies(connection, wanted)
        return decode_component(self._bodies[number])


@cache
def _program() -> bytes:
    """A digest of what judges: another version of this program may judge otherwise."""
    digest = sha256(__version__.encode())
    for one in sorted(_sources(files("tocsin.inventory"), ""), key=lambda one: one[0]):
        digest.update(f"{one[0]}\n{len(one[1])}\n".encode())
        digest.update(one[1])
    return digest.digest()


def _sources(folder: Traversable, path: str) -> Iterable[tuple[str, bytes]]:
    for one in folder.iterdir():
        name = f"{path}/{one.name}"
        if one.is_dir():
            yield from _sources(one, name)
        elif not one.name.endswith(".pyc"):
            yield name, one.read_bytes()


def _places(connection: Connection, there: Sequence[BillThere], by: bytes) -> tuple[Places, bool]:
    """Where releases are, and whether that is other than what is kept."""
    now = [one.number for one in there]
    kept = kept_part(connection, PLACES, by)
    before = _NOWHERE if kept is None else decoded_places(kept.body)
    held = set(before.bills.tolist())
    if kept is not None and held == set(now):
        return before, False
    added = [number for number in now if number not in held]
    if len(added) * 2 > len(now):
        return places_from(now, bills_listing(connection)), True
    listed = {number: one.releases for number, one in listings(connection, added).items()}
    return before.changed(now, listed), True


# -- answers --------------------------------------------------------------------------------------


def _brought_up(connection: Connection, before: Answers, held: Ints, since: Marks) -> Answers:
    """The answers about the releases ``held``, of which those that changed are made anew."""
    touched = np.array(going_by(connection, since.keys) if len(before.releases) else [], np.int32)
    gone = np.union1d(touched, np.setdiff1d(before.releases, held, assume_unique=True)).astype(np.int32)
    gone = np.intersect1d(gone, before.releases).astype(np.int32)
    answers = before.without(gone) if len(gone) else before
    missing = np.setdiff1d(held, answers.releases, assume_unique=True)
    if len(missing):
        answers = answers.with_(answers_of(_told(connection, missing.tolist())))
    names = {*answers.unasked(), *set(since.names).intersection(answers.names)}
    return answers.staked(_stakes(connection, names)) if names else answers


def _told(connection: Connection, wanted: Sequence[int]) -> Iterable[Told]:
    """What the advisories that are kept say of some releases, judged anew."""
    bodies = release_bodies(connection, wanted)
    numbers = claiming_of(connection, wanted)
    known = {number: decode_advisory(body) for number, (_, _, body) in _bodies(connection, numbers).items()}
    number_of = {id(one): number for number, one in known.items()}
    claims = ClaimIndex(known[number] for number in sorted(known))
    return [
        told(number, decode_component(body), claims, lambda one: number_of[id(one)])
        for number, body in sorted(bodies.items())
    ]


def _bodies(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[str, int, bytes]]:
    wanted = sorted(numbers)
    return dict(zip(wanted, advisory_bodies(connection, wanted), strict=True))


def _stakes(connection: Connection, names: Iterable[str]) -> dict[str, Stakes]:
    """What is at stake with each of some vulnerabilities, by all advisories that are kept."""
    wanted = sorted(names)
    by_name = advisories_named(connection, wanted)
    bodies = _bodies(connection, {number for numbers in by_name.values() for number in numbers})
    said = {
        number: {} if (one := decode_advisory(body)).withdrawn else _by_name(one)
        for number, (_, _, body) in bodies.items()
    }
    return {
        name: merged(
            stakes for number in sorted(by_name.get(name, ())) for stakes in said[number].get(name, ())
        )
        for name in wanted
    }


def _by_name(advisory: Advisory) -> dict[str, list[Stakes]]:
    found: dict[str, list[Stakes]] = {}
    for name, stakes in advisory.stakes:
        found.setdefault(name, []).append(stakes)
    return found
