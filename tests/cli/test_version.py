"""``tocsin version``: answers, and what is refused."""

from __future__ import annotations

import io
import json
import sys

import pytest

from tocsin.cli.main import main


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["deb", "1.0~rc1", "1.0"], "<"),
        (["PyPI", "1.0", "1.0.0"], "="),
        (["rpm", "1:1.0-1", "2.0-1"], ">"),
        (["rpm", "1.2", "1.2-3"], "<"),
        (["generic", "V2.3 SP1", "V2.4"], "<"),
        (["nope", "1", "2"], "?"),
        (["pypi", "trunk", "1"], "?"),
    ],
)
def test_two_versions_are_compared_and_any_answer_exits_0(words, answer, capsys):
    assert main(["version", "compare", *words]) == 0
    assert capsys.readouterr().out == f"{answer}\n"


def test_a_comparison_as_json_has_exactly_these_keys(capsys):
    assert main(["version", "compare", "deb", "1", "2", "--format", "json"]) == 0
    assert capsys.readouterr().out == '{"scheme": "deb", "a": "1", "b": "2", "order": "<"}\n'


def stdin(monkeypatch, data):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_pairs_of_stdin_are_answered_in_their_order(monkeypatch, capsys):
    stdin(monkeypatch, b"1.0\t1.0.1\n2\t2.0\n\xff\t1\n")
    assert main(["version", "compare", "npm", "-"]) == 0
    assert capsys.readouterr().out == "<\n=\n?\n"


def test_pairs_of_stdin_as_json_are_a_list(monkeypatch, capsys):
    stdin(monkeypatch, b"1.0\t1.0.1\n")
    assert main(["version", "compare", "npm", "-", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"scheme": "npm", "a": "1.0", "b": "1.0.1", "order": "<"}]


@pytest.mark.parametrize("line", [b"1.0", b"", b"1\t2\t3"])
def test_a_line_of_stdin_that_is_no_pair_exits_3_and_is_named(line, monkeypatch, capsys):
    stdin(monkeypatch, b"1\t2\n" + line + b"\n")
    assert main(["version", "compare", "npm", "-"]) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert "stdin:2" in told.err


def test_one_version_alone_exits_2(capsys):
    assert main(["version", "compare", "npm", "1.0"]) == 2
    assert "Missing argument 'B'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("version", "wanted", "answer"),
    [
        ("2.14.1", "vers:maven/>=2.0|<2.15.0", "yes"),
        ("2.15.0", "vers:maven/>=2.0|<2.15.0", "no"),
        ("trunk", "vers:pypi/<2", "unknown"),
        ("1", "vers:nope/<2", "unknown"),
        ("1.2-3", "vers:rpm/<=1.2", "yes"),
    ],
)
def test_a_version_is_in_a_range_or_not_or_that_is_unknown_and_any_answer_exits_0(
    version, wanted, answer, capsys
):
    assert main(["version", "in-range", version, wanted]) == 0
    assert capsys.readouterr().out == f"{answer}\n"


def test_an_answer_as_json_has_exactly_these_keys(capsys):
    assert main(["version", "in-range", "1", "vers:pypi/<2|>=1", "--format", "json"]) == 0
    assert capsys.readouterr().out == '{"version": "1", "range": "vers:pypi/>=1|<2", "in_range": "yes"}\n'


def test_a_range_that_cannot_be_read_exits_3_and_is_shown_with_a_caret(capsys):
    assert main(["version", "in-range", "1", "vers:pypi/>=1|<"]) == 3
    told = capsys.readouterr()
    assert told.out == ""
    lines = told.err.splitlines()
    assert "column 16" in lines[0]
    assert lines[1:3] == ["  vers:pypi/>=1|<", " " * 17 + "^"]


def test_a_range_that_cannot_be_read_is_told_as_json_where_that_was_asked_for(capsys):
    assert main(["version", "in-range", "1", "nope", "--format", "json"]) == 3
    assert json.loads(capsys.readouterr().err)
