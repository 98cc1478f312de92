"""tocsin causes and tocsin plan: what each prints and exits with."""

from __future__ import annotations

import json
import re
from importlib import resources

import pytest
import pytest_socket

from tocsin.cli.main import main

NOW_US = 1_795_780_000_000_000  # 2026-11-27
EXAMPLES = str(resources.files("tocsin") / "data" / "examples" / "incidents")


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Runs a verb on a node that knows the four incidents: exit code, stdout, stderr."""
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "node"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tocsin.cli.node.now_us", lambda: NOW_US)
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)

    def verb(*arguments):
        code = main(list(arguments))
        told = capsys.readouterr()
        return code, told.out, told.err

    assert verb("init", "--name", "Town Water", "--sector", "water")[0] == 0
    assert verb("incident", "import", EXAMPLES)[0] == 0
    return verb


def answer(run, *arguments):
    code, out, err = run(*arguments, "--format", "json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_a_cause_is_told_in_words_first_with_who_says_so(run):
    code, out, _ = run("causes", "--incident", "Colonial Pipeline 2021")
    lines = out.splitlines()
    assert code == 0
    at = lines.index("No second factor where people log in")
    assert "The VPN account asked for a password alone" in lines[at + 1]
    assert "Testimony of Joseph Blount, US Senate" in lines[at + 2]
    assert lines[at + 3].startswith("  what to do: Ask for a second factor")
    assert "(second-factor; cpg-2.0 3.F" in lines[at + 3]


def test_what_is_said_in_the_most_incidents_comes_first(run):
    causes = answer(run, "causes")["causes"]
    assert causes[0]["measure"] == "leavers"
    assert causes[0]["said"] == 2
    said = [one["said"] for one in causes]
    assert said == sorted(said, reverse=True)


def test_of_two_statements_the_better_sourced_leads_and_the_other_stays(run):
    said = [one for one in answer(run, "causes")["statements"] if one["name"] == "Colonial Pipeline 2021"]
    assert [(one["leads"], one["weight"]) for one in said] == [(True, 3), (False, 2), (False, 1)]
    assert said[2]["text"] == "Phishing"


def test_a_measure_that_stood_is_no_cause(run):
    (segmentation,) = [
        one for one in answer(run, "causes")["causes"] if one["measure"] == "segmentation"
    ] or [None]
    named = {each["name"] for each in segmentation["because"]} if segmentation else set()
    assert "Colonial Pipeline 2021" not in named


def test_a_sector_and_a_period_narrow_what_is_asked(run):
    assert answer(run, "causes", "--sector", "food")["incidents"] == 1
    assert answer(run, "causes", "--since", "2021-01-01")["incidents"] == 3
    assert answer(run, "causes", "--since", "1d")["incidents"] == 0
    assert run("causes", "--sector", "mars")[0] == 3


def test_without_incidents_it_is_said_how_to_note_one(run):
    assert "Note one: tocsin incident new" in run("causes", "--since", "1d")[1]


def test_a_technique_that_attack_does_not_know_is_told_and_a_step_without_one_is_counted(run, tmp_path):
    (tmp_path / "odd.toml").write_text(
        "name = 'Odd'\n[[steps]]\nname = 'a'\ntechnique = 'T9999'\n[[steps]]\nname = 'b'\n"
    )
    run("incident", "import", "odd.toml")
    told = answer(run, "causes", "--incident", "Odd")
    assert told["unknown_techniques"] == [{"technique": "T9999", "name": "Odd"}]
    assert [one["step"] for one in told["no_measure"]] == ["a", "b"]
    out = run("causes", "--incident", "Odd")[1]
    assert "T9999 in Odd: ATT&CK does not know it" in out
    assert "steps that name no technique: 1" in out


def test_a_plan_has_the_shape_that_is_documented(run):
    made = answer(run, "plan", "--against", "incidents", "--measures", "8", "--draws", "3")
    assert set(made) >= {"measures", "stopped", "of", "proof", "holdout", "nothing_stops", "assumptions"}
    assert set(made["measures"][0]) >= {"id", "name", "stops", "why", "selected_in"}
    assert set(made["proof"]) >= {"optimal", "bound", "gap"}
    assert made["of"] == 4
    assert made["proof"]["optimal"] is True
    assert made["proof"]["bound"] == made["stopped"]


def test_a_plan_in_words_names_things_and_ids_stand_last_and_in_json(run, tmp_path):
    (tmp_path / "have.toml").write_text(
        '[[have]]\nmeasure = "second-factor"\nevidence = "page 3"\ndate = 2026-10-01\n'
        '[[have]]\nmeasure = "backups"\n'
    )
    asked = ("plan", "--draws", "0", "--have", "have.toml")
    told, out = answer(run, *asked), run(*asked)[1]
    assert re.search(r"\bT\d{4}", out) is None
    ids = [one["id"] for one in told["measures"]]
    assert [
        line.rpartition("(")[2].rstrip(")") for line in out.splitlines() if line.startswith("   Cost ")
    ] == ids
    assert any(one["hinders"] for one in told["measures"])
    assert (
        "  Ask for a second factor wherever somebody logs in from outside, and for every administrator: page 3"
        in out
    )
    assert "Does not count as standing: Keep copies offline" in out
    assert "no measure stands against Steganography" in out
    held = told["holdout"]
    scores = [one for one in held["scores"] if one["method"] == held["prefers"]]
    rest = sum(one["test"] for one in scores) / sum(one["test_of"] for one in scores)
    assert f"they stop {rest:.0%} of the rest, which they have not seen" in out


def test_a_plan_asked_for_twice_is_the_same(run):
    asked = ("plan", "--against", "incidents", "--draws", "5", "--format", "json")
    assert run(*asked)[1] == run(*asked)[1]


def test_what_must_be_and_must_not_be_chosen_is(run):
    made = answer(
        run,
        "plan",
        "--against",
        "incidents",
        "--measures",
        "3",
        "--must",
        "backups",
        "--never",
        "second-factor",
        "--draws",
        "0",
    )
    ids = {one["id"] for one in made["measures"]}
    assert "backups" in ids
    assert "second-factor" not in ids


def test_what_stands_counts_only_with_evidence_and_a_day(run, tmp_path):
    (tmp_path / "have.toml").write_text(
        '[[have]]\nmeasure = "second-factor"\nevidence = "VPN settings, page 3"\ndate = 2026-10-01\n'
        '[[have]]\nmeasure = "backups"\n'
    )
    made = answer(run, "plan", "--against", "incidents", "--have", "have.toml", "--draws", "0")
    assert made["assumptions"]["in_place"] == ["second-factor"]
    assert [one["measure"] for one in made["not_counted"]] == ["backups"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--must", "nonsense"], 2),
        (["--must", "backups", "--budget", "0"], 2),
        (["--threshold", "2"], 2),
        (["--sector", "mars"], 3),
        (["--have", "nowhere.toml"], 4),
    ],
)
def test_a_wish_that_cannot_be_met_is_told(run, arguments, code):
    got, _, err = run("plan", "--against", "incidents", "--draws", "0", *arguments)
    assert got == code, err
    assert err


def test_a_plan_needs_no_node(run, monkeypatch, tmp_path):
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "none"))
    code, out, _ = run("plan", "--measures", "1", "--draws", "0")
    assert code == 0
    assert "proven" in out


def test_what_incidents_teach_stands_beside_the_guess_and_is_used_only_if_it_is_asked_for(run):
    asked = ("plan", "--against", "incidents", "--draws", "0", "--measures", "5", "--must", "backups")
    told, used = answer(run, *asked), answer(run, *asked, "--learned")
    (backups,) = [one for one in told["learned"] if one["measure"] == "backups"]
    assert (backups["failed"], backups["stood"], backups["absent"]) == (0, 1, 0)
    assert backups["factors"][0]["guess"] > backups["factors"][0]["learned"]
    assert (told["with_learned"], used["with_learned"]) == (False, True)
    assert used["learned"] == told["learned"]
    out = run(*asked)[1]
    assert (
        "   It was there in 1 incident and failed in none; lets 50% through by the guess, 40% after these"
        in out
    )
    assert "the guesses are used as they are" in out
    assert "Only incidents are seen" not in out
    assert "Only incidents are seen" in run(*asked, "--learned")[1]


def test_of_a_cause_it_is_told_how_the_measure_did_where_it_was_there(run):
    (made,) = [one for one in answer(run, "causes")["causes"] if one["measure"] == "secure-making"]
    assert made["learned"]["failed"] == 1
    out = run("causes")[1]
    assert "It was there in 1 incident and failed in 1; lets 50% through by the guess, 60% after these" in out
    assert out.count("Only incidents are seen") == 1


def test_what_incidents_teach_moves_the_plan_only_with_the_flag(run, tmp_path):
    (tmp_path / "guess.toml").write_text("[change.backups]\nleft = 0.001\n")
    made = ("plan", "--against", "incidents", "--draws", "0", "--measures", "50", "--guesses", "guess.toml")
    (tmp_path / "failed.toml").write_text(
        "name = 'Odd'\n[[steps]]\nid = 'a'\nname = 'a'\ntechnique = 'T1486'\n"
        "[[measures]]\nmeasure = 'backups'\nstood = 'failed'\nstep = 'a'\n"
    )
    run("incident", "import", "failed.toml")
    told, used = answer(run, *made), answer(run, *made, "--learned")
    assert told["stopped"] > used["stopped"]
