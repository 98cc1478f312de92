from __future__ import annotations

from dataclasses import replace

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
    decider = residual("([x:a = 1] FOLLOWEDBY [x:a = 2]) REPEATS 20 TIMES", "[x:a = 1] AND [x:a = 2]")
    for warning in (0, 1):
        for number in range(40):
            decider.put(warning, number, seen(number, 40 - number, a=1 + number % 2), has_time=True)
    assert {warning for warning, _ in decider.occurred()} == {1}
    assert 0 in decider.undecided
    assert "steps" in decider.undecided[0]


def test_too_many_bindings_are_undecided_and_the_rest_goes_on(monkeypatch):
    monkeypatch.setattr(evaluate, "SEQUENCE_STEPS", 0)
    decider = residual("[x:a = 1 AND x:b = 2]")
    assert not decider.put(0, 1, seen(1, a=1, b=2), has_time=True)
    assert not decider.put(0, 2, seen(2, a=9), has_time=True)
    assert "ways to bind" in decider.undecided[0]


@settings(max_examples=examples(100))
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


def test_a_part_that_asks_for_no_time_is_decided_for_rows_without():
    decider = residual("[x:a = 1] OR ([x:a = 2] FOLLOWEDBY [x:a = 3])")
    decider.put(0, 1, seen(1, a=1), has_time=False)
    assert [warning for warning, _ in decider.occurred()] == [0]


@pytest.mark.parametrize(
    ("text", "occurs", "timeless"),
    [
        ("[x:a = 1] AND ([x:a = 2] FOLLOWEDBY [x:a = 3])", True, False),
        ("[x:a = 1] AND ([x:a = 2] FOLLOWEDBY [x:a > 0])", True, True),
        ("[x:a = 1] FOLLOWEDBY [x:a = 3]", False, True),
        ("([x:a = 1] AND [x:a = 2]) WITHIN 5 SECONDS", False, True),
        ("[x:a = 1] START t'1960-01-01T00:00:00Z' STOP t'2030-01-01T00:00:00Z'", False, True),
        ("[x:a = 9] AND [x:a = 1]", False, False),
        ("([x:a = 1] AND [x:a = 2]) REPEATS 1 TIMES", True, False),
    ],
)
def test_a_row_without_time_fills_the_places_that_ask_for_none(text, occurs, timeless):
    decider = residual(text)
    decider.put(0, 1, seen(1, a=1), has_time=False)
    for number in (2, 3):
        decider.put(0, number, seen(number, number, a=number), has_time=True)
    assert bool(list(decider.occurred())) is occurs
    assert bool(decider.timeless) is timeless


@settings(max_examples=examples(150))
@given(patterns(), observations(), st.data())
def test_what_is_decided_without_some_times_holds_whatever_these_times_are(pattern, observed, data):
    timeless = data.draw(st.sets(st.sampled_from(range(len(observed)))) if observed else st.just(set()))
    decider = Residual(lambda _: pattern.expression)
    single = [
        decider.put(
            0,
            number,
            replace(one, first=0, last=0) if number in timeless else one,
            has_time=number not in timeless,
        )
        for number, one in enumerate(observed)
    ]
    occurs = any(single) or bool(list(decider.occurred()))
    if not occurs and decider.timeless:
        return  # cannot be told
    times = st.sampled_from([one.first for one in observed] or [0])
    for _ in range(3):
        world = [
            replace(one, first=(at := data.draw(times)), last=at) if number in timeless else one
            for number, one in enumerate(observed)
        ]
        assert naive_match(pattern, world) == occurs
