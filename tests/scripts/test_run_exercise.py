"""``make run`` begins no exercise beside another, and ``make stop`` ends one wholly."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import run_exercise

SLOW = """
import signal, sys, time
def late(*_):
    time.sleep(float(sys.argv[2]))
    sys.exit(0)
signal.signal(signal.SIGTERM, late)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def script(tmp_path, monkeypatch):
    monkeypatch.setattr(run_exercise, "PID", tmp_path / "exercise.pid")
    return run_exercise


def started(script, seconds):
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, "exercise", str(seconds)], stdout=subprocess.PIPE, start_new_session=True
    )
    process.stdout.readline()
    script.PID.write_text(str(process.pid))
    return process


def test_what_takes_its_time_to_end_is_waited_for(script, capsys):
    process = started(script, 0.8)
    began = time.monotonic()
    script.stop()
    assert time.monotonic() - began >= 0.8
    assert process.poll() is not None
    assert "is ended" in capsys.readouterr().out
    assert not script.PID.exists()
    process.stdout.close()


def test_what_does_not_end_is_ended(script, monkeypatch):
    monkeypatch.setattr(script, "ENDS_S", 0.5)
    process = started(script, 60)
    script.stop()
    assert process.wait(10) is not None
    process.stdout.close()


def test_where_nothing_runs_nothing_is_said(script, capsys):
    script.stop()
    script.PID.write_text("no number")
    script.stop()
    assert capsys.readouterr().out == ""


def test_an_exercise_that_runs_is_not_ended_by_another_that_is_begun(script, capsys):
    process = started(script, 0)
    assert script.main([]) == 1
    assert "make stop ends it" in capsys.readouterr().err
    assert process.poll() is None
    process.kill()
    process.wait()
    process.stdout.close()
