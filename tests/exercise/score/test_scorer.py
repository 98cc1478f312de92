"""The program: what it opens, what it knows of the rest, and what it writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from exercise.drawn import exercises, written
from tocsin.errors import BadInput
from tocsin.exercise.score.scorer import main, scored

NATION = {
    "members": 2,
    "days": 4,
    "seed": 7,
    "speed": "max",
    "owners": [
        {"id": "m01", "name": "One", "sectors": ["energy"]},
        {"id": "m02", "name": "Two", "sectors": []},
    ],
    "attacks": [{"id": "exchange", "name": "Exchange", "first_victim": "m01", "happened": "in 2021"}],
}
TRUTH = {
    "seed": 7,
    "owners": {
        "m01": {
            "private": ["mail01.one.example"],
            "attacks": {"exchange": {"hit": [{"pattern": "[p]", "kept": True}]}},
        },
        "m02": {"private": ["till.two.example"], "attacks": {}},
    },
}
SEEN = {
    ("m01", "exchange"): {
        "node": "m01",
        "transport_s": 1.5,
        "people_s": 60,
        "steps": {"vet": 58.5},
        "warnings": {"i1": "[p]"},
        "check": {"answers": [{"warning": "i1", "answer": "hit"}]},
        "do": "Leave it as it is.",
    }
}


def line(body, kind="sighting", size=10):
    return {"kind": kind, "bytes": size, "body": body}


def test_what_was_told_earlier_is_read_and_what_cannot_be_is_told(folder):
    earlier = folder / "seen" / "m01" / "earlier"
    earlier.mkdir()
    denied = SEEN["m01", "exchange"] | {"check": {"answers": [{"warning": "i1", "answer": "not_seen"}]}}
    (earlier / "exchange.1.json").write_text(json.dumps(denied))
    (earlier / "exchange.2.json").write_text("{")
    done = scored(folder)
    assert (done["all"]["right"], done["all"]["false_not_seen"]) == (1, 1)
    assert any("m01/earlier/exchange.2.json" in text for text in done["scorer_problems"])


@pytest.fixture
def folder(tmp_path):
    return written(tmp_path / "run", TRUTH, NATION, SEEN)


def test_the_speed_that_the_runner_noted_stays_where_the_nation_has_none(tmp_path):
    folder = written(
        tmp_path / "run", TRUTH, {key: one for key, one in NATION.items() if key != "speed"}, SEEN
    )
    (folder / "result.json").write_text('{"speed": "max"}')
    main(folder)
    assert json.loads((folder / "result.json").read_text())["speed"] == "max"


def test_it_writes_the_figures_of_the_exercise(folder):
    main(folder)
    done = json.loads((folder / "result.json").read_text())
    assert (done["members"], done["days"], done["seed"], done["speed"]) == (2, 4, 7, "max")
    assert (done["false_alarms"], done["false_alarms_per_member_day"], done["evidence_left"]) == (0, 0, 0)
    (only,) = done["attacks"]
    assert {
        key: only[key]
        for key in ("name", "affected", "decidable", "right", "knew", "within_4h", "false_not_seen")
    } == {
        "name": "Exchange",
        "affected": 1,
        "decidable": 1,
        "right": 1,
        "knew": 1,
        "within_4h": 1,
        "false_not_seen": 0,
    }
    assert only["owners"][0]["steps"] == {"vet": 58.5}
    assert only["transport_s"] == {"p50": None, "p95": None, "last": None}


def test_what_others_wrote_stays_and_a_second_run_changes_nothing(folder):
    (folder / "result.json").write_text('{"cpu_s_per_member": 1.25, "else": {"a": [1]}, "false_alarms": 99}')
    main(folder)
    first = (folder / "result.json").read_bytes()
    done = json.loads(first)
    assert (done["cpu_s_per_member"], done["else"], done["false_alarms"]) == (1.25, {"a": [1]}, 0)
    main(folder)
    assert (folder / "result.json").read_bytes() == first
    assert sorted(path.name for path in folder.iterdir()) == [
        "left",
        "nation.json",
        "result.json",
        "seen",
        "truth.json",
    ]


def test_false_alarms_are_counted_per_member_and_day(folder):
    path = folder / "seen" / "m02" / "exchange.json"
    path.parent.mkdir()
    path.write_text(
        json.dumps({"demands": [{"address": "1", "verdict": "hit"}, {"address": "2", "verdict": "linked"}]})
    )
    done = scored(folder)
    assert (done["false_alarms"], done["false_alarms_per_member_day"]) == (2, 0.25)


def test_what_left_is_counted_by_kind_members_and_hub_apart(folder):
    written(folder, TRUTH, NATION, SEEN, {
        "m01": [line("x"), line("y", size=5), line("z", "report", 7)],
        "m02": [line("x")],
        "hub": [line("x", "objects", 100)],
    })  # fmt: skip
    done = scored(folder)
    assert done["left"] == [
        {"kind": "report", "count": 1, "bytes": 7},
        {"kind": "sighting", "count": 3, "bytes": 25},
    ]
    assert done["hub_left"] == [{"kind": "objects", "count": 1, "bytes": 100}]
    assert (done["looked"]["bodies"], done["looked"]["bytes"], done["looked"]["words"]) == (5, 5, 2)
    assert done["scorer_problems"] == []


def test_an_owners_private_word_in_what_left_it_is_found_and_told_where(folder):
    written(folder, TRUTH, NATION, SEEN, {"m01": [line("fine"), line("of MAIL01.one.example", "report")]})
    done = scored(folder)
    assert done["evidence_left"] == 1
    assert done["evidence_left_list"] == [
        {
            "node": "m01",
            "line": 2,
            "owner": "m01",
            "word": "mail01.one.example",
            "kind": "report",
            "how": "as it is",
        }
    ]


def test_in_what_left_the_hub_everybodys_words_are_looked_for(folder):
    twice = [line({"of": ["till.two.example"]}), line({"of": ["till.two.example"]})]
    written(folder, TRUTH, NATION, SEEN, {"hub": twice})
    done = scored(folder)
    assert [(one["node"], one["line"], one["owner"]) for one in done["evidence_left_list"]] == [
        ("hub", 1, "m02"),
        ("hub", 2, "m02"),
    ]


def test_where_nothing_is_written_down_of_what_left_it_is_said_that_it_is_not_known(folder):
    assert any("not known" in one for one in scored(folder)["scorer_problems"])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"transport_s": "soon"}', "\xff"])
def test_what_people_saw_that_cannot_be_read_means_that_they_did_not_know_and_is_told(folder, text):
    (folder / "seen" / "m01" / "exchange.json").write_bytes(text.encode("latin-1"))
    done = scored(folder)
    assert (done["all"]["affected"], done["all"]["knew"]) == (1, 0)
    assert any(one.startswith("seen/m01/exchange.json") for one in done["scorer_problems"])


@pytest.mark.parametrize("name", ["truth.json", "nation.json"])
def test_without_truth_or_nation_nothing_is_scored(folder, name):
    (folder / name).write_text("{")
    with pytest.raises(BadInput, match=name):
        main(folder)
    assert not (folder / "result.json").exists()


def test_what_left_and_cannot_be_read_is_an_error_and_never_clean(folder):
    (folder / "left" / "m01.jsonl").write_text('{"kind": "sighting", "bytes": 1, "body": ""}\nbroken\n')
    with pytest.raises(BadInput) as caught:
        main(folder)
    assert str(caught.value.where).endswith("m01.jsonl:2")


def test_an_owner_of_the_truth_that_the_nation_does_not_have_is_told(folder):
    truth = {"owners": {**TRUTH["owners"], "m77": {"attacks": {}}}}
    assert any("m77" in one for one in scored(written(folder, truth, NATION, SEEN))["scorer_problems"])


@given(exercises())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_exercise_is_scored_from_its_files(tmp_path_factory, drawn):
    folder = written(tmp_path_factory.mktemp("drawn"), *drawn)
    main(folder)
    done = json.loads((folder / "result.json").read_text())
    assert [one["id"] for one in done["attacks"]] == [one["id"] for one in drawn[1]["attacks"]]


_WATCH = """
import runpy, sys
opened = []
def note(event, args):
    if event in {"open", "os.listdir", "os.scandir", "socket.connect", "subprocess.Popen"}:
        opened.append(str(args[0]))
sys.argv = ["scorer", sys.argv[1]]
sys.addaudithook(note)
runpy.run_module("tocsin.exercise.score.scorer", run_name="__main__", alter_sys=True)
print("\\n".join(one for one in opened if one.startswith(sys.argv[1])))
print("--")
print("\\n".join(sorted(name for name in sys.modules if name.startswith("tocsin"))))
"""


def test_it_opens_the_truth_and_what_was_seen_and_left_and_nothing_else_and_knows_nothing_of_the_rest(folder):
    written(folder, TRUTH, NATION, SEEN, {"m01": [line("x")]})
    for name in ("nodes/m01/store.sqlite", "evidence/m01/exchange/dns.log", "truth.sealed", "events.jsonl"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("not for the scorer")
    done = subprocess.run(
        [sys.executable, "-c", _WATCH, str(folder)], capture_output=True, text=True, check=True, timeout=60
    )
    opened, _, modules = done.stdout.partition("--\n")
    touched = {Path(one).relative_to(folder).parts[:1] for one in opened.split("\n") if one}
    assert touched <= {
        (),
        ("truth.json",),
        ("nation.json",),
        ("seen",),
        ("left",),
        ("result.json",),
        ("result.json.new",),
    }
    assert ("truth.json",) in touched
    known = set(modules.split())
    ours = {"judged", "leaks", "quantile", "result", "score", "scorer", "seen", "truth"}
    assert known <= {
        "tocsin",
        "tocsin.errors",
        "tocsin.exercise",
        "tocsin.exercise.score",
        *(f"tocsin.exercise.score.{one}" for one in ours),
    }
    assert "tocsin.exercise.score.score" in known
