"""Composer's constraints (getcomposer.org, "Versions and constraints")."""

from __future__ import annotations

import re

from tocsin.inventory.version.native.sets import Sets, refused, whole_numbers
from tocsin.inventory.version.spans import EVERYTHING, Span

__all__ = ["composer_range"]

_EITHER = re.compile(r"\|\|?")
_CONSTRAINT = re.compile(r"(>=|<=|!=|<>|==|>|<|=|~|\^)?+\s*+([^\s,<>=!~^|]++)[\s,]*+")
_HYPHEN = re.compile(r"([^\s]++)\s++-\s++([^\s]++)")
_NUMBERS = re.compile(r"v?+([0-9]++(?:\.[0-9]++)*+)(\.[x*])?+", re.IGNORECASE)
_SAME = {"==": "=", "<>": "!=", "": "="}


def _numbers(version: str, text: str) -> tuple[list[int], bool]:
    """Return the numbers a version begins with, and whether ``.*`` follows them."""
    found = _NUMBERS.match(version)
    if found is None:
        raise refused(f"{version!r} is no version", text)
    return whole_numbers(found[1], text), found[2] is not None


def _above(numbers: list[int], place: int) -> str:
    return ".".join(map(str, [*numbers[:place], numbers[place] + 1])) + (".0" if place == 0 else "")


def _one(sets: Sets, comparator: str, version: str, text: str) -> list[Span]:
    if version in {"*", "x", "X"}:
        return [EVERYTHING]
    numbers, wild = _numbers(version, text)
    if wild:
        if comparator:
            raise refused(f".* after {comparator}", text)
        return sets.between(".".join(map(str, numbers)), _above(numbers, len(numbers) - 1))
    if comparator == "~":
        return sets.between(version, _above(numbers, max(len(numbers) - 2, 0)))
    if comparator == "^":
        place = next((place for place, number in enumerate(numbers) if number), len(numbers) - 1)
        return sets.between(version, _above(numbers, place))
    return sets.at(_SAME.get(comparator, comparator), version)


def composer_range(sets: Sets, text: str) -> list[Span]:
    """Return the versions of a constraint. A stability flag (``@beta``) says what may be chosen, and is left out."""
    alternatives = []
    for part in _EITHER.split(text):
        part = part.strip().partition("@")[0].strip() or "*"  # noqa: PLW2901  the same, without its flag
        hyphen = _HYPHEN.fullmatch(part)
        if hyphen:
            numbers, _ = _numbers(hyphen[2], text)
            top = (
                sets.at("<=", hyphen[2])
                if len(numbers) > 2
                else sets.at("<", _above(numbers, len(numbers) - 1))
            )
            alternatives.append(Sets.all_of([sets.at(">=", hyphen[1]), top]))
            continue
        found = []
        end = 0
        while end < len(part):
            match = _CONSTRAINT.match(part, end)
            if match is None:
                raise refused(f"{part[end:]!r} is no constraint", text)
            found.append(_one(sets, match[1] or "", match[2], text))
            end = match.end()
        alternatives.append(Sets.all_of(found))
    return Sets.any_of(alternatives)
