from __future__ import annotations

from itertools import cycle
from random import Random

import pytest

from measures.choose.test_exact import campaign
from tocsin.measures.chance import Model
from tocsin.measures.choose.choice import Wish
from tocsin.measures.choose.draws import drawn_effects, try_draws
from tocsin.measures.choose.exact import choose_exactly
from tocsin.measures.choose.greedy import choose_greedily
from tocsin.measures.measure import Measure

MEASURES = {
    "a": Measure(id="a", name="A"),
    "b": Measure(id="b", name="B", evidence="a study"),
}
EFFECTS = {"a": {"T1": 0.5, "T2": 0.9}, "b": {"T1": 0.5}}


def given(*numbers):
    following = cycle(numbers)
    return lambda: next(following)


def test_guesses_move_within_the_spread_and_less_where_there_is_evidence():
    low = drawn_effects(EFFECTS, MEASURES, given(0.0))
    high = drawn_effects(EFFECTS, MEASURES, given(1.0))
    assert low == {
        "a": {"T1": pytest.approx(0.2), "T2": pytest.approx(0.6)},
        "b": {"T1": pytest.approx(0.35)},
    }
    assert high == {"a": {"T1": pytest.approx(0.8), "T2": 0.99}, "b": {"T1": pytest.approx(0.65)}}
    assert drawn_effects(EFFECTS, MEASURES, given(0.5)) == EFFECTS


def test_it_is_counted_how_often_each_measure_is_chosen_and_what_the_plan_stops_then():
    measures = {one: Measure(id=one, name=one) for one in "ab"}
    effects = {"a": {"T1": 0.3}, "b": {"T1": 0.3}}
    # The first draw makes a strong and b weak, the second the other way round.
    drawn = try_draws(
        [campaign(1, "T1")],
        effects,
        measures,
        Wish(measures=1),
        Model(threshold=0.1),
        chosen=("a",),
        uniform=given(0.0, 1.0, 1.0, 0.0, 0.0, 1.0),
        draws=3,
        choose=choose_greedily,
    )
    assert (drawn.by, drawn.draws, drawn.selected) == ("greedy", 3, {"a": 2, "b": 1})
    assert (drawn.best, drawn.kept, drawn.kept_least) == (1, pytest.approx(2 / 3), 0)


@pytest.mark.parametrize("choose", [choose_greedily, choose_exactly], ids=["greedy", "exact"])
def test_the_same_numbers_give_the_same_answer(choose):
    attempts = [campaign(1, "T1", "T2"), campaign(2, "T1")]

    def ask():
        return try_draws(
            attempts,
            EFFECTS,
            MEASURES,
            Wish(measures=1),
            Model(threshold=0.4),
            chosen=("a",),
            uniform=Random(1).random,
            draws=5,
            choose=choose,
        )

    assert ask() == ask()
    assert ask().by == ("greedy" if choose is choose_greedily else "exact")


def test_no_draw_is_refused():
    with pytest.raises(ValueError):
        try_draws(
            [],
            {},
            {},
            Wish(measures=1),
            Model(),
            chosen=(),
            uniform=given(0.0),
            draws=0,
            choose=choose_greedily,
        )
