from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from measures import naive, small
from strategies import examples
from tocsin.errors import UsageError
from tocsin.measures.attempt import Attempt, Stage
from tocsin.measures.chance import Board, Model
from tocsin.measures.choose import exact
from tocsin.measures.choose.by_use import choose_by_use
from tocsin.measures.choose.choice import Wish
from tocsin.measures.choose.exact import choose_exactly
from tocsin.measures.choose.greedy import choose_greedily
from tocsin.measures.measure import Measure


@st.composite
def questions(draw):
    measures = draw(small.measures())
    return (
        draw(small.attempts()),
        measures,
        draw(small.effects(measures)),
        draw(small.models),
        draw(small.wishes(measures)),
    )


def campaign(number, *techniques):
    return Attempt(
        id=f"C{number}",
        name=f"campaign {number}",
        kind="campaign",
        stages=tuple(Stage("stage", (one,) if isinstance(one, str) else one) for one in techniques),
    )


@settings(max_examples=examples(150))
@given(questions())
def test_the_exact_choice_stops_as_many_as_the_best_of_all_subsets_and_says_so(question):
    attempts, measures, effects, model, wish = question
    most, sets = naive.best(attempts, measures, effects, model, wish)
    choice = choose_exactly(Board(attempts, effects, model), measures, wish)
    assert (choice.stopped, choice.of) == (most, len(attempts))
    assert naive.count(attempts, wish.have | set(choice.measures), effects, model) == most
    assert frozenset(choice.measures) in sets
    assert choice.proof.optimal
    assert (choice.proof.bound, choice.proof.gap) == (most, 0.0)


@settings(max_examples=examples(100))
@given(questions())
def test_no_other_method_stops_more_and_all_keep_to_the_wish(question):
    attempts, measures, effects, model, wish = question
    board = Board(attempts, effects, model)
    best = choose_exactly(board, measures, wish)
    for choice in (best, choose_greedily(board, measures, wish), choose_by_use(board, measures, wish)):
        assert choice.stopped <= best.stopped
        assert frozenset(choice.measures) in set(naive.choices(measures, wish))
        assert len(set(choice.measures)) == len(choice.measures)
        assert choice.stopped == naive.count(attempts, wish.have | set(choice.measures), effects, model)


@settings(max_examples=examples(60))
@given(questions())
def test_more_measures_or_more_money_never_stop_less(question):
    attempts, measures, effects, model, wish = question
    board = Board(attempts, effects, model)
    more = replace(
        wish,
        measures=None if wish.measures is None else wish.measures + 1,
        budget=None if wish.budget is None else wish.budget + 1,
    )
    assert choose_exactly(board, measures, more).stopped >= choose_exactly(board, measures, wish).stopped
    free = replace(wish, never=frozenset())
    assert choose_exactly(board, measures, free).stopped >= choose_exactly(board, measures, wish).stopped


@settings(max_examples=examples(60))
@given(questions())
def test_alternatives_are_other_choices_as_good_and_none_is_missed(question):
    attempts, measures, effects, model, wish = question
    _, sets = naive.best(attempts, measures, effects, model, wish)
    choice = choose_exactly(Board(attempts, effects, model), measures, wish, alternatives=100)
    told = {frozenset(choice.measures) - set(choice.spare), *map(frozenset, choice.alternatives)}
    assert len(told) == 1 + len(choice.alternatives)
    assert told <= sets
    needed = {one for one in sets if not any(other < one for other in sets)}
    assert told == needed


def test_at_most_as_many_alternatives_are_told_as_were_asked_for():
    measures = {one: Measure(id=one, name=one) for one in "abcd"}
    effects = {one: {"T1": 0.001} for one in measures}
    board = Board([campaign(1, "T1")], effects, Model())
    assert len(choose_exactly(board, measures, Wish(measures=1), alternatives=2).alternatives) == 2
    assert len(choose_exactly(board, measures, Wish(measures=1), alternatives=9).alternatives) == 3


def test_a_product_that_equals_the_threshold_is_stopped_and_one_a_little_above_is_not():
    measures = {one: Measure(id=one, name=one) for one in "ab"}
    model = Model(threshold=0.01, at_most=0)
    for factor, stopped in ((0.1, 1), (0.1 * (1 + 1e-7), 0)):
        effects = {"a": {"T1": factor}, "b": {"T2": factor}}
        choice = choose_exactly(Board([campaign(1, "T1", "T2")], effects, model), measures, Wish(measures=2))
        assert choice.stopped == stopped


def test_an_attempt_that_only_whole_numbers_stop_shows_as_a_gap_and_not_as_stopped(monkeypatch):
    monkeypatch.setattr(exact, "_SCALE", 1)
    # Rounded up, a and b look as if they stopped two attempts together; d would, and is too dear.
    measures = {one: Measure(id=one, name=one, cost=3 if one == "d" else 1) for one in "abcd"}
    effects = {"a": {"T1": 0.12}, "b": {"T2": 0.12}, "c": {"T3": 0.009}, "d": {"T1": 0.001}}
    attempts = [campaign(1, "T1", "T2"), campaign(2, "T1", "T2"), campaign(3, "T3")]
    board = Board(attempts, effects, Model(threshold=0.01, at_most=0))
    choice = choose_exactly(board, measures, Wish(budget=2))
    assert choice.stopped == 1
    assert not choice.proof.optimal
    assert (choice.proof.bound, choice.proof.gap) == (2, 0.5)
    assert "rounding" in choice.proof.note


def test_many_weak_measures_do_not_count_where_only_some_may():
    measures = {one: Measure(id=one, name=one, cost=3 if one == "a" else 1) for one in "abcd"}
    effects = {one: {"T1": 0.1 if one == "a" else 0.5} for one in measures}
    board = Board([campaign(1, "T1")], effects, Model(threshold=0.13, at_most=2))
    choice = choose_exactly(board, {**measures, "a": Measure(id="a", name="a", cost=9)}, Wish(budget=3))
    assert (choice.stopped, choice.proof.optimal, choice.proof.bound) == (0, True, 0)


def test_what_can_be_done_without_is_left_out():
    measures = {"a": Measure(id="a", name="A"), "b": Measure(id="b", name="B", cost=3)}
    board = Board([campaign(1, "T1")], {"a": {"T1": 0.001}, "b": {"T1": 0.001}}, Model())
    assert choose_exactly(board, measures, Wish(measures=2)).measures == ("a",)
    kept = choose_exactly(board, measures, Wish(measures=2, must=frozenset("b")))
    assert kept.measures == ("b",)


def test_the_room_that_is_left_is_filled_with_what_brings_others_nearer():
    measures = {one: Measure(id=one, name=one) for one in "abc"}
    board = Board(
        [campaign(1, "T1"), campaign(2, "T2")],
        {"a": {"T2": 0.5}, "b": {"T1": 0.001}, "c": {"T3": 0.1}},
        Model(),
    )
    choice = choose_exactly(board, measures, Wish(measures=3))
    assert (choice.measures, choice.spare, choice.stopped) == (("b", "a"), ("a",), 1)


def test_the_solver_tells_how_far_it_is_and_never_goes_back():
    told = []
    techniques = [f"T{number}" for number in range(12)]
    measures = {f"m{number}": Measure(id=f"m{number}", name="") for number in range(12)}
    effects = {
        one: {name: 0.2 + (3 * number + 5 * place) % 7 / 10 for place, name in enumerate(techniques)}
        for number, one in enumerate(measures)
    }
    attempts = [
        campaign(number, *(techniques[(number + step * step) % 12] for step in range(4)))
        for number in range(20)
    ]
    choice = choose_exactly(
        Board(attempts, effects, Model()), measures, Wish(measures=4), progress=told.append
    )
    assert told
    assert all(one.stopped <= later.stopped and one.bound >= later.bound for one, later in pairwise(told))
    assert (told[-1].stopped, told[-1].bound, told[-1].gap) == (choice.stopped, choice.proof.bound, 0.0)


@pytest.mark.parametrize("limit_s", [0.0, 0.3])
def test_when_time_runs_out_the_proof_says_how_far_it_came(limit_s):
    number = Random(1)
    techniques = [f"T{place}" for place in range(60)]
    measures = {f"m{place}": Measure(id=f"m{place}", name="") for place in range(60)}
    effects = {
        one: {name: number.uniform(0.2, 0.9) for name in number.sample(techniques, 15)} for one in measures
    }
    attempts = [campaign(place, *number.sample(techniques, 4)) for place in range(200)]
    board = Board(attempts, effects, Model(threshold=0.05))
    choice = choose_exactly(board, measures, Wish(measures=6), limit_s=limit_s, alternatives=3)
    assert not choice.proof.optimal
    assert choice.proof.bound > choice.stopped
    assert 0 < choice.proof.gap <= 1
    assert choice.proof.note.startswith("Time ran out")
    assert choice.alternatives == ()
    assert choice.stopped >= choose_greedily(board, measures, Wish(measures=6)).stopped


def test_the_same_question_gets_the_same_choice():
    measures = {one: Measure(id=one, name=one) for one in "abcdef"}
    effects = {
        one: {f"T{place}": 0.05 for place in range(4) if (number + place) % 2}
        for number, one in enumerate("abcdef")
    }
    board = Board(
        [campaign(number, f"T{number % 4}", f"T{(number + 2) % 4}") for number in range(6)], effects, Model()
    )
    first = choose_exactly(board, measures, Wish(measures=3), alternatives=5)
    assert all(choose_exactly(board, measures, Wish(measures=3), alternatives=5) == first for _ in range(3))


def test_the_solver_is_imported_only_where_something_is_solved():
    told = "import sys, tocsin.measures.plan; print('ortools' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "False\n"


def test_without_the_solver_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(exact, "is_installed", lambda: False)
    board = Board([campaign(1, "T1")], {"a": {}}, Model())
    with pytest.raises(UsageError) as caught:
        choose_exactly(board, {"a": Measure(id="a", name="A")}, Wish(measures=1))
    assert caught.value.hint == "pip install 'tocsin[plan]'"


@pytest.mark.parametrize("limit_s", [0.3, 6.0, 60.0])
def test_a_first_try_that_creeps_leaves_most_of_the_time_to_the_second(limit_s):
    first = next(exact._tries(limit_s))
    assert first.parameters.max_time_in_seconds <= min(limit_s / 3, 5.0)
