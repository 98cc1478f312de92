"""Where a trace is to end although what follows is loaded: beyond, satoshi are nobody's in particular, or too few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from tocsin.ransom.clusters.coinjoin import mixes
from tocsin.ransom.ledger.ledger import Ledger

__all__ = ["End", "Ends"]


class End(StrEnum):
    """Why a trace ends at an output that is spent."""

    SERVICE = "service"
    COINJOIN = "coinjoin"
    DUST = "dust"


@dataclass(frozen=True)
class Ends:
    """What a trace is to end at.

    A service pays out of what all its customers brought, and a CoinJoin's outputs have no owner that could be told; so
    beyond them every convention tells of somebody else's satoshi. ``services`` are addresses with what each is called.
    An output of which less than ``dust_sat`` can be traced is not worth following: that is asked of the range, so that
    all conventions end at the same outputs.
    """

    ledger: Ledger
    services: Mapping[str, str] = field(default_factory=dict)
    at_coinjoins: bool = False
    dust_sat: int = 0

    def reason(self, point: int, spender: int, traced: int) -> End | None:
        """Why a trace ends at a point, of which ``traced`` satoshi at most are traced; None if it goes on."""
        if int(self.ledger.columns.payees[point]) in self.served:
            return End.SERVICE
        if self.at_coinjoins and mixes(self.ledger, spender):
            return End.COINJOIN
        return End.DUST if traced < self.dust_sat else None

    @cached_property
    def served(self) -> frozenset[int]:
        """The payees, by number, that are services."""
        return frozenset(self.ledger.columns.table.all_numbers_of(self.services))
