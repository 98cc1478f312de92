"""One transaction: what it spends, and what it pays. Amounts are whole satoshi; one that no source gives is None."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from tocsin.errors import BadInput, Place

__all__ = [
    "MOST_SATOSHI",
    "Input",
    "OutPoint",
    "Output",
    "Transaction",
    "is_txid",
    "outpoint_of",
    "transaction_of",
]

MOST_SATOSHI: Final = 21_000_000 * 100_000_000
"""All the satoshi that there can be (MAX_MONEY of Bitcoin Core's consensus/amount.h)."""

_MOST_PLACE: Final = (1 << 31) - 1
_MOST_OUTPUT: Final = (1 << 32) - 1
"""The number of an output is four bytes in every transaction that spends it."""

_DIGITS: Final = frozenset("0123456789abcdef")


class OutPoint(NamedTuple):
    """Output ``n`` of the transaction ``txid`` (64 hexadecimal digits, as explorers show them)."""

    txid: str
    n: int

    def __str__(self) -> str:
        return f"{self.txid}:{self.n}"


class Output(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An output of ``amount`` satoshi; ``script`` is None where a source names only the address.

    ``address`` is "" where it is the one that follows from the script on Bitcoin's main chain.
    """

    amount: int
    script: bytes | None = None
    address: str = ""


class Input(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An input; amount and address are those of the output that it spends, as far as the source gives them."""

    spent: OutPoint
    amount: int | None = None
    address: str = ""


class Transaction(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A transaction; ``height`` is its block's and ``place`` its own place in that block, None where not known.

    One without inputs is a coinbase: its satoshi are new, or are fees, and come from no output.
    """

    txid: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    height: int | None = None
    place: int | None = None


def is_txid(text: str) -> bool:
    """Whether ``text`` is 64 lower-case hexadecimal digits."""
    return len(text) == 64 and _DIGITS.issuperset(text)


def outpoint_of(text: str) -> OutPoint:
    """The outpoint that ``TXID:N`` names.

    Raises:
        BadInput: it is none.
    """
    txid, _, number = text.strip().lower().partition(":")
    if not is_txid(txid) or not (number.isascii() and number.isdigit() and len(number) <= 10):
        raise BadInput(
            f"{text[:80]!r} is no TXID:N: 64 hexadecimal digits, a colon, and the number of the output from 0"
        )
    return OutPoint(txid, int(number))


def transaction_of(
    txid: str,
    inputs: tuple[Input, ...],
    outputs: tuple[Output, ...],
    *,
    height: int | None = None,
    place: int | None = None,
    where: Place | None = None,
) -> Transaction:
    """A transaction whose parts can be; whether it fits to others is :mod:`tocsin.ransom.ledger.ledger`'s to say.

    Raises:
        BadInput: an id is none, an amount is negative or more than there is, an output is spent twice, or more is paid
            than is spent.
    """
    _check_ids(txid, inputs, where)
    for what, number in (("height", height), ("place in its block", place)):
        if number is not None and not 0 <= number <= _MOST_PLACE:
            raise BadInput(f"the {what} of {txid} cannot be {number}", where=where)
    for n, output in enumerate(outputs):
        _check_amount(output.amount, f"output {n}", txid, where)
    spent = 0
    known = True
    for n, one in enumerate(inputs):
        if one.amount is None:
            known = False
        else:
            _check_amount(one.amount, f"input {n}", txid, where)
            spent += one.amount
    paid = sum(output.amount for output in outputs)
    if max(paid, spent) > MOST_SATOSHI:
        raise BadInput(
            f"transaction {txid} moves {max(paid, spent):,} satoshi, more than there is", where=where
        )
    if inputs and known and paid > spent:
        raise BadInput(f"transaction {txid} pays {paid:,} satoshi and spends {spent:,}", where=where)
    return Transaction(txid, inputs, outputs, height, place)


def _check_ids(txid: str, inputs: tuple[Input, ...], where: Place | None) -> None:
    if not is_txid(txid):
        raise BadInput(f"{txid[:80]!r} is no id of a transaction: it has 64 hexadecimal digits", where=where)
    spent = set()
    for n, one in enumerate(inputs):
        if not is_txid(one.spent.txid):
            raise BadInput(
                f"input {n} of {txid} spends {one.spent.txid[:80]!r}, which is no id of a transaction",
                where=where,
            )
        if not 0 <= one.spent.n <= _MOST_OUTPUT:
            kind = "of a negative number" if one.spent.n < 0 else "of a number that none has"
            raise BadInput(f"input {n} of {txid} spends an output {kind}", where=where)
        spent.add(one.spent)
    if len(spent) != len(inputs):
        raise BadInput(f"transaction {txid} spends one output twice", where=where)


def _check_amount(amount: int, what: str, txid: str, where: Place | None) -> None:
    if not 0 <= amount <= MOST_SATOSHI:
        kind = "negative" if amount < 0 else "more than there is"
        raise BadInput(f"the amount of {what} of {txid} is {kind}: {amount}", where=where)
