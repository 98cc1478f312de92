from __future__ import annotations

import pytest

from tocsin.errors import UsageError
from tocsin.measures.choose.choice import Wish, checked
from tocsin.measures.measure import Measure

MEASURES = {one: Measure(id=one, name=one, cost=cost) for one, cost in (("a", 1), ("b", 2), ("c", 3))}


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(), "how much"),
        (Wish(measures=-1), "-1 measures"),
        (Wish(budget=-2), "-2 points"),
        (Wish(measures=1, must=frozenset("x")), "'x' is no measure"),
        (Wish(measures=1, never=frozenset("y")), "'y' is no measure"),
        (Wish(measures=1, have=frozenset("z")), "'z' is no measure"),
        (Wish(measures=1, must=frozenset("a"), never=frozenset("a")), "'a' must be chosen and must never"),
        (Wish(measures=1, must=frozenset("ab")), "2 measures must be chosen and 1 may be"),
        (Wish(budget=4, must=frozenset("bc")), "costs 5 points and the budget is 4"),
    ],
    ids=range(9),
)
def test_a_wish_that_cannot_be_met_is_refused_and_says_why(wish, words):
    with pytest.raises(UsageError) as caught:
        checked(wish, MEASURES)
    assert words in caught.value.what
    assert caught.value.hint


def test_what_must_be_chosen_comes_first_and_what_is_in_place_or_never_wanted_not_at_all():
    assert checked(Wish(measures=3, must=frozenset("c")), MEASURES) == ("c", "a", "b")
    assert checked(Wish(measures=3, never=frozenset("a"), have=frozenset("b")), MEASURES) == ("c",)


def test_what_must_be_chosen_and_is_in_place_costs_nothing():
    assert checked(Wish(budget=0, must=frozenset("c"), have=frozenset("c")), MEASURES) == ("a", "b")
