"""How sure a plan is, in words: what is proven of it, what was held out, and what is guessed."""

from __future__ import annotations

from typing import Final

from tocsin.measures.plan import Plan

__all__ = ["sure_words"]

_ALTERNATIVES: Final = 5


def sure_words(made: Plan) -> list[str]:
    """One sentence a thing, the proof first."""
    told = []
    if made.proof.optimal:
        told.append("No other choice of that size stops more: proven, under the guesses below.")
    else:
        bound = f"{made.proof.bound:,}"
        told.append(f"At most {bound} can be stopped; whether by this size is not proven. {made.proof.note}")
    if made.optimum is not None:
        told.append("Another choice stops more here; this one held better for attempts it was not made from.")
    told += [f"As good: {', '.join(choice)}" for choice in made.alternatives[:_ALTERNATIVES]]
    if made.holdout is not None:
        told += [
            f"Held out ({score.split}): {score.train} of {score.train_of} that it was chosen from, "
            f"{score.test} of {score.test_of} that it was not."
            for score in made.holdout.scores
            if score.method == made.holdout.prefers
        ]
    stands = made.assumptions
    told += [
        f"What measures do is guessed; behind {stands.without_evidence} of {stands.measures} guesses is no evidence.",
        f"An attempt counts as stopped where it succeeds at most once in {1 / stands.threshold:,.0f}.",
    ]
    return told
