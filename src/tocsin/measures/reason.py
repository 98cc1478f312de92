"""Why a measure is in a plan, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from tocsin.measures.attempt import Attempt
from tocsin.measures.chance import Board, stage_chance
from tocsin.measures.knowledge import Knowledge
from tocsin.model.told.number import number

__all__ = ["Reason", "reason_of"]

_NAMED: Final = 3
"""How many attempts and techniques a reason names; the rest are counted."""
_TACTICS: Final = 2
"""For how many ends a technique is told to be used."""


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why, in words without ids; ``techniques`` (ids) are what the measure hinders, what matters most first."""

    words: str
    techniques: tuple[str, ...] = ()


def reason_of(
    measure: str, lost: Sequence[Attempt], chosen: Collection[str], board: Board, knowledge: Knowledge
) -> Reason:
    """Which attempts it takes the measure (id) to stop, and by which techniques it hinders them.

    ``lost`` are the attempts that ``chosen`` (ids, all that is in place then) stop and would not without it. A
    technique counts where it is in a stage that would be more probable without the measure.
    """
    if not lost:
        return Reason(words=_without_loss(measure, chosen, board))
    hindered: Counter[str] = Counter()
    tactics: dict[str, dict[str, None]] = {}
    rest = frozenset(chosen) - {measure}
    for attempt in lost:
        for stage in attempt.stages:
            now = stage_chance(stage, chosen, board.effects, board.model)
            if now < stage_chance(stage, rest, board.effects, board.model):
                names = [name for name in stage.techniques if name in board.effects[measure]]
                hindered.update(names)
                for name in names:
                    tactics.setdefault(name, {})[knowledge.tactic_name(stage.name)] = None
    order = sorted(hindered, key=lambda name: (-hindered[name], name))
    ways = [f"{_technique(name, knowledge)} ({', '.join(list(tactics[name])[:_TACTICS])})" for name in order]
    attempts = _listed([one.name for one in lost], "more", "more")
    words = (
        f"Without it {attempts} would not be stopped. It hinders {_listed(ways, 'other way', 'other ways')}."
    )
    return Reason(words=words, techniques=tuple(order))


def _without_loss(measure: str, chosen: Collection[str], board: Board) -> str:
    held = board.chances(board.held(sorted(chosen)))
    without = board.chances(board.held(sorted(set(chosen) - {measure})))
    nearer = int((held < without).sum())
    if nearer:
        attempts = number(nearer, "attempt")
        return f"What the others stop does not hang on it; it makes {attempts} less likely to succeed."
    return "It stops nothing that the others do not, and hinders nothing further."


def _technique(name: str, knowledge: Knowledge) -> str:
    held = knowledge.technique(name)
    return held.name if held else name


def _listed(names: Sequence[str], one: str, many: str) -> str:
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {number(len(names) - _NAMED, one, many)}"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))
