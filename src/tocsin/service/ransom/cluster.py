"""``wallet cluster``: which addresses are taken to have one holder, and which transactions say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.errors import BadInput, NothingToCheck
from tocsin.ransom.clusters.cluster import Clusters, Merge, Step
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import is_txid
from tocsin.service.ransom.trace import known_address

__all__ = ["Cluster", "Proof", "cluster_of"]


@dataclass(frozen=True, slots=True)
class Proof:
    """The steps that join the address to ``other``, none if nothing does."""

    other: str
    joined: bool
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Cluster:
    """The addresses that are taken to have one holder with ``address``, it among them.

    ``coinjoins`` are those left out of the whole ledger, ``coinjoins_here`` those of them that spend from one of the
    addresses. ``is_large`` and ``merges`` are alarms. ``without`` was left out as asked.
    """

    address: str
    addresses: Sequence[str]
    joined_by: Sequence[str]
    coinjoins: Sequence[str]
    coinjoins_here: Sequence[str]
    without: Sequence[str]
    is_large: bool
    merges: Sequence[Merge]
    proof: Proof | None


def cluster_of(
    ledger: Ledger,
    asked: str,
    *,
    prove: str | None = None,
    without: Sequence[str] = (),
    by_change: bool = False,
) -> Cluster:
    """The cluster of an address as if no transaction of ``without`` joined anybody; ``prove`` is another address.

    With ``by_change`` outputs that are guessed to be change join, too.

    Raises:
        NothingToCheck: nothing that is loaded knows an address, or a transaction of ``without``.
        BadInput: one of ``without`` is no id of a transaction.
    """
    address = known_address(ledger, asked)
    other = None if prove is None else known_address(ledger, prove)
    left_out = _left_out(ledger, without)
    clusters = Clusters(ledger, left_out, by_change=by_change)
    members = clusters.cluster_of(address)
    return Cluster(
        address=address,
        addresses=members,
        joined_by=clusters.joined_by(address),
        coinjoins=clusters.coinjoins,
        coinjoins_here=clusters.coinjoins_from(address),
        without=left_out,
        is_large=clusters.is_alarming(address),
        merges=clusters.merges_in(address),
        proof=None if other is None else Proof(other, other in members, clusters.proof(address, other)),
    )


def _left_out(ledger: Ledger, without: Sequence[str]) -> list[str]:
    found = sorted({text.strip().lower() for text in without})
    for txid in found:
        if not is_txid(txid):
            raise BadInput(f"{txid[:80]!r} is no id of a transaction: it has 64 hexadecimal digits")
        if txid not in ledger:
            raise NothingToCheck(f"transaction {txid} is not loaded, so it joins nobody")
    return found
