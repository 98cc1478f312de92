"""How long something takes or waits, as a person says it."""

from __future__ import annotations

from typing import Final

from tocsin.model.told.number import number

__all__ = ["age_words"]

_MINUTE: Final = 60_000_000
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


def age_words(us: int) -> str:
    """Return microseconds as ``2 days``, ``3 h``, ``5 min`` or ``less than a minute``, rounded down."""
    if us >= 2 * _DAY:
        return number(us // _DAY, "day")
    if us >= _HOUR:
        return f"{us // _HOUR} h"
    return f"{us // _MINUTE} min" if us >= _MINUTE else "less than a minute"
