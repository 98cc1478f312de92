"""A release: a component without its place, so that the same thing in the same version is matched once."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from tocsin.inventory.component import Component
from tocsin.limits import RELEASES_REMEMBERED

__all__ = ["Listed", "Release", "Releases", "releases_of", "shown"]


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


class Releases:
    """The releases of several bills, each made once."""

    def __init__(self) -> None:
        self._known: dict[bytes, Release] = {}
        self._encode = msgspec.json.Encoder().encode

    def listed(self, components: Iterable[Component]) -> list[Listed]:
        """What one bill lists, each release once, in the order in which it lists them first."""
        first: dict[bytes, tuple[Release, str]] = {}
        times: dict[bytes, int] = {}
        encode, known = self._encode, self._known
        for component in components:
            bare = Component(
                component.identity,
                component.version,
                component.kind,
                "",
                source=component.source,
                source_version=component.source_version,
            )
            body = encode(bare)
            if body in first:
                times[body] = times.get(body, 1) + 1
                continue
            release = known.get(body)
            if release is None:
                if len(known) >= RELEASES_REMEMBERED:
                    known.clear()
                release = known[body] = Release(bare, body, sha256(body).digest())
            first[body] = release, component.place
        return [Listed(release, times.get(body, 1), place) for body, (release, place) in first.items()]


def releases_of(components: Iterable[Component]) -> list[Listed]:
    """The releases that one bill lists."""
    return Releases().listed(components)


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
