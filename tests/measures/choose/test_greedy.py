from __future__ import annotations

from measures.choose.test_exact import campaign
from tocsin.measures.chance import Board, Model
from tocsin.measures.choose.choice import Wish
from tocsin.measures.choose.greedy import choose_greedily, in_order
from tocsin.measures.measure import Measure

EFFECTS = {
    "far": {"T9": 0.9},
    "first": {"T1": 0.1},
    "second": {"T2": 0.1},
    "third": {"T3": 0.01},
}
MEASURES = {one: Measure(id=one, name=one) for one in EFFECTS}


def test_where_one_measure_alone_stops_nothing_the_one_that_comes_nearest_is_taken():
    board = Board([campaign(1, "T1", "T2"), campaign(2, "T1", "T2"), campaign(3, "T9")], EFFECTS, Model())
    choice = choose_greedily(board, MEASURES, Wish(measures=2))
    assert set(choice.measures) == {"first", "second"}
    assert choice.stopped == 2


def test_what_stops_more_goes_before_what_comes_nearer():
    board = Board([campaign(1, "T1", "T2"), campaign(2, "T1", "T2"), campaign(3, "T3")], EFFECTS, Model())
    assert choose_greedily(board, MEASURES, Wish(measures=1)).measures == ("third",)


def test_what_adds_nothing_is_not_chosen():
    board = Board([campaign(1, "T3")], EFFECTS, Model())
    assert choose_greedily(board, MEASURES, Wish(measures=4)).measures == ("third",)


def test_with_a_budget_a_point_has_to_be_worth_it():
    measures = {
        "dear": Measure(id="dear", name="", cost=3),
        **{f"c{n}": Measure(id=f"c{n}", name="", cost=1) for n in "12"},
    }
    effects = {"dear": {"T1": 0.01, "T2": 0.01}, "c1": {"T1": 0.01}, "c2": {"T2": 0.01}}
    board = Board([campaign(1, "T1"), campaign(2, "T2")], effects, Model())
    assert choose_greedily(board, measures, Wish(budget=3)).measures == ("c1", "c2")
    assert choose_greedily(board, measures, Wish(measures=1)).measures == ("dear",)


def test_what_is_in_place_counts_and_is_not_chosen_again():
    board = Board([campaign(1, "T1", "T2")], EFFECTS, Model())
    choice = choose_greedily(board, MEASURES, Wish(measures=1, have=frozenset({"first"})))
    assert (choice.measures, choice.stopped) == (("second",), 1)


def test_measures_are_put_in_the_order_of_what_they_add():
    board = Board([campaign(1, "T1", "T2"), campaign(3, "T3")], EFFECTS, Model())
    assert in_order(board, (), ("far", "second", "third", "first"))[0] == "third"
    assert in_order(board, (), ("far", "second", "third", "first"))[-1] == "far"
