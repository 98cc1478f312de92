"""What most people do: take the measures that stand against what was used most often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from tocsin.measures.chance import Board
from tocsin.measures.choose.choice import Choice, Wish, checked, price
from tocsin.measures.measure import Measure

__all__ = ["choose_by_use", "uses"]


def uses(board: Board) -> dict[str, int]:
    """How often each measure (id) stands against a technique of an attempt; once for each attempt and technique."""
    used: Counter[str] = Counter()
    for attempt in board.attempts:
        used.update({name for stage in attempt.stages for name in stage.techniques})
    return {one: sum(used[name] for name in held) for one, held in board.effects.items()}


def choose_by_use(board: Board, measures: Mapping[str, Measure], wish: Wish) -> Choice:
    """Choose by rank alone, as long as there is room; a measure that is too dear for the rest is passed over.

    Raises:
        UsageError: see :func:`~tocsin.measures.choose.choice.checked`.
    """
    rank = uses(board)
    allowed = checked(wish, measures)
    order = sorted(allowed, key=lambda one: (one not in wish.must, -rank[one], one))
    chosen: list[str] = []
    points = 0
    for one in order:
        dear = wish.budget is not None and points + price(measures[one]) > wish.budget
        if dear or (wish.measures is not None and len(chosen) >= wish.measures):
            continue
        chosen.append(one)
        points += price(measures[one])
    stopped = board.count((*wish.have, *chosen))
    return Choice(method="by-use", measures=tuple(chosen), stopped=stopped, of=len(board.attempts))
