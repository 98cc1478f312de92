"""When a report is due: a moment, a clock of a rule, and the last instant that is still in time.

Hours are exact and know no time zone. Days and months are those of the clock on the wall: they end with the day, so
a change to or from summer time makes one an hour longer or shorter. The day on which something happens does not
count (Form 8-K, General Instruction B.1; Regulation (EEC, Euratom) No 1182/71, Article 3(1)). Where a rule leaves
two readings the earlier deadline is told.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from tocsin.errors import BadInput
from tocsin.incidents.moment import Fidelity, Moment, zone_of
from tocsin.incidents.rules.business_days import Calendar, count_business_days
from tocsin.incidents.rules.rule import Clock

__all__ = ["Deadline", "deadline", "is_zone", "local", "time_words"]

US_PER_S: Final = 1_000_000
US_PER_HOUR: Final = 3_600 * US_PER_S
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN_STEPS: Final = 10
_COARSE: Final = {
    Fidelity.HOUR: "hour",
    Fidelity.DAY: "day",
    Fidelity.MONTH: "month",
    Fidelity.YEAR: "year",
}


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """The last instant in time, ``us`` (microseconds since 1970 in UTC); None is *as soon as possible*.

    ``starts_us`` is where the clock started, ``zone`` the clock that ``words`` is told on. ``steps`` say how days
    were counted, ``notes`` what a reader should know of it.
    """

    us: int | None
    starts_us: int
    zone: str
    words: str
    steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def is_zone(name: str) -> bool:
    """Whether ``name`` is a time zone of IANA's database that is known here."""
    try:
        zone_of(name)
    except BadInput:
        return False
    return True


def local(us: int, zone: str) -> datetime:
    """The time on the clock of ``zone`` ("" is UTC).

    Raises:
        BadInput: the zone is not known, or the instant lies outside the years 1 to 9999.
    """
    try:
        return (_EPOCH + timedelta(microseconds=us)).astimezone(zone_of(zone))
    except OverflowError:
        raise BadInput("a moment lies outside the calendar (years 1 to 9999)") from None


def time_words(us: int, zone: str) -> str:
    """``Thu 3 December 2026 17:30 EST (America/New_York)``; the name of the clock only where it is not UTC."""
    at = local(us, zone)
    text = f"{_day_words(at.date())} {at:%H:%M}"
    if not zone or zone == "UTC":
        return f"{text} UTC"
    name = at.tzname() or ""
    return f"{text} {name} ({zone})" if name.isalpha() else f"{text} ({zone}, UTC{at:%z})"


def deadline(clock: Clock, moment: Moment, calendars: Mapping[str, Calendar], zone: str = "") -> Deadline:
    """When what ``clock`` starts at ``moment`` is due; ``zone`` is the clock to use where neither says one.

    A moment that is known only to the day or month counts from its first instant.

    Raises:
        BadInput: a zone or calendar is not known, or the deadline lies after the year 9999.
    """
    own = moment.zone or zone
    on = clock.zone or own
    notes = [*_fidelity_notes(moment)]
    if clock.at_once:
        return Deadline(
            us=None, starts_us=moment.us, zone=own, words="as soon as possible", notes=tuple(notes)
        )
    try:
        if clock.hours is not None:
            us = moment.us + clock.hours * US_PER_HOUR
            words = time_words(us, own)
            return Deadline(us=us, starts_us=moment.us, zone=own, words=words, notes=tuple(notes))
        if not on:
            notes.append("No time zone is known for it, so days are counted on the clock of UTC.")
        return _by_days(clock, moment, calendars, own, on, notes)
    except OverflowError:
        raise BadInput("the deadline lies after the year 9999") from None


def _by_days(
    clock: Clock, moment: Moment, calendars: Mapping[str, Calendar], own: str, on: str, notes: list[str]
) -> Deadline:
    day = local(moment.us, on).date()
    last, steps = _last_day(clock, day, calendars)
    us = _end(last, clock.until, on)
    there = local(moment.us, own).date() if own else day
    if there < day:
        # It was a day earlier where it happened: the rule does not say whose clock counts.
        earlier, other_steps = _last_day(clock, there, calendars)
        sooner = _end(earlier, clock.until, on)
        if moment.us <= sooner < us:
            us, last, steps = sooner, earlier, other_steps
            notes.append(
                f"Counted from {_day_words(there)}, the day it was in {own}; the rule names no clock."
            )
    words = time_words(us, on) if clock.until else f"the end of {_day_words(last)} ({on or 'UTC'})"
    return Deadline(us=us, starts_us=moment.us, zone=on, words=words, steps=steps, notes=tuple(notes))


def _last_day(clock: Clock, day: date, calendars: Mapping[str, Calendar]) -> tuple[date, tuple[str, ...]]:
    if clock.calendar_days is not None:
        return day + timedelta(days=clock.calendar_days), ()
    if clock.months is not None:
        return _months_later(day, clock.months), ()
    assert clock.business_days is not None
    held = calendars.get(clock.holidays)
    if held is None:
        raise BadInput(f"there is no calendar {clock.holidays[:60]!r}")
    counted = list(count_business_days(day, clock.business_days, held))
    steps = tuple(
        f"{_day_words(each)}: {f'business day {number}' if number else f'not counted, {why}'}"
        for each, number, why in counted[:_SHOWN_STEPS]
    )
    return counted[-1][0], steps


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last where it has no such day (1182/71, Article 3(2)(c))."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if years > date.max.year:
        raise OverflowError
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def _end(day: date, until: str, zone: str) -> int:
    """The last microsecond of ``day``, or ``until`` on it, on the clock of ``zone``.

    A day ends where the next begins: at midnight, or where the clock jumps over midnight, at the jump. A time that
    comes twice is meant the first time; one that is jumped over, as much after the jump.
    """
    hour, minute = (int(until[:2]), int(until[3:])) if until else (0, 0)
    start = day if until else day + timedelta(days=1)
    wall = datetime(start.year, start.month, start.day, hour, minute, tzinfo=zone_of(zone))
    us = (wall.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)
    return us if until else us - 1


def _fidelity_notes(moment: Moment) -> list[str]:
    unit = _COARSE.get(moment.fidelity)
    if unit is None:
        return []
    return [f"The moment is known only to the {unit}; counted from the first instant of that {unit}."]


def _day_words(day: date) -> str:
    return f"{day:%a} {day.day} {day:%B} {day.year}"
