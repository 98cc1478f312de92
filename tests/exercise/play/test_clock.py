"""The nation's time is set, and then goes on as fast as the exercise is played."""

from __future__ import annotations

from tocsin.exercise.play import clock as of_clock
from tocsin.exercise.play.clock import NationClock

BASE = 1_607_871_600_000_000


def test_it_goes_on_from_where_it_was_set_as_fast_as_it_is_told(monkeypatch):
    wall = 100.0
    monkeypatch.setattr(of_clock.time, "monotonic", lambda: wall)
    clock = NationClock(BASE)
    assert clock.now_us() == BASE
    wall = 102.5
    assert clock.now_us() == BASE + 2_500_000
    clock.set(BASE + 10_000_000, 600.0)
    wall = 103.5
    assert clock.now_us() == BASE + 10_000_000 + 600_000_000
