"""Haircut: each output and the fee get the share of the inputs that their amount is of the whole.

Shares are whole satoshi: each is rounded down, and the satoshi that are left go one each to the largest remainders, of
equal ones to the earlier output, the fee last. So none is lost, and no output is given more than it has. Several labels
are apportioned in the order of their numbers, each over what those before it leave.

The name is that of M. Möser, R. Böhme, D. Breuker, "Towards Risk Scoring of Bitcoin Transactions" (2014).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tocsin.ransom.taint.convention import Spending, Spread, amounts_after_seed

__all__ = ["HAIRCUT", "Haircut", "apportioned", "labels_in"]


class Haircut:
    """The convention; what an output holds is the satoshi of each label."""

    def seeded(self, held: Mapping[int, int] | None, amount: int, label: int) -> Mapping[int, int]:
        """See :class:`~tocsin.ransom.taint.convention.Convention`."""
        return amounts_after_seed(held, amount, label)

    def spread(self, spending: Spending[Mapping[int, int]]) -> Spread[Mapping[int, int]] | None:
        """See :class:`~tocsin.ransom.taint.convention.Convention`; it needs the amounts of all inputs."""
        total = spending.total
        if total is None:
            return None
        room = [*spending.outputs, total - sum(spending.outputs)]
        given: list[dict[int, int]] = [{} for _ in room]
        for label, amount in sorted(labels_in(spending).items()):
            for place, part in enumerate(apportioned(amount, room)):
                if part:
                    room[place] -= part
                    given[place][label] = part
        return Spread([held or None for held in given[:-1]], given[-1])

    def amounts(self, held: Mapping[int, int]) -> Mapping[int, int]:
        """See :class:`~tocsin.ransom.taint.convention.Convention`."""
        return held


HAIRCUT: Final = Haircut()


def labels_in(spending: Spending[Mapping[int, int]]) -> dict[int, int]:
    """The satoshi of each label in all inputs together."""
    found: dict[int, int] = {}
    for _, held in spending.inputs:
        for label, amount in (held or {}).items():
            found[label] = found.get(label, 0) + amount
    return found


def apportioned(amount: int, room: Sequence[int]) -> list[int]:
    """``amount`` in whole parts as ``room`` is to its sum, by largest remainders; none is larger than its room."""
    total = sum(room)
    if not total:
        return [0] * len(room)
    parts = [amount * size // total for size in room]
    order = sorted(range(len(room)), key=lambda place: (-(amount * room[place] % total), place))
    for place in order[: amount - sum(parts)]:
        parts[place] += 1
    return parts
