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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from tocsin.errors import BadInput
from tocsin.ransom.ledger.columns import NOT_KNOWN
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.taint.convention import Convention, Spending

__all__ = ["Followed", "IsEnd", "follow", "never"]

Held = TypeVar("Held")


@dataclass(frozen=True, slots=True)
class Followed(Generic[Held]):
    """What each point that was reached holds, None where that cannot be told; and where satoshi left the trace.

    ``seeded``, ``fees`` and ``stopped`` are satoshi by label. ``stops`` are the transactions, by number, that spend an
    output of unknown amount, or what comes out of such a one, so that this convention cannot split them. ``ends`` are
    the points that hold something and were not followed as was asked; what they hold counts as not spent.
    """

    held: Mapping[int, Held | None]
    seeded: Mapping[int, int]
    fees: Mapping[int, int]
    stopped: Mapping[int, int]
    stops: tuple[int, ...]
    ends: frozenset[int]


IsEnd = Callable[[int, int, int], bool]
"""Whether a trace ends at a point, given its spender and how much of it is traced (``NOT_KNOWN``: cannot be told)."""


def never(_point: int, _spender: int, _traced: int) -> bool:
    """A trace ends nowhere but where nothing is loaded."""
    return False


def follow(
    ledger: Ledger, seeds: Mapping[int, int], convention: Convention[Held], is_end: IsEnd = never
) -> Followed[Held]:
    """Follow ``seeds`` (points, each with its label, from 1) to all that is loaded, save where it ends.

    Raises:
        BadInput: the amount of a seed is not known.
    """
    return _Walk(ledger, seeds, convention, is_end).done()


class _Walk(Generic[Held]):
    def __init__(
        self, ledger: Ledger, seeds: Mapping[int, int], convention: Convention[Held], is_end: IsEnd
    ) -> None:
        self._ledger = ledger
        self._seeds = seeds
        self._convention = convention
        self._is_end = is_end
        self._labels = len(set(seeds.values()))
        self._held: dict[int, Held | None] = {}
        self._ended: set[int] = set()
        self._waiting: list[int] = []
        self._queued: set[int] = set()
        self._seeded: Counter[int] = Counter()
        self._fees: Counter[int] = Counter()
        self._stopped: Counter[int] = Counter()
        self._stops: list[int] = []
        self._seeds_of: dict[int, list[int]] = {}

    def done(self) -> Followed[Held]:
        outputs = self._ledger.columns.outputs
        for point in sorted(self._seeds):
            if point < outputs:
                number = int(self._ledger.columns.transaction_of_point(point))
                self._seeds_of.setdefault(number, []).append(point)
                self._queue(number)
            else:
                self._seed([point])
        while self._waiting:
            number = heapq.heappop(self._waiting)
            self._pass(number)
            self._seed(self._seeds_of.get(number, ()))
        return Followed(
            self._held,
            self._seeded,
            self._fees,
            self._stopped,
            tuple(self._stops),
            frozenset(self._ended),
        )

    def _queue(self, number: int) -> None:
        if number not in self._queued:
            self._queued.add(number)
            heapq.heappush(self._waiting, number)

    def _hold(self, point: int, held: Held | None) -> None:
        self._held[point] = held
        spender = self._ledger.spender(point)
        if spender is None:
            return
        traced = NOT_KNOWN if held is None else sum(self._convention.amounts(held).values())
        if self._is_end(point, spender, traced):
            self._ended.add(point)
        else:
            self._queue(spender)

    def _seed(self, points: Iterable[int]) -> None:
        for point in points:
            amount = self._ledger.amount(point)
            if amount is None:
                raise BadInput(
                    f"the amount of {self._ledger.outpoint(point)} is not known",
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

    def _pass(self, number: int) -> None:
        spent = self._ledger.points_spent(number).tolist()
        points = [point for point in spent if point in self._held and point not in self._ended]
        if not points:
            return
        paid = self._ledger.points_paid(number)
        amounts = self._ledger.columns.amounts
        spread = None
        if all(self._held[point] is not None for point in points):
            followed = set(points)
            spread = self._convention.spread(
                Spending(
                    [
                        (
                            None if amount == NOT_KNOWN else amount,
                            self._held[point] if point in followed else None,
                        )
                        for point, amount in zip(spent, amounts[spent].tolist(), strict=True)
                    ],
                    amounts[paid.start : paid.stop].tolist(),
                )
            )
        if spread is None:
            self._stop(number, points)
            return
        self._fees.update(spread.fee)
        for point, held in zip(paid, spread.outputs, strict=True):
            if held is not None:
                self._hold(point, held)

    def _stop(self, number: int, points: Iterable[int]) -> None:
        self._stops.append(number)
        for point in points:
            held = self._held[point]
            if held is not None:
                self._stopped.update(self._convention.amounts(held))
        for point in self._ledger.points_paid(number):
            if self._ledger.amount(point):
                self._hold(point, None)
