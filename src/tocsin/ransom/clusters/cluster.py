"""Clusters by the multi-input heuristic: who spends from two addresses in one transaction is taken to hold both.

It is a heuristic, not a fact (S. Nakamoto, "Bitcoin", 2008, section 10; S. Meiklejohn and others, "A fistful of
bitcoins", 2013). So each join keeps the transaction that made it, CoinJoins join nobody, and any transaction can be
left out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.limits import CLUSTER_ALARM_ADDRESSES, CLUSTER_ALARM_MERGED
from tocsin.ransom.clusters.change import change_outputs
from tocsin.ransom.clusters.forest import Edge, grown
from tocsin.ransom.clusters.mixing import holders_of_points, mixing
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.payee import address_in

__all__ = ["Clusters", "Merge", "Step"]


class Step(NamedTuple):
    """The transaction ``txid`` spends from both ``one`` and ``other``.

    Where ``by_change`` is set it spends from the one, and the other is guessed to be its change.
    """

    txid: str
    one: str
    other: str
    by_change: bool = False


class Merge(NamedTuple):
    """The transaction ``txid`` made one of two clusters that had ``smaller`` and ``larger`` addresses."""

    txid: str
    smaller: int
    larger: int


class Clusters:
    """The clusters of all addresses of a ledger; ``without`` are ids of transactions that join nobody.

    The transactions are taken in the ledger's order, so neither clusters nor proofs depend on what was loaded first.
    With ``by_change`` what seems to be change joins, too (:mod:`tocsin.ransom.clusters.change`).
    """

    def __init__(self, ledger: Ledger, without: Collection[str] = (), *, by_change: bool = False) -> None:
        self._ledger = ledger
        columns = ledger.columns
        self._holders = holders_of_points(ledger)
        mixed = mixing(ledger, self._holders)
        kept_out = np.zeros(len(ledger), np.bool_)
        kept_out[[number for number in map(ledger.number, without) if number is not None]] = True
        self._coinjoins = np.flatnonzero(mixed & ~kept_out)
        starts: NDArray[np.int32] = columns.first_input
        joined: NDArray[np.int32] = self._holders[columns.spent]
        self._change: NDArray[np.int32] = np.full(len(ledger), -1, np.int32)
        if by_change:
            self._change = change_outputs(ledger, self._holders)
            changes = np.append(self._holders, -1)[self._change]
            joined = np.insert(joined, starts[1:], changes).astype(np.int32)
            starts = (starts + np.arange(len(starts))).astype(np.int32)
        self._forest = grown(len(columns.table), starts, joined, mixed | kept_out, CLUSTER_ALARM_MERGED)

    def __contains__(self, address: str) -> bool:
        return bool(self._ledger.columns.table.numbers_of(address))

    @property
    def coinjoins(self) -> list[str]:
        """The transactions that were left out as CoinJoins, in time."""
        return [self._ledger.columns.name(number) for number in self._coinjoins.tolist()]

    def coinjoins_from(self, address: str) -> list[str]:
        """Those of ``coinjoins`` that spend from an address of its cluster."""
        columns = self._ledger.columns
        inputs = np.isin(self._holders[columns.spent], self._forest.members(self._holder(address)))
        spending = columns.transaction_of_input(np.flatnonzero(inputs))
        return [columns.name(number) for number in np.intersect1d(spending, self._coinjoins).tolist()]

    @property
    def merges(self) -> list[Merge]:
        """Where one transaction made one of two clusters of ``CLUSTER_ALARM_MERGED`` addresses or more each."""
        rows = self._forest.merges.tolist()
        return [Merge(self._ledger.columns.name(number), smaller, larger) for number, smaller, larger in rows]

    def cluster_of(self, address: str) -> list[str]:
        """The addresses that are taken to be held with ``address``, it among them, in the order of their names.

        Raises:
            KeyError: no transaction of the ledger knows the address.
        """
        return sorted(map(self._name, self._forest.members(self._holder(address)).tolist()))

    def proof(self, one: str, other: str) -> list[Step]:
        """The steps that lead from one address to the other, each transaction once; none if they are not joined.

        Raises:
            KeyError: no transaction of the ledger knows one of them.
        """
        return self._steps(self._forest.edges_between(self._holder(one), self._holder(other)))

    def is_alarming(self, address: str) -> bool:
        """Whether the address's cluster is so large that a service, or a CoinJoin that was not seen, is likely."""
        root = self._forest.find(self._holder(address))
        return int(self._forest.size[root]) > CLUSTER_ALARM_ADDRESSES

    def merges_in(self, address: str) -> list[Merge]:
        """Those of ``merges`` that made the cluster of the address."""
        made = set(self.joined_by(address))
        return [one for one in self.merges if one.txid in made]

    def joined_by(self, address: str) -> list[str]:
        """The transactions that made the cluster of the address, in the order of their ids."""
        reasons = self._forest.by[self._forest.members(self._holder(address))]
        return sorted(
            self._ledger.columns.name(number) for number in np.unique(reasons[reasons >= 0]).tolist()
        )

    def _holder(self, address: str) -> int:
        numbers = self._ledger.columns.table.numbers_of(address)
        if not numbers:
            raise KeyError(address)
        return int(self._ledger.columns.table.holders[numbers[0]])

    def _name(self, holder: int) -> str:
        return address_in(self._ledger.columns.table[holder])

    def _steps(self, edges: Sequence[Edge]) -> list[Step]:
        """Two edges of one transaction are one step, for it spends from all its inputs."""
        steps: list[Step] = []
        last = -1
        for by, one, other in edges:
            guessed = self._is_change(by, one) or self._is_change(by, other)
            name = self._ledger.columns.name(by)
            if by == last:
                before = steps.pop()
                steps.append(Step(name, before.one, self._name(other), guessed or before.by_change))
            else:
                steps.append(Step(name, self._name(one), self._name(other), guessed))
            last = by
        return steps

    def _is_change(self, number: int, holder: int) -> bool:
        point = int(self._change[number])
        return point >= 0 and int(self._holders[point]) == holder
