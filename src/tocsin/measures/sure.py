"""How sure a plan is, in words: what is proven of it, what was held out, and what is guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tocsin.measures.plan import Plan

__all__ = ["sure_words"]

_ALTERNATIVES: Final = 5


def sure_words(made: Plan, names: Mapping[str, str]) -> list[str]:
    """One sentence a thing, the proof first. ``names`` are those of the measures, by id."""
    told = []
    if made.proof.optimal:
        told.append("No other choice of that size stops more: proven, under the guesses below.")
    else:
        bound = f"{made.proof.bound:,}"
        told.append(f"At most {bound} can be stopped; whether by this size is not proven. {made.proof.note}")
    if made.optimum is not None:
        told.append("Another choice stops more here; this one held better for attempts it was not made from.")
    told += [_as_good(made, choice, names) for choice in made.alternatives[:_ALTERNATIVES]]
    if made.holdout is not None:
        scores = [
            f"{score.split}, {score.train} of {score.train_of} and then {score.test} of {score.test_of}"
            for score in made.holdout.scores
            if score.method == made.holdout.prefers
        ]
        told += (
            [f"Chosen from a part of the attempts and tried on the rest: {'; '.join(scores)}."]
            if scores
            else []
        )
    stands = made.assumptions
    told += [
        f"What measures do is guessed; behind {stands.without_evidence} of {stands.measures} guesses is no evidence.",
        f"An attempt counts as stopped where it succeeds at most once in {1 / stands.threshold:,.0f}.",
    ]
    return told


def _as_good(made: Plan, choice: Sequence[str], names: Mapping[str, str]) -> str:
    """What takes the place of which, by the numbers that the measures have in the plan."""
    gone = [str(at) for at, one in enumerate(made.measures, 1) if one.id not in choice]
    chosen = {one.id for one in made.measures}
    new = [names.get(one, one) for one in choice if one not in chosen]
    numbers = " and ".join([", ".join(gone[:-1]), gone[-1]] if len(gone) > 1 else gone)
    if not new:
        return f"As good without {numbers}."
    return f"As good{f' in place of {numbers}' if gone else ' with'}: {'; '.join(new)}."
