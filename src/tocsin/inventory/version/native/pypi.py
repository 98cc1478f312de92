"""Python's version specifiers (PEP 440, "Version specifiers")."""

from __future__ import annotations

import re

from tocsin.inventory.version.native.sets import Sets, refused, whole_numbers
from tocsin.inventory.version.spans import Span, outside

__all__ = ["pypi_range"]

_SPECIFIER = re.compile(r"\s*+(~=|===|==|!=|<=|>=|<|>)\s*+([^\s]++)\s*+")
_RELEASE = re.compile(r"v?+((?:[0-9]++!)?+)([0-9]++(?:\.[0-9]++)*+)", re.IGNORECASE)


def _series(sets: Sets, version: str, keep: int | None, text: str) -> list[Span]:
    """Return the versions whose release begins with the first ``keep`` numbers of ``version``'s (all, without)."""
    found = _RELEASE.match(version)
    if found is None:
        raise refused(f"{version!r} is no version", text)
    numbers = whole_numbers(found[2], text)[:keep]
    after = [*numbers[:-1], numbers[-1] + 1]
    low, high = (found[1] + ".".join(map(str, one)) + ".dev0" for one in (numbers, after))
    return sets.between(low, high)


def _one(sets: Sets, comparator: str, version: str, text: str) -> list[Span]:
    if version.endswith(".*"):
        if comparator not in {"==", "!="}:
            raise refused(f".* after {comparator}", text)
        series = _series(sets, version[:-2], None, text)
        return series if comparator == "==" else outside(series)
    if comparator == "~=":
        found = _RELEASE.match(version)
        count = found[2].count(".") if found else 0
        if not count:
            raise refused("~= takes at least two numbers", text)
        return Sets.all_of([sets.at(">=", version), _series(sets, version, count, text)])
    return sets.at("=" if comparator in {"==", "==="} else comparator, version)


def pypi_range(sets: Sets, text: str) -> list[Span]:
    """Return the versions of a set of specifiers, with commas between; of none, all."""
    found = []
    for part in text.split(",") if text.strip() else ():
        specifier = _SPECIFIER.fullmatch(part)
        if specifier is None:
            raise refused(f"{part.strip()!r} is no specifier", text)
        found.append(_one(sets, specifier[1], specifier[2], text))
    return Sets.all_of(found)
