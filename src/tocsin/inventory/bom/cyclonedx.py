"""CycloneDX in JSON, 1.2 to 1.7: bills of software, hardware, services, operations and cryptography.

Source: the CycloneDX specification (ECMA-424) and its JSON schemas. A document is not held to its schema: what does not
matter to an inventory (pedigree, evidence, patches, signatures) is not looked at, and what does is looked at by itself,
so that one slip costs as little as it can.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.inventory.bom.collected import Collected, literal
from tocsin.inventory.bom.document import json_of
from tocsin.inventory.bom.graph import doubts_about_graph
from tocsin.inventory.bom.hashes import hash_of
from tocsin.inventory.bom.members import ABSENT, read_member, read_row, rows_of
from tocsin.inventory.bom.source_package import source_of
from tocsin.inventory.component import BillOfMaterials, Component, Kind
from tocsin.inventory.identity import Identity

__all__ = ["CYCLONEDX_VERSIONS", "read_cyclonedx"]

CYCLONEDX_VERSIONS: Final = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")

_KINDS: Final = {
    "application": Kind.APPLICATION,
    "framework": Kind.LIBRARY,
    "library": Kind.LIBRARY,
    "container": Kind.OTHER,
    "platform": Kind.OTHER,
    "operating-system": Kind.OPERATING_SYSTEM,
    "device": Kind.DEVICE,
    "device-driver": Kind.LIBRARY,
    "firmware": Kind.FIRMWARE,
    "file": Kind.OTHER,
    "machine-learning-model": Kind.OTHER,
    "data": Kind.OTHER,
    "cryptographic-asset": Kind.OTHER,
}
_COMPONENTS: Final = re.compile(rb'"components"\s*:')
_SCOPES: Final = frozenset(["required", "optional", "excluded"])
_SERIAL: Final = re.compile(r"urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DEVICE: Final = {"cdx:device:serialNumber": "serials", "cdx:device:sku": "skus"}
_SOURCES: Final = frozenset(["aquasecurity:trivy:SrcName", "aquasecurity:trivy:SrcVersion"])


class _Document(msgspec.Struct, rename="camel"):
    bom_format: str
    spec_version: str
    serial_number: msgspec.Raw = ABSENT
    metadata: msgspec.Raw = ABSENT
    components: list[msgspec.Raw] | None = None
    services: msgspec.Raw = ABSENT
    dependencies: msgspec.Raw = ABSENT
    compositions: msgspec.Raw = ABSENT
    vulnerabilities: msgspec.Raw = ABSENT
    formulation: msgspec.Raw = ABSENT


class _Named(msgspec.Struct, gc=False):
    name: str | None = None


class _Hash(msgspec.Struct, gc=False):
    alg: str
    content: str


class _Licence(msgspec.Struct, gc=False):
    id: str | None = None
    name: str | None = None


class _LicenceChoice(msgspec.Struct, gc=False):
    license: _Licence | None = None
    expression: str | None = None


class _Row(msgspec.Struct, rename="camel", gc=False):
    type: str | None = None
    name: str | None = None
    version: str | None = None
    group: str | None = None
    publisher: str | None = None
    author: str | None = None
    supplier: _Named | None = None
    manufacturer: _Named | None = None
    purl: str | None = None
    cpe: str | None = None
    scope: str | None = None
    hashes: list[_Hash] | None = None
    licenses: list[_LicenceChoice] | None = None
    bom_ref: str | None = msgspec.field(default=None, name="bom-ref")
    components: list[msgspec.Raw] | None = None
    properties: msgspec.Raw = ABSENT
    version_range: str | None = None
    is_external: bool | None = None


class _Property(msgspec.Struct, gc=False):
    name: str | None = None
    value: str | None = None


class _Metadata(msgspec.Struct):
    timestamp: msgspec.Raw = ABSENT
    component: msgspec.Raw = ABSENT
    tools: msgspec.Raw = ABSENT
    authors: msgspec.Raw = ABSENT
    manufacture: msgspec.Raw = ABSENT
    manufacturer: msgspec.Raw = ABSENT
    supplier: msgspec.Raw = ABSENT


class _Holder(msgspec.Struct, gc=False):
    components: list[msgspec.Raw] | None = None


class _Service(msgspec.Struct, gc=False):
    bom_ref: str | None = msgspec.field(default=None, name="bom-ref")
    services: list[msgspec.Raw] | None = None


class _Dependency(msgspec.Struct, rename="camel", gc=False):
    ref: str
    depends_on: list[str] | None = None


class _Composition(msgspec.Struct, gc=False):
    aggregate: str


_ROW: Final = msgspec.json.Decoder(_Row)


def read_cyclonedx(data: bytes, name: str) -> BillOfMaterials:
    """Read a CycloneDX document in JSON (UTF-8).

    Each entry of a list of components, at any depth, is a component or unread. A component needs a name, a purl or a
    CPE. Its group (Maven's groupId, npm's scope) is the identity's ``family``, its manufacturer, else supplier, else
    publisher, the vendor.

    Raises:
        BadInput: it is no JSON, no CycloneDX, or of a version that is not known.
        LimitExceeded: it nests deeper than ``limits.JSON_NESTING``, or has more than ``limits.BOM_COMPONENTS``.
    """
    document = json_of(data, _Document, name)
    if document.bom_format != "CycloneDX":
        raise _refused(f"is {document.bom_format!r}, not CycloneDX", name, "$.bomFormat")
    if document.spec_version not in CYCLONEDX_VERSIONS:
        known = f"{CYCLONEDX_VERSIONS[0]} to {CYCLONEDX_VERSIONS[-1]}"
        raise _refused(f"is CycloneDX {document.spec_version!r}; {known} can be read", name, "$.specVersion")
    reader = _Reader(Collected(name))
    subject, made, author = reader.metadata(document.metadata)
    reader.components(document.components, "$.components", "")
    reader.services(document.services)
    depends = reader.dependencies(document.dependencies, subject)
    reader.compositions(document.compositions)
    reader.formulation(document.formulation)
    reader.elsewhere(data)
    found = reader.found
    found.aside(
        "statements on vulnerabilities", len(reader.list_of(document.vulnerabilities, "$.vulnerabilities"))
    )
    return found.bill(
        "cyclonedx",
        document.spec_version,
        serial=reader.serial(document.serial_number),
        made=made,
        author=author,
        subject=subject,
        depends=depends,
    )


class _Reader:
    """Reads the parts of one document into ``found``."""

    def __init__(self, found: Collected) -> None:
        self.found = found
        self.service_refs: set[str] = set()
        self.lists = 0

    def components(self, rows: list[msgspec.Raw] | None, path: str, parent: str) -> None:
        """Every component of ``rows`` and, after each, what lies in it."""
        self.lists += rows is not None
        for index, raw in enumerate(rows or ()):
            place = f"{path}[{index}]"
            row = self.row(raw, place)
            if row is None:
                self.found.lose(place, "is no object, so no component")
                continue
            component = self.component(row, place, parent)
            if component is None:
                self.found.lose(place, "has neither a name nor a purl nor a CPE")
            else:
                self.found.add(component)
            if row.components is not None:
                self.components(row.components, f"{place}.components", row.bom_ref or "")

    def row(self, raw: msgspec.Raw, place: str) -> _Row | None:
        """A component's members, or None if it is no object."""
        try:
            return _ROW.decode(raw)
        except msgspec.DecodeError:
            return read_row(self.found, raw, _Row, place)

    def member(self, raw: msgspec.Raw, kind: Any, place: str) -> Any:
        """``raw`` as a ``kind``, or None and a doubt about ``place``."""
        return read_member(self.found, raw, kind, place)

    def component(self, row: _Row, place: str, parent: str) -> Component | None:
        """The component that ``row`` describes, or None if nothing names it."""
        found = self.found
        purl = found.purl(row.purl, place, ".purl") if row.purl else None
        cpe = row.cpe if row.cpe and found.cpe(row.cpe, place, ".cpe") else ""
        name = row.name or ""
        if not name:
            if purl is None and not cpe:
                return None
            found.doubt(f"{place}.name", "has no name")
        if row.type not in _KINDS:
            found.doubt(
                f"{place}.type", f"{row.type!r} is no type of component" if row.type else "has no type"
            )
        if row.scope is not None and row.scope not in _SCOPES:
            found.doubt(f"{place}.scope", f"{row.scope!r} is no scope")
        if row.bom_ref == "":
            found.doubt(f"{place}.bom-ref", "is empty")
        if row.version_range is not None:
            self.range(row, place)
        supplier = _name(row.supplier)
        source, source_version = source_of(purl) if purl is not None else ("", "")
        more: dict[str, tuple[str, ...]] = {}
        if row.properties is not ABSENT and row.type in {"device", "firmware"}:
            more = self.numbers(row.properties, place)
        elif row.properties is not ABSENT and not source and purl is not None and purl.type in {"deb", "rpm"}:
            said = {key: value for key, value in self.properties(row.properties, place) if key in _SOURCES}
            source = said.get("aquasecurity:trivy:SrcName", "")
            source_version = said.get("aquasecurity:trivy:SrcVersion", "")
        return Component(
            Identity(
                name=name,
                vendor=_name(row.manufacturer) or supplier or row.publisher or "",
                family=row.group or "",
                purls=(row.purl or "",) if purl is not None else (),
                cpes=(cpe,) if cpe else (),
                skus=more.get("skus", ()),
                serials=more.get("serials", ()),
                hashes=tuple(self.hashes(row.hashes, place)) if row.hashes else (),
            ),
            row.version or "",
            _KINDS.get(row.type or "", Kind.OTHER),
            place,
            row.bom_ref or "",
            parent,
            supplier,
            tuple(self.licences(row.licenses, place)) if row.licenses else (),
            source,
            source_version,
        )

    def range(self, row: _Row, place: str) -> None:
        """What a range in the place of a version says of the component's version: not which it is."""
        why = "is a range, so which version is installed is not said"
        if row.version:
            why = "is a range beside a version, and only one may be given; the version is taken"
        elif not row.is_external:
            why += "; and only an external component may have one"
        self.found.doubt(f"{place}.versionRange", why)

    def hashes(self, rows: list[_Hash], place: str) -> Iterator[str]:
        for index, row in enumerate(rows):
            read = hash_of(row.alg, row.content)
            if read is None:
                self.found.doubt(
                    f"{place}.hashes[{index}]", f"{row.content[:140]!r} is no {row.alg[:40]} hash"
                )
            else:
                yield read

    def licences(self, rows: list[_LicenceChoice], place: str) -> Iterator[str]:
        for index, row in enumerate(rows):
            licence = row.license
            if licence is not None and licence.id and row.expression is None and licence.name is None:
                yield licence.id
                continue
            each = (row.expression, licence.id if licence else None, licence.name if licence else None)
            named = [text for text in each if text]
            if len(named) != 1:
                why = "names more than one licence" if named else "names no licence"
                self.found.doubt(f"{place}.licenses[{index}]", why)
            yield from named

    def properties(self, raw: msgspec.Raw, place: str) -> Iterator[tuple[str, str]]:
        for each in self.member(raw, list[_Property] | None, f"{place}.properties") or ():
            if each.name and each.value:
                yield each.name, each.value

    def numbers(self, raw: msgspec.Raw, place: str) -> dict[str, tuple[str, ...]]:
        """The serial number and SKU of a device, by the property taxonomy of CycloneDX."""
        numbers: dict[str, tuple[str, ...]] = {}
        for key, value in self.properties(raw, place):
            if key in _DEVICE:
                numbers[_DEVICE[key]] = (*numbers.get(_DEVICE[key], ()), literal(value))
        return numbers

    def metadata(self, raw: msgspec.Raw) -> tuple[Component | None, str, str]:
        """The subject, when the document was made, and by whom."""
        found = self.found
        read: _Metadata | None = self.member(raw, _Metadata | None, "$.metadata")
        if read is None:
            return None, "", ""
        made: str = self.member(read.timestamp, str | None, "$.metadata.timestamp") or ""
        if made and _TIME.fullmatch(made) is None:
            found.doubt("$.metadata.timestamp", f"{made[:40]!r} is no time of RFC 3339")
            made = ""
        authors = self.member(read.authors, list[_Named] | None, "$.metadata.authors") or []
        for key in ("manufacturer", "manufacture", "supplier"):
            authors.append(self.member(getattr(read, key), _Named | None, f"$.metadata.{key}"))
        if bytes(read.tools).startswith(b"{"):
            self.set_aside(read.tools, "tools that made it", "$.metadata.tools")
        author = next((_name(each) for each in authors if _name(each)), "")
        subject = None
        place = "$.metadata.component"
        if bytes(read.component) != b"null":
            row = self.row(read.component, place)
            subject = self.component(row, place, "") if row is not None else None
            if subject is None:
                found.doubt(place, "does not name what this is a bill of")
            if row is not None and row.components is not None:
                self.components(row.components, f"{place}.components", row.bom_ref or "")
        return subject, made, author

    def formulation(self, raw: msgspec.Raw) -> None:
        """Count the components of how the product was made, which are no part of it."""
        for index, each in enumerate(self.list_of(raw, "$.formulation")):
            self.set_aside(each, "components of its making", f"$.formulation[{index}]")

    def set_aside(self, raw: msgspec.Raw, kind: str, place: str) -> None:
        waiting: list[msgspec.Raw | None] = [raw]
        while waiting:
            holder: _Holder | None = self.member(waiting.pop() or ABSENT, _Holder | None, place)
            if holder is not None and holder.components is not None:
                self.lists += 1
                self.found.aside(kind, len(holder.components))
                waiting += holder.components

    def elsewhere(self, data: bytes) -> None:
        """Note it if there are more lists of components than were read: nothing is lost in silence."""
        more = sum(1 for _ in _COMPONENTS.finditer(data)) - self.lists
        if more > 0:
            self.found.notes.append(
                f"holds {more} more lists named components that are not read: they lie where none belongs to the"
                " inventory (as in a pedigree), or under a key that is given twice"
            )

    def services(self, raw: msgspec.Raw) -> None:
        """Count the services, which run elsewhere and are no components."""
        waiting = self.list_of(raw, "$.services")
        while waiting:
            self.found.aside("services", len(waiting))
            inner: list[msgspec.Raw] = []
            for each in waiting:
                service: _Service | None = self.member(each, _Service, "$.services")
                if service is not None:
                    inner += service.services or ()
                    self.service_refs.add(service.bom_ref or "")
            waiting = inner

    def dependencies(
        self, raw: msgspec.Raw, subject: Component | None
    ) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What depends on what, and doubts about it."""
        found = self.found
        depends: dict[str, tuple[str, ...]] = {}
        twice = 0
        for place, row in self.dependency_rows(raw):
            if not row.ref:
                found.doubt(f"{place}.ref", "is empty")
                continue
            others = tuple(row.depends_on or ())
            if row.ref in depends:
                twice += 1
                others = tuple(dict.fromkeys((*depends[row.ref], *others)))
            depends[row.ref] = others
        if twice:
            found.notes.append(f"the dependencies of {twice} refs are given more than once; they are joined")
        refs = [each.ref for each in found.components if each.ref]
        if subject is not None and subject.ref:
            refs.append(subject.ref)
        found.notes += doubts_about_graph(refs, depends, self.service_refs)
        return tuple(depends.items())

    def dependency_rows(self, raw: msgspec.Raw) -> Iterator[tuple[str, _Dependency]]:
        """The entries of ``dependencies`` and their places: at once if all is well, else one by one."""
        try:
            rows = msgspec.json.decode(raw, type=list[_Dependency] | None) or []
        except msgspec.DecodeError:
            for index, each in enumerate(self.list_of(raw, "$.dependencies")):
                row: _Dependency | None = self.member(each, _Dependency, f"$.dependencies[{index}]")
                if row is not None:
                    yield f"$.dependencies[{index}]", row
        else:
            yield from ((f"$.dependencies[{index}]", row) for index, row in enumerate(rows))

    def compositions(self, raw: msgspec.Raw) -> None:
        """Note it if the document says itself that it is not complete."""
        for index, each in enumerate(self.list_of(raw, "$.compositions")):
            row: _Composition | None = self.member(each, _Composition, f"$.compositions[{index}]")
            if row is not None and row.aggregate.startswith(("incomplete", "unknown", "not_specified")):
                self.found.notes.append(
                    "says itself that it may not be complete:"
                    f" $.compositions[{index}].aggregate is {row.aggregate[:60]!r}"
                )

    def serial(self, raw: msgspec.Raw) -> str:
        serial: str = self.member(raw, str | None, "$.serialNumber") or ""
        if serial and _SERIAL.fullmatch(serial) is None:
            self.found.doubt("$.serialNumber", f"{serial[:80]!r} is no urn:uuid")
        return serial

    def list_of(self, raw: msgspec.Raw, place: str) -> list[msgspec.Raw]:
        """The elements of the list ``raw``."""
        return rows_of(self.found, raw, place)


def _name(row: _Named | None) -> str:
    return (row.name or "") if row is not None else ""


def _refused(what: str, name: str, path: str) -> BadInput:
    return BadInput(what, where=Place(file=name or None, path=path))
