"""What the packages and relationships of an SPDX document mean, in whichever form they were written.

Source: the SPDX specification 2.3, clauses 7 (packages) and 11 (relationships).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from tocsin.inventory.bom.collected import Collected
from tocsin.inventory.bom.graph import doubts_about_graph
from tocsin.inventory.bom.hashes import hash_of
from tocsin.inventory.bom.source_package import source_of
from tocsin.inventory.component import BillOfMaterials, Component, Kind
from tocsin.inventory.identity import Identity

__all__ = ["Checksum", "Creation", "Document", "ExternalRef", "Package", "Relationship", "bill_of_packages"]

_KINDS: Final = {
    "APPLICATION": Kind.APPLICATION,
    "FRAMEWORK": Kind.LIBRARY,
    "LIBRARY": Kind.LIBRARY,
    "OPERATING-SYSTEM": Kind.OPERATING_SYSTEM,
    "DEVICE": Kind.DEVICE,
    "FIRMWARE": Kind.FIRMWARE,
    **dict.fromkeys(("CONTAINER", "SOURCE", "ARCHIVE", "FILE", "INSTALL", "OTHER", ""), Kind.OTHER),
}
_UNSAID: Final = frozenset(["NOASSERTION", "NONE"])
_WHO: Final = frozenset(["Organization", "Person", "Tool"])
_FORWARD: Final = frozenset(["DEPENDS_ON", "DYNAMIC_LINK", "HAS_PREREQUISITE", "STATIC_LINK"])
_DOCUMENT: Final = "SPDXRef-DOCUMENT"
_CPES: Final = frozenset(["cpe22Type", "cpe23Type"])


class ExternalRef(msgspec.Struct, gc=False):
    """Another name of a package."""

    type: str = msgspec.field(default="", name="referenceType")
    locator: str = msgspec.field(default="", name="referenceLocator")


class Checksum(msgspec.Struct, gc=False):
    """A hash of a package."""

    algorithm: str = ""
    value: str = msgspec.field(default="", name="checksumValue")


class Package(msgspec.Struct, gc=False):
    """A package, its members named as in JSON."""

    id: str = msgspec.field(default="", name="SPDXID")
    name: str = ""
    version: str = msgspec.field(default="", name="versionInfo")
    supplier: str = ""
    originator: str = ""
    purpose: str = msgspec.field(default="", name="primaryPackagePurpose")
    concluded: str = msgspec.field(default="", name="licenseConcluded")
    declared: str = msgspec.field(default="", name="licenseDeclared")
    checksums: list[Checksum] = []
    refs: list[ExternalRef] = msgspec.field(default=[], name="externalRefs")


class Relationship(msgspec.Struct, gc=False):
    """What one element has to do with another."""

    one: str = msgspec.field(default="", name="spdxElementId")
    type: str = msgspec.field(default="", name="relationshipType")
    other: str = msgspec.field(default="", name="relatedSpdxElement")


class Creation(msgspec.Struct, gc=False):
    """Who made the document, and when."""

    created: str = ""
    creators: list[str] = []


@dataclass(slots=True)
class Document:
    """An SPDX document, read but not yet understood; ``packages`` are with their places."""

    version: str
    serial: str = ""
    creation: Creation = field(default_factory=Creation)
    packages: list[tuple[str, Package]] = field(default_factory=list)
    relationships: list[Relationship] = field(default_factory=list)
    described: list[str] = field(default_factory=list)
    others: set[str] = field(default_factory=set)


def bill_of_packages(found: Collected, form: str, document: Document) -> BillOfMaterials:
    """The bill of materials that ``document`` is; its packages are added to ``found``."""
    ids = {package.id for _, package in document.packages}
    parents: dict[str, str] = {}
    depends: dict[str, dict[str, None]] = {}
    described = dict.fromkeys(document.described)
    for each in document.relationships:
        one, type, other = each.one, each.type.upper(), each.other
        if type in {"CONTAINED_BY", "PREREQUISITE_FOR", "DESCRIBED_BY"} or type.endswith("DEPENDENCY_OF"):
            one, other = other, one
        if type in {"CONTAINS", "CONTAINED_BY"} and one in ids and other != one:
            parents.setdefault(other, one)
        elif type in {"DESCRIBES", "DESCRIBED_BY"}:
            described[other] = None
        elif (
            (type in _FORWARD or type == "PREREQUISITE_FOR" or type.endswith("DEPENDENCY_OF"))
            and other not in _UNSAID
            and one not in _UNSAID
        ):
            depends.setdefault(one, {})[other] = None
    subject = _subject(found, document.packages, parents, described)
    edges = {ref: tuple(others) for ref, others in depends.items()}
    outside = {
        ref for one, others in edges.items() for ref in (one, *others) if ref.startswith("DocumentRef-")
    }
    refs = (each.ref for each in found.components if each.ref)
    found.notes += doubts_about_graph(refs, edges, document.others | outside | {_DOCUMENT})
    return found.bill(
        form,
        document.version,
        serial=document.serial,
        made=document.creation.created,
        author=next((who for each in document.creation.creators if (who := _who(each))), ""),
        subject=subject,
        depends=tuple(edges.items()),
    )


def _subject(
    found: Collected,
    packages: list[tuple[str, Package]],
    parents: Mapping[str, str],
    described: Mapping[str, None],
) -> Component | None:
    """Add every package; give back the one that the document describes."""
    subjects = []
    for place, package in packages:
        component = _component(found, package, place, parents.get(package.id, ""))
        if component is None:
            found.lose(place, "has neither a name nor a purl nor a CPE")
            continue
        found.add(component)
        if package.id and package.id in described:
            subjects.append(component)
    return subjects[0] if len(subjects) == 1 else None


def _component(found: Collected, package: Package, place: str, parent: str) -> Component | None:
    purls, cpes, source = [], [], ("", "")
    for index, ref in enumerate(package.refs):
        # 2.2 writes the type as an address: http://spdx.org/rdf/references/purl.
        type = ref.type.rpartition("/")[2]
        at = _at(place, f".externalRefs[{index}].referenceLocator")
        if type == "purl":
            purl = found.purl(ref.locator, at)
            if purl is not None:
                purls.append(ref.locator)
                source = source_of(purl) if not source[0] else source
        elif type in _CPES and found.cpe(ref.locator, at):
            cpes.append(ref.locator)
    name = _said(package.name)
    if not name:
        if not purls and not cpes:
            return None
        found.doubt(place, "has no name")
    purpose = package.purpose.upper().replace("_", "-")
    if purpose not in _KINDS:
        found.doubt(
            _at(place, ".primaryPackagePurpose"), f"{package.purpose[:40]!r} is no purpose of a package"
        )
    supplier = _who(package.supplier)
    licence = _said(package.concluded) or _said(package.declared)
    return Component(
        Identity(
            name=name,
            vendor=supplier or _who(package.originator),
            purls=tuple(purls),
            cpes=tuple(cpes),
            hashes=tuple(_hashes(found, package.checksums, place)),
        ),
        _said(package.version),
        _KINDS.get(purpose, Kind.OTHER),
        place,
        package.id,
        parent,
        supplier,
        (licence,) if licence else (),
        *source,
    )


def _hashes(found: Collected, checksums: list[Checksum], place: str) -> Iterator[str]:
    for index, each in enumerate(checksums):
        read = hash_of(each.algorithm, each.value)
        if read is not None:
            yield read
        elif each.algorithm not in {"ADLER32", "MD2", "MD4", "MD6"}:
            why = f"{each.value[:140]!r} is no {each.algorithm[:40]} hash"
            found.doubt(_at(place, f".checksums[{index}]"), why)


def _at(place: str, member: str) -> str:
    """Where the ``member`` of what lies at ``place`` is; among tags it has no path."""
    return place + member if place.startswith("$") else place


def _said(text: str) -> str:
    return "" if text in _UNSAID else text


def _who(text: str) -> str:
    """The name of a ``Person: name (address)`` and the like."""
    kind, _, who = text.partition(":")
    if kind.strip() not in _WHO:
        return _said(text)
    who = who.strip()
    return _said(who.rpartition("(")[0].strip() if who.endswith(")") and "(" in who else who)
