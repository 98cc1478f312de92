"""OSV records (Open Source Vulnerability format, schema 1.0 to 1.7).

A version is affected if a range holds it or ``versions`` lists it ("Evaluation"). So those that are listed and lie in
no range are spans of their own, and those that lie in one are left out. A range of commits has no order: it is unread
unless the entry says its versions in another way too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import msgspec

from tocsin import limits
from tocsin.errors import NoOrder, NotAVersion
from tocsin.inventory.advisories.decoding import NOTHING, Parts
from tocsin.inventory.advisories.package_name import purl_of, scheme_of_package
from tocsin.inventory.advisories.stakes import Score, cvss_version, stakes_of
from tocsin.inventory.advisory import Advisory, Form
from tocsin.inventory.claim import Claim, Span, Status, Versions
from tocsin.inventory.identity import Identity
from tocsin.inventory.version import extent, find_scheme

__all__ = ["read_osv"]


class _Severity(msgspec.Struct):
    type: str
    score: str


class _Event(msgspec.Struct):
    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    limit: str | None = None


class _Range(msgspec.Struct):
    type: str = ""
    repo: str = ""
    events: list[_Event] = []


class _Package(msgspec.Struct):
    ecosystem: str = ""
    name: str = ""
    purl: str = ""


class _Import(msgspec.Struct):
    path: str = ""


class _Specific(msgspec.Struct):
    imports: msgspec.Raw = NOTHING
    custom_ranges: msgspec.Raw = NOTHING


class _Affected(msgspec.Struct):
    package: msgspec.Raw = NOTHING
    ranges: msgspec.Raw = NOTHING
    versions: msgspec.Raw = NOTHING
    severity: msgspec.Raw = NOTHING
    ecosystem_specific: msgspec.Raw = NOTHING


class _Database(msgspec.Struct):
    cwe_ids: msgspec.Raw = NOTHING


class _Record(msgspec.Struct):
    id: str
    modified: str = ""
    published: str | None = None
    withdrawn: str | None = None
    summary: str | None = None
    details: str | None = None
    aliases: msgspec.Raw = NOTHING
    upstream: msgspec.Raw = NOTHING
    severity: msgspec.Raw = NOTHING
    affected: msgspec.Raw = NOTHING
    database_specific: msgspec.Raw = NOTHING


# fixed before introduced at one version (PYSEC-2023-72), and an end that is included after both.
_RANKS: Final = {"fixed": 0, "introduced": 1, "last_affected": 2}
_BEGINNING: Final = "0"
_NUMERIC: Final = frozenset(
    {"pypi", "npm", "semver", "golang", "cargo", "gem", "nuget", "composer", "maven", "hex", "pub"}
)
"""Orders by which versions of numbers and dots alone stand as their numbers do, zeros at the end not counted."""
_NUMBERS: Final = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,5}", re.ASCII)
_SHOWN: Final = 10


def read_osv(record: bytes | msgspec.Raw, parts: Parts) -> Advisory | None:
    """One record; None, and noted in ``parts``, if it is none. One that is withdrawn claims nothing."""
    held = parts.one(record, _Record, "$")
    if held is None:
        return None
    id = held.id.strip()
    if not id:
        parts.note("$.id", "the record has no id")
        return None
    upstream = parts.texts(held.upstream, "$.upstream")
    aliases = (*parts.texts(held.aliases, "$.aliases"), *(upstream if len(upstream) == 1 else ()))
    cves = [alias for alias in aliases if alias.startswith("CVE-")]
    name = id if id.startswith("CVE-") or len(cves) != 1 else cves[0]
    withdrawn = held.withdrawn or ""
    scores = list(_scores(parts, held.severity, "$.severity"))
    claims: list[Claim] = []
    if not withdrawn:
        for place, entry in parts.each(held.affected, _Affected, "$.affected"):
            scores += _scores(parts, entry.severity, f"{place}.severity")
            if claim := _Entry(parts, entry, place).claim(name):
                claims.append(claim)
        if not claims and not parts.unread:
            parts.note("$.affected", "the record names no package")
    database = parts.one(held.database_specific, _Database, "$.database_specific") or _Database()
    weaknesses = parts.texts(database.cwe_ids, "$.database_specific.cwe_ids")
    return Advisory(
        id=id,
        form=Form.OSV,
        publisher=id.partition("-")[0],
        title=held.summary or "",
        text=held.details or "",
        url=f"https://osv.dev/vulnerability/{id}",
        published=held.published or "",
        modified=held.modified,
        withdrawn=withdrawn,
        aliases=tuple(dict.fromkeys(aliases)),
        claims=tuple(claims),
        stakes=() if withdrawn else ((name, stakes_of(scores, {}, weaknesses=weaknesses)),),
        unread=parts.unread,
    )


def _scores(parts: Parts, raw: msgspec.Raw, place: str) -> Iterator[Score]:
    for _, severity in parts.each(raw, _Severity, place):
        if severity.type.startswith("CVSS"):
            yield Score(cvss_version(severity.score), severity.score.strip())


@dataclass(slots=True)
class _Ranges:
    """What the ranges of an entry say, and whether one was read wholly."""

    spans: list[Span] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    commits: list[str] = field(default_factory=list)


class _Entry:
    """One entry of ``affected``: a package and its versions."""

    def __init__(self, parts: Parts, held: _Affected, place: str) -> None:
        self.parts = parts
        self.held = held
        self.place = place
        package = parts.one(held.package, _Package, f"{place}.package") or _Package()
        self.name, self.ecosystem = package.name.strip(), package.ecosystem.strip()
        self.purl = package.purl.strip() or purl_of(self.ecosystem, self.name)
        self.scheme = scheme_of_package(self.ecosystem, self.purl)

    def claim(self, vulnerability: str) -> Claim | None:
        if not self.name and not self.purl:
            self.parts.note(self.place, "it names no package")
            return None
        ranges = self.ranges()
        listed = self.parts.texts(self.held.versions, f"{self.place}.versions")
        spans = dict.fromkeys(ranges.spans)
        spans.update(
            (Span(version, version, high_inclusive=True), None)
            for version in _uncovered(self.scheme, ranges.spans, listed)
        )
        unread = tuple(ranges.unread)
        if not spans and not unread:
            unread = tuple(ranges.commits)
        every = any(span.low is None and span.high is None for span in spans)
        specific = self.parts.one(self.held.ecosystem_specific, _Specific, f"{self.place}.ecosystem_specific")
        return Claim(
            vulnerability,
            Status.AFFECTED,
            Identity(self.name, purls=(self.purl,) if self.purl else ()),
            Versions(self.scheme, () if every else tuple(spans), every, (), unread),
            self.text(specific, spans, unread),
            self.place,
            condition=self.condition(specific),
        )

    def text(self, specific: _Specific | None, spans: Iterable[Span], unread: tuple[str, ...]) -> str:
        """The package, the Go packages of it that are meant, and the versions."""
        place = f"{self.place}.ecosystem_specific.imports"
        imports = self.parts.each(specific.imports, _Import, place) if specific else ()
        paths = dict.fromkeys(held.path for _, held in imports if held.path)
        named = f" ({', '.join(list(paths)[:_SHOWN])})" if paths else ""
        told = [*map(_told, spans), *unread]
        more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
        return f"{self.name or self.purl}{named}: {', '.join(told[:_SHOWN])}{more}"

    def condition(self, specific: _Specific | None) -> str:
        """What Go's database says in versions that are none of the module's, beside a range of all versions."""
        if not specific or specific.custom_ranges is NOTHING:
            return ""
        place = f"{self.place}.ecosystem_specific.custom_ranges"
        told = [
            f"{name} {version}"
            for _, held in self.parts.each(specific.custom_ranges, _Range, place)
            for event in held.events
            for name, version in _named(event)
        ]
        return f"by version numbers that are not the module's: {', '.join(told)}" if told else ""

    def ranges(self) -> _Ranges:
        ranges = _Ranges()
        for where, held in self.parts.each(self.held.ranges, _Range, f"{self.place}.ranges"):
            kind = held.type.strip().upper()
            events = [(name, version.strip()) for event in held.events for name, version in _named(event)]
            told = ", ".join(f"{name} {version}" for name, version in events)
            if kind == "GIT":
                ranges.commits.append(f"commits of {held.repo}: {told}" if held.repo else f"commits: {told}")
                continue
            if kind not in {"SEMVER", "ECOSYSTEM"}:
                self.parts.note(where, f"no kind of range is called '{held.type}'")
                ranges.unread.append(told or held.type)
                continue
            if kind == "SEMVER" and self.scheme == "generic":
                self.scheme = "semver"
            if not any(name == "introduced" for name, _ in events):
                self.parts.note(where, "it does not say where the range begins")
                ranges.unread.append(told or "a range without events")
                continue
            spans = _spans(self.scheme, events)
            if spans is None:
                ranges.unread.append(told)
            else:
                ranges.spans.extend(spans)
        if not self.parts.is_whole(self.held.ranges, _Range):
            ranges.unread.append("ranges that could not be read")
        return ranges


def _named(event: _Event) -> Iterator[tuple[str, str]]:
    for name in ("introduced", "fixed", "last_affected", "limit"):
        version = getattr(event, name)
        if version is not None:
            yield name, version


def _told(span: Span) -> str:
    if span.low == span.high and span.low is not None:
        return span.low
    begin = f">= {span.low}" if span.low is not None else ""
    end = f"{'<=' if span.high_inclusive else '<'} {span.high}" if span.high is not None else ""
    return " ".join(filter(None, (begin, end))) or "all versions"


def _spans(scheme: str, events: list[tuple[str, str]]) -> list[Span] | None:
    """The spans of a range's events, swept in the order of their versions; None where one is no version."""
    if find_scheme(scheme) is None:
        return _pair(events)
    turns: list[tuple[bytes, int, str, str]] = []
    limits: list[tuple[bytes, str]] = []
    for name, version in events:
        if name == "introduced" and version == _BEGINNING:
            turns.append((b"", _RANKS[name], name, version))
        elif not (name == "limit" and version == "*"):
            try:
                low, _ = extent(scheme, version)
            except (NotAVersion, NoOrder):
                return None
            if name == "limit":
                limits.append((low, version))
            else:
                turns.append((low, _RANKS[name], name, version))
    turns.sort()
    unlimited = ("limit", "*") in events or not limits
    return _swept(turns, None if unlimited else max(limits))


def _swept(turns: list[tuple[bytes, int, str, str]], limit: tuple[bytes, str] | None) -> list[Span]:
    spans: list[Span] = []
    since: tuple[bytes, str] | None = None

    def end(key: bytes | None, version: str | None, *, inclusive: bool, fixed: bool) -> None:
        assert since is not None
        low = None if since[0] == b"" else since[1]
        if limit and (key is None or key >= limit[0]):
            if since[0] < limit[0]:
                spans.append(Span(low, limit[1]))
            return
        spans.append(Span(low, version, high_inclusive=inclusive, fixed=fixed))

    for key, _, name, version in turns:
        if name == "introduced":
            since = (key, version) if since is None else since
        elif since is not None:
            end(key, version, inclusive=name == "last_affected", fixed=name == "fixed")
            since = None
    if since is not None:
        end(None, None, inclusive=False, fixed=False)
    return spans


def _pair(events: list[tuple[str, str]]) -> list[Span] | None:
    """Without an order a range has a meaning only where it has one beginning, and one end at most."""
    names = sorted(name for name, _ in events)
    said = dict(events)
    if names not in (["introduced"], ["fixed", "introduced"], ["introduced", "last_affected"]):
        return None
    low = None if said["introduced"] == _BEGINNING else said["introduced"]
    high = said.get("fixed", said.get("last_affected"))
    return [Span(low, high, high_inclusive="last_affected" in said, fixed="fixed" in said)]


def _uncovered(scheme: str, spans: list[Span], versions: tuple[str, ...]) -> Iterator[str]:
    """Those of ``versions`` that are in none of ``spans``, or of which that cannot be told."""
    if not spans or not versions:
        yield from versions
        return
    if any(span.low is None and span.high is None for span in spans):
        return
    bounds = [(_numbers(span.low), _numbers(span.high), span.high_inclusive) for span in spans]
    numeric = scheme in _NUMERIC and all(low is not None and high is not None for low, high, _ in bounds)
    keys: list[tuple[bytes, bytes | None]] | None = None
    for version in versions:
        numbers = _numbers(version) if numeric else None
        if numbers is not None:
            if not any(
                low <= numbers and (not high or numbers < high or (inclusive and numbers == high))  # type: ignore[operator]
                for low, high, inclusive in bounds
            ):
                yield version
            continue
        if keys is None:
            keys = _keys(scheme, spans)
        try:
            low_key, above = extent(scheme, version)
        except (NotAVersion, NoOrder):
            yield version
            continue
        if not any(low <= low_key and (high is None or above <= high) for low, high in keys):
            yield version


def _keys(scheme: str, spans: list[Span]) -> list[tuple[bytes, bytes | None]]:
    found = []
    for span in spans:
        try:
            low = extent(scheme, span.low)[0] if span.low is not None else b""
            high = extent(scheme, span.high)[int(span.high_inclusive)] if span.high is not None else None
        except (NotAVersion, NoOrder):
            continue
        found.append((low, high))
    return found


@lru_cache(maxsize=limits.MEMO_ENTRIES)
def _numbers(version: str | None) -> tuple[int, ...] | None:
    """The numbers of a version without zeros at the end; () for no bound, None for another version."""
    if version is None:
        return ()
    if not _NUMBERS.fullmatch(version):
        return None
    numbers = list(map(int, version.split(".")))
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
