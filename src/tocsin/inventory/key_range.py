"""Ranges of versions as ranges of keys, so that a database finds what may lie in them.

Source of the keys: :mod:`tocsin.inventory.version`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from tocsin.errors import NoOrder, NotAVersion
from tocsin.inventory.claim import Claim, Span, Versions
from tocsin.inventory.claim_index import claim_keys, component_keys
from tocsin.inventory.component import Component
from tocsin.inventory.version import extent, key, scheme_of_purl_type

__all__ = ["KeyRange", "Position", "claim_ranges", "positions"]


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Keys of ``scheme`` from ``low`` up to before ``high``, None open. Without a scheme any version may be meant."""

    scheme: str = ""
    low: bytes | None = None
    high: bytes | None = None


class Position(msgspec.Struct, frozen=True, gc=False):
    """Where the version of a name lies in the order of ``scheme``; None where that cannot be told."""

    key: str
    scheme: str
    position: bytes | None


def positions(component: Component) -> list[Position]:
    """The name keys of a component, each with where its version lies in the order of its own ecosystem."""
    found = []
    for name, version in component_keys(component):
        # A package's name is the only one whose ecosystem is known.
        scheme = (
            _scheme(name.text.removeprefix("purl:").partition("/")[0])
            if name.text.startswith("purl:")
            else ""
        )
        found.append(Position(name.text, scheme, _position(scheme, version) if scheme and version else None))
    return found


@lru_cache(maxsize=64)
def _scheme(purl_type: str) -> str:
    return scheme_of_purl_type(purl_type) or ""


@lru_cache(maxsize=65_536)
def _position(scheme: str, version: str) -> bytes | None:
    try:
        return key(scheme, version)
    except (NotAVersion, NoOrder):
        return None


def claim_ranges(claim: Claim) -> list[tuple[str, KeyRange]]:
    """Each name key of what a claim is about with each range of keys in which its versions lie."""
    ranges = list(dict.fromkeys(_ranges(claim.versions)))
    return [(name.text, one) for name in claim_keys(claim) for one in ranges]


def _ranges(versions: Versions) -> Iterator[KeyRange]:
    if versions.every or versions.unread or not versions.spans:
        yield KeyRange()
        return
    for span in versions.spans:
        yield _range(versions.scheme, span)


def _range(scheme: str, span: Span) -> KeyRange:
    try:
        low = None if span.low is None else extent(scheme, span.low)[0 if span.low_inclusive else 1]
        high = None if span.high is None else extent(scheme, span.high)[1 if span.high_inclusive else 0]
    except (NotAVersion, NoOrder):
        return KeyRange()
    return KeyRange(scheme, low, high)
