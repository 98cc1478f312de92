"""The advisories here, whatever their form: sought, filtered, sorted, and which of them concern something here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from tocsin.errors import BadInput
from tocsin.inventory.advisory import Form
from tocsin.inventory.rule import Verdict
from tocsin.service.exchange.node import Node, moment
from tocsin.service.inventory.exposure_list import Known
from tocsin.store.headlines import Headline, Sought, headlines

__all__ = [
    "AdvisoryList",
    "AdvisoryRow",
    "Concerned",
    "Wanted",
    "advisory_list",
    "all_rows",
    "concerned_here",
]

_TEXTS: Final = {
    "id": "id", "title": "title", "publisher": "publisher", "publisher-category": "publisher_category",
    "namespace": "namespace", "category": "category", "status": "status", "version": "revision",
    "form-version": "form_version", "tlp": "tlp", "history": "history",
}  # fmt: skip

FIELDS: Final = {**_TEXTS, "initial": "published", "current": "modified", "severity": "severity"}
"""What of an advisory's head may be asked for by its text, as CSAF calls it, and as the store does."""

SORTS: Final = {
    **{name: name for name in ("current", "initial", "cvss", "severity", "cve", "product", "read")},
    **_TEXTS,
}
"""By what a list may be sorted, and what the store calls it."""

_DAY: Final = re.compile(r"\d{4}-\d\d(-\d\d)?", re.ASCII)
_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which advisories are asked for, and in what order: those that fit all that is given, as texts of a person.

    ``holding`` are texts that occur in fields of the head. ``affecting`` asks for those by which something here is
    affected, or may be.
    """

    words: str = ""
    product: str = ""
    name: str = ""
    holding: Mapping[str, str] = field(default_factory=dict)
    form: str = ""
    feed: str = ""
    severity: str = ""
    score_min: float | None = None
    since: str = ""
    unread: bool = False
    affecting: bool = False
    sort: str = "current"


@dataclass(frozen=True, slots=True)
class Concerned:
    """How many products here an advisory says are affected, and of how many it cannot be told."""

    affected: int
    unknown: int


class AdvisoryRow(msgspec.Struct, kw_only=True):
    """One advisory of the list; ``affected`` and ``unknown`` count products here, None where nobody asked."""

    id: str
    form: str
    feed: str
    title: str
    publisher: str
    publisher_category: str
    namespace: str
    category: str
    status: str
    version: str
    form_version: str
    tlp: str
    initial: str
    current: str
    severity: str
    score: float | None
    vulnerabilities: list[str]
    kept: str
    read: str | None
    read_by: str | None
    affected: int | None
    unknown: int | None


class AdvisoryList(msgspec.Struct, kw_only=True):
    """A part of the advisories that were asked for; ``found`` is how many there are, ``next`` leads to the rest."""

    found: int
    unread: int
    advisories: list[AdvisoryRow]
    next: str


def concerned_here(held: Known) -> dict[str, Concerned]:
    """What concerns something here, by the ids of the advisories that were heard about it."""
    found: dict[str, tuple[set[int], set[int]]] = {}
    for one in held.result.exposures.cases:
        if one.verdict not in {Verdict.AFFECTED, Verdict.UNKNOWN}:
            continue
        for match in (one.judgement.match, *one.judgement.others):
            affected, unknown = found.setdefault(match.advisory.id, (set(), set()))
            (affected if one.verdict is Verdict.AFFECTED else unknown).add(id(one.component))
    return {name: Concerned(len(both[0]), len(both[1] - both[0])) for name, both in found.items()}


def advisory_list(
    node: Node, wanted: Wanted, here: Mapping[str, Concerned] | None = None, *, first: int = 0, limit: int
) -> AdvisoryList:
    """``limit`` of the advisories that are wanted, from the number ``first`` on; ``here`` is what concerns this node.

    Raises:
        BadInput: a day is none, or there is no such field, form or order.
    """
    sought = sought_of(wanted, here)
    with node.reading() as connection:
        part = headlines(connection, sought, sort=SORTS[wanted.sort], first=first, limit=limit)
    after = first + len(part.rows)
    return AdvisoryList(
        found=part.found,
        unread=part.unread,
        advisories=[_row(one, here) for one in part.rows],
        next=str(after) if part.rows and after < part.found else "",
    )


def all_rows(
    node: Node, wanted: Wanted, here: Mapping[str, Concerned] | None = None
) -> Iterator[AdvisoryRow]:
    """All advisories that are wanted.

    Raises:
        BadInput: as :func:`advisory_list`.
    """
    sought, first = sought_of(wanted, here), 0
    while True:
        with node.reading() as connection:
            rows = headlines(connection, sought, sort=SORTS[wanted.sort], first=first, limit=_AT_ONCE).rows
        yield from (_row(one, here) for one in rows)
        first += len(rows)
        if len(rows) < _AT_ONCE:
            return


def sought_of(wanted: Wanted, here: Mapping[str, Concerned] | None) -> Sought:
    """What is asked of the store.

    Raises:
        BadInput: as :func:`advisory_list`.
    """
    for name in wanted.holding:
        if name not in FIELDS:
            raise BadInput(f"advisories have no field {name[:40]!r}", hint=f"There are: {', '.join(FIELDS)}.")
    if wanted.sort not in SORTS:
        raise BadInput(f"advisories are not sorted by {wanted.sort[:40]!r}", hint=f"By: {', '.join(SORTS)}.")
    if wanted.since and not _DAY.fullmatch(wanted.since):
        raise BadInput(f"{wanted.since[:40]!r} is no day", hint="Write it as 2026-01-31.")
    forms = {one.value for one in Form}
    if wanted.form and wanted.form not in forms:
        raise BadInput(
            f"advisories have no form {wanted.form[:40]!r}", hint=f"There are: {', '.join(sorted(forms))}."
        )
    return Sought(
        words=wanted.words.casefold().split(),
        products=wanted.product.casefold().split(),
        name=wanted.name,
        holding={FIELDS[name]: text for name, text in wanted.holding.items()},
        forms=(wanted.form,) if wanted.form else (),
        feed=wanted.feed,
        severity=wanted.severity,
        score_min=wanted.score_min,
        since=wanted.since,
        unread=wanted.unread,
        ids=frozenset(here or ()) if wanted.affecting else None,
    )


def _row(one: Headline, here: Mapping[str, Concerned] | None) -> AdvisoryRow:
    concerned = None if here is None else here.get(one.id, Concerned(0, 0))
    return AdvisoryRow(
        id=one.id,
        form=one.form,
        feed=one.feed,
        title=one.title,
        publisher=one.publisher,
        publisher_category=one.publisher_category,
        namespace=one.namespace,
        category=one.category,
        status=one.status,
        version=one.revision,
        form_version=one.form_version,
        tlp=one.tlp,
        initial=one.published,
        current=one.modified,
        severity=one.severity,
        score=one.score,
        vulnerabilities=one.vulnerabilities.split(),
        kept=moment(one.kept_us),
        read=None if one.seen_us is None else moment(one.seen_us),
        read_by=one.seen_by or None,
        affected=None if concerned is None else concerned.affected,
        unknown=None if concerned is None else concerned.unknown,
    )
