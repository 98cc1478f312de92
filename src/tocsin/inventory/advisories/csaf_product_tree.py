"""The products that a CSAF document speaks of (CSAF 2.0 and 2.1, 3.1.2, 3.1.3 and 3.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from tocsin.errors import BadInput
from tocsin.inventory.advisories.decoding import NOTHING, Parts
from tocsin.inventory.advisories.package_name import cpe_version, scheme_of_purl, versions_of_purls
from tocsin.inventory.advisories.version_text import read_version_text
from tocsin.inventory.claim import Span, Versions
from tocsin.inventory.identity import Identity
from tocsin.inventory.purl import parse_purl

__all__ = ["Product", "ProductTree", "read_product_tree"]


@dataclass(frozen=True, slots=True)
class Product:
    """What one product id stands for.

    ``platform`` is what the product runs on or is a part of: it narrows, and is never meant by itself.
    """

    identity: Identity
    versions: Versions
    text: str
    platform: Identity | None = None
    condition: str = ""


@dataclass(frozen=True, slots=True)
class ProductTree:
    """The products by their id, and the groups. ``why_not`` says of an id why it stands for nothing."""

    products: Mapping[str, Product] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    why_not: Mapping[str, str] = field(default_factory=dict)


class _FileHash(msgspec.Struct):
    value: str
    algorithm: str = "sha256"


class _Hashes(msgspec.Struct):
    file_hashes: msgspec.Raw = NOTHING


class _Uri(msgspec.Struct):
    uri: str


class _Helper(msgspec.Struct):
    cpe: msgspec.Raw = NOTHING
    purl: msgspec.Raw = NOTHING
    purls: msgspec.Raw = NOTHING
    hashes: msgspec.Raw = NOTHING
    model_numbers: msgspec.Raw = NOTHING
    serial_numbers: msgspec.Raw = NOTHING
    skus: msgspec.Raw = NOTHING
    x_generic_uris: msgspec.Raw = NOTHING


class _Product(msgspec.Struct):
    product_id: str
    name: str = ""
    product_identification_helper: msgspec.Raw = NOTHING


class _Branch(msgspec.Struct):
    category: str = ""
    name: str = ""
    branches: msgspec.Raw = NOTHING
    product: msgspec.Raw = NOTHING


class _Relationship(msgspec.Struct):
    product_reference: str
    relates_to_product_reference: str
    full_product_name: _Product
    category: str = ""


class _Subpath(msgspec.Struct):
    next_product_reference: str
    category: str = ""


class _Path(msgspec.Struct):
    beginning_product_reference: str
    full_product_name: _Product
    subpaths: list[_Subpath] = []


class _Group(msgspec.Struct):
    group_id: str
    product_ids: msgspec.Raw = NOTHING


class _Tree(msgspec.Struct):
    branches: msgspec.Raw = NOTHING
    full_product_names: msgspec.Raw = NOTHING
    relationships: msgspec.Raw = NOTHING
    product_paths: msgspec.Raw = NOTHING
    product_groups: msgspec.Raw = NOTHING


@dataclass(frozen=True, slots=True)
class _Link:
    """A product that is made of others: the first, on or in the rest."""

    name: str
    helper: Identity
    first: str
    rest: tuple[str, ...]
    place: str


_NARROWING: Final = ("architecture", "host_name", "language", "legacy", "specification")
_ADDED_TO_VERSION: Final = ("service_pack", "patch_level")
_VERSION: Final = ("product_version", "product_version_range")


def read_product_tree(raw: msgspec.Raw, parts: Parts) -> ProductTree:
    """The products of the tree in ``raw``; what cannot be read of it is noted in ``parts``."""
    tree = parts.one(raw, _Tree, "$.product_tree")
    return _Reader(parts).read(tree) if tree else ProductTree()


class _Reader:
    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.products: dict[str, Product] = {}
        self.links: dict[str, _Link] = {}
        self.why_not: dict[str, str] = {}

    def read(self, tree: _Tree) -> ProductTree:
        self.branches(tree.branches, (), "$.product_tree.branches")
        place = "$.product_tree.full_product_names"
        for where, product in self.parts.each(tree.full_product_names, _Product, place):
            self.add(product, (), where)
        self.relationships(tree)
        for id in self.links:
            self.resolve(id)
        groups = self.groups(tree.product_groups)
        return ProductTree(self.products, groups, self.why_not)

    # -- what is named directly --------------------------------------------------------------

    def branches(self, raw: msgspec.Raw, above: tuple[_Branch, ...], place: str) -> None:
        for where, branch in self.parts.each(raw, _Branch, place):
            chain = (*above, branch)
            product = self.parts.one(branch.product, _Product, f"{where}.product")
            if product:
                self.add(product, chain, f"{where}.product")
            self.branches(branch.branches, chain, f"{where}.branches")

    def add(self, product: _Product, chain: tuple[_Branch, ...], place: str) -> None:
        if not self.is_new(product.product_id, place):
            return
        helper = self.helper(product.product_identification_helper, f"{place}.product_identification_helper")
        made = _product(product, chain, helper)
        known = self.products.get(product.product_id)
        if known and known != made:
            self.twice(product.product_id, place)
        elif made.identity == Identity():
            self.why_not[product.product_id] = "its product has no name"
            self.parts.note(place, "the product has no name")
        else:
            self.products[product.product_id] = made

    def is_new(self, id: str, place: str) -> bool:
        """Whether ``id`` may get a meaning here; it may get the same one twice."""
        if not id.strip():
            self.parts.note(f"{place}.product_id", "the product id is empty")
            return False
        if id in self.why_not:
            self.parts.note(place, f"the product id '{id}' is defined again")
            return False
        return True

    def twice(self, id: str, place: str) -> None:
        """Who cannot tell which of two products an id means cannot say anything of either."""
        self.products.pop(id, None)
        self.links.pop(id, None)
        self.why_not[id] = "its product id is defined twice, differently"
        self.parts.note(place, f"the product id '{id}' is defined twice, differently")

    def helper(self, raw: msgspec.Raw, place: str) -> Identity:
        helper = self.parts.one(raw, _Helper, place)
        if not helper:
            return Identity()
        texts, text = self.parts.texts, self.parts.text
        cpe = text(helper.cpe, f"{place}.cpe")
        purls = [text(helper.purl, f"{place}.purl"), *texts(helper.purls, f"{place}.purls")]
        uris = [uri.uri for _, uri in self.parts.each(helper.x_generic_uris, _Uri, f"{place}.x_generic_uris")]
        hashes = [
            f"{hash.algorithm.replace('-', '').casefold()}:{hash.value.casefold()}"
            for where, held in self.parts.each(helper.hashes, _Hashes, f"{place}.hashes")
            for _, hash in self.parts.each(held.file_hashes, _FileHash, f"{where}.file_hashes")
        ]
        return Identity(
            purls=tuple(dict.fromkeys(purl for purl in purls if purl and self.is_purl(purl, place))),
            cpes=(cpe,) if cpe else (),
            models=texts(helper.model_numbers, f"{place}.model_numbers"),
            skus=texts(helper.skus, f"{place}.skus"),
            serials=texts(helper.serial_numbers, f"{place}.serial_numbers"),
            hashes=tuple(dict.fromkeys(hashes)),
            bom_refs=tuple(dict.fromkeys(uri for uri in uris if uri.startswith("urn:cdx:") and "#" in uri)),
        )

    def is_purl(self, text: str, place: str) -> bool:
        try:
            parse_purl(text)
        except BadInput as error:
            self.parts.note(place, error.what)
            return False
        return True

    # -- what is made of others --------------------------------------------------------------

    def relationships(self, tree: _Tree) -> None:
        place = "$.product_tree.relationships"
        for where, held in self.parts.each(tree.relationships, _Relationship, place):
            self.link(
                held.full_product_name, held.product_reference, (held.relates_to_product_reference,), where
            )
        place = "$.product_tree.product_paths"
        for where, path in self.parts.each(tree.product_paths, _Path, place):
            rest = tuple(subpath.next_product_reference for subpath in path.subpaths)
            self.link(path.full_product_name, path.beginning_product_reference, rest, where)

    def link(self, product: _Product, first: str, rest: tuple[str, ...], place: str) -> None:
        id = product.product_id
        where = f"{place}.full_product_name"
        if not self.is_new(id, where):
            return
        helper = self.helper(product.product_identification_helper, f"{where}.product_identification_helper")
        link = _Link(product.name.strip(), helper, first, rest, place)
        known = self.links.get(id)
        if id in self.products or (known and replace(known, place=place) != link):
            self.twice(id, where)
        else:
            self.links[id] = link

    def resolve(self, id: str) -> None:
        """Find out what ``id`` stands for, and first those that it is made of: a walk without recursion."""
        waiting, above = [id], set[str]()
        while waiting:
            now = waiting[-1]
            if self.is_known(now):
                waiting.pop()
                above.discard(now)
                continue
            link = self.links[now]
            needed = [other for other in (link.first, *link.rest) if not self.is_known(other)]
            if not needed:
                self.join(now, link)
            elif now in above or not above.isdisjoint(needed):
                self.fail(now, link, "its relationship leads back to itself")
            else:
                above.add(now)
                waiting.extend(needed)

    def is_known(self, id: str) -> bool:
        return id in self.products or id in self.why_not or id not in self.links

    def join(self, id: str, link: _Link) -> None:
        missing = [other for other in (link.first, *link.rest) if other not in self.products]
        if missing:
            self.fail(id, link, f"its relationship names '{missing[0]}', and {self.reason(missing[0])}")
            return
        first = self.products[link.first]
        platforms = [first.platform, *(_flat(self.products[other]) for other in link.rest)]
        told = [platform for platform in platforms if platform]
        conditions = [first.condition, *(f"on {platform.name or platform.family}" for platform in told[1:])]
        self.products[id] = Product(
            _merged(first.identity, link.helper),
            versions_of_purls(link.helper.purls) or first.versions,
            link.name or first.text,
            told[0] if told else None,
            "; ".join(filter(None, conditions)),
        )

    def reason(self, id: str) -> str:
        return self.why_not.get(id, "no product has this id")

    def fail(self, id: str, link: _Link, why: str) -> None:
        self.why_not[id] = why
        self.parts.note(link.place, f"the product '{id}' stands for nothing: {why}")

    def groups(self, raw: msgspec.Raw) -> dict[str, tuple[str, ...]]:
        groups: dict[str, tuple[str, ...]] = {}
        for where, group in self.parts.each(raw, _Group, "$.product_tree.product_groups"):
            ids = self.parts.texts(group.product_ids, f"{where}.product_ids")
            for id in ids:
                if id not in self.products and id not in self.why_not:
                    self.parts.note(f"{where}.product_ids", f"no product has the id '{id}'")
            if group.group_id in groups and groups[group.group_id] != ids:
                self.parts.note(where, f"the group '{group.group_id}' is defined twice; both together count")
            groups[group.group_id] = tuple(dict.fromkeys((*groups.get(group.group_id, ()), *ids)))
        return groups


def _product(product: _Product, chain: tuple[_Branch, ...], helper: Identity) -> Product:
    named: dict[str, list[str]] = {}
    for branch in chain:
        if name := branch.name.strip():
            named.setdefault(branch.category, []).append(name)
    full_name = product.name.strip()
    names = named.get("product_name") or named.get("product_family") or [full_name]
    versions, condition = _versions(named, helper)
    if not chain and versions == Versions(versions.scheme) and any(map(str.isdigit, full_name)):
        # The full name holds the version (3.1.3.1), and nothing says where it begins.
        versions = replace(versions, unread=(full_name,))
    platform = named.get("platform")
    return Product(
        msgspec.structs.replace(
            helper,
            name=" ".join(names),
            vendor=" ".join(named.get("vendor", ())),
            family=" ".join(named.get("product_family", ())) if named.get("product_name") else "",
        ),
        versions,
        _text(full_name, chain),
        Identity(name=" ".join(platform)) if platform else None,
        condition,
    )


def _versions(named: Mapping[str, list[str]], helper: Identity) -> tuple[Versions, str]:
    """The versions that a chain of branches and the helper say, and the condition beside them."""
    conditions = [
        f"{category.replace('_', ' ')}: {name}" for category in _NARROWING for name in named.get(category, ())
    ]
    texts = [text for category in _VERSION for text in named.get(category, ())]
    added = [text for category in _ADDED_TO_VERSION for text in named.get(category, ())]
    exact = versions_of_purls(helper.purls)
    if exact and not named.get("product_version_range"):
        return exact, "; ".join(conditions)
    schemes = {scheme_of_purl(purl) for purl in helper.purls}
    scheme = schemes.pop() if len(schemes) == 1 else "generic"
    if not texts and not added and helper.cpes and (version := cpe_version(helper.cpes[0])):
        return Versions(scheme, (Span(version, version, high_inclusive=True),)), "; ".join(conditions)
    if len(texts) != 1 or (added and named.get("product_version_range")):
        told = " ".join((*texts, *added))
        return Versions(scheme, unread=(told,) if told else ()), "; ".join(conditions)
    found = read_version_text(" ".join((*texts, *added)), scheme=scheme)
    return found.versions, "; ".join(filter(None, (found.condition, *conditions)))


def _text(name: str, chain: tuple[_Branch, ...]) -> str:
    return name or " ".join(branch.name.strip() for branch in chain if branch.name.strip())


def _flat(product: Product) -> Identity:
    """A product as a platform: its versions are words of its name."""
    return msgspec.structs.replace(product.identity, name=product.text or product.identity.name)


def _merged(identity: Identity, helper: Identity) -> Identity:
    """``identity`` with the identifiers of a combination of products before its own."""

    def both(ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*ours, *theirs)))

    return msgspec.structs.replace(
        identity,
        purls=helper.purls or identity.purls,
        cpes=both(helper.cpes, identity.cpes),
        models=both(helper.models, identity.models),
        skus=both(helper.skus, identity.skus),
        serials=both(helper.serials, identity.serials),
        hashes=both(helper.hashes, identity.hashes),
        bom_refs=both(helper.bom_refs, identity.bom_refs),
    )
