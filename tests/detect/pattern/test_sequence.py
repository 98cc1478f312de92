"""STIX 2.1 section 9.5: observation operators and qualifiers, by worked example."""

from __future__ import annotations

import time
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings, strategies as st

from strategies import examples
from tocsin.detect.pattern import sequence
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.sequence import Event, brackets_of, occurrences, timed_brackets
from tocsin.errors import LimitExceeded
from tocsin.limits import PATTERN_SEQUENCE
from tocsin.model.timestamp import NS_PER_S, format_instant


def at(observation: int, second: float, *, last: float | None = None, number: int = 1) -> Event:
    first = int(second * NS_PER_S)
    return Event(first, first if last is None else int(last * NS_PER_S), observation, number)


def found(text: str, **events: list[Event]) -> list[tuple[int, ...]]:
    """The observations of each occurrence; in ``text`` a, b and c stand for brackets that matched ``events``."""
    expression = parse_pattern("".join(f"[x:{one} = 1]" if one in "abc" else one for one in text)).expression
    matches = {id(one): events.get(one.expression.path.steps[0], []) for one in brackets_of(expression)}
    return [tuple(event.observation for event in events) for events in occurrences(expression, matches)]


# -- AND, OR: which observations --------------------------------------------------------------------


def test_and_needs_two_observations():
    assert found("a AND b", a=[at(0, 0)], b=[at(0, 0)]) == []
    assert found("a AND b", a=[at(0, 0)], b=[at(1, 0)]) == [(0, 1)]
    assert found("a AND a AND a", a=[at(0, 0), at(1, 0)]) == []


def test_and_looks_for_another_observation_where_one_is_taken():
    assert found("a AND b", a=[at(0, 0), at(1, 5)], b=[at(0, 0)]) == [(0, 1)]
    assert found("a AND b AND c", a=[at(0, 0), at(1, 0)], b=[at(0, 0), at(2, 0)], c=[at(0, 0)]) == [(0, 1, 2)]


def test_an_observation_made_twice_fills_two_places():
    assert found("a AND b", a=[at(0, 0, number=2)], b=[at(0, 0, number=2)]) == [(0, 0)]


def test_or_gives_every_observation_of_either_once():
    assert found("a OR b", a=[at(0, 3), at(1, 1)], b=[at(1, 1), at(2, 0)]) == [(2,), (1,), (0,)]
    assert found("a OR b", b=[at(2, 0)]) == [(2,)]
    assert found("a OR b") == []


def test_a_bracket_occurs_at_each_observation():
    assert found("a", a=[at(2, 5), at(1, 3)]) == [(1,), (2,)]


# -- FOLLOWEDBY ---------------------------------------------------------------------------------------


def test_followed_by_takes_equal_times_and_refuses_earlier_ones():
    assert found("a FOLLOWEDBY b", a=[at(0, 1)], b=[at(1, 1)]) == [(0, 1)]
    assert found("a FOLLOWEDBY b", a=[at(0, 1)], b=[at(1, 0)]) == []
    assert found("a FOLLOWEDBY b", a=[at(0, 1)], b=[at(1, 2)]) == [(0, 1)]


def test_followed_by_needs_two_observations():
    assert found("a FOLLOWEDBY b", a=[at(0, 1)], b=[at(0, 1)]) == []
    assert found("a FOLLOWEDBY a", a=[at(0, 1), at(1, 1)]) == [(0, 1)]


def test_followed_by_looks_from_the_first_time_to_the_last():
    # The left one began before the right one ended.
    assert found("a FOLLOWEDBY b", a=[at(0, 3, last=9)], b=[at(1, 1, last=4)]) == [(1, 0)]
    assert found("a FOLLOWEDBY b", a=[at(0, 5, last=9)], b=[at(1, 1, last=4)]) == []


def test_all_on_the_left_precede_all_on_the_right():
    assert found("(a AND b) FOLLOWEDBY c", a=[at(0, 1)], b=[at(1, 3)], c=[at(2, 2)]) == []
    assert found("(a AND b) FOLLOWEDBY c", a=[at(0, 1)], b=[at(1, 3)], c=[at(2, 3)]) == [(0, 1, 2)]
    assert found("a FOLLOWEDBY (b FOLLOWEDBY c)", a=[at(0, 2)], b=[at(1, 1)], c=[at(2, 3)]) == []


# -- WITHIN -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("second", "inside"), [(5, True), (5.000000001, False), (4.9, True)])
def test_the_end_of_a_window_is_inside_it(second, inside):
    assert bool(found("(a AND b) WITHIN 5 SECONDS", a=[at(0, 0)], b=[at(1, second)])) is inside


def test_a_window_may_be_shorter_than_a_second():
    assert found("(a AND b) WITHIN 0.5 SECONDS", a=[at(0, 0)], b=[at(1, 0.5)]) == [(0, 1)]
    assert found("(a AND b) WITHIN 0.5 SECONDS", a=[at(0, 0)], b=[at(1, 0.6)]) == []


def test_one_observation_lies_within_any_window():
    assert found("a WITHIN 1 SECONDS", a=[at(0, 0, last=100)]) == [(0,)]


def test_a_window_is_tried_at_each_place():
    assert found("(a AND b) WITHIN 1 SECONDS", a=[at(0, 0), at(2, 50)], b=[at(1, 10), at(3, 50.5)]) == [
        (2, 3)
    ]


# -- START STOP ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "inside"),
    [
        (at(0, 10), True),
        (at(0, 9), False),
        (at(0, 20), False),
        (at(0, 19.999), True),
        (at(0, 5, last=10), True),
        (at(0, 5, last=9.9), False),
        (at(0, 19, last=30), True),
    ],
)
def test_the_start_is_inside_and_the_stop_is_not(event, inside):
    period = f"START t'{format_instant(10 * NS_PER_S)}' STOP t'{format_instant(20 * NS_PER_S)}'"
    expression = parse_pattern(f"[x:a = 1] {period}").expression
    (bracket,) = brackets_of(expression)
    assert bool(occurrences(expression, {id(bracket): [event]})) is inside


def test_a_period_that_ends_before_it_begins_holds_nothing():
    expression = parse_pattern(
        "[x:a = 1] START t'1970-01-01T00:00:10Z' STOP t'1970-01-01T00:00:10Z'"
    ).expression
    (bracket,) = brackets_of(expression)
    assert not occurrences(expression, {id(bracket): [at(0, 10)]})


def test_every_observation_of_a_match_lies_in_the_period():
    text = "([x:a = 1] AND [x:b = 1]) START t'1970-01-01T00:00:00Z' STOP t'1970-01-01T00:00:10Z'"
    expression = parse_pattern(text).expression
    a, b = brackets_of(expression)
    assert not occurrences(expression, {id(a): [at(0, 5)], id(b): [at(1, 10)]})
    assert occurrences(expression, {id(a): [at(0, 5)], id(b): [at(1, 9)]})


# -- REPEATS ------------------------------------------------------------------------------------------


def test_repeats_counts_how_often_an_observation_was_made():
    assert found("a REPEATS 3 TIMES", a=[at(0, 0, number=3)]) == [(0, 0, 0)]
    assert found("a REPEATS 3 TIMES", a=[at(0, 0, number=2)]) == []
    assert found("a REPEATS 3 TIMES", a=[at(0, 0, number=2), at(1, 9)]) == [(0, 0, 1)]
    assert found("a REPEATS 2 TIMES", a=[at(0, 0)]) == []


def test_a_repeated_group_is_of_distinct_observations():
    assert found("(a AND b) REPEATS 2 TIMES", a=[at(0, 0), at(1, 0)], b=[at(2, 0), at(3, 0)]) == [
        (0, 1, 2, 3)
    ]
    assert found("(a AND b) REPEATS 2 TIMES", a=[at(0, 0), at(1, 0)], b=[at(2, 0)]) == []


def test_five_logins_within_a_minute():
    text = "a REPEATS 5 TIMES WITHIN 60 SECONDS"
    assert found(text, a=[at(number, 15 * number) for number in range(5)]) == [(0, 1, 2, 3, 4)]
    assert found(text, a=[at(number, 16 * number) for number in range(5)]) == []
    assert found(text, a=[at(0, 0), *(at(number, 99 + number) for number in range(1, 6))]) == [
        (1, 2, 3, 4, 5)
    ]


def test_a_billion_repeats_of_little_evidence_are_soon_answered():
    began = time.perf_counter()
    assert found("a REPEATS 999999999 TIMES", a=[at(0, 0), at(1, 1)]) == []
    assert time.perf_counter() - began < 15


# -- which occurrences ----------------------------------------------------------------------------


def test_occurrences_share_no_observation_and_come_the_earliest_and_tightest_first():
    a = [at(0, 0), at(1, 8), at(2, 20)]
    b = [at(3, 9), at(4, 21), at(5, 40)]
    assert found("a FOLLOWEDBY b", a=a, b=b)[0] == (1, 3)
    used = [number for one in found("a FOLLOWEDBY b", a=a, b=b) for number in one]
    assert len(used) == len(set(used))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("a FOLLOWEDBY b", (0, 4)),
        ("a REPEATS 2 TIMES", (0, 1)),
        ("(a REPEATS 2 TIMES AND b) WITHIN 9 SECONDS", (0, 1, 4)),
        ("(a REPEATS 2 TIMES) FOLLOWEDBY b", (0, 1, 4)),
    ],
)
def test_of_several_events_of_one_moment_the_first_is_named(text, first):
    a, b = [at(number, 1) for number in range(4)], [at(number, 2) for number in range(4, 8)]
    assert found(text, a=a, b=b)[0] == first


@settings(max_examples=examples(50))
@given(
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from("ab")), max_size=8),
    st.sampled_from(
        ["a AND b", "a FOLLOWEDBY b", "(a FOLLOWEDBY b) WITHIN 2 SECONDS", "a REPEATS 2 TIMES", "a OR b"]
    ),
    st.randoms(use_true_random=False),
)
def test_occurrences_do_not_depend_on_the_order_of_events(drawn, text, random):
    events = {name: [at(n, second) for n, (second, of) in enumerate(drawn) if of == name] for name in "ab"}
    expected = found(text, **events)
    for some in events.values():
        random.shuffle(some)
    assert found(text, **events) == expected


# -- bounds -----------------------------------------------------------------------------------------


def many(count: int = 100_000, seconds: int = 86_400) -> dict[str, list[Event]]:
    random = Random(1)
    events: dict[str, list[Event]] = {"a": [], "b": [], "c": []}
    for number in range(count):
        events[random.choice("abc")].append(at(number, random.randrange(seconds)))
    return events


@pytest.mark.parametrize("text", ["(a FOLLOWEDBY b) WITHIN 5 SECONDS"])
def test_a_hundred_thousand_events_are_decided_in_seconds(text):
    began = time.process_time()
    assert len(found(text, **many())) > 10_000
    assert time.process_time() - began < 30  # a second or two; a quadratic sweep would take hours


@pytest.mark.parametrize(
    "text",
    [
        "((a FOLLOWEDBY b) WITHIN 1 SECONDS) REPEATS 12 TIMES WITHIN 20 SECONDS",
    ],
)
def test_what_cannot_be_decided_in_seconds_is_given_up_in_seconds(text):
    began = time.process_time()
    with pytest.raises(LimitExceeded):
        found(text, **many())
    assert time.process_time() - began < 30


COMMON = [
    "a REPEATS 50 TIMES WITHIN 3600 SECONDS",
    "a REPEATS 3000 TIMES",
    "(a AND b AND c) WITHIN 1 SECONDS",
    "(a AND b) REPEATS 30 TIMES WITHIN 600 SECONDS",
    "a FOLLOWEDBY a FOLLOWEDBY a",
    "(a FOLLOWEDBY b FOLLOWEDBY a) WITHIN 5 SECONDS",
    "((a REPEATS 10 TIMES) FOLLOWEDBY b) WITHIN 100 SECONDS",
    "((a REPEATS 10 TIMES) FOLLOWEDBY (a OR b)) WITHIN 100 SECONDS",
    "((a OR b) REPEATS 20 TIMES WITHIN 60 SECONDS) FOLLOWEDBY c",
    "(a FOLLOWEDBY b) REPEATS 5 TIMES WITHIN 300 SECONDS",
    "((a FOLLOWEDBY b) WITHIN 5 SECONDS) REPEATS 5 TIMES WITHIN 100 SECONDS",
    "(a AND (a FOLLOWEDBY b)) WITHIN 30 SECONDS",
    "(a REPEATS 50 TIMES WITHIN 3600 SECONDS) AND (a OR b)",
]


@pytest.mark.parametrize("text", ["a REPEATS 50 TIMES WITHIN 3600 SECONDS"])
def test_a_common_pattern_over_much_evidence_is_decided(text):
    assert found(text, **many(40_000))


@pytest.mark.parametrize("text", COMMON)
def test_any_common_pattern_over_much_evidence_is_decided_in_seconds(text):
    began = time.process_time()
    assert found(text, **many(10_000, 20_000))
    assert time.process_time() - began < 30  # mostly less than one


@pytest.mark.parametrize("text", COMMON)
def test_a_common_pattern_is_decided_where_brackets_match_the_same_events_too(text):
    events = many(10_000, 20_000)
    events["b"] = sorted({*events["b"], *events["a"][::3]})
    events["c"] = sorted({*events["c"], *events["a"][1::3], *events["b"][::4]})
    assert found(text, **events)


@pytest.mark.parametrize(
    "text",
    [
        "a REPEATS 100 TIMES WITHIN 60 SECONDS",
        "a REPEATS 4000 TIMES",
        "(a REPEATS 9 TIMES AND b REPEATS 9 TIMES) WITHIN 2 SECONDS",
        "((a REPEATS 30 TIMES) FOLLOWEDBY b) WITHIN 30 SECONDS",
        "((a OR b) REPEATS 70 TIMES WITHIN 60 SECONDS) FOLLOWEDBY c",
        "(a FOLLOWEDBY b) REPEATS 40 TIMES WITHIN 60 SECONDS",
    ],
)
def test_that_a_common_pattern_is_nowhere_in_much_evidence_is_decided(text):
    assert found(text, **many(10_000, 20_000)) == []


@settings(max_examples=examples(60))
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 3)), max_size=150),
    st.integers(1, 20),
    st.integers(1, 60),
)
def test_so_many_within_a_window_are_those_that_a_plain_count_finds(drawn, times, window):
    events = [at(n, second, number=number) for n, (second, number) in enumerate(drawn)]
    most = max(
        (sum(number for second, number in drawn if start <= second <= start + window) for start, _ in drawn),
        default=0,
    )
    assert bool(found(f"a REPEATS {times} TIMES WITHIN {window} SECONDS", a=events)) is (most >= times)


@settings(max_examples=examples(60))
@given(
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from(["a", "b", "ab"])), max_size=120),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(1, 30),
)
def test_so_many_of_two_sets_within_a_window_are_those_that_a_plain_count_finds(drawn, n, m, window):
    a, b = ([at(number, second) for number, (second, of) in enumerate(drawn) if name in of] for name in "ab")

    def enough(start: int) -> bool:
        there = Counter(of for second, of in drawn if start <= second <= start + window)
        return max(n - there["a"], 0) + max(m - there["b"], 0) <= there["ab"]

    expected = any(enough(second) for second, _ in drawn)
    text = f"(a REPEATS {n} TIMES AND b REPEATS {m} TIMES) WITHIN {window} SECONDS"
    assert bool(found(text, a=a, b=b)) is expected


@pytest.mark.parametrize("brackets", ["a", "ab", "abc"])
def test_as_many_followedbys_as_there_may_be_are_decided(brackets):
    names = [brackets[number % len(brackets)] for number in range(PATTERN_SEQUENCE + 1)]
    text = " FOLLOWEDBY ".join(names)
    events: dict[str, list[Event]] = {name: [] for name in "abc"}
    for second in range(10 * len(names)):
        events[names[second % len(names)]].append(at(second, second))
    assert len(found(text, **events)) == 10
    assert len(found(f"({text}) WITHIN {len(names)} SECONDS", **events)) == 10
    assert found(f"({text}) WITHIN {len(names) - 2} SECONDS", **events) == []


def test_a_decision_that_takes_too_long_is_given_up_with_a_hint(monkeypatch):
    monkeypatch.setattr(sequence, "SEQUENCE_STEPS", 2000)
    # All but the first a follow their b, so one pair of the 150 is wanting.
    a, b = [at(n, n) for n in range(150)], [at(150 + n, n - 0.5) for n in range(150)]
    with pytest.raises(LimitExceeded, match="more than 2,000 steps") as given_up:
        found("(a FOLLOWEDBY b) REPEATS 150 TIMES", a=a, b=b)
    assert "--since" in (given_up.value.hint or "")


# -- brackets_of, timed_brackets --------------------------------------------------------------------


def test_brackets_come_from_left_to_right():
    expression = parse_pattern(
        "([x:a = 1] AND [x:b = 1] REPEATS 2 TIMES) FOLLOWEDBY [x:c = 1] OR [x:d = 1]"
    ).expression
    assert [bracket.expression.path.steps[0] for bracket in brackets_of(expression)] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("text", "timed"),
    [
        ("[x:a = 1]", ""),
        ("[x:a = 1] AND [x:b = 1]", ""),
        ("[x:a = 1] REPEATS 2 TIMES", ""),
        ("[x:a = 1] FOLLOWEDBY [x:b = 1]", "ab"),
        ("[x:a = 1] WITHIN 1 SECONDS", "a"),
        ("[x:a = 1] START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'", "a"),
        ("[x:a = 1] OR ([x:b = 1] WITHIN 1 SECONDS)", "b"),
        ("[x:a = 1] AND ([x:b = 1] OR [x:c = 1]) REPEATS 2 TIMES WITHIN 1 SECONDS", "bc"),
    ],
)
def test_a_bracket_is_timed_if_an_operator_above_it_asks_for_time(text, timed):
    found = timed_brackets(parse_pattern(text).expression)
    assert [bracket.expression.path.steps[0] for bracket in found] == list(timed)
