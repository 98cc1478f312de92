"""What of a posture leaves is one word a measure, whatever people wrote; what comes is read no further than that."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput
from tocsin.limits import MEASURES
from tocsin.measures.assessment import Assessment, State
from tocsin.measures.automatic import Observed, Speaks
from tocsin.measures.measure import Measure
from tocsin.measures.posture import Said, posture_of
from tocsin.measures.shared import SharedState, posture_object, read_shared, shared_states

TODAY = dt.date(2026, 11, 27)
KNOWN = ("backups", "logs", "training")
MARKING = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"
TIMES = ("2026-11-27T00:00:00.000Z", "2026-11-27T00:00:00.000Z")
ID = "posture--6f1d9b7e-3c52-4a8e-9b7d-2f4c5a6e8d10"


def measures(*ids):
    return [msgspec.convert({"id": id, "name": id, "cost": 1, "effort": 1}, Measure) for id in ids]


def stands(said, seen=()):
    known = measures(*KNOWN)
    return posture_of(known, said, seen, today=TODAY, old_days=365)


def noted(measure, state, evidence="", day=""):
    held = Assessment(measure=measure, state=state, evidence=evidence, day=day)
    return Said(assessment=held, by="ann", noted="2026-11-27T00:00:00Z")


@pytest.mark.parametrize(
    ("state", "evidence", "day", "told"),
    [
        (State.IN_PLACE, "file 7", "2026-01-01", SharedState.EVIDENCE),
        (State.IN_PLACE, "file 7", "2020-01-01", SharedState.EVIDENCE),
        (State.IN_PLACE, "", "", SharedState.SAID),
        (State.IN_PLACE, "file 7", "", SharedState.SAID),
        (State.PARTLY, "file 7", "2026-01-01", SharedState.PARTLY),
        (State.ABSENT, "", "", SharedState.ABSENT),
        (State.UNKNOWN, "file 7", "2026-01-01", None),
    ],
)
def test_each_state_is_one_word_and_unknown_is_none(state, evidence, day, told):
    found = shared_states(stands({"backups": noted("backups", state, evidence, day)}))
    assert found == ({"backups": told} if told else {})


def test_what_the_node_knows_itself_and_measures_of_ones_own_stay():
    seen = [Observed(measure="logs", speaks=Speaks.FOR, text="something", day="2026-11-27")]
    said = {"dog": noted("dog", State.IN_PLACE), "training": noted("training", State.ABSENT)}
    assert shared_states(stands(said, seen)) == {"training": SharedState.ABSENT}


def test_in_place_is_the_first_two_alone():
    assert [one for one in SharedState if one.is_in_place] == [SharedState.EVIDENCE, SharedState.SAID]


words = st.text(st.characters(categories=["L", "N"]), min_size=6).map(lambda text: f"secret{text}")


@given(st.dictionaries(st.sampled_from([*KNOWN, "dog"]), st.tuples(st.sampled_from(State), words, words)))
def test_no_word_of_a_person_leaves(drawn):
    said = {
        measure: Said(
            assessment=Assessment(measure=measure, state=state, evidence=evidence, day="2026-03-04"),
            by=by,
            noted="2026-05-06T00:00:00Z",
        )
        for measure, (state, evidence, by) in drawn.items()
    }
    states = shared_states(stands(said))
    body = msgspec.json.encode(posture_object(ID, states, TIMES, MARKING))
    for secret in (b"secret", b"2026-03", b"2026-05", b"dog"):
        assert secret not in body
    assert read_shared(msgspec.json.decode(body), KNOWN) == states
    assert states.keys() == {
        measure for measure, (state, *_) in drawn.items() if state is not State.UNKNOWN and measure in KNOWN
    }


def test_an_author_is_named_only_where_there_is_one():
    assert "created_by_ref" not in posture_object(ID, {}, TIMES, MARKING)
    assert posture_object(ID, {}, TIMES, MARKING, author="identity--x")["created_by_ref"] == "identity--x"


@pytest.mark.parametrize(
    "held", [{}, {"measures": None}, {"measures": []}, {"measures": {str(one): "absent" for one in range(MEASURES + 1)}}],
    ids=range(4),
)  # fmt: skip
def test_what_says_nothing_of_measures_or_of_too_many_is_refused(held):
    with pytest.raises(BadInput, match="does not say which measures"):
        read_shared(held, KNOWN)


def test_what_is_not_known_or_is_no_state_is_left_out():
    held = {"measures": {"backups": "in-place", "logs": "perhaps", "training": 7, "dog": "absent"}}
    assert read_shared(held, KNOWN) == {"backups": SharedState.SAID}
