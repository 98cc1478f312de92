from __future__ import annotations

import base64

import pytest
from hypothesis import given, strategies as st

from tocsin.detect.pattern.literal import literal_of, string_of
from tocsin.detect.pattern.tokens import tokenize
from tocsin.errors import BadInput


def one(text: str):
    token, _ = tokenize(text)
    return token


@given(st.text(max_size=30))
def test_any_string_is_itself_again_once_its_quotes_and_backslashes_are_escaped(text):
    written = "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    assert string_of(one(written)) == text
    assert literal_of(one(written)) == text


@given(st.binary(max_size=30))
def test_any_bytes_are_themselves_in_both_of_their_spellings(octets):
    assert literal_of(one(f"h'{octets.hex()}'")) == octets
    assert literal_of(one(f"b'{base64.b64encode(octets).decode()}'")) == octets


def test_line_feeds_in_base64_are_ignored():
    assert literal_of(one("b'YW\nI=\n'")) == b"ab"


@given(st.integers(-(10**38), 10**38))
def test_any_whole_number_keeps_all_its_digits(number):
    assert literal_of(one(str(number))) == number


@pytest.mark.parametrize("text", ["a", "=", "h'6'", "b'Y'", "t'now'", "1" * 41])
def test_what_names_no_value_is_refused(text):
    with pytest.raises(BadInput):
        literal_of(one(text))


def test_a_missing_value_is_said_to_be_missing():
    (end,) = tokenize("")
    with pytest.raises(BadInput, match="a value is missing"):
        literal_of(end)
