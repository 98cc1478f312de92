"""Numbers as text that sorts as they do."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, strategies as st

from tocsin.inventory.version.number import ZERO, number

DIGITS = st.one_of(
    st.integers(0, 2_000).map(str),
    st.integers(0, 10**140).map(str),
    st.tuples(st.integers(1, 9), st.integers(118, 140)).map(lambda drawn: str(drawn[0]) * drawn[1]),
    st.tuples(st.integers(1, 9), st.integers(250, 1_024)).map(lambda drawn: str(drawn[0]) * drawn[1]),
)


@given(DIGITS, DIGITS)
def test_numbers_sort_as_their_values(a, b):
    assert (number(a) < number(b)) is (int(a) < int(b))
    assert (number(a).encode("latin-1") < number(b).encode("latin-1")) is (int(a) < int(b))


def test_each_length_sorts_before_the_next():
    made = [number(digit * length) for length in range(1, 1_025) for digit in "19"]
    assert sorted(set(made)) == made
    assert not any(two.startswith(one) for one, two in pairwise(made))


@given(DIGITS, DIGITS)
def test_no_number_begins_another(a, b):
    assert int(a) == int(b) or not number(a).startswith(number(b))


@given(DIGITS, st.integers(0, 5))
def test_leading_zeros_do_not_count(digits, zeros):
    assert number("0" * zeros + digits) == number(digits)


def test_no_digits_are_zero():
    assert number("") == number("000") == ZERO


@given(DIGITS)
def test_a_number_sorts_after_all_of_ascii_and_before_the_last_sign(digits):
    assert "\x7f" < number(digits) < "\xff"
