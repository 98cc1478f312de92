"""CVE records of format 5 (the CVE Program's ``CVE_Record_Format``), with the containers that others add to them.

An entry of ``affected`` becomes a claim for each status that some of its versions have; those of a container that
another than the publisher added are in that one's name. CISA's "Vulnrichment" container gives the points of SSVC and
says what is known to be exploited.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from tocsin.inventory.advisories.cve_versions import read_cve_versions
from tocsin.inventory.advisories.decoding import NOTHING, Parts, text_of
from tocsin.inventory.advisories.package_name import purl_of_collection
from tocsin.inventory.advisories.stakes import SSVC_POINTS, Score, stakes_of
from tocsin.inventory.advisory import Advisory, Exploited, Form
from tocsin.inventory.claim import Claim, Remedy, Status
from tocsin.inventory.identity import Identity

__all__ = ["read_cve"]


class _Metadata(msgspec.Struct, rename="camel"):
    cve_id: str
    state: str = ""
    assigner_short_name: str = ""
    date_published: str = ""
    date_updated: str = ""
    date_rejected: str = ""


class _Containers(msgspec.Struct):
    cna: msgspec.Raw = NOTHING
    adp: msgspec.Raw = NOTHING


class _Record(msgspec.Struct, rename="camel"):
    cve_metadata: _Metadata
    containers: _Containers


class _Provider(msgspec.Struct, rename="camel"):
    short_name: str = ""


class _Text(msgspec.Struct):
    value: str
    lang: str = ""


class _Container(msgspec.Struct, rename="camel"):
    title: msgspec.Raw = NOTHING
    provider_metadata: msgspec.Raw = NOTHING
    descriptions: msgspec.Raw = NOTHING
    rejected_reasons: msgspec.Raw = NOTHING
    affected: msgspec.Raw = NOTHING
    metrics: msgspec.Raw = NOTHING
    problem_types: msgspec.Raw = NOTHING
    solutions: msgspec.Raw = NOTHING
    workarounds: msgspec.Raw = NOTHING


class _Affected(msgspec.Struct, rename="camel"):
    vendor: str = ""
    product: str = ""
    package_name: str = ""
    collection_url: str = msgspec.field(name="collectionURL", default="")
    package_url: str = msgspec.field(name="packageURL", default="")
    default_status: str = ""
    versions: msgspec.Raw = NOTHING
    cpes: msgspec.Raw = NOTHING
    platforms: msgspec.Raw = NOTHING
    modules: msgspec.Raw = NOTHING


class _Cvss(msgspec.Struct, rename="camel"):
    vector_string: str = ""
    base_score: float | None = None


class _Other(msgspec.Struct):
    type: str = ""
    content: msgspec.Raw = NOTHING


class _Metric(msgspec.Struct):
    v4_0: msgspec.Raw = msgspec.field(name="cvssV4_0", default=NOTHING)
    v3_1: msgspec.Raw = msgspec.field(name="cvssV3_1", default=NOTHING)
    v3_0: msgspec.Raw = msgspec.field(name="cvssV3_0", default=NOTHING)
    v2_0: msgspec.Raw = msgspec.field(name="cvssV2_0", default=NOTHING)
    other: msgspec.Raw = NOTHING


class _Ssvc(msgspec.Struct):
    options: list[dict[str, Any]] = []


class _Kev(msgspec.Struct, rename="camel"):
    date_added: str


class _Problem(msgspec.Struct, rename="camel"):
    cwe_id: str = ""


class _ProblemType(msgspec.Struct):
    descriptions: list[_Problem] = []


_UNKNOWN: Final = "whether these versions are affected is not known"

_NO_NAME: Final = frozenset({"", "n/a", "na", "unknown", "unspecified", "-"})
_SHOWN: Final = 10


def read_cve(record: bytes | msgspec.Raw, parts: Parts) -> Advisory | None:
    """One record; None, and noted in ``parts``, if it is none. A rejected one is withdrawn and claims nothing."""
    held = parts.one(record, _Record, "$")
    if held is None:
        return None
    metadata = held.cve_metadata
    name = metadata.cve_id.strip()
    if not name:
        parts.note("$.cveMetadata.cveId", "the record has no id")
        return None
    cna = parts.one(held.containers.cna, _Container, "$.containers.cna") or _Container()
    rejected = metadata.state.strip().upper() == "REJECTED"
    reader = _Reader(parts, name)
    if not rejected:
        reader.container(cna, "$.containers.cna", "")
        for place, adp in parts.each(held.containers.adp, _Container, "$.containers.adp"):
            by = _provider(parts, adp, place) or parts.text(adp.title, f"{place}.title")
            reader.container(adp, place, by)
        if not reader.claims and not parts.noted:
            parts.note("$.containers", "no container names a product")
    stakes = stakes_of(
        reader.scores, reader.points, weaknesses=tuple(reader.weaknesses), exploited=reader.exploited
    )
    when = metadata.date_rejected or metadata.date_updated or metadata.date_published
    return Advisory(
        id=name,
        form=Form.CVE,
        publisher=metadata.assigner_short_name.strip() or _provider(parts, cna, "$.containers.cna"),
        title=parts.text(cna.title, "$.containers.cna.title"),
        text=_english(parts, cna.rejected_reasons if rejected else cna.descriptions, "$.containers.cna"),
        url=f"https://www.cve.org/CVERecord?id={name}",
        published=metadata.date_published,
        modified=metadata.date_updated,
        withdrawn=(when or "0001-01-01T00:00:00Z") if rejected else "",
        claims=tuple(reader.claims),
        stakes=() if rejected else ((name, stakes),),
        unread=parts.unread,
    )


def _provider(parts: Parts, container: _Container, place: str) -> str:
    provider = parts.one(container.provider_metadata, _Provider, f"{place}.providerMetadata")
    return provider.short_name.strip() if provider else ""


def _english(parts: Parts, raw: msgspec.Raw, place: str) -> str:
    texts = [text for _, text in parts.each(raw, _Text, f"{place}.descriptions")]
    english = [text for text in texts if text.lang.casefold().startswith("en")]
    return next((text.value.strip() for text in (*english, *texts)), "")


class _Reader:
    def __init__(self, parts: Parts, name: str) -> None:
        self.parts = parts
        self.name = name
        self.claims: list[Claim] = []
        self.scores: list[Score] = []
        self.points: dict[str, str] = {}
        self.weaknesses: dict[str, None] = {}
        self.exploited: Exploited | None = None

    def container(self, held: _Container, place: str, by: str) -> None:
        remedies = (
            *self.remedies(held.solutions, "vendor_fix", f"{place}.solutions"),
            *self.remedies(held.workarounds, "workaround", f"{place}.workarounds"),
        )
        for where, entry in self.parts.each(held.affected, _Affected, f"{place}.affected"):
            self.claims.extend(self.affected(entry, where, by, remedies))
        for where, metric in self.parts.each(held.metrics, _Metric, f"{place}.metrics"):
            self.metric(metric, where)
        for _, problem in self.parts.each(held.problem_types, _ProblemType, f"{place}.problemTypes"):
            for described in problem.descriptions:
                if described.cwe_id:
                    self.weaknesses[described.cwe_id] = None

    def remedies(self, raw: msgspec.Raw, kind: str, place: str) -> Iterator[Remedy]:
        for _, text in self.parts.each(raw, _Text, place):
            if text.value.strip():
                yield Remedy(kind, text.value.strip())

    # -- one product -------------------------------------------------------------------------

    def affected(
        self, entry: _Affected, place: str, by: str, remedies: tuple[Remedy, ...]
    ) -> Iterator[Claim]:
        product = self.identity(entry, place)
        if product is None:
            self.parts.note(place, "it names neither a vendor nor a product")
            return
        platforms = self.parts.texts(entry.platforms, f"{place}.platforms")
        known = ", ".join(held for held in platforms if held.casefold() not in _NO_NAME)
        told = _product_text(entry, self.parts.texts(entry.modules, f"{place}.modules"))
        for status, versions, text in read_cve_versions(
            entry.versions, entry.default_status, self.parts, place
        ):
            yield Claim(
                vulnerability=self.name,
                status=status,
                product=product,
                versions=versions,
                text=f"{told}: {text}" if text else told,
                place=place,
                platform=Identity(name=known) if known else None,
                why=_UNKNOWN if status is Status.UNDER_INVESTIGATION else "",
                remedies=remedies if status is Status.AFFECTED else (),
                by=by,
            )

    def identity(self, entry: _Affected, place: str) -> Identity | None:
        vendor, product, package = _name(entry.vendor), _name(entry.product), _name(entry.package_name)
        purl = entry.package_url.strip()
        if not purl and package:
            purl = purl_of_collection(entry.collection_url, package)
        cpes = self.parts.texts(entry.cpes, f"{place}.cpes")
        if not (vendor or product or package or purl or cpes):
            return None
        return Identity(product or package, vendor, purls=(purl,) if purl else (), cpes=cpes)

    # -- what is at stake --------------------------------------------------------------------

    def metric(self, metric: _Metric, place: str) -> None:
        rated = ((4.0, metric.v4_0), (3.1, metric.v3_1), (3.0, metric.v3_0), (2.0, metric.v2_0))
        for version, raw in rated:
            if raw is NOTHING:
                continue
            key = f"cvssV{int(version)}_{int(version * 10) % 10}"
            if cvss := self.parts.one(raw, _Cvss, f"{place}.{key}"):
                self.scores.append(Score(version, cvss.vector_string.strip(), cvss.base_score))
        other = self.parts.one(metric.other, _Other, f"{place}.other")
        kind = other.type.strip().casefold() if other else ""
        if other and kind == "ssvc":
            self.ssvc(other.content, f"{place}.other.content")
        elif other and kind == "kev":
            kev = self.parts.one(other.content, _Kev, f"{place}.other.content")
            self.exploited = Exploited(kev.date_added, "", "", ransomware=False) if kev else self.exploited

    def ssvc(self, raw: msgspec.Raw, place: str) -> None:
        content = self.parts.one(raw, _Ssvc, place) or _Ssvc()
        for option in content.options:
            for name, value in option.items():
                point = SSVC_POINTS.get(name.strip().casefold())
                if point and text_of(value):
                    self.points[point] = text_of(value).casefold()


def _name(text: str) -> str:
    """A name, "" where it says that there is none."""
    text = text.strip()
    return "" if not text or text.casefold() in _NO_NAME else text


def _product_text(entry: _Affected, modules: tuple[str, ...]) -> str:
    names = dict.fromkeys((_name(entry.vendor), _name(entry.product), _name(entry.package_name)))
    return " ".join(filter(None, names)) + (f" ({', '.join(modules[:_SHOWN])})" if modules else "")
