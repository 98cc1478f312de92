"""How long people take: drawn from distributions that the report states. With ``--speed max`` nobody waits for them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from tocsin.exercise.nation.nation import Watch

__all__ = ["DISTRIBUTIONS", "poll_s", "read_s", "release_s", "vet_s"]

DISTRIBUTIONS: Final[Mapping[str, str]] = {
    "vet": "the hub's duty officer reads the report and asks back: lognormal, median 20 minutes, a tenth takes more "
    "than 45",
    "release": "a second person releases it: lognormal, median 8 minutes, a tenth takes more than 18",
    "poll": "a member's timer asks the hub once a minute: uniform, 0 to 60 seconds",
    "read": "at a member: a desk that is never empty, lognormal, median 8 minutes; somebody with a telephone, median "
    "35 minutes; one person alone reads at 8 in the morning (UTC), and within working hours after a "
    "median of 60 minutes",
    "offline": "a machine that is off hears at its return, 2 to 20 hours later",
}
_MINUTE_S: Final = 60.0
_SPREAD: Final = 0.63
"""Of the logarithm: a tenth takes more than 2.25 times the median."""
_MEDIAN_S: Final[Mapping[Watch, float]] = {
    "desk": 8 * _MINUTE_S,
    "on-call": 35 * _MINUTE_S,
    "alone": 60 * _MINUTE_S,
}
_HOURS: Final = (8, 17)


def vet_s(chance: random.Random) -> float:
    """Seconds until the hub's duty officer has vetted a report."""
    return _lognormal(chance, 20 * _MINUTE_S)


def release_s(chance: random.Random) -> float:
    """Seconds from then until it is released."""
    return _lognormal(chance, 8 * _MINUTE_S)


def poll_s(chance: random.Random) -> float:
    """Seconds until a member's timer asks the hub."""
    return chance.uniform(0, _MINUTE_S)


def read_s(chance: random.Random, watch: Watch, arrived_us: int) -> float:
    """Seconds from the answer on the machine until somebody there has read it."""
    took = _lognormal(chance, _MEDIAN_S[watch])
    if watch != "alone":
        return took
    at = datetime.fromtimestamp(arrived_us / 1_000_000, UTC)
    begin, end = _HOURS
    if begin <= at.hour < end:
        return took
    of_day = at.hour * 3600 + at.minute * 60 + at.second
    return float((begin * 3600 - of_day) % 86_400) + took


def _lognormal(chance: random.Random, median_s: float) -> float:
    return median_s * chance.lognormvariate(0.0, _SPREAD)
