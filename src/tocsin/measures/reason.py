"""Why a measure is in a plan, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from tocsin.measures.attempt import Attempt
from tocsin.measures.chance import Board, stage_chance
from tocsin.measures.knowledge import Knowledge

__all__ = ["reason_of"]

_NAMED: Final = 3
"""How many attempts and techniques a reason names; the rest are counted."""


def reason_of(
    measure: str, lost: Sequence[Attempt], chosen: Collection[str], board: Board, knowledge: Knowledge
) -> str:
    """Which attempts it takes the measure (id) to stop, and by which techniques it hinders them.

    ``lost`` are the attempts that ``chosen`` (ids, all that is in place then) stop and would not without it. A
    technique counts where it is in a stage that would be more probable without the measure.
    """
    if not lost:
        return _without_loss(measure, chosen, board)
    hindered: Counter[tuple[str, str]] = Counter()
    rest = frozenset(chosen) - {measure}
    for attempt in lost:
        for stage in attempt.stages:
            now = stage_chance(stage, chosen, board.effects, board.model)
            if now < stage_chance(stage, rest, board.effects, board.model):
                names = [name for name in stage.techniques if name in board.effects[measure]]
                hindered.update((name, stage.name) for name in names)
    ways = [
        f"{_technique(name, knowledge)} for {knowledge.tactic_name(stage)}"
        for (name, stage), _ in sorted(hindered.items(), key=lambda one: (-one[1], one[0]))
    ]
    attempts = _listed([one.name for one in lost], "more")
    return f"Without it {attempts} would not be stopped. It hinders {_listed(ways, 'other ways')}."


def _without_loss(measure: str, chosen: Collection[str], board: Board) -> str:
    held = board.chances(board.held(sorted(chosen)))
    without = board.chances(board.held(sorted(set(chosen) - {measure})))
    nearer = int((held < without).sum())
    if nearer:
        return f"What the others stop does not hang on it; it makes {nearer} attempts less likely to succeed."
    return "It stops nothing that the others do not, and hinders nothing further."


def _technique(name: str, knowledge: Knowledge) -> str:
    held = knowledge.technique(name)
    return f"{held.name} ({name})" if held else name


def _listed(names: Sequence[str], rest: str) -> str:
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} {rest}"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))
