"""Ranges of versions as ranges of keys, so that a database finds what may lie in them.

Source of the keys: :mod:`tocsin.inventory.version`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import msgspec

from tocsin.errors import NoOrder, NotAVersion
from tocsin.inventory.claim import Claim, Span, Status
from tocsin.inventory.claim_index import claim_keys, component_keys
from tocsin.inventory.component import Component
from tocsin.inventory.version import extent, find_scheme, scheme_of_purl_type

__all__ = ["KeyRange", "Position", "key_ranges", "positions"]


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Keys of ``scheme`` from ``low`` up to before ``high``, None open. Without a scheme any version may be meant."""

    scheme: str = ""
    low: bytes | None = None
    high: bytes | None = None


_ANY: Final = KeyRange()
_PACKAGED: Final = frozenset({"deb", "rpm", "apk"})


class Position(msgspec.Struct, frozen=True, gc=False):
    """Where the version of a name lies in the order of ``scheme``; None where that cannot be told."""

    key: str
    scheme: str
    position: bytes | None


def positions(component: Component) -> list[Position]:
    """The name keys of a component, each with where its version lies in the order of its own ecosystem."""
    found = []
    keys = component_keys(component)
    types = {
        key.text.removeprefix("purl:").partition("/")[0] for key, _ in keys if key.text.startswith("purl:")
    }
    packaged = not types.isdisjoint(_PACKAGED)
    for name, version in keys:
        # A package's name is the only one whose ecosystem is known.
        type = name.text.removeprefix("purl:").partition("/")[0] if name.text.startswith("purl:") else ""
        # Another's claim about what a distribution packages is held to a part of the version, and not to all of it.
        scheme = "" if packaged and type not in _PACKAGED else _scheme(type)
        found.append(Position(name.text, scheme, _position(scheme, version) if scheme and version else None))
    return found


@lru_cache(maxsize=64)
def _scheme(purl_type: str) -> str:
    return (scheme_of_purl_type(purl_type) or "") if purl_type else ""


@lru_cache(maxsize=65_536)
def _position(scheme: str, version: str) -> bytes | None:
    try:
        low, above = extent(scheme, version)
    except (NotAVersion, NoOrder):
        return None
    # A version that stands for several lies at no one place: pacman takes it for equal to each of its releases.
    return low if above == low + b"\x00" else None


def key_ranges(claims: Iterable[Claim], *, names_all: bool = True) -> list[tuple[str, KeyRange]]:
    """Each name key of what ``claims`` are about with the ranges of keys in which a version has to lie to concern them.

    A claim that something is affected concerns the versions that it names, and what lies outside is no affair of it.
    One that something is sound concerns all: of a version that it does not name it leaves open whether that is sound.
    So does either where ``claims`` are no list of all that is affected (``names_all``).
    A name for which any version may be meant has that one range alone.
    """
    found: dict[str, dict[KeyRange, None]] = {}
    # Records repeat a product in claim after claim.
    names: dict[int, list[str]] = {}
    for claim in claims:
        about = id(claim.product) if not claim.subcomponents else id(claim)
        if about not in names:
            names[about] = [key.text for key in claim_keys(claim)]
        ranges = _ranges(claim) if names_all else [_ANY]
        for name in names[about]:
            held = found.setdefault(name, {})
            if _ANY not in held:
                if _ANY in ranges:
                    held.clear()
                held.update(dict.fromkeys(ranges))
    return [(name, one) for name, ranges in found.items() for one in ranges]


def _ranges(claim: Claim) -> list[KeyRange]:
    versions = claim.versions
    # Of a part, the names are the part's and the versions the product's.
    if (
        claim.status is not Status.AFFECTED
        or claim.subcomponents
        or versions.every
        or versions.unread
        or not versions.spans
    ):
        return [_ANY]
    ranges = [_range(versions.scheme, span) for span in versions.spans]
    return [_ANY] if _ANY in ranges else ranges


@lru_cache(maxsize=64)
def _has_releases(scheme: str) -> bool:
    found = find_scheme(scheme)
    return found is not None and found.releases


def _range(scheme: str, span: Span) -> KeyRange:
    try:
        # RPM puts a version without its release before each of its releases, so these come after it.
        above = not span.low_inclusive and not _has_releases(scheme)
        low = None if span.low is None else extent(scheme, span.low)[1 if above else 0]
        high = None if span.high is None else extent(scheme, span.high)[1 if span.high_inclusive else 0]
    except (NotAVersion, NoOrder):
        return _ANY
    return KeyRange(scheme, low, high)
