"""What a node keeps of its inventory and of advisories, as the pillar's own values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from itertools import dropwhile, islice
from operator import attrgetter
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.inventory.advisory import Advisory
from tocsin.inventory.alias import Alias, Aliases
from tocsin.inventory.component import Component
from tocsin.inventory.exposure import NotRead
from tocsin.inventory.held import HeldBill, HeldRelease
from tocsin.inventory.revision import is_anew
from tocsin.inventory.treatment import Treatment
from tocsin.service.exchange.node import Node, moment
from tocsin.store.aliases import aliases
from tocsin.store.bills import BillThere, bills, bills_listing, bills_there, listings, release_bodies
from tocsin.store.treatments import KeptTreatment, treatments

__all__ = [
    "Listings",
    "PlacesOf",
    "aliases_of",
    "anew",
    "day_of",
    "decode_advisory",
    "decode_alias",
    "decode_component",
    "held_bills",
    "held_releases",
    "not_read_of",
]

_AT_ONCE: Final = 100
_PLACES_HELD: Final = 500_000
_component = msgspec.json.Decoder(Component)
_advisory = msgspec.json.Decoder(Advisory)
_alias = msgspec.json.Decoder(Alias)


@lru_cache(maxsize=16_384)
def decode_advisory(body: bytes) -> Advisory:
    """An advisory as it is kept."""
    return _advisory.decode(body)


def anew(before: bytes, after: bytes) -> bool:
    """Whether the second of two kept forms of an advisory is to be looked at anew."""
    return is_anew(_advisory.decode(before), _advisory.decode(after))


def decode_component(body: bytes) -> Component:
    """A component as it is kept."""
    return _component.decode(body)


def aliases_of(connection: Connection) -> Aliases:
    """What persons said here of the names of products."""
    return Aliases(decode_alias(one.body) for one in aliases(connection))


def decode_alias(body: bytes) -> Alias:
    """What a person said, as it is kept."""
    return _alias.decode(body)


def day_of(us: int) -> date:
    """The day (UTC) of a time in microseconds."""
    return datetime.fromtimestamp(us / 1_000_000, UTC).date()


def held_releases(
    node: Node, connection: Connection, releases: Iterable[int] | None = None
) -> dict[int, HeldRelease]:
    """Releases and where they are now, by number; all that are anywhere, or of these.

    Where a bill lists one is read from ``node`` when it is asked for.
    """
    listing = bills_listing(connection, releases)
    said = aliases_of(connection)
    several = None if releases is None else {one for numbers in listing.values() for one in numbers}
    there = bills_there(connection, several)
    subjects = {one.subject for one in there if one.subject is not None}
    components = {
        number: _component.decode(body)
        for number, body in release_bodies(
            connection, None if releases is None else {*listing, *subjects}
        ).items()
    }
    bills = _held_bills(there, components, said)
    places = Listings(node, {bill: number for number, bill in bills.items()})
    done = _treatments(connection)
    return {
        number: HeldRelease(
            components[number],
            PlacesOf(number, [bills[one] for one in numbers], places),
            said.of(components[number].identity),
            done.get(number, {}),
        )
        for number, numbers in listing.items()
    }


def held_bills(connection: Connection, there: Sequence[BillThere], said: Aliases) -> dict[int, HeldBill]:
    """Bills by number, with what they are bills of."""
    subjects = {one.subject for one in there if one.subject is not None}
    components = {
        number: _component.decode(body) for number, body in release_bodies(connection, subjects).items()
    }
    return _held_bills(there, components, said)


def _held_bills(
    there: Iterable[BillThere], components: Mapping[int, Component], said: Aliases
) -> dict[int, HeldBill]:
    also = {
        number: said.same_as(components[number].identity)
        for number in {one.subject for one in there if one.subject is not None}
    }
    day = cache(day_of)
    return {
        one.number: HeldBill(
            site=one.site,
            exposed=one.exposed,
            owner=one.owner,
            name=one.name,
            subject=None if one.subject is None else components[one.subject],
            known_since=day(one.added_us),
            also=() if one.subject is None else also[one.subject],
        )
        for one in there
    }


def _treatments(connection: Connection) -> dict[int, dict[str, dict[str, Treatment]]]:
    """What is being done, by release, site and vulnerability."""
    found: dict[int, dict[str, dict[str, Treatment]]] = {}
    for (release, site), by_name in treatments(connection).items():
        found.setdefault(release, {})[site] = {name: _treatment(one) for name, one in by_name.items()}
    return found


class Listings:
    """Where bills list what, read when it is asked for: what a bill lists never changes."""

    def __init__(self, node: Node, numbers: Mapping[HeldBill, int]) -> None:
        self._node = node
        self._numbers = numbers
        self._held: dict[int, dict[int, str]] = {}
        self._size = 0

    def place(self, bill: HeldBill, release: int, order: Iterable[HeldBill]) -> str:
        """Where ``bill`` lists the release; ``order`` is that in which others are likely to be asked for."""
        number = self._numbers[bill]
        if number not in self._held:
            self._read(islice(dropwhile(lambda one: one is not bill, order), _AT_ONCE))
        return self._held[number].get(release, "")

    def _read(self, wanted: Iterable[HeldBill]) -> None:
        if self._size > _PLACES_HELD:
            self._held.clear()
            self._size = 0
        missing = [number for number in map(self._numbers.__getitem__, wanted) if number not in self._held]
        self._held |= {number: {} for number in missing}
        with self._node.reading() as connection:
            for number, one in listings(connection, missing).items():
                self._held[number] = dict(zip(one.releases, one.places, strict=True))
                self._size += len(one.releases)


class PlacesOf(Mapping[HeldBill, str]):
    """The bills that list a release, and where."""

    def __init__(self, release: int, bills: Sequence[HeldBill], listings: Listings) -> None:
        self._release = release
        self._bills = bills
        self._listings = listings
        self._order: Sequence[HeldBill] = ()

    def __len__(self) -> int:
        return len(self._bills)

    def __iter__(self) -> Iterator[HeldBill]:
        return iter(self._bills)

    def __getitem__(self, bill: HeldBill) -> str:
        self._order = self._order or sorted(self._bills, key=attrgetter("site", "name"))
        return self._listings.place(bill, self._release, self._order)


def _treatment(kept: KeptTreatment) -> Treatment:
    return Treatment(
        kept.state,
        kept.until,
        kept.owner,
        kept.approved,
        kept.why,
        changed=moment(kept.changed_us),
        by=kept.changed_by,
    )


def not_read_of(connection: Connection) -> list[NotRead]:
    """What of the bills that hold now could not be read."""
    return [
        NotRead(bill.name, one["place"], one["why"])
        for bill in bills(connection)
        for one in msgspec.json.decode(bill.unread)["unread"]
    ]
