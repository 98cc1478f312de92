"""A question's answer in the incident: a dotted path into its form, and what stands there as words."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any

import msgspec

from tocsin.incidents.flow.flow import Flow
from tocsin.incidents.incident import Incident, Source
from tocsin.incidents.moment import Moment, moment_text

__all__ = ["is_field", "values"]


@cache
def is_field(path: str) -> bool:
    """Whether ``path`` (``victim.name``, ``ransom.payments.amount``) leads to a field of :class:`Incident`."""
    held: Any = Incident
    for name in path.split("."):
        held = _inner(held)
        if isinstance(held, type) and issubclass(held, msgspec.Struct):
            hints = typing.get_type_hints(held)
            if name not in hints:
                return False
            held = hints[name]
        elif typing.get_origin(held) is dict:
            held = typing.get_args(held)[1]
        else:
            return False
    return True


def _inner(held: Any) -> Any:
    """The type inside ``X | None`` and ``tuple[X, ...]``."""
    while True:
        origin, arguments = typing.get_origin(held), typing.get_args(held)
        if origin in {types.UnionType, typing.Union}:
            held = next(each for each in arguments if each is not type(None))
        elif origin is tuple:
            held = arguments[0]
        else:
            return held


def values(incident: Incident, path: str) -> tuple[str, ...]:
    """What stands at ``path``, each as one text; empty where nothing does."""
    return tuple(text for held in _walk(incident, path.split(".")) if (text := _words(held)))


def _walk(held: Any, path: list[str]) -> Iterator[Any]:
    if held is None:
        return
    if isinstance(held, tuple):
        for each in held:
            yield from _walk(each, path)
    elif not path:
        yield held
    elif isinstance(held, Mapping):
        yield from _walk(held.get(path[0]), path[1:])
    else:
        yield from _walk(getattr(held, path[0]), path[1:])


def _words(held: Any) -> str:
    if isinstance(held, Moment):
        return moment_text(held)
    if isinstance(held, Enum):
        return str(held.value)
    if isinstance(held, Source):
        return ", ".join(filter(None, (held.title, held.publisher, held.day, held.url)))
    if isinstance(held, Flow):
        return "; ".join(
            f"{each.name} ({each.technique})" if each.name and each.technique else each.name or each.technique
            for each in held.actions
        )
    if isinstance(held, msgspec.Struct):
        return "; ".join(_parts(held))
    if isinstance(held, Mapping):
        return "; ".join(f"{key}: {_words(value)}" for key, value in held.items())
    return "" if held is None else str(held)


def _parts(struct: msgspec.Struct) -> Iterator[str]:
    for name in struct.__struct_fields__:
        held = getattr(struct, name)
        inner = ", ".join(map(_words, held)) if isinstance(held, tuple) else _words(held)
        if inner:
            yield f"{name.replace('_', ' ')}: {inner}"
