"""What two versions of an advisory say differently, in words: a sign and a line a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tocsin.inventory.told.difference import Change

__all__ = ["SIGNS", "difference_lines"]

SIGNS: Final = {"came": "+", "went": "-", "changed": "~"}
_NAMED: Final = 4


def difference_lines(changes: Iterable[Change]) -> Iterator[tuple[str, str]]:
    """The sign of each change (``+`` came, ``-`` went, ``~`` changed) and what changed."""
    for one in changes:
        yield SIGNS[one.how], _line(one)


def _line(one: Change) -> str:
    about = _listed(one.vulnerabilities)
    products = _listed(one.products)
    before, after = one.before.replace("_", " "), one.after.replace("_", " ")
    match one.what, one.how:
        case "vulnerability", "came":
            text = "it speaks of it now"
        case "vulnerability", "went":
            text = "it no longer speaks of it"
        case "product", "came":
            text = f"{products} {_verb(one)} named now: {one.after}"
        case "product", "went":
            text = f"{products} {_verb(one)} no longer named; before: {one.before}"
        case "status", _:
            text = f"{products} {_verb(one)} {after} now, before: {before}"
        case "statement", _:
            text = f"{products}: {one.after or one.before}"
        case "versions", _:
            text = f"{products}: the versions are now {one.after}; before: {one.before}"
        case _:
            text = _of_text(one) + (f" (for {products})" if products else "")
    return f"{about}: {text}" if about else text


def _of_text(one: Change) -> str:
    if one.how == "changed":
        return f"{one.what} is now {one.after}; before: {one.before}"
    return f"{one.what}: {one.after or one.before}"


def _verb(one: Change) -> str:
    return "is" if len(one.products) == 1 else "are"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED:,} more" if len(names) > _NAMED else shown
