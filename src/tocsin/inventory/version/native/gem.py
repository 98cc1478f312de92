"""RubyGems' requirements (the documentation of ``Gem::Requirement``)."""

from __future__ import annotations

import re

from tocsin.inventory.version.native.sets import Sets, refused, whole_numbers
from tocsin.inventory.version.spans import Span

__all__ = ["gem_range"]

_REQUIREMENT = re.compile(r"\s*+(~>|>=|<=|!=|=|>|<)?+\s*+([0-9A-Za-z.-]++)\s*+")
_NUMBERS = re.compile(r"[0-9]++(?:\.[0-9]++(?![0-9A-Za-z]))*+")


def gem_range(sets: Sets, text: str) -> list[Span]:
    """Return the versions of requirements, with commas between."""
    found = []
    for part in text.split(","):
        requirement = _REQUIREMENT.fullmatch(part)
        if requirement is None:
            raise refused(f"{part.strip()!r} is no requirement", text)
        comparator, version = requirement.groups()
        if comparator != "~>":
            found.append(sets.at(comparator or "=", version))
            continue
        numbers = _NUMBERS.match(version)
        if numbers is None:
            raise refused(f"{version!r} is no version", text)
        kept = whole_numbers(numbers[0], text)
        kept = kept[:-1] if len(kept) > 1 else kept
        above = ".".join(map(str, [*kept[:-1], kept[-1] + 1]))
        found.append(Sets.all_of([sets.at(">=", version), sets.at("<", above)]))
    return Sets.all_of(found)
