"""How many attempts the best one, two, three ... measures stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from tocsin.measures.chance import Board
from tocsin.measures.choose.choice import Choice, Wish
from tocsin.measures.choose.greedy import choose_greedily
from tocsin.measures.measure import Measure

__all__ = ["Point", "curve", "greedy_curve"]


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """``measures`` of them stop ``stopped`` attempts; ``proven``: no other so many stop more."""

    measures: int
    stopped: int
    proven: bool = False


def greedy_curve(board: Board, measures: Mapping[str, Measure], wish: Wish, most: int) -> tuple[Point, ...]:
    """The curve of the steps of the greedy choice, from none to at most ``most``; those that must be chosen come first.

    Raises:
        UsageError: more than ``most`` must be chosen.
    """
    choice = choose_greedily(board, measures, msgspec.structs.replace(wish, measures=most, budget=None))
    held = board.held(sorted(wish.have))
    points = [Point(measures=0, stopped=int(board.stops(board.chances(held)).sum()))]
    for number, one in enumerate(choice.measures, 1):
        held = board.joined(held, one)
        points.append(Point(measures=number, stopped=int(board.stops(board.chances(held)).sum())))
    return tuple(points)


def curve(
    board: Board,
    measures: Mapping[str, Measure],
    wish: Wish,
    most: int,
    choose: Callable[[Board, Mapping[str, Measure], Wish], Choice],
) -> tuple[Point, ...]:
    """The curve with each number chosen anew by ``choose``, from the number that must be chosen to ``most``."""
    points: list[Point] = []
    for number in range(len(wish.must - wish.have), most + 1):
        choice = choose(board, measures, msgspec.structs.replace(wish, measures=number, budget=None))
        # Where a solver's time ran out, fewer measures may have been found to stop more.
        stopped = max(choice.stopped, points[-1].stopped if points else 0)
        proven = choice.proof is not None and choice.proof.optimal
        points.append(Point(measures=number, stopped=stopped, proven=proven))
    return tuple(points)
