from __future__ import annotations

import pytest

from tocsin.detect.pattern.contest import contest_of, dealt
from tocsin.detect.pattern.event import Event
from tocsin.detect.pattern.form import (
    Either,
    Form,
    InOrder,
    InTime,
    Together,
    form_of,
    quotas_of,
    slots_of,
)
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.quota import Quota
from tocsin.detect.pattern.sequence import brackets_of

A = tuple(Event(second, second, second) for second in range(10))
B = tuple(Event(second, second, 10 + second) for second in range(10))
C = tuple(Event(second, second, 5 + second) for second in range(10))  # observations of A and of B
SETS = {"a": A, "b": B, "c": C, "n": ()}


def form(text: str) -> Form | None:
    expression = parse_pattern("".join(f"[x:{one} = 1]" if one in SETS else one for one in text)).expression
    return form_of(
        expression, {id(one): SETS[one.expression.path.steps[0]] for one in brackets_of(expression)}
    )


def shown(held: Form | None) -> str:
    """A form as text; a quota is how many of each set."""
    match held:
        case None:
            return "nothing"
        case Quota():
            names = {events: name for name, events in SETS.items()}
            return "{" + ", ".join(f"{count} {names.get(events, '?')}" for events, count in held.needs) + "}"
        case Together():
            return " AND ".join(f"{count} x ({shown(part)})" for part, count in held.parts)
        case InOrder():
            return " THEN ".join(map(shown, held.parts))
        case Either():
            return " OR ".join(map(shown, held.parts))
        case InTime():
            return f"({shown(held.part)}) IN TIME"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "{1 a}"),
        ("a AND b AND a", "{2 a, 1 b}"),
        ("(a AND b) REPEATS 3 TIMES", "{3 a, 3 b}"),
        ("(a REPEATS 2 TIMES) REPEATS 3 TIMES", "{6 a}"),
        ("a FOLLOWEDBY a FOLLOWEDBY a", "{3 a}"),
        ("b FOLLOWEDBY a FOLLOWEDBY a REPEATS 2 TIMES", "{1 b} THEN {3 a}"),
        ("a FOLLOWEDBY (b FOLLOWEDBY c)", "{1 a} THEN {1 b} THEN {1 c}"),
        ("(a FOLLOWEDBY b) REPEATS 2 TIMES", "2 x ({1 a} THEN {1 b})"),
        ("(a FOLLOWEDBY b) AND c", "1 x ({1 c}) AND 1 x ({1 a} THEN {1 b})"),
        ("(a OR a) REPEATS 2 TIMES", "{2 a}"),
        ("(a OR b) REPEATS 2 TIMES", "{2 ?}"),
        ("a OR (b AND b)", "{1 a} OR {2 b}"),
        ("a WITHIN 1 SECONDS", "{1 a}"),
        ("(a AND b) WITHIN 1 SECONDS", "({1 a, 1 b}) IN TIME"),
        ("n OR a", "{1 a}"),
        ("n AND a", "nothing"),
        ("n FOLLOWEDBY a", "nothing"),
        ("n REPEATS 2 TIMES", "nothing"),
        ("a REPEATS 11 TIMES", "nothing"),
        ("a REPEATS 6 TIMES AND a REPEATS 5 TIMES", "nothing"),
        ("(a FOLLOWEDBY b) REPEATS 999999999 TIMES", "999999999 x ({1 a} THEN {1 b})"),
        ("a START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'", "nothing"),
    ],
)
def test_a_pattern_has_a_simplest_form(text, expected):
    assert shown(form(text)) == expected


def test_slots_are_the_observations_that_a_match_uses_at_most():
    held = form("((a FOLLOWEDBY b) REPEATS 2 TIMES AND c) OR (a AND b)")
    assert held is not None
    assert slots_of(held) == 5


def test_what_parts_of_and_both_match_is_contested_anywhere_and_of_followedby_at_a_moment():
    joined, followed = form("(a FOLLOWEDBY b) AND c"), form("a FOLLOWEDBY c")
    assert joined is not None
    assert contest_of(joined).anywhere == set(range(5, 15))
    assert followed is not None
    assert contest_of(followed).at_a_moment == set(range(5, 10))
    apart = form("a FOLLOWEDBY b")
    assert apart is not None
    assert not contest_of(apart).all


def test_what_was_observed_often_enough_for_all_is_not_contested():
    often = Event(0, 0, 99, number=2)
    expression = parse_pattern("[x:a = 1] FOLLOWEDBY [x:b = 1]").expression
    a, b = brackets_of(expression)
    held = form_of(expression, {id(a): [often], id(b): [often, Event(1, 1, 5)]})
    assert held is not None
    assert not contest_of(held).all


def test_dealt_observations_are_of_one_part_each_and_none_is_lost():
    held = form("(a FOLLOWEDBY b) AND c")
    assert held is not None
    contested = contest_of(held).all
    deals = list(dealt(held, contested))
    assert deals
    for deal in deals:
        numbers = [event.observation for quota in quotas_of(deal) for event in quota.kinds]
        assert len(numbers) == len(set(numbers))
        assert set(numbers) == set(range(20))
