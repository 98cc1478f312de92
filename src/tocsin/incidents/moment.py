"""A point in time as a person knows it: to the second, or only to the day, and on whose clock."""

from __future__ import annotations

from enum import Enum

import msgspec

__all__ = ["Fidelity", "Moment"]


class Fidelity(Enum):
    """To what a time is known (the enumeration of the STIX incident extensions, ``start_time_fidelity``)."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Moment(msgspec.Struct, frozen=True):
    """A time. ``us`` is microseconds since 1970 in UTC: the beginning of the span that ``fidelity`` leaves open.

    ``zone`` is the IANA name of the clock that it was read from ("" for UTC): a day is a day there.
    """

    us: int
    fidelity: Fidelity = Fidelity.MINUTE
    zone: str = ""
