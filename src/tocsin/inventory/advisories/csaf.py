"""CSAF 2.0 and 2.1 documents (OASIS Common Security Advisory Framework), also those of the profile VEX.

Each product id in a list of ``product_status`` (3.2.3.9; 3.2.4.9 in 2.1) is a claim, or it is noted why not. Where a
document contradicts itself (mandatory test 6.1.6), the most careful of what it says counts: *affected*, then *under
investigation*, then *fixed*, then *not affected*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

import msgspec

from tocsin.inventory.advisories.csaf_product_tree import Product, ProductTree, read_product_tree
from tocsin.inventory.advisories.decoding import NOTHING, Parts, text_of
from tocsin.inventory.advisories.stakes import SSVC_POINTS, Score, stakes_of
from tocsin.inventory.advisory import Advisory, Form, Revision, Stakes
from tocsin.inventory.claim import Claim, Remedy, Status

__all__ = ["read_csaf"]

T = TypeVar("T")

_ALL: Final = 1 << 30
_STATUSES: Final = {
    "known_affected": Status.AFFECTED,
    "first_affected": Status.AFFECTED,
    "last_affected": Status.AFFECTED,
    "under_investigation": Status.UNDER_INVESTIGATION,
    "unknown": Status.UNDER_INVESTIGATION,
    "first_fixed": Status.FIXED,
    "fixed": Status.FIXED,
    "known_not_affected": Status.NOT_AFFECTED,
    "recommended": Status.FIXED,
}
"""In the order of care; what is recommended at last, since it may be anything (6.1.6)."""

_UNKNOWN: Final = "the publisher does not know, and does not investigate it"


class _Text(msgspec.Struct):
    text: str


class _Tlp(msgspec.Struct):
    label: str = ""


class _Distribution(msgspec.Struct):
    tlp: msgspec.Raw = NOTHING


class _Publisher(msgspec.Struct):
    name: str = ""
    namespace: str = ""
    category: str = ""


class _Tracking(msgspec.Struct):
    id: str = ""
    status: str = ""
    version: str = ""
    initial_release_date: str = ""
    current_release_date: str = ""
    revision_history: msgspec.Raw = NOTHING


class _Revision(msgspec.Struct):
    number: str = ""
    date: str = ""
    summary: str = ""


class _Note(msgspec.Struct):
    text: str
    category: str = ""
    title: str = ""


class _Reference(msgspec.Struct):
    url: str
    category: str = ""


class _Head(msgspec.Struct):
    csaf_version: str = ""
    category: msgspec.Raw = NOTHING
    title: msgspec.Raw = NOTHING
    distribution: msgspec.Raw = NOTHING
    publisher: msgspec.Raw = NOTHING
    tracking: msgspec.Raw = NOTHING
    notes: msgspec.Raw = NOTHING
    references: msgspec.Raw = NOTHING
    aggregate_severity: msgspec.Raw = NOTHING


class _Document(msgspec.Struct):
    document: msgspec.Raw
    product_tree: msgspec.Raw = NOTHING
    vulnerabilities: msgspec.Raw = NOTHING


class _Weakness(msgspec.Struct):
    id: str


class _Vulnerability(msgspec.Struct):
    cve: msgspec.Raw = NOTHING
    title: msgspec.Raw = NOTHING
    ids: msgspec.Raw = NOTHING
    cwe: msgspec.Raw = NOTHING
    cwes: msgspec.Raw = NOTHING
    product_status: msgspec.Raw = NOTHING
    remediations: msgspec.Raw = NOTHING
    flags: msgspec.Raw = NOTHING
    threats: msgspec.Raw = NOTHING
    scores: msgspec.Raw = NOTHING
    metrics: msgspec.Raw = NOTHING
    first_known_exploitation_dates: msgspec.Raw = NOTHING


class _About(msgspec.Struct):
    product_ids: msgspec.Raw = NOTHING
    group_ids: msgspec.Raw = NOTHING


class _Remediation(_About):
    category: str = ""
    details: str = ""
    url: str = ""
    restart_required: msgspec.Raw = NOTHING


class _Restart(msgspec.Struct):
    category: str = ""


class _Flag(_About):
    label: str = ""


class _Threat(_About):
    category: str = ""
    details: str = ""


class _Cvss(msgspec.Struct):
    vector: str = msgspec.field(name="vectorString", default="")
    score: float | None = msgspec.field(name="baseScore", default=None)


class _Epss(msgspec.Struct):
    probability: str | float = ""


class _Scores(msgspec.Struct):
    cvss_v2: msgspec.Raw = NOTHING
    cvss_v3: msgspec.Raw = NOTHING
    cvss_v4: msgspec.Raw = NOTHING
    epss: msgspec.Raw = NOTHING
    ssvc_v1: msgspec.Raw = NOTHING
    ssvc_v2: msgspec.Raw = NOTHING


class _Metric(msgspec.Struct):
    content: msgspec.Raw = NOTHING


class _Selection(msgspec.Struct):
    name: str = ""
    key: str = ""
    values: list[Any] = []


class _Ssvc(msgspec.Struct):
    selections: msgspec.Raw = NOTHING


def read_csaf(record: bytes | msgspec.Raw, parts: Parts) -> Advisory | None:
    """One document; None, and noted in ``parts``, if it is none."""
    document = parts.one(record, _Document, "$")
    head = parts.one(document.document, _Head, "$.document") if document else None
    if not document or not head:
        return None
    tracking = parts.one(head.tracking, _Tracking, "$.document.tracking") or _Tracking()
    publisher = parts.one(head.publisher, _Publisher, "$.document.publisher") or _Publisher()
    distribution = parts.one(head.distribution, _Distribution, "$.document.distribution") or _Distribution()
    tlp = parts.one(distribution.tlp, _Tlp, "$.document.distribution.tlp") or _Tlp()
    if not tracking.id.strip():
        parts.note("$.document.tracking.id", "the document has no id")
        return None
    notes = [note for _, note in parts.each(head.notes, _Note, "$.document.notes")]
    tree = read_product_tree(document.product_tree, parts)
    claims: list[Claim] = []
    stakes: list[tuple[str, Stakes]] = []
    for place, vulnerability in parts.each(document.vulnerabilities, _Vulnerability, "$.vulnerabilities"):
        # Of a vulnerability without a CVE, an id or a title (which is valid) the number in its document is the name.
        unnamed = f"{tracking.id.strip()} #{len(stakes) + 1}"
        read = _VulnerabilityReader(parts, tree, vulnerability, place, unnamed)
        claims.extend(read.claims())
        stakes.append((read.name, read.stakes()))
    severity = parts.one(head.aggregate_severity, _Text, "$.document.aggregate_severity")
    draft = tracking.status.strip().casefold() == "draft"
    return Advisory(
        id=tracking.id.strip(),
        form=Form.CSAF,
        publisher=publisher.name.strip() or publisher.namespace.strip(),
        title=parts.text(head.title, "$.document.title"),
        text=next((note.text for note in notes if note.category == "summary"), ""),
        url=_own_address(parts, head),
        published=tracking.initial_release_date,
        modified=tracking.current_release_date,
        tlp=tlp.label.strip(),
        sectors=_sectors(notes),
        draft=draft,
        revision=tracking.version,
        severity=severity.text if severity else "",
        claims=tuple(claims),
        stakes=tuple(stakes),
        unread=parts.unread,
        category=parts.text(head.category, "$.document.category"),
        status=tracking.status.strip(),
        namespace=publisher.namespace.strip(),
        publisher_category=publisher.category.strip(),
        form_version=head.csaf_version.strip(),
        history=tuple(
            Revision(held.number, held.date, held.summary)
            for _, held in parts.each(
                tracking.revision_history, _Revision, "$.document.tracking.revision_history"
            )
        ),
    )


def _own_address(parts: Parts, head: _Head) -> str:
    references = [held for _, held in parts.each(head.references, _Reference, "$.document.references")]
    own = [held.url for held in references if held.category == "self"]
    pages = [url for url in own if not url.endswith(".json")]
    return next(iter((*pages, *own)), "")


def _sectors(notes: Iterable[_Note]) -> tuple[str, ...]:
    """The words of the notes in which CISA names the sectors where a product is used."""
    words = [
        word.strip().removeprefix("and ").strip(" .")
        for note in notes
        if note.title.strip().casefold() == "critical infrastructure sectors"
        for word in note.text.replace(";", ",").split(",")
    ]
    return tuple(dict.fromkeys(filter(None, words)))


class _VulnerabilityReader:
    def __init__(
        self, parts: Parts, tree: ProductTree, held: _Vulnerability, place: str, unnamed: str
    ) -> None:
        self.parts = parts
        self.tree = tree
        self.held = held
        self.place = place
        ids = [id.text.strip() for _, id in parts.each(held.ids, _Text, f"{place}.ids")]
        self.title = parts.text(held.title, f"{place}.title")
        names = (parts.text(held.cve, f"{place}.cve"), *ids, self.title)
        self.name = next(filter(None, names), unnamed)

    # -- claims ------------------------------------------------------------------------------

    def claims(self) -> Iterator[Claim]:
        listed = self.listed()
        remedies = self.by_product(self.remedies())
        why = self.by_product(self.reasons())
        said: dict[str, Status] = {}
        for key, status in _STATUSES.items():
            for where, id in listed.get(key, ()):
                if key == "recommended" and id in said:
                    continue
                if said.setdefault(id, status) is not status:
                    self.parts.note(
                        where, f"the product '{id}' is {status.value} here, {said[id].value} above"
                    )
                elif product := self.product(where, id):
                    reasons = (*why.get(id, ()), *why.get("", ())) if status is Status.NOT_AFFECTED else ()
                    yield self.claim(
                        status,
                        product,
                        where,
                        _UNKNOWN if key == "unknown" else "; ".join(filter(None, dict.fromkeys(reasons))),
                        tuple(dict.fromkeys((*remedies.get(id, ()), *remedies.get("", ())))),
                    )

    def claim(
        self, status: Status, product: Product, place: str, why: str, remedies: tuple[Remedy, ...]
    ) -> Claim:
        return Claim(
            vulnerability=self.name,
            status=status,
            product=product.identity,
            versions=product.versions,
            text=product.text,
            place=place,
            platform=product.platform,
            why=why,
            condition=product.condition,
            remedies=remedies,
            title=self.title,
        )

    def listed(self) -> dict[str, list[tuple[str, str]]]:
        """The product ids of each status, each with its place, and each once in its list."""
        place = f"{self.place}.product_status"
        found = self.parts.one(self.held.product_status, dict[str, msgspec.Raw], place) or {}
        listed: dict[str, list[tuple[str, str]]] = {}
        for key, raw in found.items():
            if key not in _STATUSES:
                self.parts.note(f"{place}.{key}", f"no status is called '{key}'")
                continue
            ids: set[str] = set()
            for where, id in self.parts.each(raw, str, f"{place}.{key}"):
                if id in ids:
                    self.parts.note(where, f"the product '{id}' stands twice in this list")
                else:
                    listed.setdefault(key, []).append((where, id))
                ids.add(id)
        return listed

    def product(self, place: str, id: str) -> Product | None:
        product = self.tree.products.get(id)
        if product is None:
            why = self.tree.why_not.get(id, "no product has this id")
            self.parts.note(place, f"the product '{id}' is not known: {why}")
        return product

    # -- what is said of several products at once -----------------------------------------------

    def by_product(self, said: Iterable[tuple[str, _About, T]]) -> Mapping[str, list[T]]:
        """What is said of each product id, first what is said of few; under "" what is said of all, none by name."""
        found: dict[str, list[tuple[int, T]]] = {}
        for place, about, what in said:
            groups = self.parts.texts(about.group_ids, f"{place}.group_ids")
            ids = dict.fromkeys(self.parts.texts(about.product_ids, f"{place}.product_ids"))
            for group in groups:
                if group not in self.tree.groups:
                    self.parts.note(f"{place}.group_ids", f"no group of products has the id '{group}'")
                ids.update(dict.fromkeys(self.tree.groups.get(group, ())))
            for id in ids:
                if id not in self.tree.products and id not in self.tree.why_not:
                    self.parts.note(f"{place}.product_ids", f"no product has the id '{id}'")
            for id in ids if ids or groups else ("",):
                found.setdefault(id, []).append((len(ids) or _ALL, what))
        return {
            id: [what for _, what in sorted(several, key=lambda one: one[0])] for id, several in found.items()
        }

    def remedies(self) -> Iterator[tuple[str, _About, Remedy]]:
        place = f"{self.place}.remediations"
        for where, held in self.parts.each(self.held.remediations, _Remediation, place):
            restart = self.parts.one(held.restart_required, _Restart, f"{where}.restart_required")
            yield (
                where,
                held,
                Remedy(
                    held.category.strip(),
                    held.details.strip(),
                    held.url.strip(),
                    restart.category if restart else "",
                ),
            )

    def reasons(self) -> Iterator[tuple[str, _About, str]]:
        for where, flag in self.parts.each(self.held.flags, _Flag, f"{self.place}.flags"):
            yield where, flag, flag.label
        for where, threat in self.parts.each(self.held.threats, _Threat, f"{self.place}.threats"):
            yield where, threat, threat.details.strip() if threat.category == "impact" else ""

    # -- what is at stake --------------------------------------------------------------------

    def stakes(self) -> Stakes:
        scores: list[Score] = []
        epss: float | None = None
        points: dict[str, str] = {}
        for place, held in self.scored():
            for version, raw in ((4, held.cvss_v4), (3, held.cvss_v3), (2, held.cvss_v2)):
                if cvss := self.parts.one(raw, _Cvss, f"{place}.cvss_v{version}"):
                    scores.append(Score(version, cvss.vector.strip(), cvss.score))
            if found := self.parts.one(held.epss, _Epss, f"{place}.epss"):
                epss = self.probability(found, f"{place}.epss.probability") or epss
            for raw, key in ((held.ssvc_v1, "ssvc_v1"), (held.ssvc_v2, "ssvc_v2")):
                points |= self.points(raw, f"{place}.{key}")
        exploited = self.parts.one(
            self.held.first_known_exploitation_dates,
            list[msgspec.Raw],
            f"{self.place}.first_known_exploitation_dates",
        )
        if exploited:
            points["exploitation"] = "active"
        return stakes_of(scores, points, weaknesses=self.weaknesses(), epss=epss)

    def scored(self) -> Iterator[tuple[str, _Scores]]:
        yield from self.parts.each(self.held.scores, _Scores, f"{self.place}.scores")
        for where, metric in self.parts.each(self.held.metrics, _Metric, f"{self.place}.metrics"):
            if content := self.parts.one(metric.content, _Scores, f"{where}.content"):
                yield f"{where}.content", content

    def probability(self, held: _Epss, place: str) -> float | None:
        try:
            probability = float(held.probability)
        except ValueError:
            probability = -1.0
        if 0 <= probability <= 1:
            return probability
        self.parts.note(place, f"'{held.probability}' is no probability")
        return None

    def points(self, raw: msgspec.Raw, place: str) -> dict[str, str]:
        """The decision points of an SSVC selection (CERT/CC's schema, versions 1 and 2)."""
        ssvc = self.parts.one(raw, _Ssvc, place) or _Ssvc()
        points: dict[str, str] = {}
        for _, selection in self.parts.each(ssvc.selections, _Selection, f"{place}.selections"):
            value = selection.values[0] if len(selection.values) == 1 else ""
            if isinstance(value, dict):
                value = value.get("name")
            point = SSVC_POINTS.get(selection.name.strip().casefold())
            if point and text_of(value):
                points[point] = text_of(value).casefold()
        return points

    def weaknesses(self) -> tuple[str, ...]:
        one = self.parts.one(self.held.cwe, _Weakness, f"{self.place}.cwe")
        more = (held.id for _, held in self.parts.each(self.held.cwes, _Weakness, f"{self.place}.cwes"))
        return tuple(dict.fromkeys(filter(None, (one.id if one else "", *more))))
