"""What somebody says of a measure: what is taken, what is refused, and that a file reads again as it was written."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput
from tocsin.limits import EVIDENCE_CHARACTERS
from tocsin.measures.assessment import (
    Assessment,
    State,
    assessment_of,
    assessments_text,
    read_assessments,
)
from tocsin.measures.measure import Measure

TODAY = date(2026, 11, 27)
KNOWN = ("a", "b", "c")
MEASURES = [Measure(id=one, name=f"Do\n{one}") for one in KNOWN]


def said(measure="a", state="in-place", evidence="", day=""):
    return assessment_of(measure, state, evidence, day, known=KNOWN, today=TODAY)


def test_evidence_of_which_no_day_is_said_is_of_today_and_no_evidence_has_no_day():
    assert said(evidence="seen") == Assessment(
        measure="a", state=State.IN_PLACE, evidence="seen", day="2026-11-27"
    )
    assert said().day == ""
    assert said(evidence="seen", day="2026-03-01").day == "2026-03-01"


def test_evidence_becomes_one_line_that_any_database_takes():
    assert said(evidence=" page\t4\nof\0it \udc80 ").evidence == "page 4 of\ufffdit ?"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"measure": "x"}, "'x' is no measure"),
        ({"state": "there"}, "no state 'there'"),
        ({"day": "soon"}, "'soon' is no day"),
        ({"evidence": "x", "day": "2026-11-28"}, "still to come"),
        ({"evidence": "x" * (EVIDENCE_CHARACTERS + 1)}, "1,001 characters"),
    ],
    ids=["measure", "state", "day", "future", "long"],
)
def test_what_cannot_be_noted_is_refused(given, words):
    with pytest.raises(BadInput, match=words) as caught:
        said(**given)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('[[have]]\nmeasure = "x"', "f at $.have[0].measure", "no measure"),
        ('[[have]]\nmeasure = "a"\n[[have]]\nmeasure = "a"', "f at $.have[1].measure", "twice"),
        ('[[have]]\nmeasure = "a"\nstate = "there"', "f at $.have[0].state", "there"),
        ('[[have]]\nmeasure = "a"\ndate = 2026-11-28', "f at $.have[0].date", "still to come"),
        (f'[[have]]\nmeasure = "a"\nevidence = "{"x" * 1001}"', "f at $.have[0].evidence", "1,001"),
    ],
    ids=["measure", "twice", "state", "future", "long"],
)
def test_what_is_wrong_in_a_file_is_refused_with_its_place(text, place, words):
    with pytest.raises(BadInput, match=words) as caught:
        read_assessments(text.encode(), "f", KNOWN, today=TODAY)
    assert str(caught.value.where) == place


def test_a_list_of_what_stands_says_no_state_and_means_in_place():
    (one,) = read_assessments(b'[[have]]\nmeasure = "a"', "f", KNOWN)
    assert one.state is State.IN_PLACE


DAYS = st.sampled_from(["2000-01-01", "2024-02-29", "2026-11-27"])


@given(
    st.dictionaries(
        st.sampled_from(KNOWN),
        st.tuples(st.sampled_from(State), st.text(max_size=12), st.none() | DAYS),
    )
)
def test_the_file_to_fill_in_reads_again_as_what_was_said(drawn):
    held = {id: said(id, state.value, evidence, day or "") for id, (state, evidence, day) in drawn.items()}
    read = read_assessments(assessments_text(MEASURES, held).encode(), "f", KNOWN, today=TODAY)
    assert [one.measure for one in read] == list(KNOWN)
    for one in read:
        assert one == held.get(one.measure, Assessment(measure=one.measure, state=State.UNKNOWN))
