"""``tocsin exercise``: what it is asked, before anything is started."""

from __future__ import annotations

import json

import pytest

from tocsin.cli import exercise
from tocsin.cli.main import main
from tocsin.errors import SourceUnavailable
from tocsin.exercise.play.runner import Plan, Run

OWN = """
name = "drill"
title = "A drill"
logs_from = "2024-01-01"

[patterns]
ours = "[domain-name:value = 'attacker.example']"

[[attacks]]
id = "one"
name = "One"
kind = "intrusion"
began = "2024-03-01"
first_report = "2024-04-01T09:00:00Z"
warnings = ["ours"]
host = "DC"
hit_share = 1.0
traces = [{ log = "dns", query = "attacker.example", shows = ["ours"] }]

"""


@pytest.mark.parametrize("speed", ["fast", "0x", "x", "-1x", "600"])
def test_a_speed_is_so_many_times_or_max(speed, capsys):
    assert main(["exercise", "run", "--speed", speed]) == 2
    assert "is no speed" in capsys.readouterr().err


def test_what_is_kept_already_is_not_written_over(tmp_path, capsys):
    (tmp_path / "something").touch()
    assert main(["exercise", "run", "--keep", str(tmp_path)]) == 2
    assert "holds something already" in capsys.readouterr().err


def test_an_exercise_that_is_none_is_told_and_leaves_nothing(tmp_path, capsys):
    assert main(["exercise", "run", "1999", "--keep", str(tmp_path / "kept")]) == 4
    assert "there is no exercise '1999'" in capsys.readouterr().err
    assert not (tmp_path / "kept").exists()


def test_a_folder_without_a_result_is_told(tmp_path, capsys):
    assert main(["exercise", "report", str(tmp_path)]) == 3
    assert "there is no result of an exercise here" in capsys.readouterr().err


def test_the_result_is_given_as_it_was_written(tmp_path, capsys):
    text = json.dumps({"attacks": []}) + "\n"
    (tmp_path / "result.json").write_text(text)
    assert main(["exercise", "report", str(tmp_path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"attacks": []}


def test_a_file_is_no_folder_to_keep_an_exercise_in(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(["exercise", "run", "--keep", str(tmp_path / "file")]) == 2
    assert "holds something already" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_told(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(["exercise", "run", "--port", "8479", "--keep", str(tmp_path / "file" / "below")]) == 4
    assert "the exercise cannot go on in" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["table", "json", "html"])
def test_a_folder_without_a_result_is_told_in_every_format(tmp_path, capsys, name):
    assert main(["exercise", "report", str(tmp_path), "--format", name]) == 3
    assert "there is no result of an exercise here" in capsys.readouterr().err


def test_more_organisations_than_members_are_told(tmp_path, capsys):
    text = OWN + "".join(
        f'[[organisations]]\nname = "Works {number}"\nsector = "dams"\n' for number in range(5)
    )
    (tmp_path / "mine.toml").write_text(text)
    assert main(["exercise", "run", str(tmp_path / "mine.toml"), "--members", "4"]) == 2
    told = capsys.readouterr().err
    assert "names 5 organisations" in told
    assert "--members 6" in told


@pytest.mark.parametrize("kept", [False, True])
def test_a_log_is_named_only_where_it_stays(tmp_path, capsys, monkeypatch, kept):
    def end(_):
        raise SourceUnavailable("the process hub ended (1)", hint="What it said is in hub.log.")

    monkeypatch.setattr("tocsin.exercise.play.runner.Run.run", end)
    keep = ["--keep", str(tmp_path / "kept")] if kept else []
    assert main(["exercise", "run", "2021", "--port", "8479", *keep]) == 4
    told = capsys.readouterr().err
    assert "the process hub ended (1)" in told
    assert ("hub.log" in told) == kept
    assert ("--keep DIR" in told) != kept


def test_the_link_of_a_run_that_does_not_stay_is_said_to_end_with_it(tmp_path, monkeypatch):
    told = []
    for stays in (False, True):
        made = Run(Plan("2021", 4, 1, 0.0, 0, stays=stays), tmp_path)
        monkeypatch.setattr(made, "tell", lambda kind, text: told.append((kind, text)))
        monkeypatch.setattr(made, "hub", lambda _: None)
        monkeypatch.setattr(made, "wait", lambda _: {"url": "http://hub/signin/x"})
        made.look_on()
    once = "open this once, within 15 minutes: http://hub/signin/x"
    assert told == [
        ("link", f"To look on while it runs (the page ends with it; --stay goes on serving), {once}"),
        ("link", f"To look on while it runs, {once}"),
    ]


def test_of_those_who_join_a_line_comes_now_and_then_with_how_many(capsys):
    tell = exercise._teller()
    for at in (3.0, 4.0, 5.9, 6.0, 20.0):
        tell(
            {
                "kind": "joined",
                "at": at,
                "now": "2020-12-12T15:00:00Z",
                "node": "m01",
                "text": f"{at:g} of 64",
            }
        )
    said = [line.split("  ")[-1] for line in capsys.readouterr().err.splitlines()]
    assert said == ["3 of 64", "6 of 64", "20 of 64"]
