"""A statistic tells nothing of any one member, neither by itself nor held against an earlier one."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings, strategies as st

from tocsin.limits import STATISTIC_RESPONDERS
from tocsin.sharing.statistics import Released, Withheld, statistic

MEMBERS = [f"identity--{number}" for number in range(14)]
Q = "seen?"


def answers(yes: int, no: int, start: int = 0) -> dict[str, bool]:
    chosen = MEMBERS[start : start + yes + no]
    return {member: at < yes for at, member in enumerate(chosen)}


def test_five_members_who_differ_have_a_statistic():
    assert statistic(Q, answers(2, 3), []) == Released(Q, frozenset(MEMBERS[:5]), 2)
    assert Released(Q, frozenset(MEMBERS[:5]), 2).asked == STATISTIC_RESPONDERS == 5


@pytest.mark.parametrize(
    ("responses", "why"),
    [
        (answers(2, 2), "4 answered, and 5 are needed"),
        ({}, "0 answered"),
        (answers(6, 0), "all of them said the same"),
        (answers(0, 6), "all of them said the same"),
    ],
)
def test_few_members_or_members_of_one_mind_have_none(responses, why):
    refused = statistic(Q, responses, [])
    assert isinstance(refused, Withheld)
    assert refused.why.startswith(why)


def test_the_set_without_one_member_is_not_answered_as_well():
    first = statistic(Q, answers(3, 5), [])
    assert isinstance(first, Released)
    without_one = dict(list(answers(3, 5).items())[1:])
    refused = statistic(Q, without_one, [first])
    assert isinstance(refused, Withheld)
    assert "all but 1 of the same members" in refused.why
    with_one_more = answers(3, 5) | {MEMBERS[12]: True}
    assert isinstance(statistic(Q, with_one_more, [first]), Withheld)
    one_for_another = without_one | {MEMBERS[12]: True}
    assert isinstance(statistic(Q, one_for_another, [first]), Withheld)


def test_another_question_or_the_same_members_again_are_no_difference():
    first = statistic(Q, answers(3, 5), [])
    assert isinstance(first, Released)
    assert statistic(Q, answers(3, 5), [first]) == first
    assert isinstance(statistic("blocked?", dict(list(answers(3, 5).items())[1:]), [first]), Released)


def test_a_difference_of_enough_members_who_all_said_the_same_is_not_told():
    first = Released(Q, frozenset(MEMBERS[:5]), 2)
    more = answers(2, 3) | dict.fromkeys(MEMBERS[5:10], True)
    assert isinstance(statistic(Q, more, [first]), Withheld)
    none = answers(2, 3) | dict.fromkeys(MEMBERS[5:10], False)
    assert isinstance(statistic(Q, none, [first]), Withheld)
    mixed = more | {MEMBERS[5]: False}
    assert statistic(Q, mixed, [first]) == Released(Q, frozenset(MEMBERS[:10]), 6)


slices = st.sampled_from(
    [frozenset(MEMBERS[a:b]) for a, b in combinations(range(len(MEMBERS) + 1), 2) if b - a >= 5]
)
runs = st.lists(st.tuples(st.booleans(), st.integers(1, 5)), min_size=14, max_size=14).map(
    lambda parts: [said for said, times in parts for _ in range(times)][:14]
)


@settings(max_examples=500)
@given(runs, st.lists(slices, max_size=4))
def test_from_any_two_answers_no_members_answer_follows(truth, asked):
    """Everybody's answer stays possible both ways, whichever two of the released numbers are held together."""
    history: list[Released] = []
    for who in asked:
        given = statistic(Q, {member: truth[MEMBERS.index(member)] for member in who}, history)
        if isinstance(given, Released):
            history.append(given)
    for one, two in combinations(history, 2):
        both, first, second = (len(one.responders & two.responders), len(one.responders - two.responders),
                               len(two.responders - one.responders))  # fmt: skip
        possible = [
            (b, f, s)
            for b in range(both + 1)
            for f, s in [(one.yes - b, two.yes - b)]
            if 0 <= f <= first and 0 <= s <= second
        ]
        for at, size in enumerate((both, first, second)):
            if size:
                assert any(p[at] > 0 for p in possible), (one, two)
                assert any(p[at] < size for p in possible), (one, two)
