from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from measures import naive, small
from tocsin.errors import UsageError
from tocsin.measures.attempt import Attempt, Stage
from tocsin.measures.chance import Board, Model, chance, effects_of, is_stopped
from tocsin.measures.knowledge import Knowledge, Mitigation
from tocsin.measures.measure import Measure
from tocsin.measures.technique import Technique

KNOWLEDGE = Knowledge(
    version="1",
    tactics=(),
    techniques=(
        Technique(id="T1", name="old", revoked_by="T2"),
        Technique(id="T2", name="new"),
        Technique(id="T2.001", name="new: part"),
        Technique(id="T3", name="other"),
    ),
    mitigations=(Mitigation(id="M1", name="a", techniques=("T3",)),),
    adversaries=(),
)


def attempt(*stages):
    return Attempt(
        id="C1",
        name="one",
        kind="campaign",
        stages=tuple(Stage("stage", tuple(each.split())) for each in stages),
    )


def test_each_stage_is_as_likely_as_its_least_hindered_technique_and_all_have_to_succeed():
    effects = {"a": {"T1": 0.5, "T2": 0.25}, "b": {"T3": 0.1}}
    one = attempt("T1 T2", "T3")
    assert chance(one, (), effects, Model()) == 1
    assert chance(one, ("a",), effects, Model()) == 0.5
    assert chance(one, ("a", "b"), effects, Model()) == pytest.approx(0.05)


def test_only_the_strongest_measures_count_against_a_technique():
    effects = {"a": {"T1": 0.5}, "b": {"T1": 0.2}, "c": {"T1": 0.25}}
    one = attempt("T1")
    assert chance(one, effects, effects, Model(at_most=2)) == pytest.approx(0.05)
    assert chance(one, effects, effects, Model(at_most=1)) == 0.2
    assert chance(one, effects, effects, Model(at_most=0)) == pytest.approx(0.025)


def test_a_chance_equal_to_the_threshold_is_stopped_whatever_the_last_digit():
    effects = {"a": {f"T{number}": 0.1 for number in range(3)}}
    one = attempt("T0", "T1", "T2")
    assert chance(one, "a", effects, Model()) != 0.001
    assert is_stopped(one, "a", effects, Model(threshold=0.001))
    assert not is_stopped(one, "a", effects, Model(threshold=0.000999))


@given(st.data())
def test_the_board_the_sentence_and_exact_fractions_agree(data):
    attempts = data.draw(small.attempts())
    measures = data.draw(small.measures())
    effects = data.draw(small.effects(measures))
    model = data.draw(small.models)
    chosen = data.draw(st.sets(st.sampled_from(sorted(measures))))
    board = Board(attempts, effects, model)
    told = [naive.stopped(one, chosen, effects, model) for one in attempts]
    assert board.stopped(chosen).tolist() == told
    assert [is_stopped(one, chosen, effects, model) for one in attempts] == told
    assert board.count(chosen) == sum(told)
    expected = [chance(one, chosen, effects, model) for one in attempts]
    assert board.chances(board.held(chosen)).tolist() == pytest.approx(expected)


@given(st.data())
def test_a_further_measure_never_helps_the_attacker(data):
    attempts = data.draw(small.attempts())
    measures = data.draw(small.measures())
    board = Board(attempts, data.draw(small.effects(measures)), data.draw(small.models))
    chosen = data.draw(st.sets(st.sampled_from(sorted(measures))))
    held = board.held(chosen)
    for one in set(measures) - chosen:
        assert (board.chances(board.joined(held, one)) <= board.chances(held) * (1 + 1e-12)).all()


def test_what_has_no_stage_is_not_stopped():
    board = Board([attempt(), attempt("T1")], {"a": {"T1": 0.001}}, Model())
    assert board.stopped("a").tolist() == [False, True]
    assert Board([], {"a": {}}, Model()).count("a") == 0


@pytest.mark.parametrize(
    "wrong", [{"threshold": 0.0}, {"threshold": 0.91}, {"threshold": -1}, {"at_most": -1}]
)
def test_a_model_that_means_nothing_is_refused(wrong):
    with pytest.raises(UsageError):
        Model(**wrong)


def test_a_measure_stands_against_what_its_mitigations_speak_of():
    assert effects_of([Measure(id="a", name="A", mitigations=("M1",), left=0.3)], KNOWLEDGE) == {
        "a": {"T3": 0.3}
    }


def test_a_technique_of_its_own_stands_for_its_parts_and_an_old_id_for_its_successor():
    made = Measure(id="a", name="A", techniques=("T1",), left=0.3, left_by={"T2.001": 0.1})
    assert effects_of([made], KNOWLEDGE) == {"a": {"T2": 0.3, "T2.001": 0.1}}


def test_a_factor_of_its_own_is_enough_to_stand_against_a_technique():
    made = Measure(id="a", name="A", left_by={"T1": 0.1})
    assert effects_of([made], KNOWLEDGE) == {"a": {"T2": 0.1}}
