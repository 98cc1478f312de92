"""What persons said and what the node knows, side by side: unknown is never in place, and nothing is overridden."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st

from tocsin.measures.assessment import Assessment, State
from tocsin.measures.automatic import Observed, Speaks
from tocsin.measures.measure import Measure
from tocsin.measures.posture import Said, posture_of

TODAY = date(2026, 11, 27)
MEASURES = [Measure(id="a", name="Do a"), Measure(id="b", name="Do b")]


def said(state, evidence="seen", day="2026-11-01", measure="a"):
    held = Assessment(measure=measure, state=state, evidence=evidence, day=day)
    return {measure: Said(assessment=held, by="ann", noted="2026-11-02T00:00:00.000Z")}


def seen(speaks, measure="a"):
    return Observed(measure=measure, speaks=speaks, text="what is known", day="2026-11-27")


def posture(notes, *observed, old_days=365):
    return posture_of(MEASURES, notes, observed, today=TODAY, old_days=old_days)


def test_what_nobody_said_is_unknown_and_does_not_count_even_where_the_node_knows_of_it():
    line = posture({}, seen(Speaks.FOR)).lines[0]
    assert (line.state, line.counts, line.contradictions) == (State.UNKNOWN, False, ())
    assert line.observed == (seen(Speaks.FOR),)


@pytest.mark.parametrize(
    ("notes", "why"),
    [
        (said(State.IN_PLACE, ""), "no evidence is given"),
        (said(State.IN_PLACE, day=""), "the evidence has no date"),
        (said(State.PARTLY), "it is there only in part"),
    ],
    ids=["no evidence", "no day", "partly"],
)
def test_what_is_said_to_be_there_without_evidence_or_in_part_does_not_count_and_says_why(notes, why):
    # What the node knows is no evidence for a person's word.
    found = posture(notes, seen(Speaks.FOR))
    assert (found.lines[0].counts, found.lines[0].why_not) == (False, why)
    assert [one.why for one in found.standing.not_counted] == [why]


def test_old_evidence_counts_and_is_told():
    assert not posture(said(State.IN_PLACE, day="2025-11-27")).lines[0].old
    found = posture(said(State.IN_PLACE, day="2025-11-26"))
    assert (found.lines[0].counts, found.lines[0].old, found.lines[0].age_days) == (True, True, 366)
    assert found.standing.standing[0].doubts == ("the evidence is 366 days old",)
    assert posture(said(State.IN_PLACE), old_days=25).lines[0].old


@pytest.mark.parametrize(
    ("state", "speaks", "told"),
    [
        (State.IN_PLACE, Speaks.AGAINST, True),
        (State.ABSENT, Speaks.FOR, True),
        (State.IN_PLACE, Speaks.FOR, False),
        (State.IN_PLACE, Speaks.CANNOT_TELL, False),
        (State.PARTLY, Speaks.AGAINST, False),
        (State.UNKNOWN, Speaks.AGAINST, False),
    ],
    ids=lambda one: getattr(one, "value", str(one)),
)
def test_a_contradiction_is_told_and_the_person_stands(state, speaks, told):
    line = posture(said(state), seen(speaks)).lines[0]
    assert bool(line.contradictions) is told
    assert line.state is state
    assert line.counts is (state is State.IN_PLACE)


def test_what_speaks_against_a_standing_measure_is_its_doubt():
    assert posture(said(State.IN_PLACE), seen(Speaks.AGAINST)).standing.standing[0].doubts == (
        "what is known",
    )


def test_what_is_said_of_measures_of_another_catalogue_is_named_if_it_is_said_to_stand():
    found = posture(said(State.IN_PLACE, measure="z") | said(State.ABSENT, measure="y"))
    assert found.elsewhere == ("z",)
    assert [one.measure for one in found.standing.not_counted] == ["z"]
    assert not found.standing.measures


@given(
    st.dictionaries(
        st.sampled_from("abz"),
        st.tuples(
            st.sampled_from(State),
            st.sampled_from(["", "seen"]),
            st.sampled_from(["", "2020-01-01", "2026-11-27"]),
        ),
    ),
    st.lists(st.builds(seen, st.sampled_from(Speaks), st.sampled_from("ab"))),
)
def test_just_what_a_person_says_is_in_place_with_evidence_and_a_day_counts(drawn, observed):
    notes: dict[str, Said] = {}
    for id, (state, evidence, day) in drawn.items():
        notes |= said(state, evidence, day, id)
    wanted = {
        id
        for id, (state, evidence, day) in drawn.items()
        if state is State.IN_PLACE and evidence and day and id != "z"
    }
    found = posture(notes, *observed)
    assert found.standing.measures == wanted
    assert {one.measure for one in found.lines if one.counts} == wanted
