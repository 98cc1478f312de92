"""A point in time as a person knows it: to the second, or only to the day, and on whose clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import Enum
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from tocsin.errors import BadInput

__all__ = ["Fidelity", "Moment", "moment_text", "parse_moment", "zone_of"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_HINT: Final = "Write 2021-05-07 05:30 America/New_York, 2021-05-07 09:30Z, or a day alone: 2021-05-07."
_TEXT: Final = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d)(?:h|:(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?)"
    r"(?P<offset>Z|[+-]\d\d:\d\d)?)?)?)?(?: (?P<zone>[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*))?",
    re.ASCII,
)


class Fidelity(Enum):
    """To what a time is known (the enumeration of the STIX incident extensions, ``start_time_fidelity``)."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Moment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A time. ``us`` is microseconds since 1970 in UTC: the beginning of the span that ``fidelity`` leaves open.

    ``zone`` is the IANA name of the clock that it was read from ("" for UTC): a day is a day there.
    """

    us: int
    fidelity: Fidelity = Fidelity.MINUTE
    zone: str = ""

    @property
    def local(self) -> datetime:
        """The time on its own clock."""
        return (_EPOCH + timedelta(microseconds=self.us)).astimezone(zone_of(self.zone))


def zone_of(name: str) -> tzinfo:
    """The clock of an IANA name such as ``America/New_York``; of "" that of UTC.

    Raises:
        BadInput: no zone has that name.
    """
    if name in {"", "UTC"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BadInput(f"{name[:60]!r} is no time zone", hint="Write one like America/New_York.") from None


def parse_moment(text: str) -> Moment:
    """Read a time as a person writes it: a year, a month, a day, or a time of day with its zone.

    A time of day without any zone is refused: a deadline that starts from it would be hours off. A time that the clocks
    skipped or showed twice (daylight saving) is refused too, unless its offset says which it is.

    Raises:
        BadInput: it is no such time, or not one time alone.
    """
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        raise BadInput(f"{text[:60]!r} is no time", hint=_HINT)
    part = found.groupdict()
    name = "" if part["zone"] in {None, "UTC"} else part["zone"]
    zone = zone_of(name)
    timed = part["hour"] is not None
    if timed and not part["offset"] and part["zone"] is None:
        raise BadInput(f"{text[:60]!r} does not say on which clock", hint=_HINT)
    try:
        wall = datetime(  # noqa: DTZ001  its zone is looked at below
            int(part["year"]),
            int(part["month"] or 1),
            int(part["day"] or 1),
            int(part["hour"] or 0),
            int(part["minute"] or 0),
            int(part["second"] or 0),
            int((part["fraction"] or "").ljust(6, "0")[:6]),
        )
        at = _on_clock(wall, part["offset"], zone, timed=timed, text=text)
        us = (at.astimezone(UTC) - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError):
        raise BadInput(f"{text[:60]!r} names no time of the calendar", hint=_HINT) from None
    return Moment(us, _fidelity(part), name)


def _on_clock(wall: datetime, offset: str | None, zone: tzinfo, *, timed: bool, text: str) -> datetime:
    if offset:
        fixed = UTC if offset == "Z" else timezone(_offset(offset))
        at = wall.replace(tzinfo=fixed)
        if zone is not UTC and at.astimezone(zone).replace(tzinfo=None) != wall:
            raise BadInput(f"{text[:60]!r} has an offset that its zone did not have then")
        return at
    early, late = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    if timed and early.utcoffset() != late.utcoffset():
        skipped = early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall
        raise BadInput(
            f"{text[:60]!r} {'was skipped' if skipped else 'came twice'} when the clocks were changed",
            hint=f"Say which with the offset, as in {wall:%Y-%m-%d %H:%M}{_shown_offset(early)} ...",
        )
    return early


def _offset(text: str) -> timedelta:
    hours, minutes = int(text[1:3]), int(text[4:6])
    if minutes >= 60:
        raise ValueError(text)
    return timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1)


def _fidelity(part: dict[str, str | None]) -> Fidelity:
    for name, fidelity in (
        ("second", Fidelity.SECOND),
        ("minute", Fidelity.MINUTE),
        ("hour", Fidelity.HOUR),
        ("day", Fidelity.DAY),
        ("month", Fidelity.MONTH),
    ):
        if part[name] is not None:
            return fidelity
    return Fidelity.YEAR


_SHAPES: Final = {
    Fidelity.SECOND: "%H:%M:%S",
    Fidelity.MINUTE: "%H:%M",
    Fidelity.HOUR: "%Hh",
}


def moment_text(moment: Moment) -> str:
    """Write a time as :func:`parse_moment` reads it; reading it again gives the same moment."""
    at = moment.local
    day = f"{at.year:04}-{at.month:02}-{at.day:02}"
    zone = f" {moment.zone}" if moment.zone else ""
    if moment.fidelity is Fidelity.YEAR:
        return day[:4] + zone
    if moment.fidelity is Fidelity.MONTH:
        return day[:7] + zone
    if moment.fidelity is Fidelity.DAY:
        return day + zone
    clock = at.strftime(_SHAPES[moment.fidelity])
    if moment.fidelity is Fidelity.SECOND and at.microsecond:
        clock += f".{at.microsecond:06}"
    twice = at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()
    offset = "Z" if not moment.zone else _shown_offset(at) if twice else ""
    return f"{day} {clock}{offset}{zone}"


def _shown_offset(at: datetime) -> str:
    shown = at.strftime("%z")
    return f"{shown[:3]}:{shown[3:5]}"
