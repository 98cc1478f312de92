"""Whether a choice holds for attempts that it was not made from.

Both scores stand side by side: of the attempts that the choice was made from, and of those that were held out. Both
come from the same model, so this tests the choosing, not the guesses of what measures do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from tocsin.errors import UsageError
from tocsin.measures.attempt import Attempt
from tocsin.measures.chance import Board, Effects, Model
from tocsin.measures.choose.choice import Choice, Method, Wish
from tocsin.measures.measure import Measure

__all__ = ["HoldOut", "Score", "Split", "hold_out", "preferred", "split_at", "split_in_half"]

Choose = Callable[[Board, Mapping[str, Measure], Wish], Choice]


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts to choose from, and attempts to score by; ``left_out`` counts those that are in neither."""

    name: str
    train: tuple[Attempt, ...]
    test: tuple[Attempt, ...]
    left_out: int = 0


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What the choice that ``method`` made of a split's first part stops in both of its parts."""

    split: str
    method: Method
    train: int
    train_of: int
    test: int
    test_of: int


class HoldOut(msgspec.Struct, frozen=True, kw_only=True):
    """All scores, and the method whose choices held best; ``proven`` is how many exact ones were proven the best."""

    scores: tuple[Score, ...]
    prefers: Method
    proven: int = 0


def split_at(attempts: Sequence[Attempt], day: str) -> Split:
    """Train on what began before ``day`` (``YYYY-MM-DD``), score on the rest; what has no day is left out."""
    dated = [one for one in attempts if one.began]
    return Split(
        name=f"before {day}",
        train=tuple(one for one in dated if one.began < day),
        test=tuple(one for one in dated if one.began >= day),
        left_out=len(attempts) - len(dated),
    )


def split_in_half(attempts: Sequence[Attempt], permutation: Sequence[int], name: str) -> Split:
    """Train on the first half of a shuffled order (given: every place once), score on the second.

    Raises:
        ValueError: ``permutation`` is none of as many as there are attempts.
    """
    if sorted(permutation) != list(range(len(attempts))):
        raise ValueError("not a permutation of the attempts")
    middle = len(attempts) // 2
    shuffled = [attempts[place] for place in permutation]
    return Split(name=name, train=tuple(shuffled[:middle]), test=tuple(shuffled[middle:]))


def hold_out(
    splits: Sequence[Split],
    effects: Effects,
    measures: Mapping[str, Measure],
    wish: Wish,
    model: Model,
    methods: Sequence[Choose],
) -> HoldOut:
    """Choose in each split with each of ``methods`` (in the order of trust), and score it in both parts.

    Raises:
        UsageError: no split has attempts on both sides.
    """
    usable = [one for one in splits if one.train and one.test]
    if not usable:
        raise UsageError("too few attempts to hold any out", hint="Widen the period or the sector.")
    scores: list[Score] = []
    proven = 0
    for split in usable:
        train, test = Board(split.train, effects, model), Board(split.test, effects, model)
        for choose in methods:
            choice = choose(train, measures, wish)
            proven += choice.method == "exact" and choice.proof is not None and choice.proof.optimal
            scores.append(
                Score(
                    split=split.name,
                    method=choice.method,
                    train=choice.stopped,
                    train_of=choice.of,
                    test=test.count((*wish.have, *choice.measures)),
                    test_of=len(split.test),
                )
            )
    return HoldOut(scores=tuple(scores), prefers=preferred(scores), proven=proven)


def preferred(scores: Sequence[Score]) -> Method:
    """The method whose choices held: the first that was scored, unless another stops more in all, and in most splits.

    One lucky split does not turn it: the other has to be better in more splits than it is worse in.
    """
    by_split: dict[str, dict[Method, int]] = {}
    for one in scores:
        by_split.setdefault(one.split, {})[one.method] = one.test
    methods = list(dict.fromkeys(one.method for one in scores))
    best = methods[0]
    for other in methods[1:]:
        gains = [held[other] - held[best] for held in by_split.values()]
        if sum(gains) > 0 and sum(gain > 0 for gain in gains) > sum(gain < 0 for gain in gains):
            best = other
    return best
