from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from reference.naive import naive_match
from strategies import examples, observations, patterns
from tocsin.detect.pattern import evaluate, sequence
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.syntax import Bracket
from tocsin.detect.residual import Residual
from tocsin.model.observation import Observation


def seen(number: int, second: int = 0, **properties) -> Observation:
    return Observation(
        str(number), second * 10**9, second * 10**9, 1, {"0": {"type": "x", **properties}}, ("0",)
    )


def residual(*texts: str) -> Residual:
    trees = [parse_pattern(text).expression for text in texts]
    return Residual(lambda warning: trees[warning])


def test_a_pattern_of_one_bracket_is_decided_at_once():
    decider = residual("[x:a = 1 AND x:b = 2]")
    assert decider.put(0, 7, seen(7, a=1, b=2), has_time=False)
    assert not decider.put(0, 8, seen(8, a=1), has_time=False)
    assert list(decider.occurred()) == []
    assert not decider.waiting(0, 7)


def test_a_pattern_of_several_waits_for_the_rest():
    decider = residual("[x:a = 1] FOLLOWEDBY [x:a = 2]")
    assert not decider.put(0, 2, seen(2, 5, a=2), has_time=True)
    assert decider.waiting(0, 2)
    assert list(decider.occurred()) == []
    assert not decider.put(0, 1, seen(1, 3, a=1), has_time=True)
    ((warning, events),) = decider.occurred()
    assert (warning, [event.observation for event in events]) == (0, [1, 2])


def test_an_observation_that_is_put_twice_counts_once():
    decider = residual("[x:a = 1] REPEATS 2 TIMES")
    for _ in range(2):
        decider.put(0, 1, seen(1, a=1), has_time=True)
    assert list(decider.occurred()) == []


def test_a_pattern_that_asks_for_time_is_not_decided_on_rows_without():
    decider = residual("[x:a = 1] FOLLOWEDBY [x:a = 2]", "[x:a = 1] AND [x:a = 2]")
    for warning in (0, 1):
        decider.put(warning, 1, seen(1, a=1), has_time=False)
        decider.put(warning, 2, seen(2, a=2), has_time=False)
    assert decider.timeless == {0}
    assert [warning for warning, _ in decider.occurred()] == [1]


def test_what_takes_too_long_is_undecided_with_its_reason(monkeypatch):
    monkeypatch.setattr(sequence, "SEQUENCE_STEPS", 10)
    decider = residual("[x:a = 1] FOLLOWEDBY [x:a = 2]", "[x:a = 1] AND [x:a = 2]")
    for warning in (0, 1):
        for number in range(40):
            decider.put(warning, number, seen(number, 40 - number, a=1 + number % 2), has_time=True)
    list(decider.occurred())
    assert 0 in decider.undecided
    assert "steps" in decider.undecided[0]


def test_too_many_bindings_are_undecided_and_the_rest_goes_on(monkeypatch):
    monkeypatch.setattr(evaluate, "SEQUENCE_STEPS", 0)
    decider = residual("[x:a = 1 AND x:b = 2]")
    assert not decider.put(0, 1, seen(1, a=1, b=2), has_time=True)
    assert not decider.put(0, 2, seen(2, a=9), has_time=True)
    assert "ways to bind" in decider.undecided[0]


@settings(max_examples=examples(200), deadline=None)
@given(patterns(), observations(), st.randoms(use_true_random=False))
def test_observations_put_in_any_order_give_what_the_naive_reference_gives(pattern, observed, random):
    decider = Residual(lambda _: pattern.expression)
    order = list(enumerate(observed))
    random.shuffle(order)
    single = [decider.put(0, number, one, has_time=True) for number, one in order]
    if isinstance(pattern.expression, Bracket):
        assert any(single) == naive_match(pattern, observed)
    else:
        assert not any(single)
        assert bool(list(decider.occurred())) == naive_match(pattern, observed)


@pytest.mark.xfail(
    strict=True,
    reason="a row without time that matches the part which asks for none is set aside with the others",
)
def test_fault_a_part_that_asks_for_no_time_is_decided_without():
    decider = residual("[x:a = 1] OR ([x:a = 2] FOLLOWEDBY [x:a = 3])")
    decider.put(0, 1, seen(1, a=1), has_time=False)
    assert [warning for warning, _ in decider.occurred()] == [0]
