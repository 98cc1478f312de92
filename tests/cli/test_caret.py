"""The line under an error that shows its place."""

from __future__ import annotations

from hypothesis import given, strategies as st

from tocsin.cli.caret import caret_lines


def test_the_caret_stands_under_the_column():
    assert caret_lines("[a:b = = 1]", 1, 8) == ["  [a:b = = 1]", "         ^"]


def test_the_line_that_is_named_is_shown():
    assert caret_lines("[a:b\n= ?]", 2, 3) == ["  = ?]", "    ^"]


def test_a_long_line_is_cut_on_both_sides():
    shown, caret = caret_lines("x" * 500 + "!" + "y" * 500, 1, 501)
    assert len(shown) < 100
    assert shown[caret.index("^")] == "!"
    assert shown.startswith("  ...x")
    assert shown.endswith("y...")


def test_wide_and_combining_characters_keep_the_caret_in_place():
    assert caret_lines("日本!", 1, 3)[1] == "      ^"
    assert caret_lines("e\u0301!", 1, 3)[1] == "   ^"


def test_control_characters_are_spelled_out():
    shown, _ = caret_lines("a\x1b[31m!", 1, 2)
    assert "\x1b" not in shown


def test_a_line_that_is_not_there_shows_nothing():
    assert caret_lines("abc", 2, 1) == []


@given(st.text(), st.integers(-3, 9), st.integers(-3, 200))
def test_any_place_is_shown_or_nothing_is(text, line, column):
    assert len(caret_lines(text, line, column)) in {0, 2}
