"""Conan's version ranges (docs.conan.io, "Version ranges")."""

from __future__ import annotations

import re

from tocsin.inventory.version.native.sets import Sets, refused, whole_numbers
from tocsin.inventory.version.spans import Span

__all__ = ["conan_range"]

_CONDITION = re.compile(r"(>=|<=|>|<|=|~|\^)?+([^\s<>=~^|]++)")
_NUMBERS = re.compile(r"[0-9]++(?:\.[0-9]++)*+")
_LOWEST = "0.0.0"


def _above(numbers: list[int], place: int) -> str:
    # The dash keeps the pre-releases of that version out.
    return ".".join(map(str, [*numbers[:place], numbers[place] + 1])) + "-"


def _one(sets: Sets, comparator: str, version: str, text: str) -> list[Span]:
    version = version.removesuffix("-")
    if version == "*":
        return sets.at(">=", _LOWEST)
    if comparator not in {"~", "^"}:
        return sets.at(comparator or "=", version)
    found = _NUMBERS.match(version)
    if found is None:
        raise refused(f"{version!r} has no number", text)
    numbers = whole_numbers(found[0], text)
    last = len(numbers) - 1
    first = next((place for place, number in enumerate(numbers) if number), last)
    place = min(last, 1) if comparator == "~" else first
    return sets.between(version, _above(numbers, place))


def conan_range(sets: Sets, text: str) -> list[Span]:
    """Return the versions of a range; what follows a comma says how it is used (``include_prerelease``)."""
    alternatives = []
    for part in text.partition(",")[0].split("||"):
        found = []
        for condition in part.split() or ["*"]:
            match = _CONDITION.fullmatch(condition)
            if match is None:
                raise refused(f"{condition!r} is no condition", text)
            found.append(_one(sets, match[1] or "", match[2], text))
        alternatives.append(Sets.all_of(found))
    return Sets.any_of(alternatives)
