from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from strategies import examples
from tocsin.detect.pattern.compare import like_to_regex, test_of as compiled
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.regex import compile_regex


def holds(written: str, value: Any) -> bool:
    return compiled(parse_pattern(f"[x:a {written}]").expression.expression)(value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("= 1", 1.0), ("= 1.0", 1), ("= 9007199254740993", 9007199254740993), ("= true", True), ("= 'a'", "a"), ("= h'61'", "a"),
        ("= 'a'", b"a"), ("= '\xe9'", b"\xe9"), ("= t'2020-01-01T00:00:00Z'", "2020-01-01T00:00:00.000Z"),
        ("> 1", 2), ("> 1", 1.5), ("< 'b'", "a"), ("< 'a'", "B"), (">= t'2020-01-01T00:00:00Z'", "2020-01-01T00:00:00Z"),
        ("< t'2020-01-01T00:00:01Z'", "2020-01-01T00:00:00.9999999999Z"), ("< h'62'", "a"), ("IN (1, 2.0)", 2), ("IN ('a', 'b')", b"b"),
        ("IN (t'2020-01-01T00:00:00Z')", "2020-01-01T00:00:00.0Z"),
        ("LIKE 'a%'", "abc"), ("LIKE 'a_c'", "a\nc"), ("LIKE '%'", ""), ("LIKE '\xe9'", "e\u0301"), ("LIKE 'a'", b"a"),
        ("LIKE 'a.c'", "a.c"), (r"LIKE '\\%'", "\\x"), ("LIKE '#&-~ [a]'", "#&-~ [a]"), ("LIKE '\x00\n'", "\x00\n"),
        ("MATCHES 'b'", "abc"), ("MATCHES '^a.c$'", "a\nc"), (r"MATCHES '^\\xff$'", b"\xff"),
        ("ISSUBSET '10.0.0.0/8'", "10.1.2.3"), ("ISSUBSET '10.0.0.0/8'", "10.1.0.0/16"), ("ISSUBSET '::/0'", "2001:DB8::1"),
        ("ISSUPERSET '10.1.2.3'", "10.0.0.0/8"), ("ISSUPERSET '10.0.0.0/8'", "10.0.0.0/8"),
    ],
)  # fmt: skip
def test_a_comparison_that_holds(written, value):
    assert holds(written, value)
    assert not holds(f"NOT {written}", value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("= 1", True), ("= true", 1), ("= 1", "1"), ("= '1'", 1), ("= 9007199254740992.0", 9007199254740993), ("= 'a'", "A"),
        ("= '\xe9'", "e\u0301"), ("= h'61'", 97), ("= '\u0142'", b"a"), ("= 'a'", None), ("= 'a'", ["a"]), ("= 'a'", {"a": 1}),
        ("= t'2020-01-01T00:00:00Z'", 1577836800), ("= t'2020-01-01T00:00:00Z'", "yesterday"),
        ("IN (t'2020-01-01T00:00:00Z')", "yesterday"), ("IN ()", 1), ("IN (1)", True), ("IN ('a')", None),
        ("LIKE 'b'", "abc"), ("LIKE 'A%'", "abc"), ("LIKE 'a.c'", "abc"), ("LIKE 'a'", b"\xff"), ("LIKE '1'", 1), ("LIKE '_'", ""),
        ("MATCHES 'a'", "\ud800a"),
        ("MATCHES '1'", 1), ("MATCHES '\u0142'", b"a"), ("MATCHES 'a'", None),
        ("ISSUBSET '10.0.0.0/8'", "11.0.0.0"), ("ISSUBSET '10.0.0.0/8'", "10.0.0.0/7"), ("ISSUBSET '::/0'", "10.0.0.1"),
        ("ISSUBSET '10.0.0.0/8'", "host"), ("ISSUBSET '0.0.0.0/0'", 1), ("ISSUPERSET '::/0'", None),
    ],
)  # fmt: skip
def test_a_comparison_that_does_not_hold_so_its_negation_does(written, value):
    assert not holds(written, value)
    assert holds(f"NOT {written}", value)


@pytest.mark.parametrize("negated", ["", "NOT "])
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("> 1", "a"), ("< 1", "a"), (">= 'a'", 1), ("<= 1", True), ("< 1", None), ("< 'a'", []), ("> h'00'", "\u0142"),
        ("> t'2020-01-01T00:00:00Z'", 1), ("> t'2020-01-01T00:00:00Z'", "yesterday"), ("<= t'2020-01-01T00:00:00Z'", "yesterday"),
    ],
)  # fmt: skip
def test_what_has_no_order_is_neither_less_nor_greater_negated_or_not(written, value, negated):
    assert not holds(f"{negated}{written}", value)


@given(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.text(),
        st.binary(),
        st.lists(st.text()),
    )
)
def test_not_equal_and_not_equals_are_one(value):
    for literal in ("1", "1.5", "true", "'a'", "h'61'", "t'2020-01-01T00:00:00Z'"):
        assert (
            holds(f"!= {literal}", value)
            == holds(f"NOT = {literal}", value)
            == (not holds(f"= {literal}", value))
        )


def test_a_number_that_is_not_a_number_equals_nothing_and_has_no_order():
    nan = float("nan")
    assert not holds("= 1.0", nan)
    assert holds("!= 1.0", nan)
    assert not holds("> 1.0", nan)


def test_times_are_compared_to_their_last_decimal():
    literal = compiled(parse_pattern("[x:a > t'2020-01-01T00:00:00.00000000001Z']").expression.expression)
    assert literal("2020-01-01T00:00:00.000000000011Z")
    assert not literal("2020-01-01T00:00:00.00000000001Z")
    assert Fraction(1, 10**11) > 0


ALPHABET = st.text(st.sampled_from("ab%_.*\\[]()'\n\xe9#-~& "), max_size=8)


def naive_like(like: str, value: str) -> bool:
    """The textbook definition, by trying every way to cut the value."""
    if not like:
        return not value
    if like[0] == "%":
        return any(naive_like(like[1:], value[start:]) for start in range(len(value) + 1))
    return bool(value) and like[0] in ("_", value[0]) and naive_like(like[1:], value[1:])


@settings(max_examples=examples(150))
@given(ALPHABET, ALPHABET)
def test_like_is_what_the_textbook_says(like, value):
    assert bool(compile_regex(like_to_regex(like)).search(value)) == naive_like(like, value)


def test_like_is_anchored_at_both_ends():
    assert like_to_regex("a") == r"\Aa\z"
    assert re.escape("+") in like_to_regex("+%")
