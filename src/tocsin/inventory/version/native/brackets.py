"""Ranges in brackets: Maven's (POM reference, "Dependency Version Requirement") and NuGet's ("Version ranges")."""

from __future__ import annotations

import re

from tocsin.inventory.version.native.sets import Sets, refused
from tocsin.inventory.version.spans import Span

__all__ = ["maven_range", "nuget_range"]

_INTERVAL = re.compile(r"\s*+([\[(])([^,\[\]()]*+)(?:(,)([^,\[\]()]*+))?+([\])])\s*+(,?+)")
_FLOATING = "*"


def _interval(sets: Sets, found: re.Match[str], text: str) -> list[Span]:
    opens, low, comma, high, closes = found[1], found[2].strip(), found[3], (found[4] or "").strip(), found[5]
    if not comma:
        if opens + closes != "[]" or not low:
            raise refused("one version stands in square brackets", text)
        return sets.at("=", low)
    bounds = []
    if low:
        bounds.append(sets.at(">=" if opens == "[" else ">", low))
    if high:
        bounds.append(sets.at("<=" if closes == "]" else "<", high))
    return Sets.all_of(bounds)


def maven_range(sets: Sets, text: str) -> list[Span]:
    """Return the versions of one or more intervals. A version without brackets is a wish to Maven, and no range."""
    found = []
    end = 0
    comma = "first"
    while end < len(text):
        match = _INTERVAL.match(text, end)
        if match is None or not comma:
            raise refused(f"{text[end:]!r} is no interval", text)
        found.append(_interval(sets, match, text))
        end, comma = match.end(), match[6]
    if not found or comma:
        raise refused("an interval is missing", text)
    return Sets.any_of(found)


def nuget_range(sets: Sets, text: str) -> list[Span]:
    """Return the versions of one interval; a version without brackets is the lowest."""
    text = text.strip()
    if _FLOATING in text:
        raise refused("a floating version asks for the newest, and is no range", text)
    match = _INTERVAL.fullmatch(text)
    if match and not match[6]:
        return _interval(sets, match, text)
    return sets.at(">=", text)
