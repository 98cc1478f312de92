"""Who was joined to whom, by which transaction: union-find for the question whether, a forest for the reason why.

The forest has an edge for each join, between two holders that its transaction spends from. It is apart from the
union-find, whose own edges lead to roots and prove nothing. At each join the smaller tree is turned so that the edge
lies between those two, which is log n turns for each holder at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.ransom.compiled import compiled

__all__ = ["Edge", "Forest", "grown"]

_COMPILED_FROM: Final = 20_000


class Edge(NamedTuple):
    """The transaction ``by`` joined the holders ``one`` and ``other``."""

    by: int
    one: int
    other: int


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """For each holder its root, and in the forest what it hangs at (-1: nothing) and by which transaction.

    ``size`` is right at roots. ``merges`` are a row each of transaction, smaller and larger size: where two clusters
    that each were large became one.
    """

    root: NDArray[np.int32]
    size: NDArray[np.int32]
    toward: NDArray[np.int32]
    by: NDArray[np.int32]
    merges: NDArray[np.int64]

    def find(self, one: int) -> int:
        """The root of a holder, the same for all of a cluster."""
        while self.root[one] != one:
            one = int(self.root[one])
        return one

    def members(self, one: int) -> NDArray[np.int64]:
        """All holders of the cluster of ``one``."""
        root = self.find(one)
        # Roots hang at roots, so all are found by following each for one step until nothing changes.
        found = self.root
        while True:
            above = found[found]
            if np.array_equal(above, found):
                return np.flatnonzero(found == root)
            found = above

    def edges_between(self, first: int, last: int) -> list[Edge]:
        """The edges that lead from one holder to another; none if they are not joined, or are the same."""
        if self.find(first) != self.find(last):
            return []
        up, down = list(self._path(first)), list(self._path(last))
        while len(up) > 1 and len(down) > 1 and up[-2] == down[-2]:
            up.pop()
            down.pop()
        edges = [Edge(int(self.by[below]), below, above) for below, above in pairwise(up)]
        return edges + [Edge(int(self.by[below]), above, below) for below, above in pairwise(down)][::-1]

    def _path(self, one: int) -> Iterator[int]:
        while one >= 0:
            yield one
            one = int(self.toward[one])


def grown(
    holders: int,
    starts: NDArray[np.int32],
    joined: NDArray[np.int32],
    left_out: NDArray[np.bool_],
    alarm: int,
) -> Forest:
    """The forest of so many holders.

    Transaction n joins the holders ``joined[starts[n]:starts[n + 1]]`` (-1: not known), unless it is left out.
    """
    loop = compiled(_grown) if len(joined) > _COMPILED_FROM else _grown
    root = np.arange(holders, dtype=np.int32)
    size = np.ones(holders, np.int32)
    toward = np.full(holders, -1, np.int32)
    by = np.full(holders, -1, np.int32)
    merges = loop(starts, joined, left_out, alarm, root, size, toward, by)
    return Forest(root, size, toward, by, merges)


def _grown(
    starts: NDArray[np.int32],
    joined: NDArray[np.int32],
    left_out: NDArray[np.bool_],
    alarm: int,
    root: NDArray[np.int32],
    size: NDArray[np.int32],
    toward: NDArray[np.int32],
    by: NDArray[np.int32],
) -> NDArray[np.int64]:
    merges = np.empty((16, 3), np.int64)
    merged = 0
    for number in range(len(left_out)):
        if left_out[number] or starts[number + 1] - starts[number] < 2:
            continue
        first = -1
        for at in range(starts[number], starts[number + 1]):
            other = joined[at]
            if other < 0 or other == first:
                continue
            if first < 0:
                first = other
                continue
            one, small, large = first, first, other
            while root[small] != small:
                root[small] = root[root[small]]
                small = root[small]
            while root[large] != large:
                root[large] = root[root[large]]
                large = root[large]
            if small == large:
                continue
            if size[small] > size[large]:
                one, other, small, large = other, one, large, small
            if size[small] >= alarm:
                if merged == len(merges):
                    merges = np.concatenate((merges, np.empty_like(merges)))
                merges[merged, 0], merges[merged, 1], merges[merged, 2] = number, size[small], size[large]
                merged += 1
            root[small] = large
            size[large] += size[small]
            # Turn the smaller tree, so that it hangs by the one that the transaction spends from.
            hung, reason = other, np.int32(number)
            while one >= 0:
                above, was = toward[one], by[one]
                toward[one], by[one] = hung, reason
                hung, one, reason = one, above, was
    return merges[:merged]
