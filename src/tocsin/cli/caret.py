"""Shows a place in a text: its line, and a caret under its column."""

from __future__ import annotations

import unicodedata

from tocsin.model.told.escape import visible

__all__ = ["caret_lines"]

BEFORE = 50
AFTER = 30
CUT = "..."


def caret_lines(text: str, line: int, column: int) -> list[str]:
    """Return two lines: what stands around ``column`` of ``line`` (both 1-based), and a caret under it.

    Empty where the text has no such line. A long line is cut on both sides; wide characters take two places.
    """
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        return []
    whole = lines[line - 1]
    index = min(max(column - 1, 0), len(whole))
    start = max(index - BEFORE, 0)
    before = (CUT if start else "") + visible(whole[start:index].replace("\t", " "))
    after = visible(whole[index : index + AFTER].replace("\t", " ")) + (
        CUT if index + AFTER < len(whole) else ""
    )
    return [f"  {before}{after}", f"  {' ' * _width(before)}^"]


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
