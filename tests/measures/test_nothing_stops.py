from __future__ import annotations

import pytest

from measures.choose.test_exact import campaign
from tocsin.measures.chance import Model
from tocsin.measures.nothing_stops import nothing_stops


def test_what_no_measure_stops_is_told_with_the_techniques_that_none_stands_against():
    effects = {"a": {"T1": 0.5, "T3": 1.0}, "b": {"T2": 0.001}}
    attempts = [
        campaign(1, "T1", ("T1", "T9", "T3")),
        campaign(2, "T2"),
        campaign(3, "T1", "T1"),
        campaign(4),
    ]
    told = nothing_stops(attempts, effects, Model())
    assert [(one.id, one.open) for one in told] == [("C4", ()), ("C1", ("T3", "T9")), ("C3", ())]
    assert [one.chance for one in told] == pytest.approx([1, 0.5, 0.25])
