"""Of one transaction the range is exact: it is what all ways of splitting give."""

from __future__ import annotations

from itertools import product

from hypothesis import given, strategies as st

from tocsin.ransom.taint.bounds import BOUNDS
from tocsin.ransom.taint.convention import Spending


@given(st.lists(st.integers(0, 4), min_size=1, max_size=3), st.integers(0, 3), st.integers(0, 15))
def test_both_ends_are_reached_by_some_way_of_splitting_and_no_way_leaves_them(outputs, fee, traced):
    total = sum(outputs) + fee
    traced = min(traced, total)
    ways = [way for way in product(*(range(size + 1) for size in (*outputs, fee))) if sum(way) == traced]
    spread = BOUNDS.spread(Spending([(traced, {1: (traced, traced)}), (total - traced, None)], outputs))
    for n, held in enumerate(spread.outputs):
        reached = [way[n] for way in ways]
        assert (held or {}).get(1, (0, 0)) == (min(reached), max(reached))
    assert spread.fee.get(1, 0) == max(way[-1] for way in ways)


def test_of_an_input_of_unknown_amount_the_least_is_nothing():
    spread = BOUNDS.spread(Spending([(5, {1: (5, 5)}), (None, None)], [5, 3]))
    assert spread.outputs == [{1: (0, 5)}, {1: (0, 3)}]
