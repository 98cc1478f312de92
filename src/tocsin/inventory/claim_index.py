"""The claims of some advisories, found by the names of a product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from tocsin.inventory.advisory import Advisory, Stakes
from tocsin.inventory.alias import Alias, means, meant_keys
from tocsin.inventory.claim import Claim
from tocsin.inventory.component import Component
from tocsin.inventory.identity import Identity
from tocsin.inventory.judge import Match
from tocsin.inventory.name_key import Level, NameKey, agree, name_keys, purl_key, purl_of

__all__ = ["ClaimIndex", "claim_keys", "component_keys"]

_PACKAGED: Final = frozenset({"deb", "rpm", "apk"})


@lru_cache(maxsize=4_096)
def component_keys(component: Component) -> Sequence[tuple[NameKey, str]]:
    """The keys of a component, each with the version that is meant by it.

    A distribution's advisories speak of source packages, so a package that was built from another is found by that
    one's name too, and held to that one's version.
    """
    keys = [(key, component.version) for key in name_keys(component.identity, held=True)]
    if component.source:
        version = component.source_version or component.version
        known = {key.text for key, _ in keys}
        for purl in map(purl_of, component.identity.purls):
            if purl is not None and purl.type in _PACKAGED:
                key = purl_key(purl.type, purl.namespace, component.source)
                if key.text not in known:
                    keys.append((key, version))
    return tuple(keys)


def claim_keys(claim: Claim) -> list[NameKey]:
    """The keys of what a claim is about: the part, if it is about a part of a product, else the product."""
    if not claim.subcomponents:
        return name_keys(claim.product, held=False)
    found = {key.text: key for part in claim.subcomponents for key in name_keys(part, held=False)}
    return list(found.values())


class ClaimIndex:
    """Claims by key, in memory. ``len()`` is the number of claims that have a key."""

    def __init__(self, advisories: Iterable[Advisory] = ()) -> None:
        self._by_key: dict[str, list[tuple[Advisory, Claim]]] = {}
        self._stakes: dict[str, list[Stakes]] = {}
        self._size = 0
        for advisory in advisories:
            self.add(advisory)

    def add(self, advisory: Advisory) -> None:
        """Add the claims of ``advisory``; one that was withdrawn has none."""
        if advisory.withdrawn:
            return
        for name, stakes in advisory.stakes:
            self._stakes.setdefault(name, []).append(stakes)
        for claim in advisory.claims:
            keys = claim_keys(claim)
            self._size += bool(keys)
            for key in keys:
                self._by_key.setdefault(key.text, []).append((advisory, claim))

    def __len__(self) -> int:
        return self._size

    def stakes(self, vulnerability: str) -> Sequence[Stakes]:
        """What advisories say is at stake with a vulnerability."""
        return self._stakes.get(vulnerability, ())

    def matches(self, component: Component, aliases: Sequence[Alias] = ()) -> Iterator[Match]:
        """Each claim that shares a key with ``component``, once, by the most exact key that they share.

        ``aliases`` are what persons said of the component's name. By them claims are found that share none of its
        own keys, and those that share one which is not certain may be said to mean another product.
        """
        own = sorted(component_keys(component), key=lambda one: -one[0].level)
        seen: set[int] = set()
        yield from self._by_keys([one for one in own if one[0].level is Level.CERTAIN], seen)
        for alias in aliases:
            if alias.same:
                yield from self._by_alias(component, alias, seen)
        denied = [alias for alias in aliases if not alias.same]
        for match in self._by_keys([one for one in own if one[0].level < Level.CERTAIN], seen):
            yield (
                msgspec.structs.replace(match, alias=_denying(component, match, denied)) if denied else match
            )

    def _by_keys(self, keys: Iterable[tuple[NameKey, str]], seen: set[int]) -> Iterator[Match]:
        for key, version in keys:
            for advisory, claim in self._by_key.get(key.text, ()):
                if id(claim) not in seen:
                    seen.add(id(claim))
                    yield Match(advisory, claim, key.level, version)

    def _by_alias(self, component: Component, alias: Alias, seen: set[int]) -> Iterator[Match]:
        for key in meant_keys(alias.named):
            for advisory, claim in self._by_key.get(key.text, ()):
                if id(claim) not in seen and any(means(alias.named, part) for part in _parts(claim)):
                    seen.add(id(claim))
                    yield Match(advisory, claim, Level.PERSON, component.version, alias)


def _parts(claim: Claim) -> Sequence[Identity]:
    """What a claim is about: the parts of a product, else the product."""
    return claim.subcomponents or (claim.product,)


def _denying(component: Component, match: Match, denied: Iterable[Alias]) -> Alias | None:
    """The word that a claim means another product: of each of its parts that may be meant there has to be one."""
    keys = {key.text for key, _ in component_keys(component)}
    said = [
        next((alias for alias in denied if means(alias.named, part)), None)
        for part in _parts(match.claim)
        if any(key.text in keys for key in name_keys(part, held=False))
        and agree(component.identity, part, match.level)
    ]
    return said[0] if said and None not in said else None
