"""Links between cases for other programs: amounts are whole satoshi, null where nothing was followed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from tocsin.ransom.links.link import Evidence
from tocsin.ransom.links.way import METHOD
from tocsin.service.ransom.cluster_answer import Joined
from tocsin.service.ransom.links import Linked
from tocsin.service.ransom.told import GivenLink

__all__ = ["LinksAnswer", "links_answer"]


class CaseAnswer(msgspec.Struct, frozen=True):
    """A case; ``followed``: whether anything loaded knows a payment of it.

    Of one that is ``cut`` not all could be followed; of one with ``amounts_unknown`` some are not known on its way.
    """

    id: str
    name: str
    addresses: list[str]
    payments: list[str]
    day: str
    followed: bool
    cut: bool
    amounts_unknown: bool


class SideAnswer(msgspec.Struct, frozen=True):
    """What one of the two cases has there: an address, an output or a transaction, and how much of its money."""

    what: str
    amount_sat: int | None
    min_sat: int | None
    hops: int | None


class EvidenceAnswer(msgspec.Struct, frozen=True):
    """By what two cases lead to the same hands; ``sides`` are in the order of the link's cases.

    ``proof`` are transactions that join two addresses; the last three are of a split, null else.
    """

    kind: str
    value: str
    strength: str
    reason: str
    weakened_by: list[str]
    doubt: str
    sides: list[SideAnswer]
    proof: list[Joined]
    held_by_others: int | None
    others: int | None
    tried_in_others: int | None


class LinkAnswer(msgspec.Struct, frozen=True):
    """Two cases (ids), and by what they lead to the same hands, the strongest first."""

    cases: list[str]
    strength: str
    evidence: list[EvidenceAnswer]


class WhoseAnswer(msgspec.Struct, frozen=True):
    """Whose the other case is, as far as that one allows it to be told."""

    sectors: list[str]
    name: str
    contact: str


class GivenAnswer(msgspec.Struct, frozen=True):
    """A link that a hub tells of; ``incident`` and ``value`` are "" where they are not known here."""

    hub: str
    incident: str
    kind: str
    strength: str
    value: str
    hash: str
    other: WhoseAnswer


class LinksAnswer(msgspec.Struct, frozen=True):
    """The document. ``coinjoins`` transactions of the ledger link nobody; ``method`` is how money was followed."""

    cases: list[CaseAnswer]
    coinjoins: int
    method: str
    links: list[LinkAnswer]
    given: list[GivenAnswer]


def links_answer(done: Linked, names: Mapping[str, str], given: Iterable[GivenLink]) -> LinksAnswer:
    """The document of what was found and of what hubs tell; ``names`` are by the ids of cases."""
    return LinksAnswer(
        cases=[
            CaseAnswer(
                id=one.id,
                name=names[one.id],
                addresses=list(one.addresses),
                payments=[str(point) for point in one.points],
                day=one.day,
                followed=one.id not in done.unfollowed,
                cut=one.id in done.cut,
                amounts_unknown=one.id in done.untold,
            )
            for one in done.cases
        ],
        coinjoins=done.coinjoins,
        method=METHOD,
        links=[
            LinkAnswer(
                [link.first, link.second], link.strength.value, [_evidence(one) for one in link.evidence]
            )
            for link in done.links
        ],
        given=[_given(one) for one in given],
    )


def _evidence(one: Evidence) -> EvidenceAnswer:
    return EvidenceAnswer(
        kind=one.kind.value,
        value=one.value,
        strength=one.strength.value,
        reason=one.reason,
        weakened_by=list(one.weakened_by),
        doubt=one.doubt,
        sides=[SideAnswer(side.what, side.amount_sat, side.min_sat, side.hops) for side in one.sides],
        proof=[Joined(*step) for step in one.proof],
        held_by_others=one.held,
        others=one.of,
        tried_in_others=one.tried,
    )


def _given(one: GivenLink) -> GivenAnswer:
    told, other = one.link, one.link.other
    return GivenAnswer(
        hub=one.hub,
        incident=one.incident.id if one.incident else "",
        kind=told.kind.value,
        strength=told.strength.value,
        value=one.value,
        hash=told.hash,
        other=WhoseAnswer(list(other.sectors), other.name, other.contact),
    )
