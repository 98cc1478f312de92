"""How much of some money reached some addresses: by each convention, with the range that needs none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tocsin.ransom.taint.trace import Reached, Trace

__all__ = ["Exposure", "exposure"]


@dataclass(frozen=True, slots=True)
class Exposure:
    """What of ``seeded_sat`` came to some outputs, in satoshi: by each method (None: it cannot tell), and the range.

    The outputs are added up, so money that came there twice counts twice. The range holds whatever convention neither
    makes nor loses satoshi; it may begin at 0.
    """

    seeded_sat: int
    outputs: int
    amounts_sat: Mapping[str, int | None]
    min_sat: int
    max_sat: int


def exposure(trace: Trace, addresses: Collection[str]) -> Exposure | None:
    """What of the seeds of ``trace`` reached ``addresses``; None if nothing can have."""
    reached = [one for one in trace.reached if one.address in addresses and _can_hold(one)]
    if not reached:
        return None
    return Exposure(
        trace.seeded_sat,
        len(reached),
        {name: _sum(reached, name) for name in trace.methods},
        sum(one.min_sat for one in reached),
        sum(one.max_sat for one in reached),
    )


def _can_hold(one: Reached) -> bool:
    return one.max_sat > 0 or any(one.amounts_sat.values())


def _sum(reached: list[Reached], name: str) -> int | None:
    total = 0
    for one in reached:
        amount = one.amounts_sat[name]
        if amount is None:
            return None
        total += amount
    return total
