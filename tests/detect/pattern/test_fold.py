from __future__ import annotations

import pytest
import re2
from hypothesis import given, strategies as st

from tocsin.detect.pattern.compare import test_of as compiled
from tocsin.detect.pattern.fold import folded, lowered
from tocsin.detect.pattern.syntax import Comparison, ComparisonOp, ObjectPath

PATH = ObjectPath("file", ("name",))
LETTERS = st.characters(exclude_categories=("Cs", "Cn"))


def holds(op: ComparisonOp, literal, value) -> bool:
    return compiled(Comparison(PATH, op, literal, any_case=True))(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EVIL.exe", "evil.exe"),
        ("\xc9VE", "\xe9ve"),
        ("\u039f\u0394\u039f\u03a3.exe", "\u03bf\u03b4\u03bf\u03c3.exe"),
        ("\u03bf\u03b4\u03bf\u03c2.exe", "\u03bf\u03b4\u03bf\u03c3.exe"),
        ("\u0130stanbul", "istanbul"),
        ("\u0131stanbul", "istanbul"),
        ("\u212aey", "key"),
        ("ma\u017fter", "master"),
        ("GRO\u1e9e", "gro\xdf"),
        ("\u01c5", "\u01c6"),
        ("\ufb01le", "\ufb01le"),
    ],
)
def test_letters_with_one_capital_are_one(text, expected):
    assert folded(text) == expected


def test_lower_case_leaves_small_letters_as_they_are():
    assert (
        lowered("\u03bf\u03b4\u03bf\u03c2 \u0391\u03a3 \u0131 \u0130")
        == "\u03bf\u03b4\u03bf\u03c2 \u03b1\u03c3 \u0131 i"
    )


@given(st.text(LETTERS))
def test_a_letter_stays_a_letter_and_folding_again_changes_nothing(text):
    once = folded(text)
    assert len(once) == len(text)
    assert folded(once) == once
    assert folded(text + "x" + text) == once + "x" + once


@given(LETTERS, LETTERS)
def test_letters_that_re2_takes_for_one_are_one(one, other):
    # The other way it holds of all but the two Turkish letters, which have other capitals in the one direction.
    options = re2.Options()
    options.case_sensitive = False
    options.literal = True
    for pair in ((one, other), (one, one.upper()), (one, one.lower())):
        if all(len(each) == 1 for each in pair) and re2.compile(pair[0], options).fullmatch(pair[1]):
            assert folded(pair[0]) == folded(pair[1])


@pytest.mark.parametrize("value", ["WhoAmI.EXE", "whoami.exe"])
@pytest.mark.parametrize(
    ("op", "literal"),
    [
        (ComparisonOp.EQ, "whoamI.exe"),
        (ComparisonOp.IN, ("x", "WHOAMI.exe")),
        (ComparisonOp.LIKE, "WHO%.eXe"),
        (ComparisonOp.MATCHES, "^WHO.*\\.Exe$"),
    ],
)
def test_a_comparison_without_regard_to_case_holds_of_every_spelling(op, literal, value):
    assert holds(op, literal, value)
    assert not holds(op, literal, "who")
    assert not compiled(Comparison(PATH, op, literal, negated=True, any_case=True))(value)
    assert not holds(op, literal, 5)
    assert not compiled(Comparison(PATH, op, literal))("wHoAmI.exe")


@pytest.mark.parametrize("op", [ComparisonOp.EQ, ComparisonOp.LIKE, ComparisonOp.MATCHES])
@pytest.mark.parametrize(
    ("literal", "value"),
    [("\u03bf\u03b4\u03bf\u03c2", "\u039f\u0394\u039f\u03a3"), ("master", "ma\u017fter"), ("\u212aey", "key"), ("gro\xdf", "GRO\u1e9e"),
     ("e\u0301", "\xc9")],
)  # fmt: skip
def test_letters_of_which_there_are_three_are_found_by_each_operator(op, literal, value):
    assert holds(op, literal, value)
    assert holds(op, value, literal)


def test_not_equal_pays_no_regard_to_case_either():
    assert not holds(ComparisonOp.NE, "A", "a")
    assert holds(ComparisonOp.NE, "A", "b")


def test_literals_that_are_no_text_are_compared_as_ever():
    assert holds(ComparisonOp.EQ, 5, 5.0)
    assert not holds(ComparisonOp.EQ, True, 1)
    assert holds(ComparisonOp.IN, (5, "A"), "a")
