"""A link between two cases: by what they lead to the same hands, how much that says, and what speaks against it.

It is said that two cases lead to the same hands, and never that one actor was behind both: who lends, sells or launders
for many has hands in many cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from tocsin.model.strength import Strength
from tocsin.ransom.clusters.cluster import Step

__all__ = ["Evidence", "Kind", "Link", "Side", "base_strength"]


class Kind(Enum):
    """By what two cases lead to the same hands, what says most first."""

    ADDRESS = "address"
    CLUSTER = "cluster"
    CONSOLIDATION = "consolidation"
    CASH_OUT = "cash-out"
    SPLIT = "split"


_BASE: Final = {
    Kind.ADDRESS: Strength.STRONG,
    Kind.CLUSTER: Strength.STRONG,
    Kind.CONSOLIDATION: Strength.STRONG,
    Kind.CASH_OUT: Strength.MEDIUM,
    Kind.SPLIT: Strength.WEAK,
}
_REASONS: Final = {
    Kind.ADDRESS: "both were to pay, or paid, to what one key can spend from",
    Kind.CLUSTER: "addresses of both are taken to have one holder, since transactions spend from them together",
    Kind.CONSOLIDATION: "one transaction spends money of both together, and who signs it holds both",
    Kind.CASH_OUT: "money of both came to this address by different outputs",
    Kind.SPLIT: "both payments were split in two by the same round share, as an affiliate and an operator share",
}
_DOUBTS: Final = {
    Kind.ADDRESS: "it would say less if the address were that of a service, or the two were one case noted twice",
    Kind.CLUSTER: "it would say less if one of the transactions were a CoinJoin that was not seen,"
    " or the holder a service",
    Kind.CONSOLIDATION: "it would say less if a service spends there what its customers paid in, or several persons"
    " spend together unseen",
    Kind.CASH_OUT: "it would say less if the address were that of a service that many pay to",
    Kind.SPLIT: "it would say nothing if payments with change came to that share by chance, or most affiliates have it",
}


def base_strength(kind: Kind) -> Strength:
    """How much it says where nothing speaks against it."""
    return _BASE[kind]


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the two cases has of it: an address, an output or a transaction, as ``what``.

    ``amount_sat`` is its money there by FIFO, ``min_sat`` by any convention, ``hops`` how many transactions from the
    payment; None where nothing was followed.
    """

    what: str
    amount_sat: int | None = None
    min_sat: int | None = None
    hops: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing by which two cases lead to the same hands; ``sides`` are in the order of the link's cases.

    ``value`` is it: an address, the id of a transaction, a share. ``weakened_by`` are reasons for which it says less
    than its kind can: each makes it weaker by one word. ``proof`` are the transactions that join two addresses. Of a
    share ``held`` of ``of`` other cases have it, in which ``tried`` transactions of two outputs were looked at.
    """

    kind: Kind
    value: str
    sides: tuple[Side, Side]
    weakened_by: tuple[str, ...] = ()
    proof: tuple[Step, ...] = ()
    held: int | None = None
    of: int | None = None
    tried: int | None = None

    @property
    def strength(self) -> Strength:
        """How much it says."""
        return _BASE[self.kind].lowered(len(self.weakened_by))

    @property
    def reason(self) -> str:
        """Why it says something, in words."""
        return _REASONS[self.kind]

    @property
    def doubt(self) -> str:
        """What, if it were known, would make it say less."""
        return _DOUBTS[self.kind]


@dataclass(frozen=True, slots=True)
class Link:
    """Two cases (ids, the smaller first) and by what they lead to the same hands, the strongest first.

    Evidence is not added up: what stands in it often rests on one transaction.
    """

    first: str
    second: str
    evidence: tuple[Evidence, ...]

    @property
    def strength(self) -> Strength:
        """That of the strongest evidence."""
        return self.evidence[0].strength
