"""What a convention is: how the satoshi of a transaction's inputs go to its outputs, which no ledger says.

Labels are numbers from 1; 0 is what no seed reaches. The fee is what is left after the outputs, and comes last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

__all__ = ["CLEAN", "Convention", "Spending", "Spread", "amounts_after_seed"]

CLEAN = 0
Held = TypeVar("Held")


@dataclass(frozen=True, slots=True)
class Spending(Generic[Held]):
    """A transaction to be split: each input's satoshi (None: unknown) and what it holds, and the outputs' satoshi."""

    inputs: Sequence[tuple[int | None, Held | None]]
    outputs: Sequence[int]

    @property
    def total(self) -> int | None:
        """All that is spent; None where an amount is unknown."""
        total = 0
        for amount, _ in self.inputs:
            if amount is None:
                return None
            total += amount
        return total


@dataclass(frozen=True, slots=True)
class Spread(Generic[Held]):
    """What each output holds afterwards, None where no label, and what went to the fee."""

    outputs: Sequence[Held | None]
    fee: Mapping[int, int]


class Convention(Protocol[Held]):
    """One way to split. All of them are exact: whole satoshi, none lost and none made."""

    def seeded(self, held: Held | None, amount: int, label: int) -> Held:
        """What an output of ``amount`` holds once it is a seed: what another label holds stays that label's."""

    def spread(self, spending: Spending[Held]) -> Spread[Held] | None:
        """The transaction split; None where it cannot be told since an input's amount is not known."""

    def amounts(self, held: Held) -> Mapping[int, int]:
        """The satoshi of each label."""


def amounts_after_seed(held: Mapping[int, int] | None, amount: int, label: int) -> dict[int, int]:
    """``held``, and all that no other label holds as ``label``'s."""
    others = {one: part for one, part in (held or {}).items() if one != label}
    return {**others, label: amount - sum(others.values())}
