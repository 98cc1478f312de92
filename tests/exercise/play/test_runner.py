"""What the runner makes of what it hears."""

from __future__ import annotations

import pytest

from tocsin.exercise.play import runner
from tocsin.exercise.play.runner import Plan, Run

STEPS = {"vet": 0.0, "release": 0.0, "poll": 1.0, "read": 2.0}
ANSWER = {"hit": 1}


@pytest.fixture
def run(tmp_path):
    made = Run(Plan("2021", members=1, seed=1, speed=0, port=0), tmp_path)
    made._owners = [{"id": "m001", "name": "One"}]
    return made


def played(run, attack, *events):
    """The attack after these events came while the runner still waited for the hub's word."""
    held = run._played[attack.id] = runner._Played(released=100.0, steps={"m001": STEPS})
    for event in events:
        run._hear("worker", {"node": "m001", **event})
    run._answers(attack, {"m001"})
    return held


def test_an_answer_that_comes_before_the_hubs_word_of_its_release_counts(run):
    attack = run.exercise.attacks[0]
    answer = {"kind": "answer", "wall": 100.2, "answer": ANSWER}
    held = played(run, attack, answer, {"kind": "polled", "began": 100.1})
    assert held.answered == {"m001": 100.2}
    assert held.current == {"m001"}
    kinds = [event for event in (run.folder / "events.jsonl").read_text().splitlines() if '"answer"' in event]
    assert len(kinds) == 1


def test_who_asked_before_the_release_has_not_asked_since(run, monkeypatch):
    attack = run.exercise.attacks[0]
    asked = []
    monkeypatch.setattr(run.processes, "wait", lambda done, *_: asked.append(done("", {})))
    held = played(run, attack, {"kind": "polled", "began": 99.9})
    assert held.current == set()
    assert asked == [False]
