from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.sharing.withdrawal import why_withdrawn, with_reason


@given(st.text().filter(lambda text: text == text.strip() and "\n" not in text and text), st.text())
def test_the_reason_that_was_given_is_read_again_whatever_was_said_before(why, said):
    assert why_withdrawn({"description": with_reason(why, said)}) == why


def test_what_was_said_stands_after_the_reason():
    assert with_reason("wrong", "Bad.") == "Withdrawn: wrong\nBad."
    assert with_reason("wrong", "") == "Withdrawn: wrong"


@pytest.mark.parametrize("said", [{"description": "It was Withdrawn: no"}, {"description": 5}, {}])
def test_other_words_are_no_reason(said):
    assert why_withdrawn(said) == ""
