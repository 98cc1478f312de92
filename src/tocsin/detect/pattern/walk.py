"""From an object path to the values that it names (STIX 2.1 section 9.7)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from tocsin.detect.pattern.syntax import Any_, Step

__all__ = ["walk"]

Objects = Mapping[str, Mapping[str, Any]]


def walk(root: Mapping[str, Any], steps: tuple[Step, ...], objects: Objects) -> list[Any]:
    """Return all values that ``steps`` reach from ``root``; none where a property is absent.

    A JSON null is a value that equals nothing.

    A ``_ref`` property that is stepped through stands for the object it names in ``objects``; so do the
    elements of a ``_refs`` list. Values of ``_hex`` and ``_bin`` properties come as bytes. The work is
    bounded by steps times objects, since an object reached twice at one step is followed once.
    """
    values: list[Any] = [root]
    name = ""
    last = len(steps) - 1
    for position, step in enumerate(steps):
        if isinstance(step, str):
            name = step
            values = [value[step] for value in values if isinstance(value, Mapping) and step in value]
            follow = step.endswith("_ref")
        else:
            values = list(_elements(values, step))
            follow = name.endswith("_refs") and isinstance(steps[position - 1], str)
        if follow and position < last:
            values = _dereferenced(values, objects)
        if not values:
            return values
    if name.endswith(("_hex", "_bin")):
        return [decoded for value in values for decoded in _binary(name, value)]
    return values


def _elements(values: Iterable[Any], step: int | Any_) -> Iterable[Any]:
    for value in values:
        if not isinstance(value, list):
            continue
        if isinstance(step, Any_):
            yield from value
        elif step < len(value):
            yield value[step]


def _dereferenced(values: Iterable[Any], objects: Objects) -> list[Any]:
    keys = dict.fromkeys(value for value in values if isinstance(value, str))
    return [found for key in keys if (found := objects.get(key)) is not None]


def _binary(name: str, value: Any) -> tuple[Any, ...]:
    """Return the bytes that a string stands for, none if it stands for none, and what is no string as it is."""
    if not isinstance(value, str):
        return (value,)
    try:
        return (binascii.a2b_hex(value) if name.endswith("_hex") else base64.b64decode(value, validate=True),)
    except (binascii.Error, ValueError):
        return ()
