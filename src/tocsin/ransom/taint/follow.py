"""Seeds followed through a ledger by one convention, each transaction after all that it spends from.

A seed that lies behind another gets what the other leaves: a satoshi belongs to the seed that it comes from first. So
what is traced is never more than what was seeded, and a seed of which another label's part cannot be told seeds
nothing. Of each label

    seeded = held by what is not spent + fees + stopped

to the satoshi (save for poison and for the range, which do not conserve).
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from tocsin.errors import BadInput
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.convention import Convention, Spending

__all__ = ["Followed", "follow"]

Held = TypeVar("Held")


@dataclass(frozen=True, slots=True)
class Followed(Generic[Held]):
    """What each output that was reached holds, None where that cannot be told; and where satoshi left the trace.

    ``seeded``, ``fees`` and ``stopped`` are satoshi by label. ``stops`` are the transactions that spend an output of
    unknown amount, or what comes out of such a one, so that this convention cannot split them.
    """

    held: Mapping[OutPoint, Held | None]
    seeded: Mapping[int, int]
    fees: Mapping[int, int]
    stopped: Mapping[int, int]
    stops: tuple[str, ...]


def follow(ledger: Ledger, seeds: Mapping[OutPoint, int], convention: Convention[Held]) -> Followed[Held]:
    """Follow ``seeds`` (each with its label, from 1) to all that is loaded.

    Raises:
        BadInput: the amount of a seed is not known.
    """
    return _Walk(ledger, seeds, convention).done()


class _Walk(Generic[Held]):
    def __init__(self, ledger: Ledger, seeds: Mapping[OutPoint, int], convention: Convention[Held]) -> None:
        self._ledger = ledger
        self._seeds = seeds
        self._convention = convention
        self._labels = len(set(seeds.values()))
        self._held: dict[OutPoint, Held | None] = {}
        self._waiting: list[tuple[int, str]] = []
        self._queued: set[str] = set()
        self._seeded: Counter[int] = Counter()
        self._fees: Counter[int] = Counter()
        self._stopped: Counter[int] = Counter()
        self._stops: list[str] = []
        self._seeds_of: dict[str, list[OutPoint]] = {}

    def done(self) -> Followed[Held]:
        for point in sorted(self._seeds):
            self._seeds_of.setdefault(point.txid, []).append(point)
        for txid, points in self._seeds_of.items():
            if txid in self._ledger.transactions:
                self._queue(txid)
            else:
                self._seed(points)
        while self._waiting:
            _, txid = heapq.heappop(self._waiting)
            self._pass(txid)
            self._seed(self._seeds_of.get(txid, ()))
        return Followed(self._held, self._seeded, self._fees, self._stopped, tuple(self._stops))

    def _queue(self, txid: str) -> None:
        if txid not in self._queued:
            self._queued.add(txid)
            heapq.heappush(self._waiting, (self._ledger.order[txid], txid))

    def _hold(self, point: OutPoint, held: Held | None) -> None:
        self._held[point] = held
        spend = self._ledger.spends.get(point)
        if spend is not None:
            self._queue(spend.txid)

    def _seed(self, points: Iterable[OutPoint]) -> None:
        for point in points:
            amount = self._ledger.amount_of(point)
            if amount is None:
                raise BadInput(
                    f"the amount of {point} is not known",
                    hint="Load its transaction, or one that spends it and says the amount.",
                )
            if not amount:
                continue
            label = self._seeds[point]
            before = self._held.get(point)
            if before is None and point in self._held and self._labels > 1:
                continue  # how much of it another label holds cannot be told
            held = self._convention.seeded(before, amount, label)
            self._seeded.update(self._convention.amounts(held))
            if before is not None:
                self._seeded.subtract(self._convention.amounts(before))
            self._hold(point, held)

    def _pass(self, txid: str) -> None:
        one = self._ledger.transactions[txid]
        points = [input.spent for input in one.inputs if input.spent in self._held]
        if not points:
            return
        spread = None
        if all(self._held[point] is not None for point in points):
            spread = self._convention.spread(
                Spending(
                    [
                        (self._ledger.amount_of(input.spent), self._held.get(input.spent))
                        for input in one.inputs
                    ],
                    [output.amount for output in one.outputs],
                )
            )
        if spread is None:
            self._stop(txid, points)
            return
        self._fees.update(spread.fee)
        for n, held in enumerate(spread.outputs):
            if held is not None:
                self._hold(OutPoint(txid, n), held)

    def _stop(self, txid: str, points: Iterable[OutPoint]) -> None:
        self._stops.append(txid)
        for point in points:
            held = self._held[point]
            if held is not None:
                self._stopped.update(self._convention.amounts(held))
        for n, output in enumerate(self._ledger.transactions[txid].outputs):
            if output.amount:
                self._hold(OutPoint(txid, n), None)
