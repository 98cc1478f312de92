"""The names of the fields of JSON objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from tocsin import limits

__all__ = ["flat_keys"]


def flat_keys(objects: Iterable[bytes]) -> tuple[str, ...]:
    """The keys of the JSON ``objects``, in order of first sight; text that is no object gives none.

    Keys of nested objects are joined by dots (``winlog.event_data.Image``); a key that holds a dot is
    kept as it is, and an array is one field, whatever it holds.
    """
    seen: dict[str, None] = {}
    for text in objects:
        try:
            value = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if isinstance(value, dict):
            _collect(value, "", 0, seen)
    return tuple(seen)


def _collect(value: dict[str, Any], prefix: str, depth: int, seen: dict[str, None]) -> None:
    for key, inner in value.items():
        if isinstance(inner, dict) and inner and depth < limits.JSON_NESTING:
            _collect(inner, f"{prefix}{key}.", depth + 1, seen)
        else:
            seen[prefix + key] = None
