"""What the tables for a terminal share: colours, and lines of a bounded width."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from tocsin.model.told.wrap import wrap

__all__ = ["WIDTHS", "Line", "drawn", "indented", "labelled", "painter", "within"]

WIDTHS: Final = (40, 200)
"""Narrowest and widest line; a terminal beyond these is treated as the nearest."""

Line = tuple[str, str]
"""A line and the name of its style."""


def within(width: int) -> int:
    """The width to draw in for a terminal of ``width`` columns."""
    return min(max(width, WIDTHS[0]), WIDTHS[1])


def painter(styles: Mapping[str, str]) -> Callable[[str, str], str]:
    """What gives a text the style of a name."""
    from rich.color import ColorSystem
    from rich.style import Style

    parsed = {name: Style.parse(style) for name, style in styles.items()}
    return lambda text, style: parsed[style].render(text, color_system=ColorSystem.STANDARD)


def drawn(lines: Iterable[Line], styles: Mapping[str, str], *, colour: bool) -> Iterator[str]:
    """``lines`` as chunks of output, a line each."""
    paint = painter(styles) if colour else None
    for text, style in lines:
        yield (paint(text, style) if paint and style else text).rstrip() + "\n"


def labelled(label: str, text: str, width: int, columns: int) -> Iterator[Line]:
    """``text`` beside a label that takes ``columns``."""
    head = f"  {label:<{columns - 2}}"
    for place, line in enumerate(wrap(text, width - columns)):
        yield (head if not place else " " * columns) + line, ""


def indented(text: str, mark: str, width: int) -> Iterator[Line]:
    """``text`` after a mark, its further lines below its beginning."""
    blank = " " * len(mark)
    for place, line in enumerate(wrap(text, width - len(mark))):
        yield (mark if not place else blank) + line, ""
