"""CVE records of format 5 (the CVE Program's ``CVE_Record_Format``), with the containers that others add to them.

An entry of ``affected`` answers for every version of its product: by the first of ``versions`` that holds it, else by
``defaultStatus`` (the schema's "Version Status Decision Algorithm"). So an entry becomes several claims: one for
each status that its versions have, and one for *all others* where ``defaultStatus`` says something of them. Where an
entry's versions are *not affected* and could not all be read, nothing is claimed of all others.

CISA's "Vulnrichment" container gives the points of SSVC and says what is known to be exploited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from tocsin.errors import BadInput
from tocsin.inventory.advisories.decoding import NOTHING, Parts, text_of
from tocsin.inventory.advisories.package_name import purl_of_collection
from tocsin.inventory.advisories.stakes import SSVC_POINTS, Score, stakes_of
from tocsin.inventory.advisories.version_text import is_version, precedes, read_version_text, wildcard_span
from tocsin.inventory.advisory import Advisory, Exploited, Form
from tocsin.inventory.claim import Claim, Remedy, Span, Status, Versions
from tocsin.inventory.identity import Identity
from tocsin.inventory.version import GENERIC, Order, compare, find_scheme, key

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


class _Change(msgspec.Struct):
    at: str
    status: str


class _Version(msgspec.Struct, rename="camel"):
    version: str
    status: str
    version_type: str = ""
    less_than: str | None = None
    less_than_or_equal: str | None = None
    changes: list[_Change] = []


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


_STATUSES: Final = {
    "affected": Status.AFFECTED,
    "unaffected": Status.NOT_AFFECTED,
    "unknown": Status.UNDER_INVESTIGATION,
}
_UNKNOWN: Final = "whether these versions are affected is not known"

_UNORDERED: Final = frozenset({"git", "commit", "sha", "hash"})
_NO_NAME: Final = frozenset({"", "n/a", "na", "unknown", "unspecified", "-"})
_BEGINNING: Final = frozenset({"", "0", "0.0", "0.0.0", "*", "n/a", "-", "unspecified"})
_END: Final = frozenset({"*"})
_EVERY: Final = frozenset({"*", "all", "all versions", "any"})
_COMMIT: Final = re.compile(r"[0-9a-f]{12}|[0-9a-f]{40}|[0-9a-f]{64}")
_EXACT: Final = re.compile(r"(?=\S*\d)[\w.+~:()\\\-]{1,64}", re.ASCII)
_WILDCARD: Final = re.compile(r"\dx|\.x|xx|\*", re.IGNORECASE)
_SHOWN: Final = 10


@dataclass(slots=True)
class _Said:
    """What an entry says of the versions with one status."""

    texts: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    every: bool = False


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
    advisory = Advisory(
        id=name,
        form=Form.CVE,
        publisher=metadata.assigner_short_name.strip() or _provider(parts, cna, "$.containers.cna"),
        title=parts.text(cna.title, "$.containers.cna.title"),
        text=_english(parts, cna.rejected_reasons if rejected else cna.descriptions, "$.containers.cna"),
        url=f"https://www.cve.org/CVERecord?id={name}",
        published=metadata.date_published,
        modified=metadata.date_updated,
    )
    if rejected:
        when = metadata.date_rejected or metadata.date_updated or metadata.date_published
        return replace(advisory, withdrawn=when or "0001-01-01T00:00:00Z", unread=parts.unread)
    reader = _Reader(parts, name)
    reader.container(cna, "$.containers.cna", "")
    for place, adp in parts.each(held.containers.adp, _Container, "$.containers.adp"):
        by = _provider(parts, adp, place) or parts.text(adp.title, f"{place}.title")
        reader.container(adp, place, by)
    if not reader.claims and not parts.unread:
        parts.note("$.containers", "no container names a product")
    stakes = stakes_of(
        reader.scores, reader.points, weaknesses=tuple(reader.weaknesses), exploited=reader.exploited
    )
    return replace(advisory, claims=tuple(reader.claims), stakes=((name, stakes),), unread=parts.unread)


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
        for status, versions, text in self.versions(entry, place):
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

    def versions(self, entry: _Affected, place: str) -> Iterator[tuple[Status, Versions, str]]:
        """The claims of an entry: status, versions, and the versions' text."""
        noted = self.parts.noted
        listed = list(self.listed(entry, place))
        schemes = {_scheme(held) for held in listed}
        scheme = schemes.pop() if len(schemes) == 1 else GENERIC
        said: dict[str, _Said] = {}
        for held in listed:
            _said(said, held.status).texts.append(_shown(held))
            _read_version(held, scheme, said)
        if self.parts.noted > noted:
            _said(said, "affected").unread.append("versions that could not be read")
        default = entry.default_status or "unknown"
        if default not in _STATUSES:
            self.parts.note(f"{place}.defaultStatus", f"no status is called '{default}'")
            default = "unknown"
        for status, group in said.items():
            spans = () if group.every else tuple(dict.fromkeys(group.spans))
            versions = Versions(scheme, spans, group.every, (), tuple(group.unread))
            yield _STATUSES[status], versions, _joined(group.texts)
        if rest := _others(default, said, scheme):
            yield _STATUSES[default], rest, "all versions" + (" but those listed" if listed else "")

    def listed(self, entry: _Affected, place: str) -> Iterator[_Version]:
        for where, held in self.parts.each(entry.versions, _Version, f"{place}.versions"):
            if held.status in _STATUSES and all(change.status in _STATUSES for change in held.changes):
                yield held
            else:
                self.parts.note(where, "it has a status that is none of affected, unaffected and unknown")

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


def _scheme(held: _Version) -> str:
    """The order that an entry's ``versionType`` names, if its versions are of it; else ``generic``."""
    kind = held.version_type.strip()
    scheme = None if kind in {"", "custom"} else find_scheme(kind)
    if scheme is None:
        return GENERIC
    bounds = (held.version, held.less_than, held.less_than_or_equal, *(each.at for each in held.changes))
    for bound in bounds:
        if bound is not None and bound.strip().casefold() not in _BEGINNING:
            try:
                key(scheme.name, bound.strip())
            except BadInput:
                return GENERIC
    return scheme.name


def _shown(held: _Version) -> str:
    if held.less_than is not None:
        return f"{held.version} < {held.less_than}"
    if held.less_than_or_equal is not None:
        return f"{held.version} <= {held.less_than_or_equal}"
    return held.version


def _joined(texts: list[str]) -> str:
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more


def _said(said: dict[str, _Said], status: str) -> _Said:
    group = said.get(status)
    if group is None:
        group = said[status] = _Said()
    return group


def _doubt(held: _Version, said: dict[str, _Said]) -> None:
    """Say that the versions of an entry are unread, with each status that some of them have."""
    for status in dict.fromkeys((held.status, *(change.status for change in held.changes))):
        changes = "".join(f", {change.status} at {change.at}" for change in held.changes)
        _said(said, status).unread.append(_shown(held) + changes)


def _read_version(held: _Version, scheme: str, said: dict[str, _Said]) -> None:
    if (held.version_type and held.version_type.strip().casefold() in _UNORDERED) or _COMMIT.fullmatch(
        held.version
    ):
        _doubt(held, said)
    elif held.less_than is None and held.less_than_or_equal is None and not held.changes:
        _read_single(held.version.strip(), _said(said, held.status))
    elif (span := _range(held, scheme)) is None or (
        held.changes and not _changes_in_order(held, span, scheme)
    ):
        _doubt(held, said)
    elif held.changes:
        _read_changes(held, span, scheme, said)
    else:
        group = _said(said, held.status)
        group.spans.append(span)
        group.every = group.every or (span.low is None and span.high is None)


def _read_single(text: str, group: _Said) -> None:
    """One version by itself, which should be one but often is a range in prose."""
    if text.casefold() in _EVERY:
        group.every = True
        return
    exact = _is_exact(text)
    if exact and "-" not in text and text != "0":
        group.spans.append(Span(text, text, high_inclusive=True))
        return
    found = read_version_text(text)
    if found.condition or text == "0":
        group.unread.append(text)
    elif found.versions.every:
        group.every = True
    elif found.versions.spans:
        group.spans.extend(found.versions.spans)
    elif exact:
        group.spans.append(Span(text, text, high_inclusive=True))
    else:
        group.unread.append(text or "a version without a text")


def _is_backward(scheme: str, low: str, high: str, *, inclusive: bool) -> bool:
    """Whether no version can lie between the two, so that the range cannot mean what it says."""
    if precedes(low, high):
        return False
    order = compare(scheme, low, high)
    return order is Order.GREATER or (order is Order.EQUAL and not inclusive)


def _range(held: _Version, scheme: str) -> Span | None:
    """The versions from ``version`` to the end that is given; None where one of the two is no version."""
    low: str | None = held.version.strip()
    assert low is not None
    if low.casefold() in _BEGINNING:
        low = None
    elif not _is_bound(low):
        return None
    high: str | None = (held.less_than if held.less_than is not None else held.less_than_or_equal) or ""
    assert high is not None
    high = high.strip()
    inclusive = held.less_than is None
    if held.less_than is None and held.less_than_or_equal is None:
        return Span(low)
    if high in _END:
        return Span(low)
    if inclusive and (wild := wildcard_span(high)):
        high, inclusive = wild.high, False
    elif not _is_bound(high):
        return None
    assert high is not None
    if low is not None and _is_backward(scheme, low, high, inclusive=inclusive):
        return None
    return Span(low, high, high_inclusive=inclusive)


def _is_bound(text: str) -> bool:
    return _is_exact(text) or is_version(text)


def _is_exact(text: str) -> bool:
    """Whether ``text`` is one word with a number in it, and no wildcard."""
    return _EXACT.fullmatch(text) is not None and not _WILDCARD.search(text)


def _changes_in_order(held: _Version, span: Span, scheme: str) -> bool:
    """Whether it is known of each change that it comes after the one before, and on which side of the end."""
    low = span.low
    for change in held.changes:
        at = change.at.strip()
        if not _is_bound(at) or (low is not None and compare(scheme, low, at) is not Order.LESS):
            return False
        if span.high is not None and compare(scheme, at, span.high) is Order.UNKNOWN:
            return False
        low = at
    return True


def _read_changes(held: _Version, span: Span, scheme: str, said: dict[str, _Said]) -> None:
    """Split a range where its status changes; what lies at or after its end is no longer part of it."""
    status, low = held.status, span.low
    for change in held.changes:
        at = change.at.strip()
        fixed = (status, change.status) == ("affected", "unaffected")
        ended = Order.LESS if span.high is None else compare(scheme, at, span.high)
        if ended is Order.GREATER or (ended is Order.EQUAL and not span.high_inclusive):
            span = replace(span, fixed=fixed and ended is Order.EQUAL)
            break
        _said(said, status).spans.append(Span(low, at, fixed=fixed))
        status, low = change.status, at
    _said(said, status).spans.append(replace(span, low=low))


def _others(default: str, said: dict[str, _Said], scheme: str) -> Versions | None:
    """All versions that the entry does not list, if it says something of them."""
    if not said:
        return Versions(scheme, every=True)
    if default == "unknown" or any(group.every for group in said.values()):
        return None
    others = [group for status, group in said.items() if status != default]
    unread = [text for group in others for text in group.unread]
    if unread:
        # Of no version it is known that it is none of these.
        told = tuple(f"all versions but {text}" for text in unread)
        return Versions(scheme, unread=told) if default == "affected" else None
    return Versions(
        scheme, every=True, but=tuple(dict.fromkeys(span for group in others for span in group.spans))
    )
