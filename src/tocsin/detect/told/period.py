"""STIX timestamps as a person reads them, in UTC."""

from __future__ import annotations

import re

from tocsin.model.told.escape import visible

__all__ = ["NO_TIME", "day", "moment", "span"]

NO_TIME = "time not known"

_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z", re.ASCII)


def moment(text: str) -> str:
    """Return ``2021-03-02 08:15:00``; text that is no STIX timestamp is returned as it is, made visible."""
    found = _TIMESTAMP.fullmatch(text)
    return f"{found[1]} {found[2]}" if found else visible(text)


def day(text: str) -> str:
    """Return the day of a timestamp."""
    return moment(text).partition(" ")[0]


def span(first: str, last: str) -> str:
    """Return from when to when, with ``UTC``; the second day is left out where it is the first."""
    begin, end = moment(first or last), moment(last or first)
    if not begin:
        return NO_TIME
    if begin == end:
        return f"{begin} UTC"
    same_day = begin.partition(" ")[0] == end.partition(" ")[0]
    return f"{begin} to {end.partition(' ')[2] if same_day else end} UTC"
