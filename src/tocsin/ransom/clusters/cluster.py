"""Clusters by the multi-input heuristic: who spends from two addresses in one transaction is taken to hold both.

It is a heuristic, not a fact (S. Nakamoto, "Bitcoin", 2008, section 10; S. Meiklejohn and others, "A fistful of
bitcoins", 2013). So each join keeps the transaction that made it, CoinJoins join nobody, and any transaction can be
left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from tocsin.limits import CLUSTER_ALARM_ADDRESSES, CLUSTER_ALARM_MERGED
from tocsin.ransom.clusters.coinjoin import is_coinjoin
from tocsin.ransom.ledger.ledger import Ledger

__all__ = ["Clusters", "Merge", "Step"]


class Step(NamedTuple):
    """The transaction ``txid`` spends from both ``one`` and ``other``."""

    txid: str
    one: str
    other: str


class Merge(NamedTuple):
    """The transaction ``txid`` made one of two clusters that had ``smaller`` and ``larger`` addresses."""

    txid: str
    smaller: int
    larger: int


class Clusters:
    """The clusters of all addresses of a ledger; ``without`` are ids of transactions that join nobody.

    The transactions are taken in the ledger's order, so neither clusters nor proofs depend on what was loaded first.

    Attributes:
        coinjoins: the transactions that spend from two addresses and were left out as CoinJoins.
        merges: where one transaction made one of two clusters of ``CLUSTER_ALARM_MERGED`` addresses or more each.
    """

    def __init__(self, ledger: Ledger, without: Collection[str] = ()) -> None:
        self.coinjoins: list[str] = []
        self.merges: list[Merge] = []
        self._number: dict[str, int] = {address: n for n, address in enumerate(ledger.paid_to)}
        self._names: Sequence[str] = list(self._number)
        self._root = list(range(len(self._names)))
        self._size = [1] * len(self._names)
        # The proof forest has an edge for each join, between two addresses that its transaction spends from; it is
        # apart from the union-find, whose own edges lead to roots and prove nothing.
        self._toward = [-1] * len(self._names)
        self._by = [""] * len(self._names)
        for txid in ledger.order:
            if txid not in without:
                self._take(ledger, txid)

    def __contains__(self, address: str) -> bool:
        return address in self._number

    def cluster_of(self, address: str) -> list[str]:
        """The addresses that are taken to be held with ``address``, it among them, in the order of their names.

        Raises:
            KeyError: no transaction of the ledger knows the address.
        """
        return sorted(self._members[self._find(self._number[address])])

    def proof(self, one: str, other: str) -> list[Step]:
        """The steps that lead from one address to the other, each transaction once; none if they are not joined.

        Raises:
            KeyError: no transaction of the ledger knows one of them.
        """
        first, last = self._number[one], self._number[other]
        if self._find(first) != self._find(last):
            return []
        up, down = list(self._path(first)), list(self._path(last))
        while len(up) > 1 and len(down) > 1 and up[-2] == down[-2]:
            up.pop()
            down.pop()
        edges = [(self._by[below], below, above) for below, above in pairwise(up)]
        edges += [(self._by[below], above, below) for below, above in pairwise(down)][::-1]
        return self._shortened(edges)

    def is_alarming(self, address: str) -> bool:
        """Whether the address's cluster is so large that a service, or a CoinJoin that was not seen, is likely."""
        return self._size[self._find(self._number[address])] > CLUSTER_ALARM_ADDRESSES

    def merges_in(self, address: str) -> list[Merge]:
        """Those of ``merges`` that made the cluster of the address."""
        made = set(self.joined_by(address))
        return [one for one in self.merges if one.txid in made]

    def joined_by(self, address: str) -> list[str]:
        """The transactions that made the cluster of the address, in the order of their ids."""
        members = self._members[self._find(self._number[address])]
        return sorted({self._by[self._number[one]] for one in members} - {""})

    def _take(self, ledger: Ledger, txid: str) -> None:
        one = ledger.transactions[txid]
        found = [ledger.address_at(input.spent) for input in one.inputs]
        known = list(dict.fromkeys(address for address in found if address))
        if len(known) < 2:
            return
        if is_coinjoin(len(known) + found.count(""), [output.amount for output in one.outputs]):
            self.coinjoins.append(txid)
            return
        for other in known[1:]:
            self._join(self._number[known[0]], self._number[other], txid)

    def _join(self, one: int, other: int, txid: str) -> None:
        small, large = self._find(one), self._find(other)
        if small == large:
            return
        if self._size[small] > self._size[large]:
            one, other, small, large = other, one, large, small
        if self._size[small] >= CLUSTER_ALARM_MERGED:
            self.merges.append(Merge(txid, self._size[small], self._size[large]))
        self._root[small] = large
        self._size[large] += self._size[small]
        self._hang(one, other, txid)

    def _hang(self, one: int, other: int, txid: str) -> None:
        """Make ``one`` the root of the smaller tree, and hang it at ``other``; each turns log n times at most."""
        while one >= 0:
            above, by = self._toward[one], self._by[one]
            self._toward[one], self._by[one] = other, txid
            one, other, txid = above, one, by

    def _find(self, one: int) -> int:
        root = self._root
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    def _path(self, one: int) -> Iterator[int]:
        while one >= 0:
            yield one
            one = self._toward[one]

    def _shortened(self, edges: list[tuple[str, int, int]]) -> list[Step]:
        """Two edges of one transaction are one step, for it spends from all its inputs."""
        steps: list[Step] = []
        for txid, one, other in edges:
            if steps and steps[-1].txid == txid:
                steps[-1] = Step(txid, steps[-1].one, self._names[other])
            else:
                steps.append(Step(txid, self._names[one], self._names[other]))
        return steps

    @cached_property
    def _members(self) -> Mapping[int, list[str]]:
        members: defaultdict[int, list[str]] = defaultdict(list)
        for number, address in enumerate(self._names):
            members[self._find(number)].append(address)
        return members
