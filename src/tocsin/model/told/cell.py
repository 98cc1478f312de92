"""A text as a cell of a spreadsheet, which must not run it."""

from __future__ import annotations

from typing import Final

from tocsin.model.told.escape import visible

__all__ = ["FORMULA_MARKS", "cell"]

FORMULA_MARKS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A cell that starts with one of these may be run as a formula; some read the full-width forms alike."""


def cell(text: str) -> str:
    """``text`` with invisible characters spelled out, and an apostrophe before what could be run as a formula."""
    shown = visible(text)
    return f"'{shown}" if text.lstrip(" ").startswith(FORMULA_MARKS) else shown
