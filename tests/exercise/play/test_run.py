"""The whole system at work: a hub and members as processes, four attacks, and what came of it. Slow, and worth it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

MEMBERS = 6


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("played") / "exercise"
    words = [
        "exercise",
        "run",
        "2021",
        "--members",
        str(MEMBERS),
        "--seed",
        "3",
        "--keep",
        str(folder),
        "--format",
        "json",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "from tocsin.cli.main import run; run()", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout), done.stderr


def test_the_answer_has_the_figures_that_were_asked_for(played):
    _, told, _ = played
    assert [one["name"] for one in told["attacks"]] == ["SolarWinds", "Exchange", "Colonial Pipeline", "JBS"]
    for one in told["attacks"]:
        assert one["affected"] >= one["decidable"] >= one["right"] >= one["within_4h"]
        assert one["affected"] >= one["knew"]
        for name in ("transport_s", "with_people_s"):
            assert set(one[name]) == {"p50", "p95", "last"}
    assert {"kind", "count", "bytes"} == set(told["left"][0])
    assert told["cpu_s_per_member"] > 0
    assert told["peak_mb_total"] > 0


def test_nobody_is_told_not_seen_of_what_was_there_and_whoever_could_know_is_right(played):
    _, told, _ = played
    assert sum(one["false_not_seen"] for one in told["attacks"]) == 0
    assert told["false_alarms"] == 0
    assert sum(one["affected"] for one in told["attacks"]) > len(told["attacks"])
    for one in told["attacks"]:
        assert one["right"] == one["decidable"]
        assert one["next_step"] == one["right"]


def test_who_is_hit_is_told_which_machines_to_leave_as_they_are(played):
    folder, _, _ = played
    hit = 0
    for path in (folder / "seen").glob("*/*.json"):
        seen = json.loads(path.read_bytes())
        found = (seen["check"] or {}).get("findings", [])
        machines = [name for one in found for name in one["where"].split(", ") if name]
        hit += bool(found)
        assert seen["do"].startswith("Leave it as it is.") == bool(found)
        assert not machines or any(f"reinstall {name}" in seen["do"] for name in machines)
    assert hit > 0


def test_no_word_of_an_owners_own_left_it_and_what_left_is_listed(played):
    folder, told, _ = played
    assert told["evidence_left"] == 0
    assert told["looked"]["words"] > MEMBERS
    kinds = {one["kind"] for one in told["left"]}
    assert {"incident", "indicator", "sighting", "joining"} <= kinds
    passed_on = {one["kind"]: one["bytes"] for one in told["hub_left"]}
    assert {"incident", "indicator", "answer", "log"} <= passed_on.keys()
    assert min(passed_on.values()) > 0
    for path in (folder / "left").iterdir():
        for line in path.read_bytes().splitlines():
            assert {"kind", "bytes", "body"} == set(json.loads(line))


def test_every_node_has_its_own_store_and_key_and_the_truth_was_sealed_till_the_end(played):
    folder, told, _ = played
    nodes = {one.name for one in (folder / "nodes").iterdir()}
    assert {f"m{number + 1:03d}" for number in range(MEMBERS)} | {"hub"} <= nodes
    keys = {(folder / "nodes" / one / "node.key").read_bytes() for one in nodes if one.startswith("m")}
    assert len(keys) == MEMBERS
    assert (folder / "truth.json").exists()
    assert len(told["truth_sha256"]) == 64


def test_each_attack_is_told_step_by_step_in_the_order_in_which_it_went(played):
    folder, _, said = played
    events = [json.loads(line) for line in (folder / "events.jsonl").read_bytes().splitlines()]
    for attack in ("solarwinds", "exchange", "colonial", "jbs"):
        kinds = [
            one["kind"]
            for one in events
            if one["attack"] == attack and one["kind"] not in {"warned", "answer"}
        ]
        assert kinds == ["begins", "report", "vetted", "released", "ends"]
        answered = {one["node"] for one in events if one["attack"] == attack and one["kind"] == "answer"}
        assert len(answered) == MEMBERS
    times = [one["at"] for one in events]
    assert times == sorted(times)
    assert events[-1]["kind"] == "done"
    assert "SolarWinds: " in said


def test_each_owner_is_told_of_as_it_joins_before_all_have(played):
    folder, _, _ = played
    events = [json.loads(line) for line in (folder / "events.jsonl").read_bytes().splitlines()]
    kinds = [one["kind"] for one in events]
    joined = [one for one in events if one["kind"] == "joined"]
    owners = json.loads((folder / "nation.json").read_bytes())["owners"]
    assert {one["node"] for one in joined} == {one["id"] for one in owners}
    assert [one["text"] for one in joined] == [
        f"{n} of {len(owners)} owners have joined Nation CERT." for n in range(1, len(owners) + 1)
    ]
    assert kinds[0] == "making"
    assert kinds.index("prepared") > max(n for n, kind in enumerate(kinds) if kind == "joined")


def test_measures_are_those_that_the_hub_finds_in_what_it_was_told(played):
    _, told, _ = played
    assert 1 <= len(told["measures"]) <= 5
    assert told["plan"]["of"] == 4
    named = {name for one in told["measures"] for name in one["stops"]}
    assert named <= {one["name"] for one in told["attacks"]}
    assert named


def test_each_fault_is_played_and_ends_as_it_should(played):
    _, told, _ = played
    effects = {one["name"]: one["effect"] for one in told["faults"]}
    assert f"{MEMBERS} of {MEMBERS} members have the warning" in effects["The hub falls over"]
    assert f"{MEMBERS - 1} of {MEMBERS} knew" in effects["A tenth of the members is off"]
    assert "1 of the 1 got the warning" in effects["A tenth of the members is off"]
    assert "Its own program left it out (1 of 1)" in effects["A poisoned indicator"]
    assert "released nothing of it" in effects["A poisoned indicator"]
    assert "0 still look for it" in effects["A member lies"]
    assert f"{MEMBERS} of {MEMBERS} members noticed it" in effects["A forked log"]


def test_the_report_is_written_from_what_was_kept(played):
    folder, told, _ = played
    for form, start in (("table", ""), ("html", "<!DOCTYPE html>"), ("json", "{")):
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                "from tocsin.cli.main import run; run()",
                "exercise",
                "report",
                str(folder),
                "--format",
                form,
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert done.stdout.startswith(start)
        assert "SolarWinds" in done.stdout
    assert json.loads(done.stdout) == told
