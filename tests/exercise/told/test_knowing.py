from __future__ import annotations

import msgspec
from hypothesis import given, settings

from exercise.drawn import exercises
from exercise.score.test_score import scored
from tocsin.exercise.score.result import OwnerResult
from tocsin.exercise.told.knowing import HEIGHT, WIDTH, drawing_of


def owner(number, transport_s, people_s, *, right=True, first=False):
    return OwnerResult(
        id=f"m{number}", name="x", sectors=(), hit=True, exposed=False, paying=False, decidable=True, right=right,
        knew=right, next_step=right, first_victim=first, transport_s=transport_s, people_s=people_s,
    )  # fmt: skip


def attack(*owners):
    truth = {"owners": {}}
    nation = {"owners": [], "attacks": [{"id": "x", "name": "X"}]}
    return msgspec.structs.replace(scored(truth, nation, {}).attacks[0], owners=tuple(owners))


def points(text):
    return [tuple(map(float, one.split(","))) for one in text.split()]


def test_each_owner_that_knew_is_a_step_up_at_its_time_and_the_first_victim_none():
    made = drawing_of(
        attack(owner(0, 0, 0, first=True), owner(1, 2, 600), owner(2, 5, 7_200), owner(3, 9, 9, right=False))
    )
    assert made.affected == 3
    for line in (made.machines, made.people):
        ups = [(a, b) for a, b in zip(points(line), points(line)[1:], strict=False) if b[1] < a[1]]
        assert len(ups) == 2
        assert all(a[0] == b[0] for a, b in ups)
        assert points(line)[-1][0] == made.right
    assert points(made.machines)[-1][1] == points(made.people)[-1][1] > made.affected_y


def test_machines_come_before_people_and_four_hours_between_what_is_before_and_after():
    made = drawing_of(attack(owner(1, 2, 600), owner(2, 5, 20_000)))
    assert (
        points(made.machines)[1][0]
        < points(made.people)[1][0]
        < made.four_hours_x
        < points(made.people)[-2][0]
    )


def test_nobody_that_knew_draws_no_line():
    made = drawing_of(attack(owner(1, None, None, right=False)))
    assert (made.machines, made.people, made.affected) == ("", "", 1)
    assert drawing_of(attack()).affected == 0


@given(exercises())
@settings(max_examples=50, deadline=None)
def test_everything_stands_within_the_field(drawn):
    for one in scored(*drawn).attacks:
        made = drawing_of(one)
        across = [x for x, _ in [*points(made.machines), *points(made.people)]] + [x for x, _ in made.ticks]
        down = [y for _, y in [*points(made.machines), *points(made.people)]] + [y for y, _ in made.levels]
        assert all(made.left <= x <= WIDTH for x in [*across, made.four_hours_x])
        assert all(0 < y < HEIGHT for y in [*down, made.affected_y])
        assert sorted(across[: len(points(made.machines))]) == across[: len(points(made.machines))]
