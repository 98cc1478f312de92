from __future__ import annotations

import pytest

from tocsin.detect.pattern.regex import check_regex, compile_binary_regex, compile_regex
from tocsin.errors import BadInput


@pytest.mark.parametrize(
    "text",
    [
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?<!a)",
        r"(a)\1",
        r"(?P<n>a)(?P=n)",
        "(?>a)",
        "a++",
        "a*+",
        "(?(1)a)",
        "(?R)",
        r"\Ga",
        r"\Ka",
    ],
)
def test_what_pcre_has_beyond_linear_time_is_refused(text):
    with pytest.raises(BadInput, match="the regular expression cannot run") as refused:
        check_regex(text)
    assert "run for ever" in (refused.value.hint or "")


@pytest.mark.parametrize("text", ["(", ")", "[", "*a", "a{1001}", r"\8", "(?P<n>a", "[z-a]", r"\pX"])
def test_what_is_no_regular_expression_is_refused(text):
    with pytest.raises(BadInput):
        check_regex(text)


@pytest.mark.parametrize(
    "text", ["(((a{100}){100}){100})", "(?:a" * 2000 + "a" + "){3}" * 2000, r"(?:\pL{500}){20}"]
)
def test_what_takes_more_memory_than_the_limit_is_refused(text):
    with pytest.raises(BadInput):
        check_regex(text)


def test_an_error_is_not_longer_than_a_person_reads():
    with pytest.raises(BadInput) as refused:
        check_regex("(" + "a" * 100_000)
    assert len(refused.value.what) < 300


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("b", "abc", True),
        ("^b", "abc", False),
        ("a.c", "a\nc", True),
        ("^b", "a\nb", False),
        ("(?m)^b", "a\nb", True),
        ("(?i)B", "abc", True),
        (r"\d", "\u0661", False),
        ("e\u0301", "\xe9", True),
        ("^.$", "\xe9", True),
        ("", "", True),
    ],
)
def test_a_regular_expression_is_searched_for_and_its_dot_takes_a_line_end(text, value, found):
    assert bool(compile_regex(text).search(value)) is found


def test_bytes_are_searched_one_character_a_byte():
    regex = compile_binary_regex(r"^.\xff$")
    assert regex.search(b"\x00\xff")
    assert not regex.search(b"\x00\xfe")
    assert compile_binary_regex("\xe9").search(b"a\xe9")
    assert compile_binary_regex("\u0142") is None
