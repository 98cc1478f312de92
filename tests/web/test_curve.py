from __future__ import annotations

import pytest

from tocsin.measures.choose.curve import Point
from tocsin.web.curve import HEIGHT, WIDTH, drawing_of


def drawn(*stopped, chosen=1):
    return drawing_of([Point(measures=at, stopped=one) for at, one in enumerate(stopped)], chosen)


def test_more_stopped_is_higher_and_more_measures_further_right():
    found = drawn(0, 2, 2, 9)
    assert [one.x for one in found.dots] == sorted({one.x for one in found.dots})
    heights = [one.y for one in found.dots]
    assert heights[0] > heights[1] == heights[2] > heights[3]
    assert [one.chosen for one in found.dots] == [False, True, False, False]


def test_the_field_begins_at_none_and_holds_all_of_it():
    found = drawn(0, 7, 53, chosen=2)
    assert found.levels[0] == (found.floor, 0)
    assert found.levels[-1][1] >= 50
    for one in found.dots:
        assert found.left <= one.x <= found.right <= WIDTH
        assert 0 < one.y <= found.floor < HEIGHT
    assert found.dots[0].y == found.floor


@pytest.mark.parametrize("stopped", [(), (0,), (0, 0, 0), (3,)])
def test_a_curve_of_nothing_can_be_drawn(stopped):
    assert len(drawn(*stopped).dots) == len(stopped)
    assert len(drawn(*stopped).line.split()) == len(stopped)
