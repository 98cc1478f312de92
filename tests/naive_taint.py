"""Each satoshi by itself: slow, and nothing to get wrong."""

from __future__ import annotations

from tocsin.ransom.ledger.transaction import OutPoint


def satoshi_by_satoshi(ledger, seeds, *, last, is_end=lambda _: False):
    """By FIFO, or LIFO with ``last``: the labels of the satoshi of each output, and those of all fees.

    ``seeds`` are outpoints; of one for which ``is_end`` holds nothing is followed on.
    """
    held = {}
    fees = []

    def seed(point):
        amount = ledger.amount_of(point)
        before = held.get(point, [0] * amount)
        held[point] = [label or seeds[point] for label in before]

    for point in seeds:
        if point.txid not in ledger:
            seed(point)
    for number in range(len(ledger)):
        one = ledger.transaction_at(number)
        txid = one.txid
        stream = []
        for input in reversed(one.inputs) if last else one.inputs:
            clean = [0] * ledger.amount_of(input.spent)
            stream += clean if is_end(input.spent) else held.get(input.spent, clean)
        for n, output in enumerate(one.outputs):
            held[OutPoint(txid, n)], stream = stream[: output.amount], stream[output.amount :]
            if OutPoint(txid, n) in seeds:
                seed(OutPoint(txid, n))
        fees += stream
    return held, fees
