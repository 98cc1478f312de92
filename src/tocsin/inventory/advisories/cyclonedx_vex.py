"""What CycloneDX documents say of vulnerabilities (1.4 to 1.7, ``vulnerabilities``), by themselves or inside a bill.

A statement about a part of the document's subject (``metadata.component``) is one about the subject with that part as
its subcomponent: that one program does not use its broken library well enough to be hit says nothing of another
program. In a bill without a subject such a good word gets a condition, which a person has to judge.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from tocsin.inventory.advisories.decoding import NOTHING, Parts
from tocsin.inventory.advisories.package_name import scheme_of_purl, versions_of_names
from tocsin.inventory.advisories.stakes import Score, stakes_of
from tocsin.inventory.advisories.version_text import read_version_text
from tocsin.inventory.advisory import Advisory, Form, Stakes
from tocsin.inventory.claim import Claim, Remedy, Span, Status, Versions
from tocsin.inventory.identity import Identity

__all__ = ["read_cyclonedx_vex"]


class _Named(msgspec.Struct):
    name: str = ""


class _Hash(msgspec.Struct):
    alg: str
    content: str


class _Component(msgspec.Struct, rename={"bom_ref": "bom-ref"}):
    name: str = ""
    bom_ref: str = ""
    group: str = ""
    version: str = ""
    publisher: str = ""
    supplier: msgspec.Raw = NOTHING
    purl: str = ""
    cpe: str = ""
    hashes: msgspec.Raw = NOTHING
    components: msgspec.Raw = NOTHING


class _Metadata(msgspec.Struct):
    timestamp: msgspec.Raw = NOTHING
    component: msgspec.Raw = NOTHING
    authors: msgspec.Raw = NOTHING
    supplier: msgspec.Raw = NOTHING
    manufacturer: msgspec.Raw = NOTHING
    manufacture: msgspec.Raw = NOTHING


class _Version(msgspec.Struct):
    version: str = ""
    range: str = ""
    status: str = ""


class _Affects(msgspec.Struct):
    ref: str
    versions: msgspec.Raw = NOTHING


class _Analysis(msgspec.Struct, rename="camel"):
    state: str = ""
    justification: str = ""
    detail: str = ""
    response: msgspec.Raw = NOTHING
    first_issued: str = ""
    last_updated: str = ""


class _Rating(msgspec.Struct):
    score: float | None = None
    method: str = ""
    vector: str = ""


class _Vulnerability(msgspec.Struct):
    id: msgspec.Raw = NOTHING
    ratings: msgspec.Raw = NOTHING
    cwes: msgspec.Raw = NOTHING
    recommendation: msgspec.Raw = NOTHING
    workaround: msgspec.Raw = NOTHING
    rejected: msgspec.Raw = NOTHING
    analysis: msgspec.Raw = NOTHING
    affects: msgspec.Raw = NOTHING


class _Document(msgspec.Struct):
    serial: msgspec.Raw = msgspec.field(name="serialNumber", default=NOTHING)
    version: msgspec.Raw = NOTHING
    metadata: msgspec.Raw = NOTHING
    components: msgspec.Raw = NOTHING
    services: msgspec.Raw = NOTHING
    vulnerabilities: msgspec.Raw = NOTHING


_STATES: Final = {
    "exploitable": Status.AFFECTED,
    "in_triage": Status.UNDER_INVESTIGATION,
    "resolved": Status.FIXED,
    "resolved_with_pedigree": Status.FIXED,
    "not_affected": Status.NOT_AFFECTED,
    "false_positive": Status.NOT_AFFECTED,
}
_GOOD: Final = frozenset({Status.NOT_AFFECTED, Status.FIXED})
_METHODS: Final = {"cvssv2": 2.0, "cvssv3": 3.0, "cvssv31": 3.1, "cvssv4": 4.0}
_NO_SUBJECT: Final = "in the products of this bill of materials alone"


@dataclass(frozen=True, slots=True)
class _Known:
    """A component that the document defines."""

    identity: Identity
    version: str

    @property
    def versions(self) -> Versions:
        if self.version:
            return Versions(_scheme(self.identity), (Span(self.version, self.version, high_inclusive=True),))
        return versions_of_names(self.identity)

    @property
    def text(self) -> str:
        return " ".join(
            filter(None, (self.identity.name or next(iter(self.identity.purls), ""), self.version))
        )


def read_cyclonedx_vex(record: bytes | msgspec.Raw, parts: Parts) -> Advisory | None:
    """One document; None, and noted in ``parts``, if it is none or says nothing of vulnerabilities."""
    document = parts.one(record, _Document, "$")
    if document is None:
        return None
    if not parts.one(document.vulnerabilities, list[msgspec.Raw], "$.vulnerabilities"):
        parts.note("$.vulnerabilities", "the bill of materials says nothing of vulnerabilities")
        return None
    metadata = parts.one(document.metadata, _Metadata, "$.metadata") or _Metadata()
    serial = parts.text(document.serial, "$.serialNumber")
    version = parts.one(document.version, int, "$.version")
    reader = _Reader(parts, serial, version)
    reader.define(document, metadata)
    claims: list[Claim] = []
    stakes: dict[str, Stakes] = {}
    for place, held in parts.each(document.vulnerabilities, _Vulnerability, "$.vulnerabilities"):
        name = parts.text(held.id, f"{place}.id")
        if not name:
            parts.note(f"{place}.id", "the vulnerability has no id")
        elif parts.one(held.rejected, str, f"{place}.rejected"):
            parts.note(place, f"'{name}' was rejected, so that nothing is claimed of it")
        else:
            claims.extend(reader.claims(held, name, place))
            stakes.setdefault(name, reader.stakes(held, place))
    link = f"{serial}/{version if version is not None else 1}" if serial else ""
    made = parts.text(metadata.timestamp, "$.metadata.timestamp")
    return Advisory(
        id=link or f"sha256:{hashlib.sha256(bytes(record)).hexdigest()}",
        form=Form.CYCLONEDX_VEX,
        publisher=_publisher(parts, metadata),
        title=reader.subject.text if reader.subject else "",
        published=made,
        modified=made,
        claims=tuple(claims),
        stakes=tuple(stakes.items()),
        unread=parts.unread,
    )


def _publisher(parts: Parts, metadata: _Metadata) -> str:
    authors = [held.name for _, held in parts.each(metadata.authors, _Named, "$.metadata.authors")]
    makers = (
        ("supplier", metadata.supplier),
        ("manufacturer", metadata.manufacturer),
        ("manufacture", metadata.manufacture),
    )
    named = (parts.one(raw, _Named, f"$.metadata.{key}") for key, raw in makers)
    return next(filter(None, (*(held.name for held in named if held), *authors)), "")


def _scheme(identity: Identity) -> str:
    return scheme_of_purl(identity.purls[0]) if identity.purls else "generic"


class _Reader:
    def __init__(self, parts: Parts, serial: str, version: int | None) -> None:
        self.parts = parts
        self.link = f"urn:cdx:{serial.removeprefix('urn:uuid:')}/" if serial else ""
        self.version = version
        self.known: dict[str, _Known] = {}
        self.subject: _Known | None = None
        self.subject_ref = ""

    # -- what the document defines ------------------------------------------------------------

    def define(self, document: _Document, metadata: _Metadata) -> None:
        held = self.parts.one(metadata.component, _Component, "$.metadata.component")
        if held:
            subject = self.component(held, "$.metadata.component")
            if subject.identity == Identity():
                self.parts.note("$.metadata.component", "what the document is about has no name")
            else:
                self.subject, self.subject_ref = subject, held.bom_ref
            self.components(held.components, "$.metadata.component.components")
        self.components(document.components, "$.components")
        self.components(document.services, "$.services")

    def components(self, raw: msgspec.Raw, place: str) -> None:
        for where, held in self.parts.each(raw, _Component, place):
            self.component(held, where)
            self.components(held.components, f"{where}.components")

    def component(self, held: _Component, place: str) -> _Known:
        supplier = self.parts.one(held.supplier, _Named, f"{place}.supplier")
        hashes = (
            f"{hash.alg.replace('-', '').casefold()}:{hash.content.casefold()}"
            for _, hash in self.parts.each(held.hashes, _Hash, f"{place}.hashes")
        )
        ref = held.bom_ref
        own = (
            f"{self.link}{self.version if self.version is not None else 1}#{ref}" if self.link and ref else ""
        )
        known = _Known(
            Identity(
                name=held.name.strip(),
                vendor=(supplier.name if supplier else "") or held.publisher.strip() or held.group.strip(),
                purls=(held.purl.strip(),) if held.purl.strip() else (),
                cpes=(held.cpe.strip(),) if held.cpe.strip() else (),
                hashes=tuple(dict.fromkeys(hashes)),
                bom_refs=(own,) if own else (),
            ),
            held.version.strip(),
        )
        if ref and ref in self.known and self.known[ref] != known:
            self.parts.note(place, f"the ref '{ref}' is given twice; the first counts")
        elif ref:
            self.known[ref] = known
        return known

    # -- claims ------------------------------------------------------------------------------

    def claims(self, held: _Vulnerability, name: str, place: str) -> Iterator[Claim]:
        analysis = self.parts.one(held.analysis, _Analysis, f"{place}.analysis") or _Analysis()
        state = analysis.state.strip().casefold()
        if state and state not in _STATES:
            self.parts.note(f"{place}.analysis.state", f"no state is called '{analysis.state}'")
            return
        status = _STATES.get(state, Status.AFFECTED)
        reasons = (analysis.justification, analysis.detail)
        base = Claim(
            vulnerability=name,
            status=status,
            product=Identity(),
            versions=Versions(),
            text="",
            place=place,
            why="; ".join(filter(None, map(str.strip, reasons))),
            remedies=tuple(self.remedies(held, analysis, place)),
            stated=analysis.last_updated or analysis.first_issued,
        )
        none = True
        for where, affects in self.parts.each(held.affects, _Affects, f"{place}.affects"):
            none = False
            yield from self.affects(affects, base, where)
        if none and self.parts.is_whole(held.affects, _Affects):
            if self.subject:
                yield replace(
                    base,
                    product=self.subject.identity,
                    versions=self.subject.versions,
                    text=self.subject.text,
                )
            else:
                self.parts.note(f"{place}.affects", "it does not say what is affected")

    def affects(self, affects: _Affects, base: Claim, place: str) -> Iterator[Claim]:
        ref = affects.ref.strip()
        found = self.resolve(ref)
        if found is None:
            self.parts.note(f"{place}.ref", f"nothing in the document has the ref '{ref}'")
            return
        if found.identity == Identity():
            self.parts.note(f"{place}.ref", f"the component '{ref}' has no name")
            return
        of_subject = self.subject is None or found is self.subject or found not in self.known.values()
        for status, versions, told in self.versions(affects, base.status, found, place):
            text = f"{found.text or ref} {told}".strip()
            claim = replace(base, status=status, text=text, place=place)
            if of_subject:
                bare = self.subject is None and found in self.known.values() and status in _GOOD
                yield replace(
                    claim,
                    product=found.identity,
                    versions=versions,
                    condition=_NO_SUBJECT if bare else "",
                )
            else:
                assert self.subject
                yield replace(
                    claim,
                    product=self.subject.identity,
                    versions=self.subject.versions,
                    subcomponents=(found.identity,),
                    condition=f"{found.text} {told}" if told else "",
                )

    def resolve(self, ref: str) -> _Known | None:
        """The component that a ref means: of this document, or of another one by BOM-Link."""
        if ref and ref == self.subject_ref:
            return self.subject
        if known := self.known.get(ref):
            return known
        if not ref.startswith("urn:cdx:"):
            return _Known(Identity(purls=(ref,)), "") if ref.startswith("pkg:") else None
        own, hash, fragment = ref.partition("#")
        if hash and self.link and own == f"{self.link}{self.version if self.version is not None else 1}":
            return self.subject if fragment == self.subject_ref and fragment else self.known.get(fragment)
        return _Known(Identity(bom_refs=(ref,)), "")

    def versions(
        self, affects: _Affects, status: Status, found: _Known, place: str
    ) -> Iterator[tuple[Status, Versions, str]]:
        """The versions that ``affects`` names, by their status; the component's own where it names none."""
        said: dict[Status, list[tuple[str, Versions]]] = {}
        scheme = _scheme(found.identity)
        for where, held in self.parts.each(affects.versions, _Version, f"{place}.versions"):
            text = (held.range or held.version).strip()
            each = self.status(status, held.status, where)
            if not text or each is None:
                self.parts.note(where, "it names no version" if not text else "its status is not known")
                each, text = each or Status.AFFECTED, text or "a version without a text"
                said.setdefault(each, []).append((text, Versions(scheme, unread=(text,))))
            elif held.range:
                said.setdefault(each, []).append((text, read_version_text(text, scheme=scheme).versions))
            else:
                one = Versions(scheme, (Span(text, text, high_inclusive=True),))
                said.setdefault(each, []).append((text, one))
        if not self.parts.is_whole(affects.versions, _Version):
            text = "versions that could not be read"
            said.setdefault(Status.AFFECTED, []).append((text, Versions(scheme, unread=(text,))))
        for each, told in said.items():
            yield each, _together(told, scheme), ", ".join(text for text, _ in told)
        if not said:
            yield status, found.versions, ""

    def status(self, status: Status, told: str, place: str) -> Status | None:
        """The status of some versions: what is said of them, and of the whole where that says more."""
        told = told.strip().casefold()
        if not told:
            return status
        if told == "affected":
            return status if status is Status.UNDER_INVESTIGATION else Status.AFFECTED
        if told == "unaffected":
            return status if status in _GOOD else Status.NOT_AFFECTED
        if told != "unknown":
            self.parts.note(f"{place}.status", f"no status is called '{told}'")
            return None
        return Status.UNDER_INVESTIGATION

    def remedies(self, held: _Vulnerability, analysis: _Analysis, place: str) -> Iterator[Remedy]:
        responses = self.parts.texts(analysis.response, f"{place}.analysis.response")
        if text := self.parts.text(held.recommendation, f"{place}.recommendation"):
            yield Remedy("mitigation", text)
        if text := self.parts.text(held.workaround, f"{place}.workaround"):
            yield Remedy("workaround", text)
        if "update" not in responses and (no := {"will_not_fix", "can_not_fix"} & set(responses)):
            yield Remedy("no_fix_planned", min(no).replace("_", " "))

    # -- what is at stake --------------------------------------------------------------------

    def stakes(self, held: _Vulnerability, place: str) -> Stakes:
        scores = [
            Score(_METHODS[rating.method.casefold()], rating.vector.strip(), rating.score)
            for _, rating in self.parts.each(held.ratings, _Rating, f"{place}.ratings")
            if rating.method.casefold() in _METHODS
        ]
        cwes = tuple(f"CWE-{number}" for _, number in self.parts.each(held.cwes, int, f"{place}.cwes"))
        return stakes_of(scores, {}, weaknesses=cwes)


def _together(told: list[tuple[str, Versions]], scheme: str) -> Versions:
    schemes = {versions.scheme for text, versions in told if text.startswith("vers:")}
    spans = tuple(dict.fromkeys(span for _, versions in told for span in versions.spans))
    return Versions(
        schemes.pop() if len(schemes) == 1 else scheme,
        spans,
        any(versions.every for _, versions in told),
        (),
        tuple(text for _, versions in told for text in versions.unread),
    )
