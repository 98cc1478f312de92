"""The best choice there is, with a proof: integer programming with OR-tools' CP-SAT, the one file that knows it.

It is an extra (``[plan]``) and takes a second to import, so it is imported when something is solved. The solver works
with whole numbers, so the logarithms of factors are rounded, always so that an attempt looks easier to stop than it is:
nothing that the stated model stops is lost, and the solver's bound holds for the stated model. What the solver then
chose is counted with the stated model itself. Where rounding let it count an attempt that is not stopped, that shows
as a gap.

Formulation: a measure is chosen or not; a technique's worth is at most the sum of the logarithms of the chosen factors
against it (of at most so many of them, if the model says so); a stage's worth is at most that of each of its
techniques; an attempt counts if its stages are worth the threshold's logarithm.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil, floor, gcd, log
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tocsin.errors import UsageError
from tocsin.measures.chance import Board
from tocsin.measures.choose.choice import Choice, Proof, Wish, checked, price
from tocsin.measures.choose.greedy import choose_greedily, in_order
from tocsin.measures.measure import Measure

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["INSTALL", "Progress", "choose_exactly", "is_installed"]

INSTALL: Final = "no proof: pip install 'tocsin[plan]'"
_SCALE: Final = 1_000_000
"""Parts of a natural logarithm's unit that the solver tells apart."""

_FEWEST: Final = 1e-12
"""Share of the threshold's logarithm that is let off, so that a product that equals the threshold is not lost."""

_FIRST_TRY: Final = 3.0
"""How long the first try may take, in the solver's own measure of steps (about seconds)."""

_FIRST_S: Final = 5.0
"""How long it may take by the clock (seconds), and no more than a third of the time there is."""

_HALF: Final = 0.5
"""The solver gives whole numbers as floats."""

Weights = tuple[tuple[str, int], ...]
"""What a technique is worth by measure: ids and whole numbers, in order. Alike techniques are one to the solver."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the solver is: attempts stopped by the best choice so far, and the most that any can still stop."""

    stopped: int
    bound: int

    @property
    def gap(self) -> float:
        """The share of the bound that the best choice falls short of."""
        return _gap(self.stopped, self.bound)


def is_installed() -> bool:
    """Whether the solver is there."""
    try:
        from ortools.sat.python import cp_model  # noqa: F401
    except ImportError:
        return False
    return True


def choose_exactly(
    board: Board,
    measures: Mapping[str, Measure],
    wish: Wish,
    *,
    limit_s: float = 60.0,
    alternatives: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> Choice:
    """Choose what stops the most, and prove that nothing stops more.

    ``limit_s`` is how long the solver may take (seconds of the clock); when they ran out the proof says how far it
    came. Up to ``alternatives`` other choices that stop as many are looked for in the time that is left; none holds
    another. What the choice can do without is left out, and the room is filled step by step, if that brings attempts
    nearer to being stopped. ``progress`` is called from time to time, with
    what the solver has found and what it has not yet ruled out.

    Raises:
        UsageError: the solver is not installed, or see :func:`~tocsin.measures.choose.choice.checked`.
    """
    if not is_installed():
        raise UsageError(
            "the solver that proves a choice is not installed", hint="pip install 'tocsin[plan]'"
        )
    allowed = checked(wish, measures)
    first = choose_greedily(board, measures, wish)
    task = _Task(board, measures, wish, allowed)
    found, proof, spent_s = task.solved(first.measures, limit_s, progress)
    chosen = _needed(board, measures, wish, found)
    others: list[tuple[str, ...]] = []
    stopped = board.count((*wish.have, *chosen))
    refused = [frozenset(chosen)]
    while proof.optimal and len(others) < alternatives and spent_s < limit_s:
        another, more_s = task.another(stopped, refused, limit_s - spent_s)
        spent_s += more_s
        if another is None:
            break
        other = _needed(board, measures, wish, another)
        refused.append(frozenset(other))
        if board.count((*wish.have, *other)) == stopped:
            others.append(in_order(board, wish.have, other))
    core = in_order(board, wish.have, chosen)
    filled = choose_greedily(board, measures, msgspec.structs.replace(wish, must=wish.must | chosen)).measures
    spare = tuple(one for one in filled if one not in chosen)
    return Choice(
        method="exact",
        measures=core + spare,
        spare=spare,
        stopped=stopped,
        of=len(board.attempts),
        proof=proof,
        alternatives=tuple(others),
    )


def _needed(
    board: Board, measures: Mapping[str, Measure], wish: Wish, chosen: Collection[str]
) -> frozenset[str]:
    """``chosen`` without those that stop nothing, the dearest first."""
    kept = set(chosen)
    stopped = board.count((*wish.have, *kept))
    for one in sorted(kept - wish.must, key=lambda one: (-price(measures[one]), one)):
        if board.count((*wish.have, *(kept - {one}))) == stopped:
            kept.discard(one)
    return frozenset(kept)


def _gap(stopped: int, bound: int) -> float:
    return (bound - stopped) / bound if bound > stopped else 0.0


@dataclass(slots=True)
class _Task:
    """The whole numbers, and the model that is made of them."""

    board: Board
    measures: Mapping[str, Measure]
    wish: Wish
    allowed: tuple[str, ...]
    need: int = 0
    certain: int = 0
    stages: list[list[frozenset[Weights]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Any chance that counts as stopped is at most the model's limit, so this is never too much.
        self.need = max(1, floor(-log(self.board.model.limit) * (1 - _FEWEST) * _SCALE))
        everything = self.board.stopped((*self.wish.have, *self.allowed))
        given = self.board.stopped((*self.wish.have, *self.wish.must))
        self.certain = int(given.sum())
        for attempt, possible, sure in zip(self.board.attempts, everything, given, strict=True):
            if possible and not sure:
                ways = (frozenset(map(self._weights, stage.techniques)) for stage in attempt.stages)
                self.stages.append([_least(one) for one in ways if one and () not in one])
        # Weights with a common divisor (all alike, say) make small numbers, which are solved much faster.
        unit = (
            gcd(*(worth for way in self._all_weights() for _, worth in way if worth < self.need)) or self.need
        )
        self._divide(unit)

    def _divide(self, unit: int) -> None:
        self.need = -(-self.need // unit)
        self.stages = [
            [
                frozenset(tuple((one, -(-worth // unit)) for one, worth in way) for way in stage)
                for stage in attempt
            ]
            for attempt in self.stages
        ]

    def _weights(self, technique: str) -> Weights:
        found = []
        for one in sorted({*self.allowed, *self.wish.have}):
            factor = self.board.effects[one].get(technique, 1.0)
            if factor < 1:
                worth = self.need if factor <= 0 else min(self.need, ceil(-log(factor) * _SCALE))
                found.append((one, worth))
        return tuple(found)

    def model(self) -> tuple[Any, dict[str, Any], Any]:
        """The model, its variables of measures (by id) and what is to be as large as it can."""
        from ortools.sat.python import cp_model

        model = cp_model.CpModel()
        take = {one: model.new_bool_var(one) for one in sorted({*self.allowed, *self.wish.have})}
        for one in (*self.wish.have, *self.wish.must):
            model.add(take[one] == 1)
        if self.wish.measures is not None:
            model.add(sum(take[one] for one in self.allowed) <= self.wish.measures)
        if self.wish.budget is not None:
            model.add(sum(price(self.measures[one]) * take[one] for one in self.allowed) <= self.wish.budget)
        worths = {one: self._worth(model, take, one) for one in self._all_weights()}
        stages: dict[frozenset[Weights], Any] = {}
        stopped = []
        for number, attempt in enumerate(self.stages):
            for stage in attempt:
                if stage not in stages:
                    stages[stage] = self._stage(model, worths, stage)
            stop = model.new_bool_var(f"stop {number}")
            model.add(sum(stages[stage] for stage in attempt) >= self.need * stop)
            stopped.append(stop)
        return model, take, sum(stopped) if stopped else 0

    def _all_weights(self) -> list[Weights]:
        return sorted({way for attempt in self.stages for stage in attempt for way in stage})

    def _worth(self, model: cp_model.CpModel, take: Mapping[str, Any], weights: Weights) -> Any:
        """What a technique is worth at most."""
        count = self.board.model.at_most or len(weights)
        most = min(self.need, sum(sorted((worth for _, worth in weights), reverse=True)[:count]))
        worth = model.new_int_var(0, most, "")
        if count >= len(weights) or len({one for _, one in weights}) == 1:
            # Where all weigh alike the limit on their number is one on their sum.
            model.add(worth <= sum(each * take[one] for one, each in weights))
            return worth
        counted = {one: model.new_bool_var("") for one, _ in weights}
        for one, each in counted.items():
            model.add_implication(each, take[one])
        model.add(sum(counted.values()) <= count)
        model.add(worth <= sum(each * counted[one] for one, each in weights))
        return worth

    def _stage(
        self, model: cp_model.CpModel, worths: Mapping[Weights, Any], stage: frozenset[Weights]
    ) -> Any:
        ways = sorted(stage)
        if len(ways) == 1:
            return worths[ways[0]]
        worth = model.new_int_var(0, self.need, "")
        for way in ways:
            model.add(worth <= worths[way])
        return worth

    def solved(
        self, hint: Collection[str], limit_s: float, progress: Callable[[Progress], None] | None
    ) -> tuple[frozenset[str], Proof, float]:
        """The best choice, what is proven of it, and the seconds that it took."""
        from ortools.sat.python import cp_model

        model, take, goal = self.model()
        if not self.stages:
            proof = Proof(
                optimal=True, bound=self.certain, gap=0.0, note=_note(self.certain, self.certain, ended=True)
            )
            return frozenset(self.wish.must - self.wish.have), proof, 0.0
        model.maximize(goal)
        best = self.board.count((*self.wish.have, *hint))
        teller = _Teller(Progress(best, self.certain + len(self.stages)), self.certain, progress)
        found, most, status, spent_s = frozenset(hint), len(self.stages), cp_model.UNKNOWN, 0.0
        for solver in _tries(limit_s):
            model.clear_hints()
            for one, variable in take.items():
                model.add_hint(variable, one in found or one in self.wish.have)
            status = solver.solve(model, teller.watch(solver))
            spent_s += solver.wall_time
            if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
                taken = frozenset(one for one in self.allowed if solver.boolean_value(take[one]))
                if self.board.count((*self.wish.have, *taken)) >= best:
                    found = taken
                    best = self.board.count((*self.wish.have, *taken))
                # Without a solution the solver's bound is not one.
                most = min(most, floor(solver.best_objective_bound + _HALF))
            if status == cp_model.OPTIMAL:
                break
        bound = max(most + self.certain, best)
        proof = Proof(
            optimal=best == bound,
            bound=bound,
            gap=_gap(best, bound),
            note=_note(best, bound, ended=status == cp_model.OPTIMAL),
        )
        if progress is not None:
            progress(Progress(best, bound))
        return found, proof, spent_s

    def another(
        self, stopped: int, refused: Collection[Collection[str]], limit_s: float
    ) -> tuple[frozenset[str] | None, float]:
        """A choice that stops as many and holds none of ``refused``; None if there is none or time ran out."""
        from ortools.sat.python import cp_model

        model, take, goal = self.model()
        model.add(goal >= stopped - self.certain)
        for one in refused:
            model.add(sum(take[name] for name in one) <= len(one) - 1)
        spent_s = 0.0
        for solver in _tries(limit_s):
            status = solver.solve(model)
            spent_s += solver.wall_time
            if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
                return frozenset(one for one in self.allowed if solver.boolean_value(take[one])), spent_s
            if status == cp_model.INFEASIBLE:
                break
        return None, spent_s


def _least(stage: frozenset[Weights]) -> frozenset[Weights]:
    """``stage`` without ways that never are the least hindered: another has no more against it from any measure."""
    held = [(way, dict(way)) for way in stage]
    return frozenset(
        way
        for way, worth in held
        if not any(
            other != way and all(worth.get(one, 0) >= each for one, each in less.items())
            for other, less in held
        )
    )


def _note(stopped: int, bound: int, *, ended: bool) -> str:
    if stopped == bound:
        return "No choice that is allowed stops more under the stated model."
    if ended:
        return (
            f"The solver's whole numbers count {bound} as stopped; the stated model counts {stopped} of them, the rest"
            " lie within rounding of the threshold."
        )
    return (
        f"Time ran out: no choice stops more than {bound}, and whether one stops more than {stopped} is open."
    )


@dataclass(slots=True)
class _Teller:
    """Tells of each better choice and each lower bound, and of nothing else."""

    now: Progress
    certain: int
    progress: Callable[[Progress], None] | None

    def tell(self, later: Progress) -> None:
        """Tell ``later`` if it is news."""
        if later != self.now and self.progress is not None:
            self.now = later
            self.progress(later)

    def solved(self, stopped: float, bound: float) -> None:
        """The solver has counted so many, and has not ruled out so many."""
        better = max(self.now.stopped, floor(stopped + _HALF) + self.certain)
        self.tell(Progress(better, max(better, min(self.now.bound, floor(bound + _HALF) + self.certain))))

    def watch(self, solver: cp_model.CpSolver) -> cp_model.CpSolverSolutionCallback:
        """What ``solver`` has to be given."""
        from ortools.sat.python import cp_model

        teller = self

        class Watch(cp_model.CpSolverSolutionCallback):
            def on_solution_callback(self) -> None:
                teller.solved(self.objective_value, self.best_objective_bound)

        solver.best_bound_callback = lambda bound: self.solved(0, bound)
        return Watch()


def _tries(limit_s: float) -> Iterator[cp_model.CpSolver]:
    """Solvers to be tried in turn, within ``limit_s`` (seconds of the clock) together.

    Without linear relaxations most questions are settled in a second and some never; with them all are, most of them
    later. Both have one thread, and the first is ended by a count of its steps: so the same of several best choices is
    found each time. It is ended by the clock, too: in a few questions, small ones, it creeps from bound to bound for
    minutes and hardly counts that as steps.
    """
    first = _solver(min(limit_s / 3, _FIRST_S), linearization=0)
    first.parameters.max_deterministic_time = _FIRST_TRY
    yield first
    left_s = limit_s - first.wall_time
    if left_s > 0:
        yield _solver(left_s, linearization=2)


def _solver(limit_s: float, linearization: int) -> cp_model.CpSolver:
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(limit_s, 0.01)
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = linearization
    solver.parameters.random_seed = 1
    return solver
