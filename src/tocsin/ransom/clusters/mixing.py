"""Which of all transactions look like a CoinJoin, at once, by the rules of :mod:`~tocsin.ransom.clusters.coinjoin`."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tocsin.ransom.clusters.coinjoin import DUST, EQUAL, MANY
from tocsin.ransom.compiled import compiled
from tocsin.ransom.ledger.ledger import Ledger

__all__ = ["holders_of_points", "mixing"]

_COMPILED_FROM: Final = 20_000
_FEW: Final = 12


def holders_of_points(ledger: Ledger) -> NDArray[np.int32]:
    """For each point the first payee that has its address; -1 where no address is known."""
    payees = ledger.columns.payees
    # The last place is read for payees that are not known, whose number is -1.
    holders = np.append(ledger.columns.table.holders, np.int32(-1))
    return holders[payees]


def mixing(ledger: Ledger, holders: NDArray[np.int32] | None = None) -> NDArray[np.bool_]:
    """For each transaction whether it looks like a CoinJoin; ``holders`` are :func:`holders_of_points`."""
    columns = ledger.columns
    loop = compiled(_mixing) if len(ledger) > _COMPILED_FROM else _mixing
    return loop(
        columns.first_input,
        columns.first_output,
        columns.spent,
        columns.amounts,
        holders_of_points(ledger) if holders is None else holders,
        DUST,
        EQUAL,
        MANY,
        _FEW,
    )


def _mixing(
    first_input: NDArray[np.int32],
    first_output: NDArray[np.int32],
    spent: NDArray[np.int32],
    amounts: NDArray[np.int64],
    holders: NDArray[np.int32],
    dust: int,
    equal: int,
    many: int,
    few: int,
) -> NDArray[np.bool_]:
    found = np.zeros(len(first_input) - 1, np.bool_)
    for number in range(len(found)):
        inputs = first_input[number + 1] - first_input[number]
        outputs = first_output[number + 1] - first_output[number]
        if inputs < equal or outputs < 2:
            continue
        begin, end = first_output[number], first_output[number + 1]
        # Most have few outputs and no two alike, which is soon seen.
        if outputs <= few:
            some_alike = False
            for at in range(begin + 1, end):
                for before in range(begin, at):
                    if amounts[at] == amounts[before] and amounts[at] >= dust:
                        some_alike = True
            if not some_alike:
                continue
        paid = np.sort(amounts[begin:end])
        some = np.sort(holders[spent[first_input[number] : first_input[number + 1]]])
        payers = 0
        for at in range(inputs):
            if some[at] < 0 or at == 0 or some[at] != some[at - 1]:
                payers += 1
        alike = run = 0
        for at in range(outputs):
            run = run + 1 if at > 0 and paid[at] == paid[at - 1] else 1
            is_last = at + 1 == outputs or paid[at + 1] != paid[at]
            if is_last and paid[at] >= dust:
                if run > 1:
                    alike += run
                if equal <= run <= payers and outputs <= 2 * run + 1:
                    found[number] = True
        if payers >= many and 2 * alike >= outputs:
            found[number] = True
    return found
