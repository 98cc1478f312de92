"""The evaluator and the sweep over time give what the naive reference gives, which enumerates all bindings."""

from __future__ import annotations

from hypothesis import given, settings
from reference.naive import naive_bracket, naive_match
from strategies import observations, pattern_text, patterns

from tocsin.detect.pattern.evaluate import Evaluator
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.sequence import Event, brackets_of, occurrences
from tocsin.detect.pattern.unparse import expression_text


def matched(pattern, observed) -> bool:
    matches = {
        id(bracket): [
            Event(one.first, one.last, number, one.number)
            for number, one in enumerate(observed)
            if Evaluator(bracket).holds(one)
        ]
        for bracket in brackets_of(pattern.expression)
    }
    return bool(occurrences(pattern.expression, matches))


@settings(max_examples=600, deadline=None)
@given(patterns(), observations())
def test_a_pattern_matches_exactly_when_the_naive_reference_says_so(pattern, observed):
    assert matched(pattern, observed) == naive_match(pattern, observed)


@settings(max_examples=300, deadline=None)
@given(patterns(), observations())
def test_a_bracket_holds_exactly_where_the_naive_reference_says_so(pattern, observed):
    for bracket in brackets_of(pattern.expression):
        for one in observed:
            assert Evaluator(bracket).holds(one) == naive_bracket(bracket, one)


@settings(max_examples=300, deadline=None)
@given(patterns())
def test_what_is_written_out_is_read_back_equal(pattern):
    text = pattern_text(pattern)
    expression = parse_pattern(text).expression
    assert expression == pattern.expression
    assert parse_pattern(expression_text(expression)).expression == expression
