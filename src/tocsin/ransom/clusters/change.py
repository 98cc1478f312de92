"""Which output of a payment seems to be the change, that goes back to who pays: a guess, so it is asked for by name."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tocsin.ransom.ledger.ledger import Ledger

__all__ = ["change_outputs"]


def change_outputs(ledger: Ledger, holders: NDArray[np.int32]) -> NDArray[np.int32]:
    """For each transaction the point that seems to be its change, or -1.

    One of exactly two outputs is, if nobody was seen at its address before and nobody pays there again, if the other's
    address was seen before, and if none of the two is one that the transaction spends from: one-time change of S.
    Meiklejohn and others, "A fistful of bitcoins" (2013), made narrower by the third condition. What was not loaded was
    not seen, so the fewer transactions are loaded, the more often the guess is wrong.
    """
    columns = ledger.columns
    numbers = np.flatnonzero((np.diff(columns.first_output) == 2) & (np.diff(columns.first_input) > 0))
    first = columns.first_output[numbers]
    found = np.full(len(ledger), -1, np.int32)
    ours, others = holders[first], holders[first + 1]
    known = (
        (ours >= 0)
        & (others >= 0)
        & (ours != others)
        & ~_spends_from(ledger, holders, numbers, (ours, others))
    )
    numbers, first, ours, others = numbers[known], first[known], ours[known], others[known]
    paid = np.bincount(holders[: columns.outputs][holders[: columns.outputs] >= 0], minlength=1)
    seen = _first_seen(ledger, holders)
    is_new = [(paid[some] == 1) & (seen[some] == numbers) for some in (ours, others)]
    is_old = [seen[some] < numbers for some in (ours, others)]
    point = np.where(is_new[0] & is_old[1], first, np.where(is_new[1] & is_old[0], first + 1, -1))
    found[numbers] = point
    return found


def _spends_from(
    ledger: Ledger,
    holders: NDArray[np.int32],
    numbers: NDArray[np.int64],
    paid: tuple[NDArray[np.int32], ...],
) -> NDArray[np.bool_]:
    """For each of these transactions whether it spends from one of the two that it pays."""
    columns = ledger.columns
    sizes = np.diff(columns.first_input)
    wanted = [np.full(len(ledger), -2, np.int32) for _ in paid]
    for one, some in zip(wanted, paid, strict=True):
        one[numbers] = some
    spent = holders[columns.spent]
    same = np.zeros(len(spent), np.bool_)
    for one in wanted:
        same |= spent == np.repeat(one, sizes)
    return np.isin(numbers, columns.transaction_of_input(np.flatnonzero(same)))


def _first_seen(ledger: Ledger, holders: NDArray[np.int32]) -> NDArray[np.int64]:
    """By holder the first transaction that pays it or, where what it spends is not loaded, spends from it."""
    columns = ledger.columns
    times = np.concatenate(
        [
            np.repeat(np.arange(len(ledger)), np.diff(columns.first_output)),
            # A moment before it: who spends from an address was there before.
            ledger.spenders[columns.outputs :].astype(np.int64) - 1,
        ]
    )
    known = holders >= 0
    seen = np.full(len(columns.table) + 1, len(ledger), np.int64)
    np.minimum.at(seen, holders[known], times[known])
    return seen
