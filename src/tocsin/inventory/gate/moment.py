"""Days and moments that others wrote, held to the moment of judging."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tocsin.limits import ATTESTED_FUTURE_S

__all__ = ["age_days", "age_words", "is_future", "moment_of"]


def moment_of(text: str) -> datetime | None:
    """The moment that a text of RFC 3339 names, in UTC; None if it is none."""
    try:
        held = datetime.fromisoformat(text.upper())
        return held.astimezone(UTC) if held.tzinfo is not None else held.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # overflow: the first or last day there is, in another zone
        return None


def age_days(then: datetime | date, now: datetime) -> int:
    """Whole days from ``then`` to ``now``; none for what is yet to come."""
    day = then.astimezone(UTC).date() if isinstance(then, datetime) else then
    return max(0, (now.astimezone(UTC).date() - day).days)


def is_future(then: datetime | date, now: datetime) -> bool:
    """Whether ``then`` lies further ahead than two clocks can differ."""
    if isinstance(then, datetime):
        return then - now > timedelta(seconds=ATTESTED_FUTURE_S)
    return (then - now.astimezone(UTC).date()) > timedelta(seconds=ATTESTED_FUTURE_S)


def age_words(days: int) -> str:
    """``1 day old`` or ``400 days old``."""
    return f"{days:,} {'day' if days == 1 else 'days'} old"
