"""Text broken into lines by the columns that a terminal gives each character."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

__all__ = ["columns", "wrap"]


def columns(text: str) -> int:
    """Return how many columns ``text`` takes: wide characters two, combining marks none (UAX #11)."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def _columns_of(mark: str) -> int:
    if unicodedata.combining(mark):
        return 0
    return 2 if unicodedata.east_asian_width(mark) in "WF" else 1


def wrap(text: str, width: int) -> Iterator[str]:
    """Break one line of text at blanks, and inside a word only where the word is wider than ``width``.

    Nothing but blanks at the breaks is lost. Empty text gives one empty line.
    """
    line, used = "", 0
    for word in text.split(" "):
        rest = word
        size = columns(rest)
        if line and used + 1 + size <= width:
            line, used = f"{line} {rest}", used + 1 + size
            continue
        if line:
            yield line
        while size > width:
            head = _head(rest, width)
            yield head
            rest = rest[len(head) :]
            size = columns(rest)
        line, used = rest, size
    yield line


def _head(text: str, width: int) -> str:
    """Return as many first characters as fit in ``width`` columns, at least one."""
    used = 0
    for place, mark in enumerate(text):
        used += _columns_of(mark)
        if used > width and place:
            return text[:place]
    return text
