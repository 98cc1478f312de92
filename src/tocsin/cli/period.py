"""Moments as people type them: a day, a timestamp, or how long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from tocsin.errors import BadInput, UsageError
from tocsin.model.timestamp import NS_PER_S, Instant, format_instant, parse_timestamp

__all__ = ["parse_moment"]

_AGO = re.compile(r"(\d{1,9})([smhdw])", re.ASCII)
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_moment(text: str, *, option: str, now: Instant, day_ends: bool = False) -> str:
    """Return the STIX timestamp that ``text`` names.

    A day (``2021-03-02``) is its first moment in UTC, or with ``day_ends`` the first moment of the day
    after, so that an excluded end takes the whole day in. A timestamp is RFC 3339 or ISO 8601; without an
    offset it is UTC. ``90d``, ``12h``, ``30m``, ``45s`` and ``2w`` are that long before ``now``.

    Raises:
        UsageError: ``text`` is none of these, or lies outside the years 1 to 9999.
    """
    try:
        return format_instant(_instant(text.strip(), now, day_ends=day_ends))
    except (BadInput, ValueError, OverflowError):
        raise UsageError(
            f"{option} {text!r} is no moment",
            hint="Give a day (2021-03-02), a timestamp (2021-03-02T08:15:00Z) or how long ago (90d, 12h).",
        ) from None


def _instant(text: str, now: Instant, *, day_ends: bool) -> Instant:
    ago = _AGO.fullmatch(text)
    if ago:
        return now - int(ago[1]) * _UNIT_S[ago[2]] * NS_PER_S
    if _DAY.fullmatch(text):
        return parse_timestamp(f"{text}T00:00:00Z") + (86_400 * NS_PER_S if day_ends else 0)
    if text.endswith("Z") and "T" in text:
        return parse_timestamp(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    # Whole microseconds, counted without a float.
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
