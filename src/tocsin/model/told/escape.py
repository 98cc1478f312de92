"""Strings from warnings and logs made safe to show: what is invisible, or steers a screen, is spelled out."""

from __future__ import annotations

__all__ = ["one_line", "shortened", "visible"]

SHOWN = "<U+{:04X}>"


def visible(text: str, keep: str = "") -> str:
    """Spell out as ``<U+202E>`` each character that would not be seen as itself, save those in ``keep``.

    These are control, format (also right-to-left overrides and zero-width characters), private, unassigned
    and surrogate code points, and all blanks but the space: the ones that :meth:`str.isprintable` refuses.
    """
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() or mark in keep else SHOWN.format(ord(mark)) for mark in text)


def shortened(text: str, limit: int) -> str:
    """Return ``text``, or its first ``limit`` characters and how long it is."""
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text):,} characters)"


def one_line(text: str, limit: int = 300) -> str:
    """Return prose as one visible line, cut after ``limit`` characters; runs of blanks are one space."""
    # Cut first: splitting megabytes for a heading is wasted.
    head = shortened(text, limit * 4) if len(text) > limit * 4 else text
    return shortened(visible(" ".join(head.split())), limit)
