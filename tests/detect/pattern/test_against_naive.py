"""The evaluator and the sweep over time give what the naive reference gives, which enumerates all bindings.

``TOCSIN_EXAMPLES=100000`` tries as many examples of each (an hour or so).
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings, strategies as st

from reference.naive import naive_bracket, naive_match
from strategies import examples, observations, pattern_text, patterns
from tocsin.detect.pattern import sequence
from tocsin.detect.pattern.evaluate import Evaluator
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.sequence import Event, brackets_of, occurrences
from tocsin.detect.pattern.syntax import FollowedBy, ObservationAnd, ObservationOr, Repeats, Within
from tocsin.detect.pattern.unparse import expression_text
from tocsin.errors import LimitExceeded
from tocsin.model.observation import Observation
from tocsin.model.timestamp import NS_PER_S


def events_of(pattern, observed) -> dict[int, list[Event]]:
    return {
        id(bracket): [
            Event(one.first, one.last, number, one.number)
            for number, one in enumerate(observed)
            if Evaluator(bracket).holds(one)
        ]
        for bracket in brackets_of(pattern.expression)
    }


def occurring(pattern, observed):
    return occurrences(pattern.expression, events_of(pattern, observed))


@settings(max_examples=examples(300))
@given(patterns(), observations())
def test_a_pattern_matches_exactly_when_the_naive_reference_says_so(pattern, observed):
    assert bool(occurring(pattern, observed)) == naive_match(pattern, observed)


@settings(max_examples=examples(150))
@given(patterns(), observations())
def test_a_bracket_holds_exactly_where_the_naive_reference_says_so(pattern, observed):
    for bracket in brackets_of(pattern.expression):
        for one in observed:
            assert Evaluator(bracket).holds(one) == naive_bracket(bracket, one)


@settings(max_examples=examples(100))
@given(patterns(), observations())
def test_each_occurrence_alone_is_a_match(pattern, observed):
    for events in occurring(pattern, observed)[:3]:
        used = [observed[number] for number in sorted({event.observation for event in events})]
        assert naive_match(pattern, used)


@settings(max_examples=examples(100))
@given(patterns(), observations(), st.randoms(use_true_random=False))
def test_the_order_of_observations_does_not_matter(pattern, observed, random):
    events = events_of(pattern, observed)
    expected = occurrences(pattern.expression, events)
    for found in events.values():
        random.shuffle(found)
    assert occurrences(pattern.expression, events) == expected


@settings(max_examples=examples(100))
@given(patterns(), observations())
def test_more_observations_never_undo_a_match(pattern, observed):
    found = [bool(occurring(pattern, observed[:count])) for count in range(len(observed) + 1)]
    assert all(later or not earlier for earlier, later in itertools.pairwise(found))


# -- time alone: many observations that three brackets match in any combination ------------------------------------


def _timed(children):
    several = st.lists(children, min_size=2, max_size=3)
    return st.one_of(
        several.map(lambda some: f"({' AND '.join(some)})"),
        several.map(lambda some: f"({' FOLLOWEDBY '.join(some)})"),
        several.map(lambda some: f"({' OR '.join(some)})"),
        st.tuples(children, st.integers(2, 3)).map(lambda one: f"({one[0]} REPEATS {one[1]} TIMES)"),
        st.tuples(children, st.sampled_from(["0.5", "1", "2"])).map(
            lambda one: f"({one[0]} WITHIN {one[1]} SECONDS)"
        ),
    )


TIMED = st.recursive(st.sampled_from([f"[x:{name} = 1]" for name in "abc"]), _timed, max_leaves=4).map(
    parse_pattern
)
MADE = st.tuples(
    st.integers(0, 8),
    st.sampled_from([0, 0, 0, 0, 1, 3]),
    st.sampled_from([1, 1, 1, 2]),
    st.sets(st.sampled_from("abc"), min_size=1),
)


def made(drawn) -> list[Observation]:
    """Observations at half seconds, of any length, with the properties named."""
    return [
        Observation(
            str(number),
            first * NS_PER_S // 2,
            (first + length) * NS_PER_S // 2,
            count,
            {"0": {"type": "x", **dict.fromkeys(sorted(names), 1)}},
            ("0",),
        )
        for number, (first, length, count, names) in enumerate(drawn)
    ]


@settings(max_examples=examples(200))
@given(TIMED, st.lists(MADE, max_size=7).map(made))
def test_time_is_decided_as_the_naive_reference_does(pattern, observed):
    assume(slots_of(pattern.expression) <= 8)
    assert bool(occurring(pattern, observed)) == naive_match(pattern, observed)


def test_what_two_sets_of_one_part_share_is_used_once_though_another_part_is_contested():
    pattern = parse_pattern("(([x:c = 1] FOLLOWEDBY ([x:a = 1] AND [x:b = 1])) WITHIN 0.5 SECONDS)")
    observed = made([(1, 0, 1, {"a"}), (1, 0, 1, {"a", "b", "c"}), (2, 0, 1, {"a", "b"})])
    assert naive_match(pattern, observed)
    (events,) = occurring(pattern, observed)
    assert sorted(event.observation for event in events) == [0, 1, 2]


@settings(max_examples=examples(200))
@given(TIMED, st.lists(MADE, max_size=7).map(made), st.sampled_from([0, 0, 30, 300]))
def test_what_is_decided_with_few_steps_is_true(pattern, observed, steps):
    """The cheap passes say yes and no on their own; where they cannot, it is given up."""
    assume(slots_of(pattern.expression) <= 8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sequence, "SEQUENCE_STEPS", steps)
        try:
            occurs = bool(occurring(pattern, observed))
        except LimitExceeded:
            return
    assert occurs == naive_match(pattern, observed)


@settings(max_examples=examples(100))
@given(TIMED, st.lists(MADE, max_size=7).map(made))
def test_occurrences_are_matches_and_use_nothing_twice(pattern, observed):
    assume(slots_of(pattern.expression) <= 8)
    used: Counter[int] = Counter()
    several = not isinstance(pattern.expression, ObservationOr)
    for events in occurring(pattern, observed):
        need = Counter(event.observation for event in events)
        used += need
        alone = [replace(observed[number], number=count) for number, count in need.items()]
        assert naive_match(pattern, alone)
    assert not several or all(count <= observed[number].number for number, count in used.items())


def slots_of(expression) -> int:
    """How many observations a binding uses at most, to keep the naive reference's work within bounds."""
    match expression:
        case Repeats(operand, times):
            return times * slots_of(operand)
        case ObservationAnd(operands) | ObservationOr(operands):
            return sum(map(slots_of, operands))
        case FollowedBy(left, right):
            return slots_of(left) + slots_of(right)
        case Within(operand, _):
            return slots_of(operand)
    return 1


@settings(max_examples=examples(150))
@given(patterns())
def test_what_is_written_out_is_read_back_equal(pattern):
    text = pattern_text(pattern)
    expression = parse_pattern(text).expression
    assert expression == pattern.expression
    again = parse_pattern(expression_text(expression)).expression
    assert repr(again) == repr(expression)
