"""A release: a component without its place, so that the same thing in the same version is matched once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from tocsin.inventory.component import Component

__all__ = ["Release", "releases_of", "shown"]


@dataclass(frozen=True, slots=True)
class Release:
    """``component`` without place; ``times`` is how often a bill lists it, ``place`` where it does first."""

    component: Component
    body: bytes
    digest: bytes
    times: int
    place: str


def releases_of(components: Iterable[Component]) -> list[Release]:
    """The releases that a bill lists, each once, in the order in which it lists them first."""
    encode = msgspec.json.Encoder().encode
    first: dict[bytes, tuple[Component, str, int]] = {}
    for component in components:
        # Not dataclasses.replace: it takes three times as long, and a bill has tens of thousands.
        bare = Component(
            component.identity,
            component.version,
            component.kind,
            "",
            source=component.source,
            source_version=component.source_version,
        )
        body = encode(bare)
        held = first.get(body)
        first[body] = (bare, component.place, 1) if held is None else (held[0], held[1], held[2] + 1)
    return [
        Release(component, body, sha256(body).digest(), times, place)
        for body, (component, place, times) in first.items()
    ]


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
