"""Moments as versions (RFC 3339): compared as instants, whatever their offset and the digits of their seconds."""

from __future__ import annotations

import re

__all__ = ["datetime_key"]

_VERSION = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]++))?+"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAY_S = 86_400
_END = b"\x00"


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days(year: int, month: int, day: int) -> int | None:
    """Return the days since a day before year 0, None where there is no such day."""
    if not 1 <= month <= 12:
        return None
    length = 29 if month == 2 and _is_leap(year) else _DAYS[month - 1]
    if not 1 <= day <= length:
        return None
    # Years begin in March, so that a leap day is the last of its year; year 0 in March is day 366 at the earliest.
    if month <= 2:
        year -= 1
        month += 12
    return 366 + 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day


def datetime_key(version: str) -> bytes | None:
    """Return the key of an RFC 3339 date-time, None for any other text, and for a day or time that is none."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, offset_hour, offset_minute = found.groups()
    days = _days(int(year), int(month), int(day))
    # A leap second is the 60th of its minute.
    if days is None or int(hour) > 23 or int(minute) > 59 or int(second) > 60:
        return None
    seconds = days * _DAY_S + int(hour) * 3600 + int(minute) * 60 + int(second)
    if sign:
        if int(offset_hour) > 23 or int(offset_minute) > 59:
            return None
        offset = int(offset_hour) * 3600 + int(offset_minute) * 60
        seconds += -offset if sign == "+" else offset
    return seconds.to_bytes(8, "big") + (fraction or "").rstrip("0").encode() + _END
