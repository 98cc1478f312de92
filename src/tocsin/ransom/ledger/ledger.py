"""All transactions that were loaded, as one graph: what is known twice is held together, and what cannot be is refused.

The graph is the same in whatever order transactions come.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, NamedTuple

from tocsin.errors import BadInput
from tocsin.ransom.ledger.script_address import address_of
from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction

__all__ = ["Ledger", "Spend", "together"]

_OVERWRITTEN: Final = {
    "d5d27987d2a3dfc724e359870c6644b40e497bdc0589a033220fe15429d88599": (91812, 91842),
    "e3bf3d07d4b0375638d5f1db5255fe07ba2c4cb067cd81b84ee974b6585fb468": (91722, 91880),
}
"""The two coinbases that are there twice, by their heights: the later made the earlier void (BIP 30)."""

_LAST: Final = 1 << 62


class Spend(NamedTuple):
    """Input ``n`` of the transaction ``txid``."""

    txid: str
    n: int


def together(one: Transaction, other: Transaction) -> Transaction:
    """What two sources know of the transaction that both give; which of the two came first makes no difference.

    Raises:
        BadInput: they contradict each other.
    """
    if len(one.inputs) != len(other.inputs) or len(one.outputs) != len(other.outputs):
        raise BadInput(f"two sources give different inputs or outputs for {one.txid}")
    return Transaction(
        one.txid,
        tuple(_input(one.txid, *pair) for pair in zip(one.inputs, other.inputs, strict=True)),
        tuple(_output(one.txid, *pair) for pair in zip(one.outputs, other.outputs, strict=True)),
        _height(one, other),
        one.place if one.place == other.place or other.place is None else _placed(one, other),
    )


def _input(txid: str, one: Input, other: Input) -> Input:
    if one.spent != other.spent:
        raise BadInput(f"two sources say that {txid} spends {one.spent} and {other.spent}")
    if one.amount is not None and other.amount is not None and one.amount != other.amount:
        raise BadInput(f"two sources give {one.spent} {one.amount:,} and {other.amount:,} satoshi")
    amount = other.amount if one.amount is None else one.amount
    return Input(one.spent, amount, max(one.address, other.address))


def _output(txid: str, one: Output, other: Output) -> Output:
    if one.amount != other.amount:
        raise BadInput(
            f"two sources say that an output of {txid} has {one.amount:,} and {other.amount:,} satoshi"
        )
    if one.script is not None and other.script is not None and one.script != other.script:
        raise BadInput(f"two sources give an output of {txid} different scripts")
    script = other.script if one.script is None else one.script
    return Output(one.amount, script, max(one.address, other.address))


def _height(one: Transaction, other: Transaction) -> int | None:
    if one.height is None or other.height is None or one.height == other.height:
        return other.height if one.height is None else one.height
    heights = (min(one.height, other.height), max(one.height, other.height))
    if _OVERWRITTEN.get(one.txid) == heights and not one.inputs:
        return heights[1]
    raise BadInput(
        f"{one.txid} is in two blocks, of height {heights[0]:,} and {heights[1]:,}",
        hint="Load one chain: a file of blocks may hold some that were given up for others.",
    )


def _placed(one: Transaction, other: Transaction) -> int | None:
    if one.place is None or one.height != other.height:
        return other.place if one.place is None or (other.height or 0) > (one.height or 0) else one.place
    raise BadInput(f"two sources give {one.txid} the places {one.place} and {other.place} in its block")


class Ledger:
    """The transactions by id, and which input spends which output.

    Raises:
        BadInput: two transactions spend one output, an input names an output that its transaction has not, or in
            another amount, more is paid than spent where all amounts are known, or transactions spend in a circle.
    """

    def __init__(self, transactions: Iterable[Transaction]) -> None:
        held: dict[str, Transaction] = {}
        for one in transactions:
            known = held.get(one.txid)
            held[one.txid] = one if known is None else together(known, one)
        self.transactions: Mapping[str, Transaction] = held
        self.spends: Mapping[OutPoint, Spend] = self._spends()
        for one in held.values():
            self._check(one)
        self.order: Mapping[str, int] = self._order()

    def _spends(self) -> dict[OutPoint, Spend]:
        spends: dict[OutPoint, Spend] = {}
        for txid, one in self.transactions.items():
            for n, input in enumerate(one.inputs):
                own = Spend(txid, n)
                other = spends.setdefault(input.spent, own)
                if other is not own:
                    pair = " and ".join(sorted([txid, other.txid]))
                    raise BadInput(f"two inputs spend {input.spent}: of {pair}")
        return spends

    def _check(self, one: Transaction) -> None:
        amounts = self.amounts_in(one)
        for input, amount in zip(one.inputs, amounts, strict=True):
            parent = self.transactions.get(input.spent.txid)
            if parent is None:
                continue
            if input.spent.n >= len(parent.outputs):
                raise BadInput(
                    f"{one.txid} spends {input.spent}, and that has only {len(parent.outputs)} outputs"
                )
            if input.amount is not None and input.amount != amount:
                raise BadInput(
                    f"{one.txid} says that {input.spent} has {input.amount:,} satoshi; it has {amount:,}"
                )
        known = [amount for amount in amounts if amount is not None]
        paid = sum(output.amount for output in one.outputs)
        if amounts and len(known) == len(amounts) and paid > sum(known):
            raise BadInput(f"transaction {one.txid} pays {paid:,} satoshi and spends {sum(known):,}")

    def _order(self) -> dict[str, int]:
        """The transactions by height and place, each after all that it spends from; only a circle has no such order."""
        waits: dict[str, int] = {}
        children: defaultdict[str, list[str]] = defaultdict(list)
        for txid, one in self.transactions.items():
            parents = {input.spent.txid for input in one.inputs if input.spent.txid in self.transactions}
            waits[txid] = len(parents)
            for parent in parents:
                children[parent].append(txid)
        ready = [self._key(txid) for txid, count in waits.items() if not count]
        heapq.heapify(ready)
        order: dict[str, int] = {}
        while ready:
            txid = heapq.heappop(ready)[2]
            order[txid] = len(order)
            for child in children[txid]:
                waits[child] -= 1
                if not waits[child]:
                    heapq.heappush(ready, self._key(child))
        if len(order) != len(waits):
            first = min(txid for txid in waits if txid not in order)
            raise BadInput(
                f"transactions spend from each other in a circle, which no chain can: {first} hangs on it"
            )
        return order

    def _key(self, txid: str) -> tuple[int, int, str]:
        one = self.transactions[txid]
        height = _LAST if one.height is None else one.height
        return height, _LAST if one.place is None else one.place, txid

    def transaction(self, txid: str) -> Transaction | None:
        """The transaction of this id; None if it is not loaded."""
        return self.transactions.get(txid)

    def amount_of(self, point: OutPoint) -> int | None:
        """The satoshi of an output; None if neither its transaction nor an input that tells them is loaded."""
        parent = self.transactions.get(point.txid)
        if parent is not None:
            return parent.outputs[point.n].amount if point.n < len(parent.outputs) else None
        spend = self.spends.get(point)
        return None if spend is None else self.transactions[spend.txid].inputs[spend.n].amount

    def amounts_in(self, one: Transaction) -> list[int | None]:
        """The satoshi of each input of a transaction, None where it is not known."""
        return [self.amount_of(input.spent) for input in one.inputs]

    def address_at(self, point: OutPoint) -> str:
        """The address of an output; "" if it has none or is not known."""
        parent = self.transactions.get(point.txid)
        if parent is not None and point.n < len(parent.outputs):
            output = parent.outputs[point.n]
            return output.address or ("" if output.script is None else address_of(output.script))
        spend = self.spends.get(point)
        return "" if spend is None else self.transactions[spend.txid].inputs[spend.n].address

    @cached_property
    def paid_to(self) -> Mapping[str, list[OutPoint]]:
        """By address the outputs that pay to it, those too that are only known as an input."""
        paid: defaultdict[str, list[OutPoint]] = defaultdict(list)
        for txid in self.order:
            one = self.transactions[txid]
            points = [input.spent for input in one.inputs if input.spent.txid not in self.transactions]
            points += [OutPoint(txid, n) for n in range(len(one.outputs))]
            for point in points:
                if address := self.address_at(point):
                    paid[address].append(point)
        return paid

    @property
    def missing(self) -> set[str]:
        """The transactions that are not loaded, and without which the amount of an input is unknown."""
        return {
            input.spent.txid
            for one in self.transactions.values()
            for input in one.inputs
            if input.amount is None and input.spent.txid not in self.transactions
        }
