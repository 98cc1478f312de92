"""FIFO and LIFO: the satoshi of the inputs in a row, from which each output takes the next.

FIFO takes the inputs in their order, LIFO from the last to the first, each from its first satoshi on; the outputs take
in their order and the fee what is left. FIFO follows the rule of Clayton's Case (1816), as in R. Anderson,
I. Shumailov, M. Ahmed, "Making Bitcoin Legal" (2018).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tocsin.ransom.taint.convention import CLEAN, Spending, Spread

__all__ = ["FIFO", "LIFO", "Queue", "Row"]

Row = tuple[tuple[int, int], ...]
"""Runs of satoshi, each with its label, in the order in which they lie in an output."""


class Queue:
    """FIFO, or LIFO where the ``last`` input comes first."""

    def __init__(self, *, last: bool) -> None:
        self._last = last

    def seeded(self, held: Row | None, amount: int, label: int) -> Row:
        """See :class:`~tocsin.ransom.taint.convention.Convention`."""
        runs = held or ((amount, CLEAN),)
        return _joined((size, label if one == CLEAN else one) for size, one in runs)

    def spread(self, spending: Spending[Row]) -> Spread[Row] | None:
        """See :class:`~tocsin.ransom.taint.convention.Convention`.

        An input of unknown amount hides all that comes after it, and nothing else.
        """
        waiting: list[tuple[int, int]] = []
        hidden = False
        for amount, held in reversed(spending.inputs) if self._last else spending.inputs:
            if hidden and held is not None:
                return None
            if amount is None:
                hidden = True
            elif not hidden:
                waiting += held if held is not None else ((amount, CLEAN),)
        waiting.reverse()
        outputs = [_taken(waiting, size) for size in spending.outputs]
        return Spread(
            [row if any(label != CLEAN for _, label in row) else None for row in outputs],
            self.amounts(tuple(waiting)),
        )

    def amounts(self, held: Row) -> Mapping[int, int]:
        """See :class:`~tocsin.ransom.taint.convention.Convention`."""
        found: dict[int, int] = {}
        for size, label in held:
            if label != CLEAN:
                found[label] = found.get(label, 0) + size
        return found


FIFO: Final = Queue(last=False)
LIFO: Final = Queue(last=True)


def _taken(waiting: list[tuple[int, int]], size: int) -> Row:
    """The next ``size`` satoshi, taken off the end of ``waiting``; what is hidden behind its start is clean."""
    taken = []
    while size:
        if not waiting:
            taken.append((size, CLEAN))
            break
        run, label = waiting.pop()
        part = min(run, size)
        taken.append((part, label))
        size -= part
        if run > part:
            waiting.append((run - part, label))
    return _joined(taken)


def _joined(runs: Iterable[tuple[int, int]]) -> Row:
    row: list[tuple[int, int]] = []
    for size, label in runs:
        if row and row[-1][1] == label:
            row[-1] = (row[-1][0] + size, label)
        elif size:
            row.append((size, label))
    return tuple(row)
