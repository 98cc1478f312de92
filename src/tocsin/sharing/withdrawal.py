"""What an object that is withdrawn says in words: why it was, before what it said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["why_withdrawn", "with_reason"]

_BEGINS: Final = "Withdrawn: "


def with_reason(why: str, said: str) -> str:
    """What a withdrawn object says: the reason, a line of its own, and what it ``said`` before."""
    return f"{_BEGINS}{why}\n{said}".strip()


def why_withdrawn(said: Mapping[str, object]) -> str:
    """The reason that the properties of a withdrawn object tell in their description; "" if they tell none."""
    told = said.get("description")
    if not isinstance(told, str) or not told.startswith(_BEGINS):
        return ""
    return told.removeprefix(_BEGINS).partition("\n")[0]
