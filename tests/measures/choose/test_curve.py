from __future__ import annotations

from hypothesis import given, settings, strategies as st

from measures import naive, small
from strategies import examples
from tocsin.measures.chance import Board
from tocsin.measures.choose.choice import Wish
from tocsin.measures.choose.curve import curve, greedy_curve
from tocsin.measures.choose.exact import choose_exactly
from tocsin.measures.choose.greedy import choose_greedily


@settings(max_examples=examples(40))
@given(st.data())
def test_the_curves_only_rise_and_the_exact_one_is_above_and_right(data):
    attempts = data.draw(small.attempts())
    measures = data.draw(small.measures())
    effects = data.draw(small.effects(measures))
    model = data.draw(small.models)
    board = Board(attempts, effects, model)
    best = curve(board, measures, Wish(), 3, choose_exactly)
    steps = greedy_curve(board, measures, Wish(), 3)
    for points in (best, steps):
        stopped = [one.stopped for one in points]
        assert stopped == sorted(stopped)
        assert [one.measures for one in points] == list(range(len(points)))
    assert len(best) == 4
    for one in best:
        assert one.proven
        assert one.stopped == naive.best(attempts, measures, effects, model, Wish(measures=one.measures))[0]
    for number, one in enumerate(steps):
        assert (
            one.stopped
            == choose_greedily(board, measures, Wish(measures=number)).stopped
            <= best[number].stopped
        )
        assert not one.proven
