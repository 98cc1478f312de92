"""A cluster for other programs."""

from __future__ import annotations

import msgspec

from tocsin.ransom.clusters.cluster import Merge, Step
from tocsin.service.ransom.cluster import Cluster

__all__ = ["ClusterAnswer", "Joined", "cluster_answer"]


class Joined(msgspec.Struct, frozen=True):
    """A step of a proof: the transaction spends from both addresses, or one is guessed to be its change."""

    txid: str
    one: str
    other: str
    by_change: bool


class Merged(msgspec.Struct, frozen=True):
    """A transaction that made one of two clusters that had so many addresses."""

    txid: str
    smaller: int
    larger: int


class CoinJoins(msgspec.Struct, frozen=True):
    """What was left out as CoinJoins: of the whole ledger, and those that spend from addresses of the cluster."""

    left_out: int
    of_these_addresses: list[str]


class Alarms(msgspec.Struct, frozen=True):
    """What makes the cluster doubtful."""

    large: bool
    merges: list[Merged]


class Proved(msgspec.Struct, frozen=True):
    """Whether another address is joined to the first, and by what steps."""

    other: str
    joined: bool
    steps: list[Joined]


class ClusterAnswer(msgspec.Struct, frozen=True):
    """The document."""

    address: str
    addresses: list[str]
    joined_by: list[str]
    coinjoins: CoinJoins
    without: list[str]
    alarms: Alarms
    proof: Proved | None


def cluster_answer(done: Cluster) -> ClusterAnswer:
    """The document of a cluster."""
    proof = done.proof
    return ClusterAnswer(
        address=done.address,
        addresses=list(done.addresses),
        joined_by=list(done.joined_by),
        coinjoins=CoinJoins(len(done.coinjoins), list(done.coinjoins_here)),
        without=list(done.without),
        alarms=Alarms(done.is_large, [_merged(one) for one in done.merges]),
        proof=Proved(proof.other, proof.joined, [_joined(one) for one in proof.steps]) if proof else None,
    )


def _merged(one: Merge) -> Merged:
    return Merged(*one)


def _joined(one: Step) -> Joined:
    return Joined(*one)
