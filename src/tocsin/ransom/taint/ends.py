"""Where a trace is to end although what follows is loaded: beyond, satoshi are nobody's in particular, or too few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tocsin.ransom.clusters.coinjoin import mixes
from tocsin.ransom.clusters.mixing import mixing
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
    Dust is an output at which no method that conserves, followed by itself, finds as much as ``dust_sat``. All methods
    and the range end at the same outputs, or one could not be held to the other.
    """

    ledger: Ledger
    services: Mapping[str, str] = field(default_factory=dict)
    at_coinjoins: bool = False
    dust_sat: int = 0

    def reason(self, point: int, spender: int, *, is_seed: bool) -> End | None:
        """Why a trace ends at a point, its dust apart; None if it goes on.

        What a service was paid is followed if just that was asked for.
        """
        if not is_seed and int(self.ledger.columns.payees[point]) in self.served:
            return End.SERVICE
        return End.COINJOIN if self.at_coinjoins and mixes(self.ledger, spender) else None

    @cached_property
    def mixed(self) -> NDArray[np.bool_]:
        """For each transaction whether it looks like a CoinJoin: what machine code asks at every step."""
        return mixing(self.ledger)

    @cached_property
    def served(self) -> frozenset[int]:
        """The payees, by number, that are services."""
        numbers = self.ledger.columns.table.numbers_by_address(self.services)
        return frozenset(number for some in numbers.values() for number in some)
