"""How sure a plan is, in words: what is proven of it, what was held out, and what is guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tocsin.measures.choose.holdout import Score
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
        told += _held_out([one for one in made.holdout.scores if one.method == made.holdout.prefers])
    stands = made.assumptions
    told += [
        f"What measures do is guessed; behind {stands.without_evidence} of {stands.measures} guesses is no evidence.",
        f"An attempt counts as stopped where it succeeds at most once in {1 / stands.threshold:,.0f}.",
    ]
    return told


def _held_out(scores: Sequence[Score]) -> list[str]:
    """What such plans do where they were not made from it, over all tries."""
    if not scores:
        return []
    seen = sum(one.train for one in scores), sum(one.train_of for one in scores)
    unseen = sum(one.test for one in scores), sum(one.test_of for one in scores)
    rest, part = unseen[0] / unseen[1], seen[0] / seen[1]
    told = f"they stop {rest:.0%} of the rest, which they have not seen, and {part:.0%} of that part"
    return [f"Such plans chosen from a part of the attempts, {len(scores)} times: {told}."]


def _as_good(made: Plan, choice: Sequence[str], names: Mapping[str, str]) -> str:
    """What takes the place of which, by the numbers that the measures have in the plan."""
    gone = [str(at) for at, one in enumerate(made.measures, 1) if one.id not in choice]
    chosen = {one.id for one in made.measures}
    new = [names.get(one, one) for one in choice if one not in chosen]
    numbers = " and ".join([", ".join(gone[:-1]), gone[-1]] if len(gone) > 1 else gone)
    if not new:
        return f"As good without {numbers}."
    return f"As good{f' in place of {numbers}' if gone else ' with'}: {'; '.join(new)}."
