"""The claims of some advisories, found by the names of a product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tocsin.inventory.advisory import Advisory, Stakes
from tocsin.inventory.claim import Claim
from tocsin.inventory.component import Component
from tocsin.inventory.judge import Match
from tocsin.inventory.name_key import NameKey, name_keys, purl_key, purl_of

__all__ = ["ClaimIndex", "claim_keys", "component_keys"]

_PACKAGED: Final = frozenset({"deb", "rpm", "apk"})


def component_keys(component: Component) -> list[tuple[NameKey, str]]:
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
    return keys


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

    def matches(self, component: Component) -> Iterator[Match]:
        """Each claim that shares a key with ``component``, once, by the most exact key that they share."""
        seen: set[int] = set()
        for key, version in sorted(component_keys(component), key=lambda one: -one[0].level):
            for advisory, claim in self._by_key.get(key.text, ()):
                if id(claim) not in seen:
                    seen.add(id(claim))
                    yield Match(advisory, claim, key.level, version)
