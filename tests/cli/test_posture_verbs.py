"""tocsin posture: what each verb prints, keeps and exits with."""

from __future__ import annotations

import json
import tomllib

import pytest

ASSESS = ("posture", "assess")
SEEN = ("--evidence", "VPN settings, page 3")


def told(run, *arguments):
    code, out, err = run(*arguments, "--format", "json")
    assert (code, err) == (0, "")
    return json.loads(out)


def row(run, measure):
    return next(one for one in told(run, "posture", "show")["measures"] if one["measure"] == measure)


def test_what_is_noted_says_whether_it_counts(run):
    assert run(*ASSESS, "second-factor", "--state", "in-place", *SEEN, "--day", "2026-03-01")[1] == (
        "second-factor: in-place, by evidence of 2026-03-01; it counts as standing.\n"
    )
    assert run(*ASSESS, "backups", "--state", "in-place")[1] == (
        "backups: in-place; it does not count as standing: no evidence is given.\n"
    )
    assert run(*ASSESS, "logs", "--state", "absent")[1] == "logs: absent.\n"
    assert run(*ASSESS, "logs", "--state", "absent")[1] == "Nothing new is said; nothing was noted.\n"


def test_evidence_is_of_today_if_no_day_is_said(run):
    (noted,) = told(run, *ASSESS, "second-factor", "--state", "in-place", *SEEN)["noted"]
    assert noted == {
        "measure": "second-factor",
        "state": "in-place",
        "evidence": "VPN settings, page 3",
        "day": "2026-11-27",
        "counts": True,
    }


def test_in_words_each_stands_where_it_belongs_and_unknown_is_never_in_place(run):
    run(*ASSESS, "second-factor", "--state", "in-place", *SEEN, "--day", "2025-03-01")
    run(*ASSESS, "backups", "--state", "in-place")
    run(*ASSESS, "segmentation", "--state", "partly", *SEEN)
    run(*ASSESS, "reporting", "--state", "absent")
    code, out, _ = run("posture", "show")
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == (
        "50 measures: 1 in place with evidence, 1 said to be and not counted, 1 in part, 1 not in place, 46 not known."
    )
    at = lines.index("In place:")
    assert lines[at + 1].startswith("  second-factor: ")
    assert lines[at + 2 : at + 5] == [
        "    VPN settings, page 3 (2025-03-01)",
        "    the evidence is 636 days old: look again",
        "    noted 2026-11-27 by ann",
    ]
    at = lines.index("Said to be in place, and does not count:")
    assert lines[at + 2] == "    no evidence is given"
    heads = [one.strip().partition(":")[0] for one in lines]
    assert heads.index("segmentation") > heads.index("In place in part, and does not count")
    assert heads.index("reporting") > heads.index("Not in place")
    rest = lines[lines.index("Not known whether these are in place, and none of them counts:") :]
    assert rest[1].startswith("  46 measures; name them with --all")
    assert "training" not in out
    assert "\n  training: " in run("posture", "show", "--all")[1]


def test_when_evidence_is_old_can_be_said(run):
    run(*ASSESS, "second-factor", "--state", "in-place", *SEEN, "--day", "2026-11-01")
    assert "days old" not in run("posture", "show")[1]
    assert "26 days old" in run("posture", "show", "--old-after", "25")[1]


def test_what_the_node_knows_stands_beside_what_is_said_and_a_contradiction_is_told(run, tmp_path):
    profile = run("incident", "profile")[1].replace('critical_sector = "unknown"', 'critical_sector = "yes"')
    (tmp_path / "us.toml").write_text(profile)
    run("incident", "profile", "--from", "us.toml")
    held = row(run, "reporting")
    assert (held["state"], held["counts"], held["contradictions"]) == ("unknown", False, [])
    assert (held["observed"][0]["speaks"], held["observed"][0]["day"]) == ("for", "2026-11-27")
    assert "    this node knows (2026-11-27): 1 of 12 questions answered" in run("posture", "show")[1]
    run(*ASSESS, "reporting", "--state", "absent")
    held = row(run, "reporting")
    assert (held["state"], len(held["contradictions"])) == ("absent", 1)
    assert "These contradict each other: said not to be there" in run("posture", "show")[1]


def test_of_one_measure_all_is_shown_that_was_said_of_it(run):
    run(*ASSESS, "backups", "--state", "absent")
    assert run(*ASSESS, "logs", "--state", "in-place", *SEEN)[0] == 0
    out = run("posture", "show", "backups")[1]
    assert out.endswith("All that was said of it:\n  2026-11-27 ann: absent\n")
    assert "logs" not in out
    assert [one["state"] for one in told(run, "posture", "show", "backups")["history"]] == ["absent"]


def test_the_form_that_is_shown_is_what_assess_reads(run, tmp_path):
    run(*ASSESS, "second-factor", "--state", "in-place", *SEEN)
    text = run("posture", "show", "--format", "toml")[1]
    assert len(tomllib.loads(text)["have"]) == 50
    (tmp_path / "ours.toml").write_text(text)
    assert told(run, *ASSESS, "--from", "ours.toml") == {"noted": []}
    (tmp_path / "ours.toml").write_text(text.replace('state = "in-place"', 'state = "partly"'))
    assert [one["measure"] for one in told(run, *ASSESS, "--from", "ours.toml")["noted"]] == ["second-factor"]


def test_a_measure_of_ones_own_is_assessed_and_named_where_the_catalogue_has_it_not(run, tmp_path):
    (tmp_path / "own.toml").write_text(
        '[[measure]]\nid = "dog"\nname = "Keep a dog"\ntechniques = ["T1200"]\n'
    )
    assert run(*ASSESS, "dog", "--state", "in-place", *SEEN)[0] == 3
    assert run(*ASSESS, "dog", "--state", "in-place", *SEEN, "--guesses", "own.toml")[0] == 0
    assert "  dog: Keep a dog" in run("posture", "show", "--guesses", "own.toml")[1]
    assert "Said to be there, and not in this catalogue: dog" in run("posture", "show")[1]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        (["backups"], 2),
        (["--state", "absent"], 2),
        (["backups", "--state", "there"], 2),
        (["backups", "--state", "absent", "--from", "ours.toml"], 2),
        (["--from", "ours.toml", "--day", "2026-01-01"], 2),
        (["--from", "nowhere.toml"], 4),
        (["nonsense", "--state", "absent"], 3),
        (["backups", "--state", "in-place", "--day", "soon"], 3),
        (["backups", "--state", "in-place", "--day", "2026-11-28"], 3),
    ],
    ids=range(10),
)
def test_what_cannot_be_noted_is_told(run, arguments, code):
    got, _, err = run(*ASSESS, *arguments)
    assert got == code, err
    assert err


def test_evidence_that_would_steer_a_screen_is_spelled_out(run):
    run(*ASSESS, "backups", "--state", "in-place", "--evidence", "a\x1b[2Jb")
    assert "a<U+001B>[2Jb" in run("posture", "show")[1]


def test_a_plan_counts_what_stands_here_and_says_by_what(run):
    asked = ("plan", "--against", "campaigns", "--measures", "1", "--draws", "0")
    run(*ASSESS, "second-factor", "--state", "in-place", *SEEN, "--day", "2025-03-01")
    run(*ASSESS, "backups", "--state", "in-place")
    made = told(run, *asked)
    assert made["assumptions"]["in_place"] == ["second-factor"]
    assert made["standing"] == [
        {
            "measure": "second-factor",
            "evidence": "VPN settings, page 3",
            "day": "2025-03-01",
            "doubts": ["the evidence is 636 days old"],
        }
    ]
    assert made["not_counted"] == [{"measure": "backups", "why": "no evidence is given"}]
    out = run(*asked)[1]
    assert "administrator: VPN settings, page 3 (2025-03-01)\n    but the evidence is 636 days old\n" in out
    without = told(run, *asked, "--without-posture")
    assert (without["assumptions"]["in_place"], without["not_counted"]) == ([], [])


def test_a_file_goes_before_the_posture(run, tmp_path):
    run(*ASSESS, "second-factor", "--state", "in-place", *SEEN)
    run(*ASSESS, "logs", "--state", "in-place", *SEEN)
    (tmp_path / "have.toml").write_text('[[have]]\nmeasure = "second-factor"\nstate = "absent"\n')
    asked = ("plan", "--against", "campaigns", "--measures", "1", "--draws", "0", "--have", "have.toml")
    assert told(run, *asked)["assumptions"]["in_place"] == ["logs"]


def test_with_another_catalogue_what_stands_is_not_counted_and_that_is_said(run):
    run(*ASSESS, "second-factor", "--state", "in-place", *SEEN)
    made = told(
        run, "plan", "--against", "campaigns", "--measures", "1", "--draws", "0", "--catalogue", "attack"
    )
    assert made["not_counted"] == [{"measure": "second-factor", "why": "this catalogue has no such measure"}]
