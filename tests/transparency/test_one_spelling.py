"""Numbers and base64 in signed texts: one spelling each."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.limits import LOG_LEAVES
from tocsin.transparency.one_spelling import read_base64, read_decimal, write_base64


@given(st.integers(0, LOG_LEAVES))
def test_a_number_is_read_as_it_is_written(number):
    assert read_decimal(str(number)) == number


@pytest.mark.parametrize(
    "text",
    ["", "-1", "+1", "01", "00", "1.0", "1e3", " 1", "1 ", "1\n", "1_000", "١", "²", "0x1", "9" * 5_000],
)
def test_other_spellings_of_numbers_are_refused(text):
    assert read_decimal(text) is None


def test_numbers_beyond_the_largest_log_are_refused():
    assert read_decimal(str(LOG_LEAVES)) == LOG_LEAVES
    assert read_decimal(str(LOG_LEAVES + 1)) is None


@given(st.binary(max_size=100))
def test_bytes_are_read_as_they_are_written(data):
    assert read_base64(write_base64(data)) == data


@pytest.mark.parametrize(
    "text",
    [
        "YQ",
        "YQ=",
        "YQ===",
        "YR==",
        "YWJ=",
        "YQ==\n",
        " YQ==",
        "Y Q==",
        "YQ==YQ==",
        "=",
        "====",
        "_w==",
        "é",
        "\ud800",
    ],
)
def test_other_spellings_of_bytes_are_refused(text):
    assert read_base64(text) is None


@given(st.text(max_size=12))
def test_what_is_read_is_written_the_same(text):
    data = read_base64(text)
    assert data is None or write_base64(data) == text
