"""Where the money of a case went, as far as it can be told whose money it is.

It is followed by FIFO, with the least that any convention gives beside it. It ends at a CoinJoin, behind which money of
strangers comes out, and at an address of a service, which pays whom it likes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from tocsin.limits import LINK_REACHED
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.ends import End
from tocsin.ransom.taint.trace import Trace

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


def way_of(ledger: Ledger, traces: Iterable[Trace], services: Collection[str] = ()) -> Way:
    """The way of the money that ``traces`` follow, each a payment by itself, to where they end.

    What was paid to one of ``services`` (addresses) is not followed at all, though a trace of it goes on. Where several
    of them hold something of one output the most counts, as payments may come one from the other: so an amount is never
    too much.
    """
    held: dict[OutPoint, Held] = {}
    is_cut = is_untold = False
    for one in traces:
        found = _followed(ledger, one, services)
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


def _followed(ledger: Ledger, trace: Trace, services: Collection[str]) -> Way:
    held: dict[OutPoint, Held] = {}
    hops: dict[str, int] = {}
    is_cut, is_untold = bool(trace.left_out), False
    service_spends: set[str] = set()
    for point, sat in trace.seeds.items():
        address = ledger.address_at(point)
        spend = None if address in services else ledger.spend_of(point)
        held[point] = Held(address, sat, sat, 0, spend.txid if spend else "")
        if spend:
            hops[spend.txid] = 0
    if not hops:
        return Way(held)
    for one in trace.reached:
        amount = one.amounts_sat[METHOD]
        before = hops.get(one.point.txid)
        is_behind = one.point.txid in service_spends  # What else a service spends is its own, too.
        if amount and one.spent_by and (is_behind or one.ended is End.SERVICE):
            service_spends.add(one.spent_by)
        if is_behind:
            continue
        if amount is None:
            is_untold = True
        elif amount and (before is None or len(held) >= LINK_REACHED):
            is_cut = True
        elif amount and before is not None:
            spent_by = "" if one.ended else one.spent_by or ""
            held[one.point] = Held(one.address, amount, one.min_sat, before + 1, spent_by)
            if spent_by:
                hops[spent_by] = min(before + 1, hops.get(spent_by, before + 1))
    return Way(held, is_cut, is_untold)
