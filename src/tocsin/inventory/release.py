"""A release: a component without its place, so that the same thing in the same version is matched once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256

import msgspec

from tocsin.inventory.component import Component

__all__ = ["Listed", "Listing", "Release", "Releases", "releases_of", "shown"]


class Release(msgspec.Struct, frozen=True, gc=False):
    """``component`` is without its place; ``body`` is its one spelling, ``digest`` the SHA-256 of that."""

    component: Component
    body: bytes
    digest: bytes


class Listed(msgspec.Struct, frozen=True, gc=False):
    """That a bill lists a release: ``times`` is how often, ``place`` where first."""

    release: Release
    times: int
    place: str


class Listing(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one bill lists: releases by number, each once, in the order in which it lists them first.

    ``times`` is how often it lists each, ``places`` where first; the three are of one length.
    """

    releases: list[int]
    times: list[int]
    places: list[str]


class Releases:
    """The releases of several bills, each made once and numbered from 0 as they come. ``len()`` is how many there are.

    ``fresh`` are those that were made since they were last taken from it.
    """

    def __init__(self) -> None:
        self.fresh: list[Release] = []
        self._numbers: dict[bytes, int] = {}
        # Shorter than the spelling that is kept, which is needed once; as a key it holds no value in memory.
        self._spell = msgspec.msgpack.Encoder().encode
        self._encode = msgspec.json.Encoder().encode

    def __len__(self) -> int:
        return len(self._numbers)

    def forget(self) -> None:
        """Number anew from 0."""
        self.fresh.clear()
        self._numbers.clear()

    def listing(self, components: Sequence[Component]) -> Listing:
        """What a bill of ``components`` lists."""
        numbers, spell = self._numbers, self._spell
        found = []
        for one in components:
            spelling = spell((one.identity, one.version, one.kind, one.source, one.source_version))
            number = numbers.get(spelling)
            if number is None:
                number = numbers[spelling] = len(numbers)
                self.fresh.append(self._made(one))
            found.append(number)
        places = [one.place for one in components]
        times = Counter(found)
        if len(times) == len(found):
            return Listing(found, [1] * len(found), places)
        first = dict(zip(reversed(found), reversed(places), strict=True))
        return Listing(list(times), list(times.values()), [first[number] for number in times])

    def _made(self, one: Component) -> Release:
        bare = Component(
            one.identity, one.version, one.kind, "", source=one.source, source_version=one.source_version
        )
        body = self._encode(bare)
        return Release(bare, body, sha256(body).digest())


def releases_of(components: Iterable[Component]) -> list[Listed]:
    """The releases that one bill lists, each once, in the order in which it lists them first."""
    several = Releases()
    listing = several.listing(tuple(components))
    return [Listed(*one) for one in zip(several.fresh, listing.times, listing.places, strict=True)]


def shown(component: Component) -> str:
    """A release in words: maker, name and version."""
    identity = component.identity
    name = identity.name or next(iter(identity.purls + identity.models + identity.skus), "unnamed")
    maker = (
        f"{identity.vendor} "
        if identity.vendor and not name.lower().startswith(identity.vendor.lower())
        else ""
    )
    return f"{maker}{name} {component.version}".rstrip()
