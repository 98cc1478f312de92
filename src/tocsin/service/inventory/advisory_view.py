"""What is said here by the name of an advisory or a vulnerability, how old that is, and what it concerns."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import NothingToCheck
from tocsin.inventory.claim import Claim, Remedy
from tocsin.inventory.exposure import Case, FeedAge
from tocsin.inventory.told.json_rows import row
from tocsin.inventory.told.reason import identity_words, versions_words
from tocsin.service.exchange.node import Node, moment
from tocsin.service.inventory.advisory_versions import (
    Difference,
    difference_of,
    version_called,
    versions,
    versions_of,
)
from tocsin.service.inventory.check_node import feed_ages
from tocsin.service.inventory.exposure_list import Known, known
from tocsin.service.inventory.exposure_rows import ExposureRows
from tocsin.store.advisories import advisories_named, advisory_bodies
from tocsin.store.comments import comments
from tocsin.store.headlines import Headline, Sought, headlines, heads_named

__all__ = [
    "AdvisoryDetail",
    "ToldAdvisory",
    "ToldClaim",
    "ToldComment",
    "ToldVersion",
    "advisory_detail",
    "changes_of",
    "concerned_by",
    "shown_advisories",
    "told_advisories",
    "told_advisory",
]

_MOST: Final = 200


class ToldClaim(msgspec.Struct, kw_only=True):
    """One claim: of which product and versions, in words, and in the advisory's own ``text``."""

    vulnerability: str
    status: str
    product: list[str]
    versions: list[str]
    text: str
    condition: str
    why: str
    remedies: list[Remedy]


class ToldComment(msgspec.Struct, kw_only=True):
    """What somebody here noted about an advisory."""

    at: str
    by: str
    text: str


class ToldVersion(msgspec.Struct, kw_only=True):
    """One version that is kept; ``replaced`` is when another took its place, "" for the present one."""

    name: str
    changed: str
    kept: str
    replaced: str


class ToldAdvisory(msgspec.Struct, kw_only=True):
    """One advisory; ``feed`` says with what it came and how old that is, ``read`` when it was read here first.

    ``marked`` is when somebody here marked it as read, None if nobody did. ``versions`` are those that are kept, the
    present one last.
    """

    id: str
    form: str
    publisher: str
    title: str
    text: str
    url: str
    published: str
    modified: str
    withdrawn: str
    draft: bool
    version: str
    status: str
    category: str
    severity: str
    aliases: list[str]
    tlp: str
    sectors: list[str]
    feed: dict[str, Any]
    read: str
    marked: str | None
    marked_by: str | None
    comments: list[ToldComment]
    versions: list[ToldVersion]
    claims: list[ToldClaim]
    stakes: dict[str, dict[str, Any]]


class AdvisoryDetail(msgspec.Struct, kw_only=True):
    """All advisories that go by a name or speak of the vulnerability of that name, and the exposures here.

    ``more`` is how many advisories there are beyond those told.
    """

    name: str
    advisories: list[ToldAdvisory]
    more: int
    rows: list[dict[str, Any]]


def advisory_detail(node: Node, name: str) -> AdvisoryDetail | None:
    """What is said by ``name``; None where no advisory here goes by it."""
    held = known(node)
    told, more = told_advisories(node, name)
    if not told:
        return None
    return AdvisoryDetail(
        name=name,
        advisories=told,
        more=more,
        rows=[{"id": id, **row(several[0], held.deeds)} for id, several in concerned_by(held, name)],
    )


def told_advisories(node: Node, name: str) -> tuple[list[ToldAdvisory], int]:
    """The advisories that go by ``name`` or speak of it, those called so first, and how many more there are."""
    with node.reading() as connection:
        by_name = advisories_named(connection, {name, name.upper()})
        numbers = {number for several in by_name.values() for number in several}
        if not numbers:
            return [], 0
        ages = {one.name: one for one in feed_ages(node, connection)}
        told = [
            told_advisory(connection, one, ages[one.feed])
            for one in headlines(connection, Sought(name=name), sort="id", limit=_MOST).rows
        ]
    told.sort(key=lambda one: (one.id.upper() != name.upper(), one.id, one.form))
    return told, len(numbers) - len(told)


def shown_advisories(
    node: Node, name: str, *, version: str = "", form: str = ""
) -> tuple[list[ToldAdvisory], int]:
    """As :func:`told_advisories`, of ``form`` if that is given; with ``version`` the one that is called so, as it was.

    Raises:
        NothingToCheck: there is none.
        BadInput: no version, or more than one, is called so.
    """
    if version:
        head, _ = versions(node, name, form)
        with node.reading() as connection:
            ages = {one.name: one for one in feed_ages(node, connection)}
            return [told_advisory(connection, head, ages[head.feed], version)], 0
    told, more = told_advisories(node, name)
    found = [one for one in told if form in {"", one.form}]
    if not found:
        raise NothingToCheck(
            f"no advisory here speaks of {name}" + (f" in the form {form}" if form else ""),
            hint="See what is here: tocsin advisory list",
        )
    return found, more


def changes_of(node: Node, found: AdvisoryDetail) -> dict[int, Difference]:
    """What the last version of each advisory of ``found`` says otherwise than the one before, by its place there."""
    changes = {}
    with node.reading() as connection:
        for place, one in enumerate(found.advisories):
            if len(one.versions) > 1:
                (head,) = (
                    held
                    for held in heads_named(connection, one.id)
                    if (held.form, held.feed) == (one.form, one.feed["name"])
                )
                changes[place] = difference_of(head, versions_of(connection, head))
    return changes


def concerned_by(held: Known, name: str) -> ExposureRows:
    """The exposures that are about ``name``, or were decided or heard by the advisory of that name."""
    wanted = name.upper()

    def about(case: Case) -> bool:
        judgement = case.judgement
        ids = {judgement.vulnerability, *(one.advisory.id for one in (judgement.match, *judgement.others))}
        return wanted in {one.upper() for one in ids}

    return ExposureRows(held.result.exposures.only(about))


def told_advisory(connection: Connection, head: Headline, feed: FeedAge, version: str = "") -> ToldAdvisory:
    """An advisory as it is told; of ``version`` if one is named, else as it is now.

    Raises:
        BadInput: no version is called so.
    """
    held = versions_of(connection, head)
    one = (version_called(held, version) if version else held[-1]).advisory
    ((_, read_us, _),) = advisory_bodies(connection, [head.number])
    return ToldAdvisory(
        id=one.id,
        form=one.form.value,
        publisher=one.publisher,
        title=one.title,
        text=one.text,
        url=one.url,
        published=one.published,
        modified=one.modified,
        withdrawn=one.withdrawn,
        draft=one.draft,
        version=one.revision,
        status=one.status,
        category=one.category,
        severity=one.severity,
        aliases=list(one.aliases),
        tlp=one.tlp,
        sectors=list(one.sectors),
        feed=asdict(feed),
        read=moment(read_us),
        marked=None if head.seen_us is None else moment(head.seen_us),
        marked_by=head.seen_by or None,
        comments=[
            ToldComment(at=moment(said.at_us), by=said.by, text=said.text)
            for said in comments(connection, head.form, head.id)
        ],
        versions=[
            ToldVersion(
                name=kept.name, changed=kept.advisory.modified, kept=kept.kept, replaced=kept.replaced
            )
            for kept in held
        ],
        claims=[_claim(claim) for claim in one.claims],
        stakes={name: asdict(stakes) for name, stakes in one.stakes},
    )


def _claim(claim: Claim) -> ToldClaim:
    return ToldClaim(
        vulnerability=claim.vulnerability,
        status=claim.status.value,
        product=identity_words(claim.product),
        versions=versions_words(claim.versions),
        text=claim.text,
        condition=claim.condition,
        why=claim.why,
        remedies=list(claim.remedies),
    )
