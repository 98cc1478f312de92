"""Shares of an affiliate: who splits a ransom in two by a round share, as those do who rent their ransomware.

An affiliate of DarkSide got 85 of 100 of what Colonial Pipeline paid: 63.75 of 75 BTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.links.way import Way

__all__ = ["BY_CHANCE", "SHARES", "SPLIT_HOPS", "TOLERANCE", "Splits", "splits_of"]

SHARES: Final = tuple(range(60, 100, 5))
"""The larger share, in percent; from 60, since a half is everywhere."""
TOLERANCE: Final = 25
"""How far from a share an amount may be, in hundredths of a percent of both outputs: rounding and a fee."""
BY_CHANCE: Final = 100
"""Of so many transactions of two outputs one has a given share by chance, were shares even from 50 to 100 percent."""
SPLIT_HOPS: Final = 3
"""By so many transactions from the payment is a split looked for."""


@dataclass(frozen=True, slots=True)
class Splits:
    """The round shares (percent, the larger) by which a case's money was split, each with the first transaction.

    ``looked_at`` is of how many transactions of two outputs.
    """

    shares: Mapping[int, str] = field(default_factory=dict)
    looked_at: int = 0


def splits_of(ledger: Ledger, way: Way) -> Splits:
    """The splits of a case: of transactions near to the payment that spend its money alone and have two outputs."""
    spent = {one.spent_by: one.hops for one in way.held.values() if one.spent_by and one.hops < SPLIT_HOPS}
    shares: dict[int, tuple[int, str]] = {}
    looked_at = 0
    for txid in sorted(spent):
        found = ledger.transaction(txid)
        if found is None or len(found.outputs) != 2:
            continue
        points = [OutPoint(txid, n) for n in range(2)]
        if not (
            all(_is_whole(ledger, way, one.spent) for one in found.inputs) and all(map(way.held.get, points))
        ):
            continue
        looked_at += 1
        share = _share(found.outputs[0].amount, found.outputs[1].amount)
        if share:
            shares[share] = min(shares.get(share, (spent[txid], txid)), (spent[txid], txid))
    return Splits({share: txid for share, (_, txid) in sorted(shares.items())}, looked_at)


def _is_whole(ledger: Ledger, way: Way, point: OutPoint) -> bool:
    """Whether all of an output is money of the case."""
    held = way.held.get(point)
    return held is not None and held.amount_sat == ledger.amount_of(point)


def _share(one: int, other: int) -> int:
    """The round share of the larger of two amounts, 0 if it has none."""
    larger, both = max(one, other), one + other
    for share in SHARES:
        if abs(10_000 * larger - 100 * share * both) <= TOLERANCE * both:
            return share
    return 0
