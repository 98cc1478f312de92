"""The evaluator and the sweep over time give what the naive reference gives, which enumerates all bindings.

``TOCSIN_EXAMPLES=100000`` tries as many examples of each (an hour or so).
"""

from __future__ import annotations

import itertools

from hypothesis import given, settings, strategies as st

from reference.naive import naive_bracket, naive_match
from strategies import examples, observations, pattern_text, patterns
from tocsin.detect.pattern.evaluate import Evaluator
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.sequence import Event, brackets_of, occurrences
from tocsin.detect.pattern.unparse import expression_text


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


@settings(max_examples=examples(600), deadline=None)
@given(patterns(), observations())
def test_a_pattern_matches_exactly_when_the_naive_reference_says_so(pattern, observed):
    assert bool(occurring(pattern, observed)) == naive_match(pattern, observed)


@settings(max_examples=examples(300), deadline=None)
@given(patterns(), observations())
def test_a_bracket_holds_exactly_where_the_naive_reference_says_so(pattern, observed):
    for bracket in brackets_of(pattern.expression):
        for one in observed:
            assert Evaluator(bracket).holds(one) == naive_bracket(bracket, one)


@settings(max_examples=examples(200), deadline=None)
@given(patterns(), observations())
def test_each_occurrence_alone_is_a_match(pattern, observed):
    for events in occurring(pattern, observed)[:3]:
        used = [observed[number] for number in sorted({event.observation for event in events})]
        assert naive_match(pattern, used)


@settings(max_examples=examples(200), deadline=None)
@given(patterns(), observations(), st.randoms(use_true_random=False))
def test_the_order_of_observations_does_not_matter(pattern, observed, random):
    events = events_of(pattern, observed)
    expected = occurrences(pattern.expression, events)
    for found in events.values():
        random.shuffle(found)
    assert occurrences(pattern.expression, events) == expected


@settings(max_examples=examples(200), deadline=None)
@given(patterns(), observations())
def test_more_observations_never_undo_a_match(pattern, observed):
    found = [bool(occurring(pattern, observed[:count])) for count in range(len(observed) + 1)]
    assert all(later or not earlier for earlier, later in itertools.pairwise(found))


@settings(max_examples=examples(300), deadline=None)
@given(patterns())
def test_what_is_written_out_is_read_back_equal(pattern):
    text = pattern_text(pattern)
    expression = parse_pattern(text).expression
    assert expression == pattern.expression
    again = parse_pattern(expression_text(expression)).expression
    assert repr(again) == repr(expression)
