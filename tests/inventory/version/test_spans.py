"""Sets of keys as spans: union, intersection and difference are those of the keys in them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from tocsin.inventory.version.spans import Span, intersect, outside, subtract, unite

KEYS = [bytes([number]) for number in range(1, 8)]
BOUNDS = st.none() | st.sampled_from(KEYS)
SETS = st.lists(st.builds(Span, BOUNDS, st.booleans(), BOUNDS, st.booleans()), max_size=5)
# Each key, and one between it and the next.
POINTS = [b"\0", *(point for key in KEYS for point in (key, key + b"\1"))]


def held(spans):
    return {point for point in POINTS if any(point in span for span in spans)}


@given(SETS)
def test_a_union_is_sorted_and_disjoint_and_holds_the_same_keys(spans):
    united = unite(spans)
    assert held(united) == held(spans)
    assert all(one.cuts[1] < two.cuts[0] for one, two in pairwise(united))
    assert all(span.cuts[0] < span.cuts[1] for span in united)
    assert unite(united) == united


@given(SETS, SETS)
def test_what_is_in_both_and_in_one_alone_is_so_of_each_key(one, two):
    assert held(intersect(one, two)) == held(one) & held(two)
    assert held(subtract(one, two)) == held(one) - held(two)
    assert held(outside(one)) == set(POINTS) - held(one)


ONE, TWO, THREE = KEYS[:3]


@pytest.mark.parametrize(
    ("first", "second"),
    [(True, False), (False, True), (True, True)],
    ids=["in the first", "in the second", "in both"],
)
def test_two_spans_that_meet_at_a_key_that_is_in_one_become_one(first, second):
    met = [Span(ONE, True, TWO, first), Span(TWO, second, THREE, False)]
    assert unite(met) == [Span(ONE, True, THREE, False)]


def test_two_spans_that_meet_at_a_key_that_is_in_neither_stay_two():
    apart = [Span(ONE, True, TWO, False), Span(TWO, False, THREE, False)]
    assert unite(apart) == apart


def test_a_span_without_bounds_holds_every_key():
    assert held([Span(None, False, None, False)]) == set(POINTS)
    assert outside([]) == [Span(None, False, None, False)]
    assert outside([Span(None, False, None, False)]) == []
