"""Poison: all that a transaction pays is wholly tainted as soon as one of its inputs is.

So it names what *could* be concerned and is no amount of anybody's: what it counts grows with each hop, and one satoshi
may be counted for several labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tocsin.ransom.taint.convention import Spending, Spread
from tocsin.ransom.taint.haircut import labels_in

__all__ = ["POISON", "Poison"]


class Poison:
    """The convention; what an output holds is the satoshi of each label, each time all of them."""

    def seeded(self, held: Mapping[int, int] | None, amount: int, label: int) -> Mapping[int, int]:
        """See :class:`~tocsin.ransom.taint.convention.Convention`."""
        return {**(held or {}), label: amount}

    def spread(self, spending: Spending[Mapping[int, int]]) -> Spread[Mapping[int, int]] | None:
        """See :class:`~tocsin.ransom.taint.convention.Convention`; it needs the amount of no input."""
        labels = [label for label, amount in sorted(labels_in(spending).items()) if amount]
        fee = (spending.total or 0) - sum(spending.outputs)
        return Spread(
            [dict.fromkeys(labels, amount) if amount and labels else None for amount in spending.outputs],
            dict.fromkeys(labels, fee) if fee > 0 else {},
        )

    def amounts(self, held: Mapping[int, int]) -> Mapping[int, int]:
        """See :class:`~tocsin.ransom.taint.convention.Convention`."""
        return held


POISON: Final = Poison()
