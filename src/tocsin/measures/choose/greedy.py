"""Step by step: each time the measure that stops the most more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log

import numpy as np

from tocsin.measures.chance import Board, Floats, Held
from tocsin.measures.choose.choice import Choice, Wish, checked, price, spent
from tocsin.measures.measure import Measure

__all__ = ["choose_greedily", "in_order"]

_LEAST = 1e-300
"""Stands for a chance of 0 where its logarithm is taken."""


def choose_greedily(board: Board, measures: Mapping[str, Measure], wish: Wish) -> Choice:
    """Choose step by step; of measures that stop as many more, the one that brings the attempts nearest to it.

    Without that tie-break the first steps are blind: one measure alone stops next to nothing. With a budget both are
    counted a point. What stops nothing more and brings nothing nearer is not chosen.

    Raises:
        UsageError: see :func:`~tocsin.measures.choose.choice.checked`.
    """
    allowed = checked(wish, measures)
    chosen = [one for one in allowed if one in wish.must]
    held = board.held((*sorted(wish.have), *chosen))
    left = [one for one in allowed if one not in wish.must]
    while True:
        affordable = [one for one in left if _fits((*chosen, one), measures, wish)]
        best = _best(board, held, affordable, measures if wish.budget is not None else None)
        if best is None:
            break
        chosen.append(best)
        left.remove(best)
        held = board.joined(held, best)
    stopped = int(board.stops(board.chances(held)).sum())
    return Choice(method="greedy", measures=tuple(chosen), stopped=stopped, of=len(board.attempts))


def in_order(board: Board, have: Iterable[str], chosen: Iterable[str]) -> tuple[str, ...]:
    """The measures ``chosen`` (ids) in the order in which each adds the most to those before it."""
    left, held = sorted(chosen), board.held(sorted(have))
    order: list[str] = []
    while left:
        best = _best(board, held, left, None) or left[0]
        order.append(best)
        left.remove(best)
        held = board.joined(held, best)
    return tuple(order)


def _fits(chosen: tuple[str, ...], measures: Mapping[str, Measure], wish: Wish) -> bool:
    return (wish.measures is None or len(chosen) <= wish.measures) and (
        wish.budget is None or spent(chosen, measures) <= wish.budget
    )


def _best(board: Board, held: Held, left: Iterable[str], priced: Mapping[str, Measure] | None) -> str | None:
    """The measure that adds the most, by point of its price if ``priced``; None if all add nothing."""
    count, near = _worth(board, board.chances(held))
    best, most = None, (0.0, 1e-9)
    for one in left:
        more, nearer = _worth(board, board.chances(board.joined(held, one)))
        points = price(priced[one]) if priced else 1
        # Rounded, because which of two equals comes first must not hang on the last digit of a sum.
        gain = ((more - count) / points, round((nearer - near) / points, 9))
        if gain > most:
            best, most = one, gain
    return best


def _worth(board: Board, chances: Floats) -> tuple[int, float]:
    way = np.log(np.maximum(chances, _LEAST)) / log(board.model.limit)
    return int(board.stops(chances).sum()), float(np.minimum(way, 1).sum())
