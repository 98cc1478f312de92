"""What a decoded JSON document says at a place, where nothing is sure to be of the type that it should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["mapping", "mappings", "text", "texts"]


def text(held: Mapping[str, Any], name: str) -> str:
    """The text under ``name``, "" if there is none."""
    one = held.get(name)
    return one if isinstance(one, str) else ""


def texts(held: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The texts of the list under ``name``."""
    one = held.get(name)
    return tuple(each for each in one if isinstance(each, str)) if isinstance(one, list) else ()


def mapping(held: Any) -> Mapping[str, Any]:
    """``held`` if it is an object, else an empty one."""
    return held if isinstance(held, Mapping) else {}


def mappings(held: Any) -> list[Mapping[str, Any]]:
    """The objects of ``held`` if it is a list."""
    return [each for each in held if isinstance(each, Mapping)] if isinstance(held, list) else []
