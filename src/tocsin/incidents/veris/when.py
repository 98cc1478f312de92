"""The timeline of a record: one day or less, and how long other things took from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from tocsin.errors import BadInput
from tocsin.incidents.moment import Fidelity, Moment, parse_moment
from tocsin.incidents.veris.held import Held
from tocsin.incidents.veris.words import NOT_SAID

__all__ = ["Timeline", "hours", "read_timeline"]

_HOURS: Final = {
    "Seconds": 1 / 3600,
    "Minutes": 1 / 60,
    "Hours": 1.0,
    "Days": 24.0,
    "Weeks": 168.0,
    "Months": 730.5,
    "Years": 8766.0,
}
_CALENDAR: Final = 1_000 * _HOURS["Years"]
_NO_SPAN: Final = NOT_SAID | {"Never"}
_CLOSE: Final = (Fidelity.DAY, Fidelity.MONTH, Fidelity.YEAR)
_FROM: Final = {
    "Days": (Fidelity.DAY, Fidelity.DAY),
    "Weeks": (Fidelity.DAY, Fidelity.MONTH),
    "Months": (Fidelity.MONTH, Fidelity.MONTH),
    "Years": (Fidelity.YEAR, Fidelity.YEAR),
}
"""For each unit how closely its beginning has to be known, and how closely its end is known then."""


class Timeline(NamedTuple):
    """When it began, data left, it was found and contained; None where that is not known or does not follow."""

    began: Moment | None
    exfiltrated: Moment | None
    detected: Moment | None
    contained: Moment | None


def read_timeline(part: Held) -> Timeline:
    """Read ``timeline``.

    The time of day is not used: VERIS does not say on which clock it was read. A duration is used where its unit is no
    finer than what is known of its beginning: three hours after a day may be the day after. Discovery and exfiltration
    are counted from the compromise, and that from the first act; a compromise within a day is taken for the same day.
    """
    began = _began(part.part("incident"))
    compromise, exfiltration, discovery, containment = (
        part.part(name) for name in ("compromise", "exfiltration", "discovery", "containment")
    )
    took = hours(compromise)
    within_a_day = compromise.text("unit") not in _FROM if took is None else took < 24
    compromised = began if within_a_day else _after(began, compromise, took)
    detected = _after(compromised, discovery, hours(discovery))
    return Timeline(
        began,
        _after(compromised, exfiltration, hours(exfiltration)),
        detected,
        _after(detected, containment, hours(containment)),
    )


def hours(part: Held) -> float | None:
    """How long a duration is, None if it does not say. A month is 730.5 hours, a year twelve of them."""
    unit, value = part.text("unit"), part.number("value")
    if unit and unit not in _HOURS and unit not in _NO_SPAN:
        part.problem(f"{unit[:40]!r} is no unit of time", "unit")
    if value is None or unit not in _HOURS:
        return None
    if value * _HOURS[unit] > _CALENDAR:
        part.problem("is longer than the calendar", "value")
        return None
    return value * _HOURS[unit]


def _began(part: Held) -> Moment | None:
    year, month, day = (part.count(name) for name in ("year", "month", "day"))
    if year is None:
        return None
    if not 1950 <= year <= 2050:
        part.problem(f"{year} is no year of an incident", "year")
        return None
    if month is None:
        if day is not None:
            part.problem("a day without a month", "day")
        return parse_moment(f"{year:04}")
    if not 1 <= month <= 12:
        part.problem(f"there is no month {month}", "month")
        return parse_moment(f"{year:04}")
    if day is not None:
        try:
            return parse_moment(f"{year:04}-{month:02}-{day:02}")
        except BadInput:
            part.problem(f"there is no day {day} in {year:04}-{month:02}", "day")
    return parse_moment(f"{year:04}-{month:02}")


def _after(start: Moment | None, part: Held, took: float | None) -> Moment | None:
    unit = part.text("unit")
    if start is None or took is None or unit not in _FROM:
        return None
    needed, known = _FROM[unit]
    if _CLOSE.index(start.fidelity) > _CLOSE.index(needed):
        return None
    at = _counted(start.local, unit, took)
    text = f"{at.year:04}-{at.month:02}-{at.day:02}"
    return parse_moment({Fidelity.DAY: text, Fidelity.MONTH: text[:7], Fidelity.YEAR: text[:4]}[known])


def _counted(start: datetime, unit: str, took: float) -> datetime:
    if unit in {"Months", "Years"}:
        years, month = divmod(start.year * 12 + start.month - 1 + round(took / _HOURS["Months"]), 12)
        return datetime(years, month + 1, 1, tzinfo=UTC)
    return start + timedelta(hours=took)
