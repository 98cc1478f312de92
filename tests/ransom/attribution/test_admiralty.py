from __future__ import annotations

import pytest

from ransom.attribution.making import statement
from tocsin.ransom.attribution.admiralty import CREDIBILITY, RELIABILITY, confidence_of


@pytest.mark.parametrize(("digit", "confidence"), [(1, 90), (2, 70), (3, 50), (4, 30), (5, 10), (6, None)])
def test_stix_gives_each_digit_a_confidence_and_six_none(digit, confidence):
    assert confidence_of(digit) == confidence


def test_the_letter_has_no_part_in_the_confidence():
    found = {statement(reliability=letter, credibility=3).stix_confidence for letter in RELIABILITY}
    assert found == {50}


def test_the_confidence_that_a_person_gives_goes_before_the_digit():
    assert statement(credibility=6, confidence=0).stix_confidence == 0
    assert statement(credibility=6).stix_confidence is None


def test_both_grades_have_all_their_words():
    assert (list(RELIABILITY), list(CREDIBILITY)) == (list("ABCDEF"), [1, 2, 3, 4, 5, 6])
