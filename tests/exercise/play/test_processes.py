"""Processes are told what to do, and heard; one that ends of itself is told of, one that was killed is not."""

from __future__ import annotations

import sys
import time

import pytest

from tocsin.errors import SourceUnavailable
from tocsin.exercise.play.processes import Processes

ECHO = """
import sys
from tocsin.exercise.play.wire import commands, say, telling_why
say(kind="began", said=sys.argv[1:])
for one in commands(sys.stdin.buffer):
    if one.do == "stop":
        break
    if one.do == "fall":
        sys.exit(3)
    if one.do == "err":
        with telling_why():
            raise ValueError("no such tap")
    if one.do == "babble":
        print("half a li", flush=True)
        continue
    say(kind="heard", do=one.do, **one.words)
say(kind="stopped", cpu_s=0.0, peak_mb=1.0)
"""


@pytest.fixture
def processes(tmp_path, monkeypatch):
    (tmp_path / "echo_process.py").write_text(ECHO)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{':'.join(filter(None, sys.path))}")
    with Processes(tmp_path / "logs") as held:
        yield held


def wait(held, kind):
    return held.wait(lambda _, event: event["kind"] == kind, 30, lambda *_: None, kind)


def test_a_process_hears_what_it_is_told_and_says_at_its_end_what_it_cost(processes):
    processes.start("one", "echo_process", "a", "b")
    assert wait(processes, "began")["said"] == ["a", "b"]
    processes.tell(["one"], "greet", word="hello")
    assert wait(processes, "heard") == {"kind": "heard", "do": "greet", "word": "hello"}
    assert processes.end() == [{"kind": "stopped", "cpu_s": 0.0, "peak_mb": 1.0}]
    assert processes.running == {}


def test_one_that_ends_of_itself_is_an_error_that_says_where_to_look(processes):
    processes.start("one", "echo_process")
    wait(processes, "began")
    processes.tell(["one"], "fall")
    with pytest.raises(SourceUnavailable, match=r"one of the exercise ended \(3\)") as told:
        wait(processes, "never")
    assert told.value.hint.endswith("one.log.")


def test_one_that_fails_says_why_before_it_ends(processes, tmp_path):
    processes.start("one", "echo_process")
    wait(processes, "began")
    processes.tell(["one"], "err")
    with pytest.raises(SourceUnavailable, match="one of the exercise failed: ValueError: no such tap"):
        wait(processes, "never")
    processes.end()
    assert "Traceback" in (tmp_path / "logs" / "one.log").read_text()


def test_a_line_that_is_cut_off_is_passed_over(processes):
    processes.start("one", "echo_process")
    processes.tell(["one"], "babble")
    processes.tell(["one"], "greet")
    assert wait(processes, "heard")["do"] == "greet"


def test_one_that_was_killed_is_no_news_and_may_be_told_more(processes):
    processes.start("one", "echo_process")
    wait(processes, "began")
    processes.running["one"].kill()
    processes.running["one"].tell("greet")
    assert list(processes.events(time.monotonic() + 0.3)) == []


def test_what_does_not_come_is_told_after_its_time(processes):
    processes.start("one", "echo_process")
    with pytest.raises(SourceUnavailable, match="no process of the exercise said 'never' within 1 s"):
        processes.wait(lambda *_: False, 1, lambda *_: None, "never")
