"""Versions of no known scheme: an answer only where every sane reading gives it."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import NoOrder
from tocsin.inventory.version import Order, compare, key

ANSWERS = [
    ("V2.3", "=", "2.3"),
    ("version 2.3", "=", "v 2.3"),
    ("FW14", "=", "firmware 14"),
    ("2.3", "=", "2.3.0"),
    ("2.3 SP1", "=", "2.3-sp1"),
    ("2.3 Service Pack 1", "=", "2.3 SP1"),
    ("FW9", "<", "FW14"),
    ("V3.10", ">", "V3.2.17"),
    ("V2.3 SP1", "<", "V2.4"),
    ("V2.3", "<", "V2.3 SP1"),
    ("2.3 SP1", "<", "2.3 SP2"),
    ("2.3 SP1", "<", "2.3 SP1 HF2"),
    ("2.3 beta", "<", "2.3"),
    ("2.3 alpha 2", "<", "2.3 beta 1"),
    ("2.3-rc1", "<", "2.3.1"),
    ("2.3-rc1", "<", "2.3 SP1"),
    ("15.2(6)E0a", "<", "15.2(7)E"),
    ("15.2(6)E", "=", "15.2(6)e"),
    ("1.2a", "<", "1.2b"),
    ("Rev A", "<", "Rev B"),
    ("v01.05", "<", "v1.10"),
    ("1.2-3", "<", "1.2-4"),
    ("1.2.3 Build 5", "<", "1.2.3 Build 7"),
    ("1.2.3 Build 5", "<", "1.2.4"),
    ("20230101", "<", "20230102"),
    ("1.0.123456", "<", "1.0.123457"),
    ("31122022", "<", "31122023"),
    ("2.3.0 SP1", "=", "2.3 SP1"),
    ("2.3-rc1", "<", "2.3.0"),
    ("2.3-rc1", ">", "2.3.0-alpha"),
    ("2.0-rc1", "<", "2.0.1"),
    ("\xe9dition", "=", "\xe9dition"),
]
UNKNOWN = [
    ("15.2(6)E", "15.2(7)S", "two trains of Cisco's"),
    ("1.2", "1.2a", "a step within 1.2, before or after it"),
    ("1.02", "1.2", "a decimal or two numbers"),
    ("1.05", "1.2", "a decimal or two numbers"),
    ("2.3 SP1", "2.3.1", "a patch or a number"),
    ("20230101", "2.3", "a date and a number"),
    ("31122022", "01012023", "dates that begin with the day"),
    ("2-rc1", "2.0-3", "a build or a pre-release"),
    ("R12", "12", "R is a word of its own"),
    ("1.2-3", "1.2.4", "other signs between"),
    ("1.2", "1.2-3", "a build, a revision or a pre-release"),
    ("1.2.3", "1.2.3 Build 5", "a build of it, or one after it"),
    ("15.2", "15.2(6)E", "a family and one of it"),
    ("2.3 beta", "2.3 pre", "no order of stages"),
    ("1.0", "1.0)", "another sign at the end"),
    ("A", "1", "a letter and a number"),
    ("", "", "nothing at all"),
    ("\xe9", "e", "signs beyond ASCII"),
    ("1" * 2_000, "1" * 2_000, "longer than a version may be"),
    ("2.3", "2.3.1 XE", "a line of its own"),
]


@pytest.mark.parametrize(("a", "sign", "b"), ANSWERS, ids=[f"{a} {s} {b}" for a, s, b in ANSWERS])
def test_what_every_reading_agrees_on_is_answered(a, sign, b):
    assert compare("generic", a, b) is Order(sign)
    assert compare("firmware", b, a) is Order(sign).turned()


@pytest.mark.parametrize(("a", "b", "why"), UNKNOWN, ids=[why for _, _, why in UNKNOWN])
def test_what_readings_differ_on_is_unknown(a, b, why):
    assert compare("generic", a, b) is Order.UNKNOWN
    assert compare("generic", b, a) is Order.UNKNOWN


PIECES = st.lists(
    st.sampled_from(["1", "2", "10", "02", ".", "-", " ", "(", ")", "a", "E", "sp", "rc", "v", "build"]),
    max_size=8,
)
TEXTS = PIECES.map("".join)


@given(TEXTS, TEXTS)
def test_turned_round_the_answer_is_turned_round(a, b):
    assert compare("generic", a, b).turned() is compare("generic", b, a)


@given(TEXTS, TEXTS, TEXTS)
def test_answers_do_not_contradict_each_other(a, b, c):
    answers = {compare("generic", a, b), compare("generic", b, c)}
    if answers <= {Order.LESS, Order.EQUAL} and Order.LESS in answers:
        assert compare("generic", a, c) in {Order.LESS, Order.UNKNOWN}


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=4), st.lists(st.integers(0, 30), min_size=1, max_size=4)
)
def test_numbers_with_dots_between_are_always_answered(a, b):
    one, two = (".".join(map(str, part)) for part in (a, b))
    longest = max(len(a), len(b))
    left, right = (part + [0] * (longest - len(part)) for part in (a, b))
    assert compare("generic", one, two) is (
        Order.LESS if left < right else Order.EQUAL if left == right else Order.GREATER
    )


def test_there_is_no_key():
    with pytest.raises(NoOrder):
        key("generic", "1.0")
