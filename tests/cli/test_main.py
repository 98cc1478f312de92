"""What becomes of an error: words on stderr, and an exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

import tocsin.cli.match
from tocsin.cli.main import main
from tocsin.errors import (
    BadInput,
    LimitExceeded,
    MappingError,
    NothingToCheck,
    NotPermitted,
    PatternError,
    Place,
    SourceUnavailable,
    UsageError,
)


@pytest.fixture
def failing(monkeypatch, tmp_path):
    """Run ``tocsin match`` with a service that raises ``error``."""
    file = tmp_path / "a.json"
    file.write_text("{}")

    def run(error, *options):
        def raise_it(*_):
            raise error

        monkeypatch.setattr("tocsin.service.detect.match.match_pattern", raise_it)
        return main(["match", "[a:b = 1]", str(file), *options])

    return run


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (BadInput("x"), 3),
        (PatternError("x"), 3),
        (MappingError("x"), 3),
        (LimitExceeded("x"), 3),
        (SourceUnavailable("x"), 4),
        (NotPermitted("x"), 5),
        (NothingToCheck("x"), 6),
        (RuntimeError("x"), 70),
        (MemoryError(), 70),
        (RecursionError(), 70),
        (EOFError(), 70),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_error_has_its_exit_code_and_nothing_goes_to_stdout(failing, capsys, error, code):
    assert failing(error) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err
    assert "Traceback" not in said.err


def test_an_error_says_what_where_and_what_to_do(failing, capsys):
    error = BadInput("is no bundle", where=Place(file="feed.json", line=3, column=7), hint="Mend it.")
    failing(error)
    assert capsys.readouterr().err == "tocsin: feed.json:3:7: is no bundle\nWhat to do: Mend it.\n"


def test_an_error_cannot_steer_the_terminal(failing, capsys):
    failing(BadInput("\x1b]0;title\x07 \u202e", where=Place(file="a\nb")))
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_with_json_asked_for_an_error_is_a_problem_document(failing, capsys):
    error = BadInput("is no bundle", where=Place(file="feed.json", path="$.objects[3]"), hint="Mend it.")
    assert failing(error, "--format", "json") == 3
    said = capsys.readouterr()
    assert json.loads(said.err) == {
        "type": "urn:tocsin:problem:bad-input",
        "title": "Bad input",
        "detail": "is no bundle",
        "code": "bad-input",
        "exit_code": 3,
        "where": {"file": "feed.json", "path": "$.objects[3]"},
        "hint": "Mend it.",
    }
    assert said.out == ""


def test_an_option_that_is_off_is_a_problem_document_too(capsys):
    assert main(["match", "--format=json", "--nope"]) == 2
    assert json.loads(capsys.readouterr().err)["code"] == "usage"


def test_a_bug_shows_its_traceback_only_when_asked(monkeypatch, capsys, tmp_path):
    def fail(*_, **__):
        raise ZeroDivisionError("by none")

    monkeypatch.setattr(tocsin.cli.match.match, "callback", fail)
    file = tmp_path / "x"
    assert main(["match", "p", str(file)]) == 70
    short = capsys.readouterr().err
    assert "ZeroDivisionError" in short
    assert "Traceback" not in short
    assert main(["--debug", "match", "p", str(file)]) == 70
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [[], ["nope"], ["match"], ["--nope"], ["config", "nope"], ["check", "--fail-on", "x"]]
)
def test_words_that_are_off_exit_2(capsys, arguments):
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Usage: tocsin" in said.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("chek", "No such command 'chek'. Did you mean 'check'?"),
        ("mach", "Did you mean 'match'?"),
        ("config shw", "No such command 'shw'. Did you mean 'show'?"),
        ("check x --against y --format jsnl", "Did you mean 'jsonl'?"),
        ("check x --against y --fail-on hihg", "Did you mean 'high'?"),
        ("check x --against y --as zeek-tvs", "Did you mean 'zeek-tsv'?"),
        ("match p f --format jsno", "Did you mean 'json'?"),
        ("doctor --format txt", "Did you mean 'text'?"),
        ("config show --format txt", "Did you mean 'text'?"),
        ("completion bahs", "Did you mean 'bash'?"),
    ],
)
def test_a_slip_of_the_fingers_is_answered_with_the_word_that_is_near(capsys, words, told):
    assert main(words.split()) == 2
    said = capsys.readouterr().err
    assert told in said
    assert said.count("Did you mean") == 1


@pytest.mark.parametrize("verb", ["check logs --against a", "exercise report run", "gate a.json"])
def test_a_file_whose_ending_is_a_format_needs_it_said(tmp_path, monkeypatch, capsys, verb):
    monkeypatch.chdir(tmp_path)
    words = verb.split()
    assert main([*words, "--output", "result.json"]) == 2
    told = capsys.readouterr().err
    assert "result.json: its ending says json, and without --format it would hold a t" in told
    assert "What to do: Add --format json, or --format t" in told
    main([*words, "--format", "json", "--output", "result.json"])
    main([*words, "--output", "result.txt"])
    assert "its ending says" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", ["xyz", "check x --against y --format 17", "config 17", "check x --against y --as 17"]
)
def test_where_no_word_is_near_none_is_offered(capsys, words):
    assert main(words.split()) == 2
    assert "Did you mean" not in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["check", "-h"], ["config", "show", "--help"]])
def test_help_goes_to_stdout_and_opens_with_examples(capsys, arguments):
    assert main(arguments) == 0
    said = capsys.readouterr()
    assert said.err == ""
    lines = said.out.splitlines()
    assert lines[0].startswith("Usage: tocsin")
    assert lines[2] == "Examples:"
    assert lines[3].startswith("  ")


def test_the_verbs_stand_below_the_questions_that_they_answer_each_once_with_its_line(capsys):
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    asked = [line for line in told.splitlines() if line.endswith("?") and not line.startswith(" ")]
    assert asked[:5] == [
        "Are we hit?",
        "Are we exposed? May this product come in?",
        "Whom must we tell, and what caused it?",
        "What do we do first?",
        "May we pay? Where did the money go?",
    ]
    listed = re.findall(r"^  ([a-z]+) +[A-Z]", told[told.index(asked[0]) :], re.MULTILINE)
    assert listed == list(tocsin.cli.main.tocsin.verbs)
    assert len(set(listed)) == len(listed) > 30
    assert told.index("Are we hit?") < told.index("  check ") < told.index("Are we exposed?")
    assert "Commands:" not in told
    assert main(["wallet", "--help"]) == 0
    assert "Commands:" in capsys.readouterr().out


def test_the_version_is_told(capsys):
    from tocsin import __version__

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"tocsin {__version__}\n"


def test_the_package_run_as_a_module_is_the_program():
    done = subprocess.run(
        [sys.executable, "-m", "tocsin", "nonsense"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert "No such command 'nonsense'" in done.stderr


def test_help_whose_reader_has_gone_is_quiet():
    read, write = os.pipe()
    os.close(read)
    script = "from tocsin.cli.main import run; import sys; sys.argv = ['tocsin', '--help']; run()"
    done = subprocess.run(
        [sys.executable, "-c", script], stdout=write, stderr=subprocess.PIPE, check=False, timeout=30
    )
    os.close(write)
    assert done.returncode == 141
    assert done.stderr == b""
