"""Transactions as columns of numbers: some 35 bytes an output, and a walk reads only what it reaches.

A *point* is an output by its number. First come the outputs of the transactions that are held, one transaction after
the other, then those that are only known as what an input spends, which lie *outside*.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tocsin.ransom.ledger.payee import Payees, payee_of
from tocsin.ransom.ledger.transaction import Transaction

__all__ = ["NOT_KNOWN", "Columns", "columns_of"]

NOT_KNOWN: Final = -1


@dataclass(frozen=True, eq=False)
class Columns:
    """Transactions in the ledger's order, each after all that it spends from.

    Attributes:
        txids: 32 bytes a transaction, as its id is shown.
        heights, places: of the block, and in it; ``NOT_KNOWN`` where no source says.
        first_input, first_output: where those of a transaction begin, and after the last where all end.
        spent: the point that each input spends.
        amounts: the satoshi of each point, or ``NOT_KNOWN``.
        payees: whom each point pays, as a number in ``table``, or ``NOT_KNOWN``.
        outside_txids, outside_n: the transactions and output numbers of the points that lie outside.
    """

    txids: NDArray[np.uint8]
    heights: NDArray[np.int32]
    places: NDArray[np.int32]
    first_input: NDArray[np.int32]
    first_output: NDArray[np.int32]
    spent: NDArray[np.int32]
    amounts: NDArray[np.int64]
    payees: NDArray[np.int32]
    outside_txids: NDArray[np.uint8]
    outside_n: NDArray[np.uint32]
    table: Payees

    @property
    def transactions(self) -> int:
        """How many transactions."""
        return len(self.heights)

    @property
    def outputs(self) -> int:
        """How many outputs they have."""
        return int(self.first_output[-1])

    def transaction_of_point(self, points: Any) -> Any:
        """The transactions, by number, whose outputs these points are; none of them lies outside."""
        return _place(self.first_output, points)

    def transaction_of_input(self, inputs: Any) -> Any:
        """The transactions, by number, whose inputs these are."""
        return _place(self.first_input, inputs)

    def name(self, number: int) -> str:
        """The id of a transaction."""
        return bytes(self.txids[number]).hex()

    def point_name(self, point: int) -> str:
        """``TXID:N`` of a point."""
        if point >= self.outputs:
            at = point - self.outputs
            return f"{self.outside_txids[at].tobytes().hex()}:{self.outside_n[at]}"
        number = int(self.transaction_of_point(point))
        return f"{self.name(number)}:{point - self.first_output[number]}"


def columns_of(transactions: Sequence[Transaction]) -> Columns:
    """Transactions, no two of one id, as they come; each input spends a point outside, also where that is held."""
    numbers: dict[bytes, int] = {}

    def number(payee: bytes) -> int:
        return numbers.setdefault(payee, len(numbers)) if payee else NOT_KNOWN

    outputs = [output for one in transactions for output in one.outputs]
    inputs = [input for one in transactions for input in one.inputs]
    payees = [number(payee_of(one.script, one.address)) for one in outputs]
    payees += [number(payee_of(None, one.address)) for one in inputs]
    amounts = [one.amount for one in outputs]
    amounts += [NOT_KNOWN if one.amount is None else one.amount for one in inputs]
    return Columns(
        txids=_ids(one.txid for one in transactions),
        heights=_or_unknown(one.height for one in transactions),
        places=_or_unknown(one.place for one in transactions),
        first_input=_starts(len(one.inputs) for one in transactions),
        first_output=_starts(len(one.outputs) for one in transactions),
        spent=np.arange(len(outputs), len(outputs) + len(inputs), dtype=np.int32),
        amounts=np.array(amounts, np.int64),
        payees=np.array(payees, np.int32),
        outside_txids=_ids(one.spent.txid for one in inputs),
        outside_n=np.array([one.spent.n for one in inputs], np.uint32),
        table=Payees.of(list(numbers)),
    )


def _place(first: NDArray[np.int32], rows: Any) -> Any:
    # Of another type than the array's, the whole array would be turned into that type, at each question.
    return np.searchsorted(first, np.asarray(rows, first.dtype), side="right") - 1


def _ids(some: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer(bytes.fromhex("".join(some)), np.uint8).reshape(-1, 32)


def _or_unknown(some: Iterable[int | None]) -> NDArray[np.int32]:
    return np.array([NOT_KNOWN if one is None else one for one in some], np.int32)


def _starts(sizes: Iterable[int]) -> NDArray[np.int32]:
    return np.array([0, *accumulate(sizes)], np.int32)
