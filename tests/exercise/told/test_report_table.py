from __future__ import annotations

import msgspec
import pytest

from exercise.told.test_report import nothing  # noqa: F401
from tocsin.exercise.score.result import Fault, Measure, PrivateWord, Untrue
from tocsin.exercise.told.report import load
from tocsin.exercise.told.report_table import render
from tocsin.model.told.wrap import columns


@pytest.fixture
def result(run):
    return load(run)


def text_of(result, **more):
    return "".join(render(msgspec.structs.replace(result, **more), width=100))


@pytest.mark.parametrize("width", [20, 60, 90, 140])
def test_no_line_is_wider_than_the_terminal_or_sixty(result, width):
    assert max(columns(line.rstrip("\n")) for line in render(result, width=width)) <= max(width, 60)


def test_every_attack_is_told_with_its_counts(result):
    text = text_of(result)
    for attack in result.attacks:
        assert f"{attack.name}: first report" in text
        assert f"{attack.knew} of {attack.affected}" in text
        assert attack.happened in text


def test_it_tells_what_left_what_was_asked_and_what_is_not_proven(result):
    text = text_of(result)
    for head in (
        "WHAT LEFT THE MEMBERS",
        "BESIDE WHAT IS ASKED OF 64 MEMBERS AT MOST SPEED",
        "MEASURES CHOSEN",
        "COST",
        "DO NOT PROVE",
    ):
        assert head in text
    assert "FAULTS" not in text
    assert "NOT MET" not in text


def test_faults_false_answers_and_words_that_left_are_told(result):
    wrong = Untrue(owner="m01", name="One\x1b[31m", attack="x", kind="hit", what="[p]", answer="not_seen")
    attack = msgspec.structs.replace(
        result.attacks[0], false_not_seen_list=(wrong,) * 9, false_alarms_list=(wrong,)
    )
    text = text_of(
        result,
        attacks=(attack,),
        faults=(Fault(name="The hub restarts", what="It was killed.", effect="Nothing was lost."),),
        measures=(Measure(name="M"),),
        evidence_left=1,
        evidence_left_list=(
            PrivateWord(node="m01", line=3, owner="m01", word="w", kind="report", how="as it is"),
        ),
        problems=("a file is broken",),
    )
    assert 'FALSE "NOT SEEN" (9)' in text
    assert "and 1 more; --format json lists all" in text
    assert "FALSE ALARMS (1)" in text
    assert "The hub restarts. It was killed. Nothing was lost." in text
    assert "m01, line 3: w of m01 (as it is)" in text
    assert "Not in order: a file is broken" in text
    assert "stops none of these attacks by itself" in text
    assert "\x1b" not in text
    assert "NOT MET: Evidence that left a member" in text


def test_of_a_run_of_nothing_what_is_unknown_is_said_to_be(nothing):  # noqa: F811
    text = text_of(nothing)
    assert "No owner was affected." in text
    assert "Whether evidence left is not known" in text
    assert "processor time of a member: not known; processes: not known" in text
