"""All transactions that were loaded, as one graph: what is known twice is held together, and what cannot be is refused.

The graph is the same in whatever order transactions come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.ransom.ledger.columns import NOT_KNOWN, Columns, columns_of
from tocsin.ransom.ledger.joining import found_ids, joined
from tocsin.ransom.ledger.payee import address_in, script_in, told_address
from tocsin.ransom.ledger.together import together
from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction, is_txid

__all__ = ["Ledger", "Spend"]


class Spend(NamedTuple):
    """Input ``n`` of the transaction ``txid``."""

    txid: str
    n: int


class Ledger:
    """Transactions in time, by id and by number, and which input spends which output.

    Points are outputs by their number, as :mod:`tocsin.ransom.ledger.columns` numbers them.
    """

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    @classmethod
    def of(cls, transactions: Iterable[Transaction]) -> Ledger:
        """The ledger of transactions; one that comes twice is held together.

        Raises:
            BadInput: two say different things of one transaction, two spend one output, an input names an output that
                its transaction has not, or in another amount, more is paid than spent where all amounts are known, or
                transactions spend in a circle.
        """
        held: dict[str, Transaction] = {}
        for one in transactions:
            known = held.get(one.txid)
            held[one.txid] = one if known is None else together(known, one)
        return cls(joined([columns_of(list(held.values()))]))

    def and_also(self, transactions: Iterable[Transaction]) -> Ledger:
        """This ledger with more transactions, none of which says less of a held one than is known.

        Raises:
            BadInput: as :meth:`of`.
        """
        return Ledger(joined([self.columns, columns_of(list(transactions))]))

    def __len__(self) -> int:
        return self.columns.transactions

    def __contains__(self, txid: str) -> bool:
        return self.number(txid) is not None

    def number(self, txid: str) -> int | None:
        """The place of a transaction in time; None if it is not held."""
        if not is_txid(txid):
            return None
        key = bytes.fromhex(txid)
        for number in np.flatnonzero(self._beginnings == int.from_bytes(key[:4], "big")).tolist():
            if self.columns.txids[number].tobytes() == key:
                return int(number)
        return None

    def beginning_with(self, digits: str) -> list[str]:
        """The ids that begin with so many hexadecimal digits, eight or more, of what is held and of what it spends."""
        half = len(digits) // 2
        key = np.frombuffer(bytes.fromhex(digits[: 2 * half]), np.uint8)
        found = set()
        for ids in (self.columns.txids, self.columns.outside_txids):
            rows = ids[(ids[:, :half] == key).all(axis=1)]
            found |= {one for row in rows if (one := row.tobytes().hex()).startswith(digits)}
        return sorted(found)

    def numbers(self, txids: Iterable[str]) -> list[int | None]:
        """:meth:`number` of many."""
        ids = np.frombuffer(bytes.fromhex("".join(txids)), np.uint8).reshape(-1, 32)
        found = found_ids(self.columns.txids, ids).tolist()
        return [None if number == NOT_KNOWN else number for number in found]

    def transaction(self, txid: str) -> Transaction | None:
        """The transaction with all that is known of it; None if it is not held."""
        number = self.number(txid)
        return None if number is None else self.transaction_at(number)

    def transaction_at(self, number: int) -> Transaction:
        """The transaction of this place, with all that is known of it."""
        columns = self.columns
        points = self.points_spent(number).tolist()
        height, place = int(columns.heights[number]), int(columns.places[number])
        return Transaction(
            columns.name(number),
            tuple(Input(self.outpoint(one), self.amount(one), self.address(one)) for one in points),
            tuple(self._output(one) for one in self.points_paid(number)),
            None if height == NOT_KNOWN else height,
            None if place == NOT_KNOWN else place,
        )

    def points_spent(self, number: int) -> NDArray[np.int32]:
        """The points that the inputs of a transaction spend."""
        first = self.columns.first_input
        return self.columns.spent[first[number] : first[number + 1]]

    def points_paid(self, number: int) -> range:
        """The outputs of a transaction."""
        first = self.columns.first_output
        return range(int(first[number]), int(first[number + 1]))

    def point(self, outpoint: OutPoint) -> int | None:
        """The number of an output; None if neither its transaction nor one that spends it is held."""
        number = self.number(outpoint.txid)
        if number is not None:
            points = self.points_paid(number)
            return points[outpoint.n] if outpoint.n < len(points) else None
        if not is_txid(outpoint.txid):
            return None
        key = np.frombuffer(bytes.fromhex(outpoint.txid), np.uint8)
        rows = np.flatnonzero(self.columns.outside_n == outpoint.n)
        same = rows[(self.columns.outside_txids[rows] == key).all(axis=1)]
        return self.columns.outputs + int(same[0]) if len(same) else None

    def outpoint(self, point: int) -> OutPoint:
        """The name of an output."""
        columns = self.columns
        if point >= columns.outputs:
            at = point - columns.outputs
            return OutPoint(columns.outside_txids[at].tobytes().hex(), int(columns.outside_n[at]))
        number = int(columns.transaction_of_point(point))
        return OutPoint(columns.name(number), point - int(columns.first_output[number]))

    def amount(self, point: int) -> int | None:
        """The satoshi of a point; None if no source says."""
        amount = int(self.columns.amounts[point])
        return None if amount == NOT_KNOWN else amount

    def address(self, point: int) -> str:
        """The address that a point pays; "" if it has none or is not known."""
        payee = int(self.columns.payees[point])
        return "" if payee == NOT_KNOWN else address_in(self.columns.table[payee])

    def spender(self, point: int) -> int | None:
        """The transaction, by number, that spends a point; None if none that is held does."""
        number = int(self.spenders[point])
        return None if number == NOT_KNOWN else number

    @cached_property
    def spenders(self) -> NDArray[np.int32]:
        """For each point the transaction, by number, that spends it, or ``NOT_KNOWN``."""
        columns = self.columns
        spenders = np.full(len(columns.amounts), NOT_KNOWN, np.int32)
        sizes = np.diff(columns.first_input)
        spenders[columns.spent] = np.repeat(np.arange(len(self), dtype=np.int32), sizes)
        return spenders

    def spend_of(self, outpoint: OutPoint) -> Spend | None:
        """What spends an output; None if no transaction that is held does."""
        point = self.point(outpoint)
        spender = None if point is None else self.spender(point)
        if spender is None:
            return None
        return Spend(self.columns.name(spender), self.points_spent(spender).tolist().index(point))

    def amount_of(self, outpoint: OutPoint) -> int | None:
        """The satoshi of an output; None if neither its transaction nor an input that tells them is held."""
        point = self.point(outpoint)
        return None if point is None else self.amount(point)

    def address_at(self, outpoint: OutPoint) -> str:
        """The address of an output; "" if it has none or is not known."""
        point = self.point(outpoint)
        return "" if point is None else self.address(point)

    def spelling(self, address: str) -> str:
        """An address as the ledger writes it; "" if no output that is known pays to it."""
        numbers = self.columns.table.numbers_of(address)
        return address_in(self.columns.table[numbers[0]]) if numbers else ""

    def spellings(self, addresses: Collection[str]) -> dict[str, str]:
        """:meth:`spelling` of many together, without those that it does not know."""
        table = self.columns.table
        numbers = table.numbers_by_address(addresses)
        return {address: address_in(table[some[0]]) for address, some in numbers.items()}

    def paid_to(self, address: str) -> list[OutPoint]:
        """The outputs that pay to an address, those too that are only known as an input, in time."""
        payees = self.columns.table.numbers_of(address)
        points = np.flatnonzero(np.isin(self.columns.payees, payees)) if payees else np.zeros(0, np.int64)
        inside = points < self.columns.outputs
        times = np.empty(len(points), np.int64)
        times[inside] = self.columns.transaction_of_point(points[inside])
        times[~inside] = self.spenders[points[~inside]]
        # What a transaction spends is there before what it pays.
        order = np.lexsort([points, inside, times])
        return [self.outpoint(point) for point in points[order].tolist()]

    @property
    def missing(self) -> set[str]:
        """The transactions that are not held, and without which the amount of an input is unknown."""
        columns = self.columns
        rows = columns.outside_txids[columns.amounts[columns.outputs :] == NOT_KNOWN]
        return {row.tobytes().hex() for row in rows}

    def _output(self, point: int) -> Output:
        payee = int(self.columns.payees[point])
        if payee == NOT_KNOWN:
            return Output(int(self.columns.amounts[point]))
        told = self.columns.table[payee]
        return Output(int(self.columns.amounts[point]), script_in(told), told_address(told))

    @cached_property
    def _beginnings(self) -> NDArray[np.uint32]:
        return np.ascontiguousarray(self.columns.txids[:, :4]).view(">u4")[:, 0].astype(np.uint32)
