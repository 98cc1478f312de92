"""Of which kinds of products advisories speak, so that silence about others is not taken for good news."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tocsin.inventory.advisory import Advisory, Form
from tocsin.inventory.identity import Identity
from tocsin.inventory.name_key import maker_of, purl_of

__all__ = ["covered_by", "kind_words", "kinds_of"]

_BY_DISTRIBUTION: Final = frozenset({"deb", "rpm", "apk", "alpm"})
_NAMES: Final = {
    "apk": "Alpine packages",
    "cargo": "Rust crates",
    "composer": "PHP packages",
    "cran": "R packages",
    "deb": "Debian packages",
    "gem": "Ruby gems",
    "golang": "Go modules",
    "maven": "Maven packages",
    "npm": "npm packages",
    "nuget": "NuGet packages",
    "pypi": "Python packages",
    "rpm": "RPM packages",
}


def kinds_of(identity: Identity) -> list[str]:
    """The kinds that a product belongs to: its ecosystem (of a distribution: that one's), and its maker's products."""
    purls = [purl for purl in map(purl_of, identity.purls) if purl is not None]
    kinds = [
        f"purl:{purl.type}/{purl.namespace}" if purl.type in _BY_DISTRIBUTION else f"purl:{purl.type}"
        for purl in purls
    ]
    maker = maker_of(identity)
    if maker:
        kinds.append(f"maker:{maker}")
    return kinds


def covered_by(advisories: Iterable[Advisory]) -> set[str]:
    """The kinds that advisories speak of.

    A catalogue of what is exploited (KEV) covers none: it names few of the vulnerabilities of each product.
    """
    return {
        kind
        for advisory in advisories
        if advisory.form is not Form.KEV
        for claim in advisory.claims
        for identity in (claim.product, *claim.subcomponents)
        for kind in kinds_of(identity)
    }


def kind_words(identity: Identity) -> str:
    """The kind of a product in plain words, for a list of what no advisories were read of."""
    purl = next((purl for purl in map(purl_of, identity.purls) if purl is not None), None)
    if purl is not None:
        words = _NAMES.get(purl.type, f"{purl.type} packages")
        if purl.type in _BY_DISTRIBUTION and purl.namespace and purl.namespace not in words.lower():
            return f"{words} of {purl.namespace}"
        return words
    return f"products of {identity.vendor}" if identity.vendor else "products without a named maker"
