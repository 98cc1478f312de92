"""Business days by a calendar that is data: fixed days, the nth weekday of a month, and days of closing."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Annotated, Final, Literal

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.incidents.rules.profile import RuleId, Words
from tocsin.limits import RULE_FILE_BYTES
from tocsin.model.toml_text import decode_toml

__all__ = ["Calendar", "count_business_days", "read_calendar"]

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SATURDAY: Final = 5
_SUNDAY: Final = 6
_WEEK: Final = 7


class _Holiday(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fixed ``day``, or the ``number``-th ``weekday`` of the month (-1 the last), ``since`` a year."""

    name: Words
    month: Annotated[int, msgspec.Meta(ge=1, le=12)]
    day: Annotated[int, msgspec.Meta(ge=1, le=31)] | None = None
    weekday: Weekday | None = None
    number: Literal[-1, 1, 2, 3, 4] | None = None
    since: int = 1


class _Closed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    day: date
    name: Words
    source: Words


class Calendar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The days that do not count. Saturdays and Sundays never do."""

    name: RuleId
    words: Words
    as_of: date
    source: Words
    url: str = ""
    holiday: tuple[_Holiday, ...] = ()
    closed: tuple[_Closed, ...] = ()

    def holidays(self, year: int) -> Mapping[date, str]:
        """The holidays that are kept in ``year``, by the day on which they are, and the days of closing."""
        return _holidays(self, year)

    def why_closed(self, day: date) -> str:
        """Why ``day`` is no business day, "" if it is one."""
        if day.weekday() >= _SATURDAY:
            return _WEEKDAYS[day.weekday()].capitalize()
        return self.holidays(day.year).get(day, "")

    def __hash__(self) -> int:
        return hash((self.name, self.as_of, self.holiday, self.closed))


@cache
def _holidays(held: Calendar, year: int) -> dict[date, str]:
    # New Year's Day of the next year is kept in this one where it is a Saturday.
    kept = {
        _observed(day): each.name
        for each in held.holiday
        for near in (year, year + 1)
        if near >= each.since and near <= date.max.year
        for day in [_day(each, near)]
    }
    kept |= {each.day: each.name for each in held.closed}
    return {day: name for day, name in kept.items() if day.year == year}


def _day(held: _Holiday, year: int) -> date:
    if held.day is not None:
        return date(year, held.month, held.day)
    assert held.weekday is not None
    assert held.number is not None
    wanted = _WEEKDAYS.index(held.weekday)
    if held.number < 0:
        last = date(year, held.month, calendar.monthrange(year, held.month)[1])
        return last - timedelta(days=(last.weekday() - wanted) % _WEEK)
    first = date(year, held.month, 1)
    return first + timedelta(days=(wanted - first.weekday()) % _WEEK + _WEEK * (held.number - 1))


def _observed(day: date) -> date:
    if day.weekday() == _SATURDAY:
        return day - timedelta(days=1)
    return day + timedelta(days=1) if day.weekday() == _SUNDAY else day


def count_business_days(day: date, number: int, held: Calendar) -> Iterator[tuple[date, int, str]]:
    """The days after ``day`` up to its ``number``-th business day: each with its count, 0 and why where it has none.

    The day itself never counts. So a period from a Saturday, Sunday or holiday begins on, and includes, the first
    business day after it (Form 8-K, General Instruction B.1).
    """
    counted = 0
    while counted < number:
        day += timedelta(days=1)
        why = held.why_closed(day)
        counted += not why
        yield day, 0 if why else counted, why


def read_calendar(data: bytes, name: str) -> Calendar:
    """Read a calendar as ``data/calendars`` has them.

    Raises:
        BadInput: it is no TOML, has a word or value that no calendar has, or a day that no year has; with the place.
    """
    held = decode_toml(data, name, Calendar, "calendar", RULE_FILE_BYTES)
    for at, each in enumerate(held.holiday):
        path = f"$.holiday[{at}]"
        fixed, nth = each.day is not None, each.weekday is not None and each.number is not None
        if fixed == nth or (fixed and (each.weekday or each.number)):
            raise BadInput("needs either day, or weekday and number", where=Place(file=name, path=path))
        if each.day is not None and each.day > calendar.monthrange(2023, each.month)[1]:
            raise BadInput("names no day that each year has", where=Place(file=name, path=f"{path}.day"))
    return held
