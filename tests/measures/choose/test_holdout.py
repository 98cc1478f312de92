from __future__ import annotations

import pytest
from msgspec.structs import replace

from measures.choose.test_exact import campaign
from tocsin.errors import UsageError
from tocsin.measures.chance import Model
from tocsin.measures.choose.by_use import choose_by_use
from tocsin.measures.choose.choice import Wish
from tocsin.measures.choose.exact import choose_exactly
from tocsin.measures.choose.greedy import choose_greedily
from tocsin.measures.choose.holdout import Score, hold_out, preferred, split_at, split_in_half
from tocsin.measures.measure import Measure


def began(number, day, *techniques):
    return replace(campaign(number, *techniques), began=day)


def test_a_split_by_day_trains_on_what_was_before_and_leaves_out_what_has_no_day():
    attempts = [began(1, "2020-12-31"), began(2, "2021-01-01"), began(3, "")]
    split = split_at(attempts, "2021-01-01")
    assert ([one.id for one in split.train], [one.id for one in split.test], split.left_out) == (
        ["C1"],
        ["C2"],
        1,
    )


def test_a_half_is_the_first_of_the_order_given():
    attempts = [campaign(number) for number in range(5)]
    split = split_in_half(attempts, [4, 0, 3, 1, 2], "one")
    assert ([one.id for one in split.train], [one.id for one in split.test]) == (
        ["C4", "C0"],
        ["C3", "C1", "C2"],
    )


@pytest.mark.parametrize("wrong", [[0, 1], [0, 1, 1], [0, 1, 3]], ids=["short", "twice", "beyond"])
def test_what_is_no_permutation_is_refused(wrong):
    with pytest.raises(ValueError):
        split_in_half([campaign(number) for number in range(3)], wrong, "one")


def test_both_scores_are_told_for_each_method():
    measures = {one: Measure(id=one, name=one) for one in "ab"}
    effects = {"a": {"T1": 0.001}, "b": {"T2": 0.001}}
    attempts = [
        began(1, "2020", "T1"),
        began(2, "2020", "T1"),
        began(3, "2021", "T2"),
        began(4, "2021", "T1"),
    ]
    held = hold_out(
        [split_at(attempts, "2021")],
        effects,
        measures,
        Wish(measures=1),
        Model(),
        [choose_exactly, choose_greedily, choose_by_use],
    )
    assert held.scores == tuple(
        Score(split="before 2021", method=one, train=2, train_of=2, test=1, test_of=2)
        for one in ("exact", "greedy", "by-use")
    )
    assert (held.prefers, held.proven) == ("exact", 1)


def test_nothing_to_hold_out_is_said():
    with pytest.raises(UsageError):
        hold_out(
            [split_at([began(1, "2020", "T1")], "2021")], {}, {}, Wish(measures=1), Model(), [choose_greedily]
        )


def scores(**tests):
    return [
        Score(split=str(place), method=method.replace("_", "-"), train=0, train_of=9, test=test, test_of=9)
        for method, each in tests.items()
        for place, test in enumerate(each)
    ]


def test_the_method_that_held_out_better_in_all_and_in_most_splits_is_preferred():
    assert preferred(scores(exact=[3, 3, 3], greedy=[3, 4, 4])) == "greedy"
    assert preferred(scores(exact=[3, 3, 3], greedy=[3, 3, 3])) == "exact"
    assert preferred(scores(exact=[3, 3, 3], greedy=[9, 2, 2])) == "exact"
    assert preferred(scores(exact=[3, 3, 3], greedy=[4, 4, 0])) == "exact"
    assert preferred(scores(exact=[3, 3], greedy=[4, 4], by_use=[5, 5])) == "by-use"
