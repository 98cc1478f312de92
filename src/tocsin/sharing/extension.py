"""What stays of the extensions of an object that is brokered: what is known to say nothing of whose it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from tocsin.sharing.stix_properties import KEPT_EXTENSIONS, Shape

__all__ = ["kept_extensions", "linked_texts"]

_DAY_US: Final = 24 * 3600 * 1_000_000
_ID: Final = re.compile(r"([a-z0-9-]+)--[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_FINER: Final = frozenset({"second", "minute", "hour"})


def kept_extensions(held: Any, taken: Callable[[str], None]) -> dict[str, Any]:
    """Of ``extensions`` what stays, times no finer than a day; ``taken`` is told the path of what does not."""
    return _of_shape(held, KEPT_EXTENSIONS, "extensions", taken) if isinstance(held, Mapping) else {}


def linked_texts(held: Any, new_ids: Mapping[str, str], keyed: Callable[[str, str], str]) -> Any:
    """``held`` with each text that is an old id as the new one.

    Of what is not passed on with it, ``keyed`` makes the new id from type and old one: it may be passed on later.
    """
    if isinstance(held, str):
        found = _ID.fullmatch(held)
        return new_ids.get(held) or (keyed(found[1], held) if found else held)
    if isinstance(held, Mapping):
        return {name: linked_texts(one, new_ids, keyed) for name, one in held.items()}
    return [linked_texts(one, new_ids, keyed) for one in held] if isinstance(held, list) else held


def _of_shape(held: Any, shape: Shape | None, path: str, taken: Callable[[str], None]) -> Any:
    if isinstance(held, list):
        return [_of_shape(one, shape, path, taken) for one in held]
    if not isinstance(held, Mapping):
        return held
    kept: dict[str, Any] = {}
    for name, one in held.items():
        if shape is None or name not in shape:
            taken(f"{path}.{name}")
        else:
            kept[name] = _of_shape(one, shape[name], f"{path}.{name}", taken)
    return _day(kept, path, taken)


def _day(kept: dict[str, Any], path: str, taken: Callable[[str], None]) -> dict[str, Any]:
    """A moment of our form to the day; one that says nothing of its fidelity is known to the minute."""
    us = kept.get("us")
    if isinstance(us, int) and kept.get("fidelity", "minute") in _FINER:
        taken(f"{path}.us")
        kept |= {"us": us // _DAY_US * _DAY_US, "fidelity": "day"}
    return kept
