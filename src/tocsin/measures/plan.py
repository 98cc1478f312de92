"""A plan: which few measures stop the most, why, how sure that is, and what nothing stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

import msgspec

from tocsin.errors import UsageError
from tocsin.measures.attempt import Attempt
from tocsin.measures.chance import Board, Effects, Model, effects_of
from tocsin.measures.choose.by_use import choose_by_use
from tocsin.measures.choose.choice import Choice, Method, Proof, Wish, price
from tocsin.measures.choose.curve import Point, greedy_curve
from tocsin.measures.choose.draws import SPREAD, SPREAD_WITH_EVIDENCE, Drawn, try_draws
from tocsin.measures.choose.exact import INSTALL, Progress, choose_exactly, is_installed
from tocsin.measures.choose.greedy import choose_greedily
from tocsin.measures.choose.holdout import HoldOut, Split, hold_out
from tocsin.measures.knowledge import Knowledge
from tocsin.measures.measure import Measure
from tocsin.measures.nothing_stops import NotStopped, nothing_stops
from tocsin.measures.reason import reason_of

__all__ = ["Assumptions", "Chosen", "Effort", "Plan", "choose_best", "make_plan"]

_SPLIT_LIMIT_S: Final = 10.0
"""How long one choice of a split may take to be proven (seconds)."""


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """How much work a plan is worth: seconds for its proof, other choices as good, draws, and splits to hold it to.

    ``uniform`` gives the numbers (0 to 1) that draws are made from. ``curve`` is how many measures the curve goes on to
    at least.
    """

    limit_s: float = 60.0
    alternatives: int = 0
    draws: int = 0
    uniform: Callable[[], float] | None = None
    splits: tuple[Split, ...] = ()
    curve: int = 0


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """A chosen measure: of the attempts that the plan stops, how many it would not without this one, and why.

    ``hinders`` are the techniques (ids) by which it does, what matters most first. ``selected_in`` is the share of
    draws in which it was chosen, too, None if none were made.
    """

    id: str
    name: str
    stops: int
    cost: int
    why: str
    hinders: tuple[str, ...] = ()
    selected_in: float | None = None


class Assumptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the numbers stand on."""

    threshold: float
    at_most: int
    knowledge: str
    measures: int
    without_evidence: int
    spread: float = SPREAD
    spread_with_evidence: float = SPREAD_WITH_EVIDENCE
    in_place: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The plan, in the shape of ``tocsin plan --format json``.

    ``measures`` are in the order in which they add the most; ``stopped`` ``of`` all attempts with them and what is in
    place, ``before`` with what is in place alone. ``method`` chose them. ``optimum`` is the best choice, where another
    was preferred because it held out better.
    """

    measures: tuple[Chosen, ...]
    stopped: int
    of: int
    before: int
    cost: int
    method: Method
    proof: Proof
    alternatives: tuple[tuple[str, ...], ...]
    optimum: tuple[str, ...] | None
    curve: tuple[Point, ...]
    draws: Drawn | None
    holdout: HoldOut | None
    nothing_stops: tuple[NotStopped, ...]
    assumptions: Assumptions


def choose_best(
    board: Board,
    measures: Mapping[str, Measure],
    wish: Wish,
    *,
    limit_s: float = 60.0,
    alternatives: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> Choice:
    """The exact choice; step by step where the solver is not installed, which its proof says.

    Raises:
        UsageError: see :func:`~tocsin.measures.choose.choice.checked`.
    """
    if is_installed():
        return choose_exactly(
            board, measures, wish, limit_s=limit_s, alternatives=alternatives, progress=progress
        )
    choice = choose_greedily(board, measures, wish)
    most = board.count(set(measures) - (wish.never - wish.have))
    optimal = choice.stopped == most
    note = "All measures together stop no more." if optimal else INSTALL
    proof = Proof(optimal=optimal, bound=most, gap=(most - choice.stopped) / most if most else 0.0, note=note)
    return msgspec.structs.replace(choice, proof=proof)


def make_plan(
    attempts: Sequence[Attempt],
    catalogue: Sequence[Measure],
    knowledge: Knowledge,
    wish: Wish,
    model: Model | None = None,
    effort: Effort | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """Make a plan against ``attempts``.

    Where another method held out better than the best choice did, its choice is the plan; ``proof`` then says how far
    it is from the best.

    Raises:
        UsageError: there is no attempt; or see :func:`~tocsin.measures.choose.choice.checked`.
    """
    if not attempts:
        raise UsageError("there is no attempt to plan against", hint="Widen the period or the sector.")
    model, effort = model or Model(), effort or Effort()
    measures = {one.id: one for one in catalogue}
    effects = effects_of(catalogue, knowledge)
    board = Board(attempts, effects, model)
    best = choose_best(
        board, measures, wish, limit_s=effort.limit_s, alternatives=effort.alternatives, progress=progress
    )
    held = _held_out(effort, effects, measures, wish, model)
    choice = _preferred(board, measures, wish, best, held)
    drawn = _drawn(effort, attempts, effects, measures, wish, model, choice)
    standing = sorted(wish.have)
    return Plan(
        measures=tuple(
            _chosen(one, choice, board, measures, knowledge, wish, drawn) for one in choice.measures
        ),
        stopped=choice.stopped,
        of=choice.of,
        before=board.count(standing),
        cost=sum(price(measures[one]) for one in choice.measures),
        method=choice.method,
        proof=choice.proof or Proof(optimal=False, bound=choice.of, gap=1.0, note=INSTALL),
        alternatives=choice.alternatives,
        optimum=best.measures if choice is not best else None,
        curve=_curve(board, measures, wish, choice, effort.curve),
        draws=drawn,
        holdout=held,
        nothing_stops=nothing_stops(attempts, effects, model),
        assumptions=_assumptions(catalogue, knowledge, wish, model),
    )


def _curve(
    board: Board, measures: Mapping[str, Measure], wish: Wish, choice: Choice, least: int
) -> tuple[Point, ...]:
    """The greedy curve, not below the plan from where the plan's number of measures is reached."""
    number = len(choice.measures) - len(choice.spare)
    points = list(greedy_curve(board, measures, wish, max(number, wish.measures or 0, least)))
    points += [Point(measures=one, stopped=points[-1].stopped) for one in range(len(points), number + 1)]
    most = (wish.measures or 0) if wish.budget is None else -1
    proven = choice.proof is not None and choice.proof.optimal
    return tuple(
        Point(
            measures=one.measures,
            stopped=max(one.stopped, choice.stopped if one.measures >= number else 0),
            proven=proven and number <= one.measures <= most,
        )
        for one in points
    )


def _held_out(
    effort: Effort, effects: Effects, measures: Mapping[str, Measure], wish: Wish, model: Model
) -> HoldOut | None:
    splits = [one for one in effort.splits if one.train and one.test]
    if not splits:
        return None
    exact = [partial(choose_exactly, limit_s=_SPLIT_LIMIT_S)] if is_installed() else []
    return hold_out(splits, effects, measures, wish, model, [*exact, choose_greedily, choose_by_use])


def _preferred(
    board: Board, measures: Mapping[str, Measure], wish: Wish, best: Choice, held: HoldOut | None
) -> Choice:
    """``best``, or the choice of the method that held out better, with what is proven of it."""
    if held is None or held.prefers == best.method:
        return best
    other = (choose_by_use if held.prefers == "by-use" else choose_greedily)(board, measures, wish)
    if best.proof is None or set(other.measures) == set(best.measures):
        return best
    bound = best.proof.bound
    proof = Proof(
        optimal=other.stopped == bound,
        bound=bound,
        gap=(bound - other.stopped) / bound if bound else 0.0,
        note=f"A choice that stops {best.stopped} is known; this one held out better and is preferred.",
    )
    return msgspec.structs.replace(other, proof=proof)


def _drawn(
    effort: Effort,
    attempts: Sequence[Attempt],
    effects: Effects,
    measures: Mapping[str, Measure],
    wish: Wish,
    model: Model,
    choice: Choice,
) -> Drawn | None:
    if not effort.draws or effort.uniform is None:
        return None
    return try_draws(
        attempts,
        effects,
        measures,
        wish,
        model,
        chosen=choice.measures,
        uniform=effort.uniform,
        draws=effort.draws,
        choose=choose_greedily,
    )


def _chosen(
    one: str,
    choice: Choice,
    board: Board,
    measures: Mapping[str, Measure],
    knowledge: Knowledge,
    wish: Wish,
    drawn: Drawn | None,
) -> Chosen:
    everything = frozenset((*wish.have, *choice.measures))
    kept = board.stopped(everything)
    without = board.stopped(everything - {one})
    lost = [each for each, now, then in zip(board.attempts, kept, without, strict=True) if now and not then]
    reason = reason_of(one, lost, everything, board, knowledge)
    return Chosen(
        id=one,
        name=measures[one].name,
        stops=len(lost),
        cost=price(measures[one]),
        why=reason.words,
        hinders=reason.techniques,
        selected_in=drawn.selected.get(one, 0) / drawn.draws if drawn else None,
    )


def _assumptions(catalogue: Sequence[Measure], knowledge: Knowledge, wish: Wish, model: Model) -> Assumptions:
    return Assumptions(
        threshold=model.threshold,
        at_most=model.at_most,
        knowledge=f"MITRE ATT&CK {knowledge.version}",
        measures=len(catalogue),
        without_evidence=sum(not one.evidence for one in catalogue),
        in_place=tuple(sorted(wish.have)),
        words=(
            "An attempt needs all of its stages; each succeeds by the least hindered technique that was used for it.",
            f"An attempt counts as stopped where its chance is at most {model.threshold:g}.",
            f"At most {model.at_most} measures count against one technique."
            if model.at_most
            else "All measures count against a technique, as if they were independent.",
            f"What a measure leaves is a guess; draws move it by {SPREAD:g} ({SPREAD_WITH_EVIDENCE:g} with evidence).",
            "Hold-out scores come from the same model: they test the choosing, not the guesses.",
        ),
    )
