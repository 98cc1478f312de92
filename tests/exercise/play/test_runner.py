"""What a run could not do is told among its problems."""

from __future__ import annotations

import subprocess

from tocsin.exercise.play.runner import Plan, Run


def test_that_no_measures_were_chosen_is_told_with_the_reason(tmp_path, monkeypatch):
    done = subprocess.CompletedProcess([], 2, b"", b'{"detail": "there is nothing to plan against"}\n')
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    run = Run(Plan("2021", members=4, seed=1, speed=0.0, port=0), tmp_path)
    assert run._measures() == {}
    (problem,) = run._problems
    assert "chose no measures (2)" in problem["text"]
    assert "there is nothing to plan against" in problem["text"]
