"""What is being done about an exposure: its state, until when that holds, whose it is, and the maker's approval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from tocsin.errors import BadInput

__all__ = [
    "ACCEPTED",
    "AWAITING_OUTAGE",
    "MITIGATED",
    "OPEN",
    "STATES",
    "WITH_DAY",
    "Treatment",
    "as_of",
    "treatment_of",
]

OPEN: Final = "open"
MITIGATED: Final = "mitigated"
ACCEPTED: Final = "accepted"
AWAITING_OUTAGE: Final = "awaiting-outage"

STATES: Final = {
    OPEN: "Open: it is still to be done.",
    MITIGATED: "Mitigated: something stands in its way, though the product is as it was.",
    ACCEPTED: "Accepted: somebody decided to live with it until a day.",
    AWAITING_OUTAGE: "Awaiting outage: it is to be done at the next planned stop, by a day.",
}
"""The states, and what each says."""

WITH_DAY: Final = (ACCEPTED, AWAITING_OUTAGE)
"""The states that hold until a day."""
_SETTLED: Final = (MITIGATED, ACCEPTED)


@dataclass(frozen=True, slots=True)
class Treatment:
    """What is being done. ``state`` is one of STATES, ``until`` a day (``YYYY-MM-DD``) or "".

    ``approved``: the maker has approved the patch for this use. ``why`` is the reason in somebody's words.
    ``lapsed`` is the state that held ``until`` a day that has passed: then ``state`` is open again.
    ``changed`` is when it was noted (RFC 3339) and ``by`` who did; "" if it never was.
    """

    state: str = OPEN
    until: str = ""
    owner: str = ""
    approved: bool = False
    why: str = ""
    lapsed: str = ""
    changed: str = ""
    by: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether nothing is to be done about it today: it is mitigated, or accepted."""
        return self.state in _SETTLED


def as_of(treatment: Treatment, today: date) -> Treatment:
    """``treatment`` as it holds on ``today``: one until a day that has passed is open again, and says what it was."""
    if treatment.state in WITH_DAY and treatment.until < today.isoformat():
        return replace(treatment, state=OPEN, lapsed=treatment.state)
    return treatment


def treatment_of(state: str, *, until: str, owner: str, approved: bool, why: str, today: date) -> Treatment:
    """What somebody says on ``today`` that is being done.

    Raises:
        BadInput: there is no such state; a day is missing, is none, has passed, or is given where none belongs; or
            nobody says why it is accepted.
    """
    if state not in STATES:
        raise BadInput(f"there is no state {state!r}", hint=f"States are {', '.join(STATES)}.")
    if state in WITH_DAY:
        until = _day(state, until, today)
    elif until:
        raise BadInput(
            f"{state} holds until it is changed, and not until a day",
            hint=f"Leave the day away. Only {' and '.join(WITH_DAY)} have one.",
        )
    why = " ".join(why.split())
    if state == ACCEPTED and not why:
        raise BadInput(
            "accepting a vulnerability needs a reason",
            hint="Whoever asks later reads it: say why it can wait.",
        )
    return Treatment(state, until, " ".join(owner.split()), approved, why)


def _day(state: str, until: str, today: date) -> str:
    if not until:
        raise BadInput(f"{state} needs a day until which it holds", hint="Say it as 2026-12-31.")
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise BadInput(f"{until!r} is no day", hint="Say it as 2026-12-31.") from None
    if day < today:
        raise BadInput(f"{day.isoformat()} has passed", hint=f"Today is {today.isoformat()} (UTC).")
    return day.isoformat()
