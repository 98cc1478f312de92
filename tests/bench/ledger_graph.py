"""A made-up ledger of any size: 5,000,000 transactions have some 12,000,000 outputs and 10,000,000 inputs.

Spending is by chance among the outputs of the last tenth, so timings hold for each edge and shares of taint for nothing.
"""

from __future__ import annotations

import numpy as np

from tocsin.ransom.ledger.columns import NOT_KNOWN, Columns
from tocsin.ransom.ledger.payee import Payees

__all__ = ["graph"]

_A_BLOCK = 2_000


def graph(transactions: int, seed: int = 7) -> Columns:
    """The columns of a ledger that fits together; each satoshi comes from a coinbase."""
    random = np.random.default_rng(seed)
    first_output = np.concatenate([[0], np.cumsum(random.choice([1, 2, 2, 2, 3, 5], transactions))])
    # As many inputs as there are unspent outputs to take; a coinbase opens each block.
    wanted = random.choice([1, 1, 2, 2, 3, 4], transactions)
    wanted[::_A_BLOCK] = 0
    counts, spent = _spending(first_output, wanted, random)
    first_input = np.concatenate([[0], np.cumsum(counts)])
    amounts = _amounts(first_output, first_input, spent, random)
    outputs = int(first_output[-1])
    # Somewhat more than half of the outputs pay an address that is new.
    is_new = random.random(outputs) < 0.55
    is_new[0] = True
    known = np.cumsum(is_new)
    payees = np.where(is_new, known - 1, (random.random(outputs) * known).astype(np.int64))
    return Columns(
        txids=random.integers(0, 256, (transactions, 32), np.uint8),
        heights=(np.arange(transactions) // _A_BLOCK).astype(np.int32),
        places=(np.arange(transactions) % _A_BLOCK).astype(np.int32),
        first_input=first_input.astype(np.int32),
        first_output=first_output.astype(np.int32),
        spent=spent.astype(np.int32),
        amounts=amounts,
        payees=payees.astype(np.int32),
        outside_txids=np.zeros((0, 32), np.uint8),
        outside_n=np.zeros(0, np.uint32),
        table=_payees(int(known[-1]), random),
    )


def _spending(first_output, wanted, random):
    """Which outputs each transaction spends: of those that came before, each once."""
    transactions = len(wanted)
    counts = np.zeros(transactions, np.int64)
    taken = []
    free = np.zeros(0, np.int64)
    for start in range(0, transactions, _A_BLOCK):
        end = min(start + _A_BLOCK, transactions)
        need = wanted[start:end].copy()
        while need.sum() > len(free):
            need = np.minimum(need, need - 1).clip(0)
        total = int(need.sum())
        # Later outputs are spent sooner: most of what is free is taken from its end.
        place = np.unique((len(free) * random.beta(4, 1, 2 * total)).astype(np.int64))
        random.shuffle(place)
        place = place[:total]
        left = total - len(place)
        if left:
            rest = np.setdiff1d(np.arange(len(free)), place)[:left]
            place = np.concatenate([place, rest])
        counts[start:end] = need
        taken.append(free[place])
        kept = np.ones(len(free), bool)
        kept[place] = False
        free = np.concatenate([free[kept], np.arange(first_output[start], first_output[end])])
        if len(free) > transactions:
            free = free[len(free) // 10 :]
    return counts, np.concatenate(taken)


def _amounts(first_output, first_input, spent, random):
    from tocsin.ransom.compiled import compiled

    shares = random.random(int(first_output[-1]))
    return compiled(_flow)(first_output, first_input, spent, shares, NOT_KNOWN)


def _flow(first_output, first_input, spent, shares, unknown):
    amounts = np.full(first_output[-1], unknown)
    for number in range(len(first_output) - 1):
        total = 0
        for at in range(first_input[number], first_input[number + 1]):
            total += amounts[spent[at]]
        if first_input[number] == first_input[number + 1]:
            total = 5_000_000_000
        left = total - total // 2000
        for point in range(first_output[number], first_output[number + 1]):
            is_last = point + 1 == first_output[number + 1]
            amounts[point] = left if is_last else np.int64(left * shares[point])
            left -= amounts[point]
    return amounts


def _payees(count, random):
    heads = random.choice(np.array([0x00, 0x01, 0x10], np.uint8), count)
    rows = np.concatenate([heads[:, None], random.integers(0, 256, (count, 20), np.uint8)], axis=1)
    return Payees(rows.tobytes(), np.arange(count + 1, dtype=np.int64) * 21)
