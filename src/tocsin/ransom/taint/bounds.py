"""The least and the most of a label that an output can hold, whatever convention one follows.

Of a transaction that spends ``total``, of which ``t`` are traced, an output of ``v`` cannot hold more than
``min(v, t)``, and holds at least ``t - (total - v)``: what the other outputs and the fee have no room for. For one
transaction of which ``t`` is known, both are exact: some way of splitting gives each of them.

Across several hops the range is that of interval arithmetic, ``t`` being between the sums of what the inputs hold.
What that proves: every convention that neither makes nor loses satoshi lies within, also one that changes from
transaction to transaction. What it does not: that both ends can be reached. Outputs of one transaction that meet again
later are taken as if each could hold the most, or the least, at once; so the range may be too wide, and is never too
narrow. The most is held to the satoshi seeded. The least is 0 where an input's amount is unknown.

Poison makes satoshi, so it is not held by the range; it is never below the most.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tocsin.ransom.taint.convention import Spending, Spread

__all__ = ["BOUNDS", "Bounds", "Range"]

Range = tuple[int, int]
"""The least and the most."""


class Bounds:
    """What an output holds is a range for each label; ``seeded_sat`` says the most that a label can have at all."""

    def __init__(self, seeded_sat: Mapping[int, int] | None = None) -> None:
        self._seeded_sat = seeded_sat or {}

    def seeded(self, held: Mapping[int, Range] | None, amount: int, label: int) -> Mapping[int, Range]:
        """See :class:`~tocsin.ransom.taint.convention.Convention`."""
        others = {one: part for one, part in (held or {}).items() if one != label}
        least = max(0, amount - sum(most for _, most in others.values()))
        return {**others, label: (least, amount - sum(low for low, _ in others.values()))}

    def spread(self, spending: Spending[Mapping[int, Range]]) -> Spread[Mapping[int, Range]] | None:
        """See :class:`~tocsin.ransom.taint.convention.Convention`; the fee is given at its most."""
        total = spending.total
        traced: dict[int, Range] = {}
        for _, held in spending.inputs:
            for label, (low, high) in (held or {}).items():
                before = traced.get(label, (0, 0))
                traced[label] = (before[0] + low, before[1] + high)
        for label, (low, high) in traced.items():
            cap = self._seeded_sat.get(label, high)
            traced[label] = (min(low, cap), min(high, cap))
        outputs = [_held(traced, amount, total) or None for amount in spending.outputs]
        fee = 0 if total is None else total - sum(spending.outputs)
        return Spread(outputs, {label: most for label, (_, most) in _held(traced, fee, total).items()})

    def amounts(self, held: Mapping[int, Range]) -> Mapping[int, int]:
        """The most of each label."""
        return {label: most for label, (_, most) in held.items()}


BOUNDS: Final = Bounds()


def _held(traced: Mapping[int, Range], amount: int, total: int | None) -> dict[int, Range]:
    return {
        label: (0 if total is None else max(0, low - (total - amount)), min(amount, high))
        for label, (low, high) in traced.items()
        if amount and high
    }
