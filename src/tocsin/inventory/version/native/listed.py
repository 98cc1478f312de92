"""Versions as two projects list them in their security advisories: nginx and OpenSSL."""

from __future__ import annotations

import re

from tocsin.inventory.version.native.sets import Sets, refused, whole_numbers
from tocsin.inventory.version.spans import EVERYTHING, Span

__all__ = ["nginx_range", "openssl_range"]

_ITEM = re.compile(r"([0-9]++(?:\.[0-9]++)*+)(?:(\+)|-([0-9]++(?:\.[0-9]++)*+))?+")
_ALL = "all"


def _items(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def _nginx(sets: Sets, item: str, text: str) -> list[Span]:
    if item.lower() == _ALL:
        return [EVERYTHING]
    found = _ITEM.fullmatch(item)
    if found is None:
        raise refused(f"{item!r} is no version", text)
    first, and_later, last = found.groups()
    if last:
        return Sets.all_of([sets.at(">=", first), sets.at("<=", last)])
    if not and_later:
        return sets.at("=", first)
    numbers = whole_numbers(first, text)
    # An even second number is a stable branch, which ends where the next begins; an odd one goes on into what follows.
    if len(numbers) > 1 and numbers[1] % 2 == 0:
        return sets.between(first, f"{numbers[0]}.{numbers[1] + 1}.0")
    return sets.at(">=", first)


def nginx_range(sets: Sets, text: str) -> list[Span]:
    """Return the versions of nginx's notation: 1.5.0+ with all later of its branch, 0.7.52-0.8.39, or one version."""
    return Sets.any_of(_nginx(sets, item, text) for item in _items(text))


def openssl_range(sets: Sets, text: str) -> list[Span]:
    """Return the versions of a list with commas."""
    return Sets.any_of(sets.at("=", item) for item in _items(text))
