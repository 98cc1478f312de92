"""Small made-up ledgers: tiny amounts, so that each satoshi can be followed by itself."""

from __future__ import annotations

from hypothesis import strategies as st

from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction, transaction_of

__all__ = ["drawn_ledgers", "tx", "txid"]


def txid(number):
    return f"{number:064x}"


def tx(number, inputs, outputs, *, height=None, place=None):
    """Transaction ``number``: inputs are (transaction, output, satoshi), outputs satoshi or (satoshi, address)."""
    return transaction_of(
        txid(number),
        tuple(Input(OutPoint(txid(of), n), amount) for of, n, amount in inputs),
        tuple(Output(*(one if isinstance(one, tuple) else (one,))[:1], None, one[1] if isinstance(one, tuple) else "") for one in outputs),
        height=height,
        place=place,
    )  # fmt: skip


@st.composite
def drawn_ledgers(draw, *, unknown=False):
    """Some transactions, and some of the outputs that they spend or make, as seeds with labels 1 to 3."""
    free = []
    made: list[Transaction] = []
    seeds = {}
    outside = 1000
    for number in range(1, draw(st.integers(1, 7)) + 1):
        inputs = []
        for _ in range(draw(st.integers(1, 3))):
            if free and draw(st.booleans()):
                inputs.append(free.pop(draw(st.integers(0, len(free) - 1))))
            else:
                outside += 1
                hidden = unknown and draw(st.integers(0, 3)) == 0
                inputs.append((outside, 0, None if hidden else draw(st.integers(0, 9))))
        left = sum(amount if amount is not None else 5 for _, _, amount in inputs)
        outputs = []
        for _ in range(draw(st.integers(1, 3))):
            outputs.append(draw(st.integers(0, left)))
            left -= outputs[-1]
        made.append(tx(number, inputs, outputs))
        free += [(number, n, amount) for n, amount in enumerate(outputs)]
        for of, n, amount in [*inputs, *free[-len(outputs) :]]:
            if amount is not None and draw(st.integers(0, 2)) == 0:
                seeds.setdefault(OutPoint(txid(of), n), draw(st.integers(1, 3)))
    return draw(st.permutations(made)), seeds
