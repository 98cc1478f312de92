"""``tocsin exercise``: what it is asked, before anything is started."""

from __future__ import annotations

import json

import pytest

from tocsin.cli.main import main


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
