"""Where the money of a case went, as far as it can be told whose money it is.

It is followed by FIFO, with the least that any convention gives beside it. It ends at a CoinJoin, behind which money of
strangers comes out, and at an address of a service, which pays whom it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from tocsin.limits import LINK_REACHED
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.trace import Reached, Trace

__all__ = ["METHOD", "Held", "Way", "way_of"]

METHOD: Final = "fifo"
"""The convention by which money is followed from one output to the next."""


@dataclass(frozen=True, slots=True)
class Held:
    """An output that holds money of a case: so much by FIFO, and ``min_sat`` by any convention, in satoshi.

    ``hops`` is by how few transactions it is away from a payment, 0 for a payment itself. ``spent_by`` is "" where
    nothing that is loaded spends it, or where the way ends.
    """

    address: str
    amount_sat: int
    min_sat: int
    hops: int
    spent_by: str


@dataclass(frozen=True, slots=True)
class Way:
    """The outputs that hold money of a case: ``is_cut`` if there are more, ``is_untold`` if amounts are unknown."""

    held: Mapping[OutPoint, Held] = field(default_factory=dict)
    is_cut: bool = False
    is_untold: bool = False


def way_of(
    ledger: Ledger,
    traces: Iterable[Trace],
    *,
    coinjoins: Collection[str],
    service_of: Callable[[str], str],
) -> Way:
    """The way of the money that ``traces`` follow, each a payment by itself.

    Where several of them hold something of one output the most counts, as payments may come one from the other: so an
    amount is never too much. ``service_of`` names the service that an address is labelled as, "" for none.
    """
    held: dict[OutPoint, Held] = {}
    is_cut = is_untold = False
    for one in traces:
        found = _Following(ledger, coinjoins, service_of)
        found.follow(one)
        is_cut |= found.is_cut
        is_untold |= found.is_untold
        for point, new in found.held.items():
            before = held.get(point)
            held[point] = new if before is None else _most(before, new)
    return Way(held, is_cut, is_untold)


def _most(one: Held, other: Held) -> Held:
    return replace(
        one,
        amount_sat=max(one.amount_sat, other.amount_sat),
        min_sat=max(one.min_sat, other.min_sat),
        hops=min(one.hops, other.hops),
        spent_by=one.spent_by or other.spent_by,
    )


class _Following:
    def __init__(self, ledger: Ledger, coinjoins: Collection[str], service_of: Callable[[str], str]) -> None:
        self.ledger = ledger
        self.coinjoins = coinjoins
        self.service_of = service_of
        self.held: dict[OutPoint, Held] = {}
        self.hops: dict[str, int] = {}
        self.ended: set[str] = set()
        self.is_cut = False
        self.is_untold = False

    def follow(self, trace: Trace) -> None:
        for point, sat in trace.seeds.items():
            spend = self.ledger.spend_of(point)
            self.take(point, self.ledger.address_at(point), (sat, sat), 0, spend.txid if spend else "")
        for one in trace.reached:
            amount = one.amounts_sat[METHOD]
            if amount is None:
                self.is_untold = True
            elif amount and not self.is_followed(one):
                self.ended.add(one.spent_by or "")
            elif amount:
                if len(self.held) >= LINK_REACHED:
                    self.is_cut = True
                    return
                hops = self.hops[one.point.txid] + 1
                self.take(one.point, one.address, (amount, one.min_sat), hops, one.spent_by or "")

    def is_followed(self, one: Reached) -> bool:
        """Whether the transaction that pays it is no CoinJoin, and no money came into it from behind an end."""
        txid = one.point.txid
        return txid in self.hops and txid not in self.ended and txid not in self.coinjoins

    def take(self, point: OutPoint, address: str, sat: tuple[int, int], hops: int, spent_by: str) -> None:
        if address and self.service_of(address):
            self.ended.add(spent_by)
            spent_by = ""
        elif spent_by:
            self.hops[spent_by] = min(hops, self.hops.get(spent_by, hops))
        self.held[point] = Held(address, *sat, hops, spent_by)
