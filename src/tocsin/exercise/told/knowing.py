"""How knowing spread in an attack, as a drawing: owners that knew, over the time since the first report.

The time runs in powers of ten, since machines take seconds and people hours. The numbers stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Final

from tocsin.exercise.score.result import AttackResult
from tocsin.exercise.score.score import FOUR_HOURS_S

__all__ = ["HEIGHT", "WIDTH", "Drawing", "drawing_of"]

WIDTH: Final = 680
HEIGHT: Final = 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 16, 20, 34
_FIRST_S: Final = 1.0
_TICKS: Final = (
    (1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"), (3_600, "1 h"), (FOUR_HOURS_S, "4 h"), (86_400, "1 day"),
    (864_000, "10 days"),
)  # fmt: skip
_LEVELS: Final = 4


@dataclass(frozen=True, slots=True)
class Drawing:
    """A field of :data:`WIDTH` by :data:`HEIGHT`, y downwards.

    ``machines`` and ``people`` are the points of two stepped lines, "" where nobody knew; ``ticks`` are (x, words) and
    ``levels`` (y, owners); ``affected_y`` is the height of all that were affected, the first victim aside.
    """

    machines: str
    people: str
    ticks: tuple[tuple[float, str], ...]
    levels: tuple[tuple[float, int], ...]
    four_hours_x: float
    affected: int
    affected_y: float
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    top: float = _TOP
    floor: float = HEIGHT - _BOTTOM


def drawing_of(attack: AttackResult) -> Drawing:
    """Draw who was right by when: once without people's steps, once with them."""
    others = [row for row in attack.owners if not row.first_victim]
    right = [row for row in others if row.right]
    machines = sorted(row.transport_s for row in right if row.transport_s is not None)
    people = sorted(row.people_s for row in right if row.people_s is not None)
    last = max([*machines, *people, FOUR_HOURS_S])
    ends = next((second for second, _ in _TICKS if second >= last), last)
    step = max(1, -(-len(others) // _LEVELS))
    most = step * -(-max(len(others), 1) // step)

    def x(seconds: float) -> float:
        along = log10(max(seconds, _FIRST_S) / _FIRST_S) / log10(ends / _FIRST_S)
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * along, 1)

    def y(owners: int) -> float:
        return round(HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * owners / most, 1)

    def line(times: Sequence[float]) -> str:
        points = [(x(_FIRST_S), y(0))] if times else []
        for number, seconds in enumerate(times, 1):
            points += [(x(seconds), y(number - 1)), (x(seconds), y(number))]
        if times:
            points.append((x(ends), y(len(times))))
        return " ".join(f"{across},{down}" for across, down in points)

    return Drawing(
        machines=line(machines),
        people=line(people),
        ticks=tuple((x(second), words) for second, words in _TICKS if second <= ends),
        levels=tuple((y(level), level) for level in range(0, most + 1, step)),
        four_hours_x=x(FOUR_HOURS_S),
        affected=len(others),
        affected_y=y(len(others)),
    )
