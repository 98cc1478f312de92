"""What ``make run`` hands to the program."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parent.parent / "Makefile"
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def handed(tmp_path):
    """Runs ``make run`` with a stand-in for the program; returns the words that it was given."""
    program = tmp_path / ".venv" / "bin" / "tocsin"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\" > words\nexit 7\n")
    program.chmod(0o755)
    shutil.copy(MAKEFILE, tmp_path)
    for name in ("my logs", "logs", "a.log", "b.log", "it's $new"):
        (tmp_path / name).touch()

    def run(**variables: str) -> list[str]:
        named = [f"{name}={value}" for name, value in variables.items()]
        done = subprocess.run(
            ["make", "-o", ".venv/.run", "run", *named], cwd=tmp_path, env={"PATH": os.environ["PATH"]},
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return (tmp_path / "words").read_text().splitlines()

    return run


REPORT = ["--report", "out/report.html"]


def test_with_evidence_alone_it_is_checked_against_the_examples(handed):
    examples = "src/tocsin/data/examples"
    assert handed(EVIDENCE="logs") == [
        "check",
        "logs",
        "--against",
        f"{examples}/warnings-2021.json",
        *REPORT,
    ]


@pytest.mark.parametrize("where", ["argument", "environment"])
def test_warnings_without_evidence_are_refused_before_anything_is_set_up(tmp_path, where):
    shutil.copy(MAKEFILE, tmp_path)
    named = {"AGAINST": "feed.json"}
    done = subprocess.run(
        ["make", "run", *(f"{name}={value}" for name, value in named.items() if where == "argument")],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]} | (named if where == "environment" else {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 2
    assert "EVIDENCE is missing" in done.stderr
    assert "make run EVIDENCE=/var/log AGAINST=" in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["Makefile"]
    listed = subprocess.run(
        ["make", "help", "AGAINST=feed.json"], cwd=tmp_path, capture_output=True, check=False
    )
    assert listed.returncode == 0


def test_without_a_word_the_exercise_is_played(handed, tmp_path):
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\" > words\n")
    python.chmod(0o755)
    assert handed() == ["scripts/run_exercise.py"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("my logs", ["my logs"]),
        ("it's $$new", ["it's $new"]),
        ("logs a.log", ["logs", "a.log"]),
        ("*.log", ["a.log", "b.log"]),
        ("'my logs' *.log", ["my logs", "a.log", "b.log"]),
        ("-", ["-"]),
        ("nowhere", ["nowhere"]),
    ],
)
def test_a_name_that_is_there_is_one_word_and_any_other_is_read_as_the_shell_does(handed, given, words):
    assert handed(EVIDENCE=given, AGAINST="feed.json") == ["check", *words, "--against", "feed.json", *REPORT]
    assert handed(EVIDENCE="logs", AGAINST=given) == ["check", "logs", "--against", *words, *REPORT]
