"""Points in time as STIX writes them (RFC 3339 in UTC), to any precision.

An instant is a whole number of nanoseconds since 1970-01-01T00:00:00Z, or a ``Fraction`` of
nanoseconds when the text has more than nine decimals. Both compare, add and sort with each other
exactly, so nothing is rounded before it is compared.
"""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from functools import lru_cache

from tocsin.errors import BadInput

__all__ = [
    "NS_PER_S",
    "Instant",
    "format_instant",
    "format_microseconds",
    "microseconds_of",
    "parse_timestamp",
]

NS_PER_S = 1_000_000_000
Instant = int | Fraction

# STIX 2.1 section 2.16: upper-case T and Z, seconds present, any number of decimals.
_TIMESTAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?Z", re.ASCII)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_END_OF_9999 = (date.max.toordinal() + 1 - _EPOCH_DAY) * 86_400


@lru_cache(maxsize=1024)
def parse_timestamp(text: str) -> Instant:
    """Return the instant that ``text`` names.

    Years 0001 to 9999; second 60 (a leap second) is read as the next minute's first second, as POSIX does.

    Raises:
        BadInput: the text is not an RFC 3339 timestamp in UTC, names no day of the calendar, lies after
            the year 9999 (its last leap second does), or has more decimals than Python reads (4,300).
    """
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        raise BadInput(f"{text[:60]!r} is not a timestamp like 2021-03-02T08:15:00Z")
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second <= 60):
        raise BadInput(f"{text[:60]!r} names no time of the calendar")
    try:
        days = date(year, month, day).toordinal() - _EPOCH_DAY
    except ValueError:
        raise BadInput(f"{text[:60]!r} names no day of the calendar") from None
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    if seconds >= _END_OF_9999:
        raise BadInput(f"{text[:60]!r} lies after the year 9999")
    fraction = (found[7] or "").rstrip("0")
    if not fraction:
        return seconds * NS_PER_S
    if len(fraction) <= 9:
        return seconds * NS_PER_S + int(fraction.ljust(9, "0"))
    try:
        numerator = int(fraction)
    except ValueError:  # Python reads no number of unbounded length, for that takes quadratic time.
        raise BadInput(f"{text[:60]!r} has {len(fraction)} decimals") from None
    return Fraction(numerator, 10 ** len(fraction)) * NS_PER_S + seconds * NS_PER_S


def microseconds_of(text: str) -> int | None:
    """The microseconds since 1970 that ``text`` names, what is finer cut off; None if it is no timestamp."""
    try:
        return int(parse_timestamp(text) // 1000)
    except BadInput:
        return None


def format_microseconds(us: int) -> str:
    """Write microseconds since 1970 as TAXII does: six decimals, always (TAXII 2.1 section 2)."""
    whole, _, fraction = format_instant(us * 1000).removesuffix("Z").partition(".")
    return f"{whole}.{fraction:0<6}Z"


def format_instant(instant: Instant) -> str:
    """Write ``instant`` as STIX does, with three to nine decimals and no more than are needed.

    What is finer than a nanosecond is cut off.
    """
    whole = int(instant // 1)
    seconds, nanoseconds = divmod(whole, NS_PER_S)
    days, rest = divmod(seconds, 86_400)
    hour, rest = divmod(rest, 3_600)
    minute, second = divmod(rest, 60)
    decimals = f"{nanoseconds:09d}".rstrip("0").ljust(3, "0")
    day = date.fromordinal(days + _EPOCH_DAY)
    return f"{day.isoformat()}T{hour:02d}:{minute:02d}:{second:02d}.{decimals}Z"
