"""What is said here by the name of an advisory or a vulnerability, how old that is, and what it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

import msgspec

from tocsin.inventory.advisory import Advisory
from tocsin.inventory.claim import Claim, Remedy
from tocsin.inventory.exposure import Exposure, FeedAge
from tocsin.inventory.told.json_rows import row
from tocsin.inventory.told.reason import identity_words, versions_words
from tocsin.service.exchange.node import Node, moment
from tocsin.service.inventory.check_node import feed_ages
from tocsin.service.inventory.exposure_list import Known, known
from tocsin.service.inventory.kept import decode_advisory
from tocsin.store.advisories import advisories_named, advisory_bodies

__all__ = ["AdvisoryDetail", "ToldAdvisory", "ToldClaim", "advisory_detail", "concerned_by"]

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


class ToldAdvisory(msgspec.Struct, kw_only=True):
    """One advisory; ``feed`` says with what it came and how old that is, ``read`` when it was read here last."""

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
    aliases: list[str]
    tlp: str
    sectors: list[str]
    feed: dict[str, Any]
    read: str
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
    with node.reading() as connection:
        by_name = advisories_named(connection, {name, name.upper()})
        numbers = sorted({number for several in by_name.values() for number in several})
        ages = {one.name: one for one in feed_ages(node, connection)}
        told = [
            _advisory(decode_advisory(body), ages[feed], read_us)
            for feed, read_us, body in advisory_bodies(connection, numbers[:_MOST])
        ]
    if not told:
        return None
    told.sort(key=lambda one: (one.id.upper() != name.upper(), one.id, one.form))
    return AdvisoryDetail(
        name=name,
        advisories=told,
        more=len(numbers) - len(told),
        rows=[{"id": id, **row(several[0], held.deeds)} for id, several in concerned_by(held, name)],
    )


def concerned_by(held: Known, name: str) -> Iterator[tuple[str, tuple[Exposure, ...]]]:
    """The exposures that are about ``name``, or were decided or heard by the advisory of that name."""
    wanted = name.upper()
    for id, several in held.by_id.items():
        judgement = several[0].judgement
        ids = {judgement.vulnerability, *(one.advisory.id for one in (judgement.match, *judgement.others))}
        if wanted in {one.upper() for one in ids}:
            yield id, several


def _advisory(one: Advisory, feed: FeedAge, read_us: int) -> ToldAdvisory:
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
        aliases=list(one.aliases),
        tlp=one.tlp,
        sectors=list(one.sectors),
        feed=asdict(feed),
        read=moment(read_us),
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
