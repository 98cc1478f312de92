"""The curve of a plan as a drawing: how many attempts so many measures stop. The numbers stand in a table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tocsin.measures.choose.curve import Point

__all__ = ["HEIGHT", "WIDTH", "Drawing", "drawing_of"]

WIDTH: Final = 640
HEIGHT: Final = 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 20, 26, 34
_TICK: Final = 5


@dataclass(frozen=True, slots=True)
class Dot:
    """One number of measures, where it stands, and whether it is the plan's."""

    x: float
    y: float
    point: Point
    chosen: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """The curve in a field of :data:`WIDTH` by :data:`HEIGHT`, y downwards; ``levels`` are (y, attempts)."""

    dots: tuple[Dot, ...]
    levels: tuple[tuple[float, int], ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    floor: float = HEIGHT - _BOTTOM

    @property
    def line(self) -> str:
        """The points of the line, as SVG wants them."""
        return " ".join(f"{one.x},{one.y}" for one in self.dots)


def drawing_of(points: Sequence[Point], chosen: int) -> Drawing:
    """Draw ``points``; ``chosen`` is the number of measures of the plan. From zero, so that heights can be compared."""
    most = max((one.measures for one in points), default=0) or 1
    high = max((one.stopped for one in points), default=0)
    top = max(_TICK, -(-high // _TICK) * _TICK)
    floor = HEIGHT - _BOTTOM

    def height(stopped: int) -> float:
        return round(floor - (floor - _TOP) * stopped / top, 1)

    dots = tuple(
        Dot(
            x=round(_LEFT + (WIDTH - _LEFT - _RIGHT) * one.measures / most, 1),
            y=height(one.stopped),
            point=one,
            chosen=one.measures == chosen,
        )
        for one in points
    )
    step = _TICK * max(1, top // (_TICK * 4))
    return Drawing(dots, tuple((height(level), level) for level in range(0, top + 1, step)))
