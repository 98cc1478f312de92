"""Times, shares and parts of an exercise as a person reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tocsin.model.told.escape import one_line
from tocsin.model.told.number import number

__all__ = [
    "ANSWERS",
    "KINDS",
    "LACKS",
    "STEPS",
    "UNKNOWN",
    "bytes_words",
    "duration",
    "listed",
    "moment_words",
    "percent",
    "sentences",
    "short_moment",
]

UNKNOWN: Final = "not known"

KINDS: Final = {"hit": "hit", "exposed": "exposed", "paying": "about to pay"}
"""What may be planted at an owner."""

ANSWERS: Final = {
    "not_seen": "not seen",
    "cannot_tell": "cannot tell",
    "not_affected": "not affected",
    "no_match_found": "no match found",
    "not_screenable": "cannot be screened",
}
"""Verdicts of all pillars that are not spelled as they are read."""

STEPS: Final = {
    "confirm": "the first victim makes sure",
    "vet": "the hub vets the report",
    "release": "the hub releases the warning",
    "offline": "while its machine was off",
    "poll": "until the member asks the hub",
    "read": "until its people have read it",
}
"""The steps of people, and of the clock, between a report and an answer."""

LACKS: Final = {
    "log": "no log of the kind is kept",
    "days": "the logs do not reach back, or have holes",
    "field": "no log that is kept holds what is looked for",
    "time": "rows bear no time",
    "host": "a machine has no logs",
    "unreadable": "rows could not be read",
}
"""What may be missing before *not seen* can be said."""

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_STAMP: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?Z", re.ASCII)
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def duration(seconds: float | None) -> str:
    """Seconds as a person says them: ``3.2 s``, ``12 min``, ``3 h 40 min``, ``2 days 5 h``."""
    if seconds is None:
        return UNKNOWN
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if round(seconds) < _MINUTE:
        return f"{seconds:.0f} s"
    if round(seconds) < 10 * _MINUTE:
        minutes, rest = divmod(round(seconds), _MINUTE)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    if round(seconds / _MINUTE) < 60:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < _DAY - _MINUTE / 2:
        hours, minutes = divmod(round(seconds / _MINUTE), 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(round(seconds / _HOUR), 24)
    return number(days, "day") + (f" {hours} h" if hours else "")


def percent(part: int, whole: int) -> str:
    """A share in whole percent; never 100 of less than all, and never 0 of something."""
    if not whole:
        return UNKNOWN
    share = round(100 * part / whole)
    if part < whole:
        share = min(share, 99)
    return f"{max(share, 1) if part else 0} %"


def moment_words(stamp: str) -> str:
    """``13 December 2020, 21:14 UTC`` of a timestamp; a text that is none, as it is."""
    found = _STAMP.fullmatch(stamp)
    if found is None or not 1 <= int(found[2]) <= 12:
        return one_line(stamp, 60)
    return f"{int(found[3])} {_MONTHS[int(found[2]) - 1]} {found[1]}, {found[4]}:{found[5]} UTC"


def short_moment(stamp: str) -> str:
    """``13 Dec 21:14`` of a timestamp, where its year and zone stand beside it; a text that is none, as it is."""
    found = _STAMP.fullmatch(stamp)
    if found is None or not 1 <= int(found[2]) <= 12:
        return one_line(stamp, 60)
    return f"{int(found[3])} {_MONTHS[int(found[2]) - 1][:3]} {found[4]}:{found[5]}"


def listed(texts: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def sentences(*texts: str) -> str:
    """Texts as sentences, one after the other; what is empty is left out."""
    held = [text.strip() for text in texts if text.strip()]
    return " ".join(
        f"{text[0].upper()}{text[1:]}" if text[-1] in ".!?" else f"{text[0].upper()}{text[1:]}."
        for text in held
    )


def bytes_words(count: int) -> str:
    """A number of bytes as a person reads it."""
    if count < 10_000:
        return f"{count:,} bytes"
    return f"{count / 1000:,.0f} kB" if count < 10_000_000 else f"{count / 1_000_000:,.0f} MB"
