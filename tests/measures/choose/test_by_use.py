from __future__ import annotations

from measures.choose.test_exact import campaign
from tocsin.measures.attempt import Stage
from tocsin.measures.chance import Board, Model
from tocsin.measures.choose.by_use import choose_by_use, uses
from tocsin.measures.choose.choice import Wish
from tocsin.measures.measure import Measure

EFFECTS = {"a": {"T1": 0.5}, "b": {"T1": 0.5, "T2": 0.5}, "c": {"T3": 0.5}}
MEASURES = {one: Measure(id=one, name=one, cost=cost) for one, cost in (("a", 1), ("b", 3), ("c", 1))}
BOARD = Board([campaign(1, "T1", "T2"), campaign(2, "T1")], EFFECTS, Model())


def test_use_is_counted_once_for_each_attempt_and_technique():
    twice = campaign(3, "T1")
    twice = type(twice)(
        id="C3", name="", kind="campaign", stages=(Stage("one", ("T1",)), Stage("two", ("T1",)))
    )
    assert uses(BOARD) == {"a": 2, "b": 3, "c": 0}
    assert uses(Board([twice], EFFECTS, Model())) == {"a": 1, "b": 1, "c": 0}


def test_the_most_used_come_first_and_what_is_too_dear_is_passed_over():
    assert choose_by_use(BOARD, MEASURES, Wish(measures=2)).measures == ("b", "a")
    assert choose_by_use(BOARD, MEASURES, Wish(budget=2)).measures == ("a", "c")
    assert choose_by_use(BOARD, MEASURES, Wish(measures=2, must=frozenset("c"))).measures == ("c", "b")
