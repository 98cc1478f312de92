"""People's times are drawn from the distributions that the report states."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from functools import partial
from statistics import median

from tocsin.exercise.play.people import DISTRIBUTIONS, poll_s, read_s, release_s, vet_s

MANY = 4_000
NOON = int(datetime(2021, 3, 2, 12, 0, tzinfo=UTC).timestamp()) * 1_000_000
NIGHT = int(datetime(2021, 3, 2, 22, 30, tzinfo=UTC).timestamp()) * 1_000_000
SMALL_HOURS = int(datetime(2021, 3, 3, 3, 0, tzinfo=UTC).timestamp()) * 1_000_000


def drawn(draw):
    chance = random.Random(1)
    return sorted(draw(chance) for _ in range(MANY))


def about(value, expected):
    return abs(value / expected - 1) < 0.06


def test_medians_and_tenths_are_as_stated():
    for draw, minutes, tenth in ((vet_s, 20, 45), (release_s, 8, 18)):
        times = drawn(draw)
        assert about(median(times), minutes * 60)
        assert about(times[int(MANY * 0.9)], tenth * 60)
        assert f"median {minutes} minutes" in DISTRIBUTIONS[draw.__name__.removesuffix("_s")]


def test_a_timer_asks_within_a_minute():
    times = drawn(poll_s)
    assert times[0] >= 0
    assert times[-1] <= 60
    assert about(median(times), 30)


def test_a_desk_reads_at_night_as_by_day_and_a_telephone_rings_at_any_hour():
    for watch, minutes in (("desk", 8), ("on-call", 35)):
        for at in (NOON, NIGHT):
            assert about(median(drawn(partial(read_s, watch=watch, arrived_us=at))), minutes * 60)


def test_who_is_alone_reads_in_the_morning_what_came_at_night():
    assert about(median(drawn(partial(read_s, watch="alone", arrived_us=NOON))), 3600)
    for at, hours in ((NIGHT, 9.5), (SMALL_HOURS, 5)):
        times = drawn(partial(read_s, watch="alone", arrived_us=at))
        assert times[0] >= hours * 3600
        assert about(median(times), hours * 3600 + 3600)


def test_each_step_of_people_is_stated():
    assert set(DISTRIBUTIONS) == {"vet", "release", "poll", "read", "offline"}
