from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.exercise.score.quantile import nearest_rank


def test_of_nothing_there_is_none():
    assert nearest_rank([], 95) is None


@pytest.mark.parametrize(("percent", "value"), [(5, 15), (30, 20), (40, 20), (50, 35), (95, 50), (100, 50)])
def test_it_is_the_nearest_rank(percent, value):
    # ceil(p/100 * 5) of these five in order.
    assert nearest_rank([50, 15, 35, 20, 40], percent) == value


@given(st.lists(st.integers(), min_size=1), st.integers(1, 100))
def test_it_is_one_of_the_values_and_so_many_of_them_do_not_exceed_it(values, percent):
    found = nearest_rank(values, percent)
    assert found in values
    assert sum(one <= found for one in values) * 100 >= percent * len(values)
    assert sum(one < found for one in values) * 100 < percent * len(values)
