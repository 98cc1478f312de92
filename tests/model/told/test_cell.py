"""What of a cell a spreadsheet could run, by the one rule that all tables here are written by."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.detect.indicator_table import guarded
from tocsin.model.told.cell import cell, unguarded

MARKS = ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
TEXTS = st.text(st.sampled_from("=+-@\uff1d' a1#;/"), max_size=6)


@pytest.mark.parametrize("mark", MARKS, ids=ascii)
@pytest.mark.parametrize("before", ["", " ", "   ", "'", " '", "' "], ids=ascii)
def test_a_formula_is_not_run_whatever_blanks_and_apostrophes_stand_before_it(before, mark):
    text = f"{before}{mark}1+1"
    assert cell(text) == guarded(text) == f"'{text}"


@given(TEXTS)
def test_what_one_table_guards_the_other_guards_and_comments_besides(text):
    if cell(text) != text:
        assert guarded(text) == cell(text)
    elif guarded(text) != text:
        assert text.lstrip("' ").startswith(("#", ";", "//"))


@given(TEXTS)
def test_what_was_guarded_is_read_back_as_it_was(text):
    assert unguarded(cell(text)) == text


@pytest.mark.parametrize("text", ["", "'", "a=1", "'Tis", "1-2", " a"])
def test_other_text_stays_as_it_is(text):
    assert cell(text) == guarded(text) == unguarded(text) == text
