"""The one model by which it is told whether measures would have stopped an attempt.

Each measure in place leaves a share of the attempts at a technique that succeed (its factor). The factors of a
technique are multiplied; beyond the strongest :attr:`Model.at_most` of them further ones add nothing, because measures
are less independent than a product has it. The attacker takes the way that is the least hindered, so a stage succeeds
as its most probable technique does, and the attempt if all of its stages do. It counts as stopped if that chance is at
most :attr:`Model.threshold`. With no measure in place everything succeeds: what happened, happened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import prod
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.errors import UsageError
from tocsin.measures.attempt import Attempt, Stage
from tocsin.measures.knowledge import Knowledge
from tocsin.measures.measure import Measure, factor_of

__all__ = [
    "ROUNDING",
    "Board",
    "Effects",
    "Held",
    "Model",
    "chance",
    "effects_of",
    "is_stopped",
    "stage_chance",
]

Effects = Mapping[str, Mapping[str, float]]
"""By id of a measure, its factor on each technique (id) that it stands against."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Held = Floats
"""What a set of measures does to each technique of a :class:`Board`: its strongest factors, the smallest first."""

_MOST_THRESHOLD: Final = 0.9
ROUNDING: Final = 1e-9
"""By how much (relative) a chance may lie above the threshold for the last digits' sake."""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """The two numbers of the model.

    ``threshold`` is the chance at or below which an attempt counts as stopped; ``at_most`` how many measures count
    against one technique, 0 for all.

    Raises:
        UsageError: the threshold is not above 0 or above 0.9, or ``at_most`` is negative.
    """

    threshold: float = 0.01
    at_most: int = 2

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= _MOST_THRESHOLD:
            raise UsageError(
                f"an attempt cannot count as stopped at a chance of {self.threshold:g}",
                hint=f"Give a threshold above 0 and of at most {_MOST_THRESHOLD:g}.",
            )
        if self.at_most < 0:
            raise UsageError("fewer than no measures cannot count", hint="Give 0 for all.")

    @property
    def limit(self) -> float:
        """The threshold with what is allowed for rounding."""
        return self.threshold * (1 + ROUNDING)


def effects_of(measures: Iterable[Measure], knowledge: Knowledge) -> dict[str, dict[str, float]]:
    """What each measure stands against, of the techniques that are known.

    These are the techniques of its mitigations, as ATT&CK pairs them, and its own; of its own a technique stands for
    its sub-techniques, too. A factor of its own for a technique (``left_by``) makes it stand against that one.
    """
    mitigations = {one.id: one.techniques for one in knowledge.mitigations}
    names = [one.id for one in knowledge.techniques]
    found: dict[str, dict[str, float]] = {}
    for measure in measures:
        against = {name for one in measure.mitigations for name in mitigations.get(one, ())}
        own = {_current(one, knowledge) for one in measure.techniques}
        against |= own | {name for name in names if name.partition(".")[0] in own}
        factors = {name: factor_of(measure, name) for name in against}
        factors |= {_current(name, knowledge): factor for name, factor in measure.left_by.items()}
        found[measure.id] = dict(sorted(factors.items()))
    return found


def _current(name: str, knowledge: Knowledge) -> str:
    held = knowledge.technique(name)
    return held.id if held else name


def stage_chance(stage: Stage, chosen: Collection[str], effects: Effects, model: Model) -> float:
    """With what chance the stage succeeds against the measures ``chosen`` (ids)."""
    return max(
        (_technique_chance(name, chosen, effects, model) for name in stage.techniques),
        default=1.0,
    )


def _technique_chance(name: str, chosen: Collection[str], effects: Effects, model: Model) -> float:
    factors = sorted(effects[one][name] for one in chosen if name in effects[one])
    return prod(factors[: model.at_most] if model.at_most else factors)


def chance(attempt: Attempt, chosen: Collection[str], effects: Effects, model: Model) -> float:
    """With what chance the attempt succeeds against the measures ``chosen`` (ids)."""
    return prod(stage_chance(one, chosen, effects, model) for one in attempt.stages)


def is_stopped(attempt: Attempt, chosen: Collection[str], effects: Effects, model: Model) -> bool:
    """Whether the measures ``chosen`` (ids) stop the attempt."""
    return chance(attempt, chosen, effects, model) <= model.limit


class Board:
    """All attempts against all measures, laid out so that a set of measures is judged at once.

    ``attempts`` keep their order; answers are arrays by it.
    """

    def __init__(self, attempts: Sequence[Attempt], effects: Effects, model: Model) -> None:
        self.attempts: Final = tuple(attempts)
        self.effects: Final = effects
        self.model: Final = model
        names: dict[str, int] = {}
        rows: dict[tuple[int, ...], int] = {}
        self._stages: list[list[int]] = []
        for attempt in self.attempts:
            ways = [
                tuple(names.setdefault(name, len(names)) for name in stage.techniques)
                for stage in attempt.stages
                if stage.techniques
            ]
            self._stages.append([rows.setdefault(way, len(rows)) for way in ways])
        self._ways: Final = np.array([name for way in rows for name in way], dtype=np.intp)
        self._way_starts: Final = _starts([len(way) for way in rows])
        self._with_stages: Final = np.array([bool(one) for one in self._stages], dtype=np.bool_)
        self._rows: Final = np.array([row for one in self._stages for row in one], dtype=np.intp)
        self._row_starts: Final = _starts([len(one) for one in self._stages if one])
        self._width: Final = len(names)
        self._lines: Final = {one: self._line(held, names) for one, held in effects.items()}

    def _line(self, held: Mapping[str, float], names: Mapping[str, int]) -> Floats:
        line = np.ones(self._width)
        for name, factor in held.items():
            if name in names:
                line[names[name]] = factor
        return line

    def held(self, chosen: Iterable[str] = ()) -> Held:
        """What the measures ``chosen`` (ids) do."""
        held: Held = np.ones((self.model.at_most or 1, self._width))
        for one in chosen:
            held = self.joined(held, one)
        return held

    def joined(self, held: Held, one: str) -> Held:
        """What they do together with the measure ``one``."""
        if not self.model.at_most:
            return held * self._lines[one]
        factors = np.vstack((held, self._lines[one]))
        factors.sort(axis=0)
        return factors[:-1]

    def chances(self, held: Held) -> Floats:
        """The chance of each attempt."""
        found = np.ones(len(self.attempts))
        if self._rows.size:
            techniques = held.prod(axis=0)
            stages = np.maximum.reduceat(techniques[self._ways], self._way_starts)
            found[self._with_stages] = np.multiply.reduceat(stages[self._rows], self._row_starts)
        return found

    def stopped(self, chosen: Iterable[str]) -> Bools:
        """Whether the measures ``chosen`` (ids) stop each attempt."""
        return self.stops(self.chances(self.held(chosen)))

    def stops(self, chances: Floats) -> Bools:
        """Whether attempts of these chances are stopped."""
        found: Any = chances <= self.model.limit
        return np.asarray(found, dtype=np.bool_)

    def count(self, chosen: Iterable[str]) -> int:
        """How many attempts the measures ``chosen`` (ids) stop."""
        return int(self.stopped(chosen).sum())


def _starts(lengths: Sequence[int]) -> NDArray[np.intp]:
    return np.concatenate(([0], np.cumsum(lengths, dtype=np.intp)[:-1])).astype(np.intp)
