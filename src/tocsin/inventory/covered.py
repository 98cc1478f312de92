"""Of which kinds of products advisories tell all there is, so that silence about others is not taken for good news."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from tocsin.inventory.advisory import Advisory, Form
from tocsin.inventory.identity import Identity
from tocsin.inventory.name_key import maker_of, purl_of
from tocsin.limits import ADVISORIES_OF_A_KIND, RECORDS_OF_THE_CVE_LIST

__all__ = ["covered_by", "covered_by_documents", "kind_words", "kinds_named", "kinds_of"]

_PURL: Final = "purl:"
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
        f"{_PURL}{purl.type}/{purl.namespace}" if purl.type in _BY_DISTRIBUTION else f"{_PURL}{purl.type}"
        for purl in purls
    ]
    maker = maker_of(identity)
    if maker:
        kinds.append(f"maker:{maker}")
    return kinds


def covered_by(feed: Iterable[Advisory]) -> set[str]:
    """The kinds of which a feed tells all that its publisher knows.

    Of OSV that is each ecosystem, but not those that a record names beside its own: the records of PyPI name some
    packages of npm. The CVE list and a maker's CSAF documents speak of makers' products; of the packages of an
    ecosystem they name few. So a catalogue of what is exploited (KEV) covers none, nor does what a maker states of one
    product (VEX).
    """
    return {kind for advisory in feed for kind in _covered(advisory)}


def covered_by_documents(named: Iterable[Advisory]) -> set[str]:
    """The kinds of which documents that somebody chose tell enough to be a feed.

    One about npm is no feed of npm: silence of some documents about a product says nothing.
    """
    counted: Counter[str] = Counter()
    listed: set[str] = set()
    records = 0
    for advisory in named:
        kinds = _covered(advisory)
        counted.update(kinds)
        if advisory.form is Form.CVE:
            records += 1
            listed |= kinds
    many = {kind for kind, number in counted.items() if number >= ADVISORIES_OF_A_KIND}
    return many | listed if records >= RECORDS_OF_THE_CVE_LIST else many


def kinds_named(advisories: Iterable[Advisory]) -> set[str]:
    """The kinds of the products that advisories speak of."""
    return {kind for advisory in advisories for kind in _named(advisory)}


def _named(advisory: Advisory) -> set[str]:
    return {
        kind
        for claim in advisory.claims
        for identity in (claim.product, *claim.subcomponents)
        for kind in kinds_of(identity)
    }


def _covered(advisory: Advisory) -> set[str]:
    match advisory.form:
        case Form.OSV:
            kinds = _named(advisory)
            types = {kind.partition("/")[0] for kind in kinds if kind.startswith(_PURL)}
            return kinds if len(types) < 2 else set()
        case Form.CVE:
            return {kind for kind in _named(advisory) if not kind.startswith(_PURL)}
        case Form.CSAF:
            return {
                kind
                for kind in _named(advisory)
                if not kind.startswith(_PURL)
                or kind.removeprefix(_PURL).partition("/")[0] in _BY_DISTRIBUTION
            }
    return set()


def kind_words(identity: Identity) -> str:
    """The kind of a product in plain words, for a list of what no advisories were read of."""
    purl = next((purl for purl in map(purl_of, identity.purls) if purl is not None), None)
    if purl is not None:
        words = _NAMES.get(purl.type, f"{purl.type} packages")
        if purl.type in _BY_DISTRIBUTION and purl.namespace and purl.namespace not in words.lower():
            return f"{words} of {purl.namespace}"
        return words
    return f"products of {identity.vendor}" if identity.vendor else "products without a named maker"
