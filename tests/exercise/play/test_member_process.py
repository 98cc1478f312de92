"""Members of one process answer when something is new; what is scored is what they saw of an attack."""

from __future__ import annotations

import io
import json
import queue

import pytest

from tocsin.exercise.play import member_process, wire
from tocsin.exercise.play.member import Member
from tocsin.exercise.play.member_process import _listen, _Members

WHO = {"id": "m001", "name": "One", "sector": "energy", "watch": "desk"}


@pytest.fixture
def members(tmp_path, monkeypatch):
    """Two members that have not joined, and see nothing."""
    (tmp_path / "members").mkdir()
    for id in ("m001", "m002"):
        (tmp_path / "members" / f"{id}.json").write_text(json.dumps(WHO | {"id": id}))
    monkeypatch.setattr(member_process, "say", lambda **_: None)
    for name, value in {"_check": None, "_exposures": [], "_demands": []}.items():
        monkeypatch.setattr(Member, name, lambda *_, value=value: value)
    monkeypatch.setattr(Member, "_patterns", lambda _: {})
    return _Members("2021", tmp_path, ["m001", "m002"])


def test_whoever_has_no_answer_yet_asks_before_those_who_ask_again(members, monkeypatch):
    asked = []
    monkeypatch.setattr(Member, "sync", lambda one: asked.append(one.who.id) or [])
    members.do_begin("jbs", [], 3.0)
    members.answer("m001")
    for _ in range(2):
        members.due = {"m001": 0.0, "m002": 1.0}
        members.poll_one()
    assert asked == ["m002", "m002"]
    del members.due["m002"]
    members.poll_one()
    assert asked[2:] == ["m001"]
    members.do_begin("jbs", [], 3.0)
    members.due = {"m001": 0.0, "m002": 1.0}
    members.poll_one()
    assert asked[3:] == ["m001"]


def test_what_is_answered_while_a_fault_is_played_is_not_scored(members, tmp_path):
    seen = tmp_path / "seen" / "m001" / "jbs.json"
    members.do_begin("jbs", [], 3.0)
    members.answer("m001")
    assert json.loads(seen.read_text())["attack"] == "jbs"
    seen.unlink()
    members.do_listen([], "jbs")
    members.answer("m001")
    assert not seen.exists()
    members.do_begin("jbs", [], 3.0)
    members.answer("m001")
    assert seen.exists()


def test_what_was_seen_before_stays_beside_what_is_seen_last(members, tmp_path):
    folder = tmp_path / "seen" / "m001"
    members.do_begin("jbs", [], 3.0)
    for number in range(3):
        members.clock.set(number * 1_000_000, 0)
        members.answer("m001")
    told = {path.name: json.loads(path.read_text())["at_us"] for path in folder.rglob("*.json")}
    assert told == {"jbs.1.json": 0, "jbs.2.json": 1_000_000, "jbs.json": 2_000_000}


class Heard(queue.SimpleQueue):
    """What a listener passes on; whoever waits for it acts at once, as a second thread may."""

    def put(self, command):
        super().put(command)
        if command is not None:
            command.words.clear()


@pytest.fixture
def listen(monkeypatch):
    """Let a member process listen to some lines, and return what it passed on and how much it left unread."""

    def listened(said):
        stream = io.BytesIO(said)
        monkeypatch.setattr(member_process.sys, "stdin", type("In", (), {"buffer": stream}))
        heard = Heard()
        try:
            _listen(heard)
        finally:
            listened.left = stream.read()
        return [heard.get_nowait() for _ in range(heard.qsize())]

    return listened


def test_whoever_is_told_to_stop_reads_no_more(listen):
    passed = listen(b'{"do":"stop"}\n{"do":"rest"}\n')
    assert [one and one.do for one in passed] == ["stop", None]
    assert listen.left == b'{"do":"rest"}\n'


def test_what_is_passed_on_may_be_done_before_the_listener_goes_on(listen):
    passed = listen(b'{"do":"report","node":"m001"}\n{"do":"rest"}\n')
    assert [one and one.do for one in passed] == ["report", "rest", None]


def test_a_listener_that_understands_nothing_says_so_and_ends_the_process(listen, monkeypatch):
    told = []
    monkeypatch.setattr(wire, "say", lambda **event: told.append(event))
    with pytest.raises(KeyError):
        listen(b'{"node":"m001"}\n')
    assert told == [{"kind": "failed", "text": "KeyError: 'do'"}]
