"""``tocsin match``: answers, exit codes, and where a pattern is wrong."""

from __future__ import annotations

import io
import json
import sys

import pytest

from tocsin.cli.main import main

BUNDLE = {
    "type": "bundle",
    "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d",
    "objects": [
        {
            "type": "observed-data",
            "spec_version": "2.1",
            "id": "observed-data--b67d30ff-02ac-498a-92f9-32f845f448cf",
            "created": "2021-01-01T00:00:00.000Z",
            "modified": "2021-01-01T00:00:00.000Z",
            "first_observed": "2021-01-01T00:00:00Z",
            "last_observed": "2021-01-01T00:00:00Z",
            "number_observed": 1,
            "object_refs": ["ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd"],
        },
        {
            "type": "ipv4-addr",
            "id": "ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd",
            "value": "198.51.100.7",
        },
    ],
}
HIT = "[ipv4-addr:value = '198.51.100.7']"
MISS = "[ipv4-addr:value = '198.51.100.8']"


@pytest.fixture
def bundle(tmp_path):
    path = tmp_path / "observed.json"
    path.write_text(json.dumps(BUNDLE))
    return str(path)


def test_a_match_exits_1_and_names_the_observations(bundle, capsys):
    assert main(["match", HIT, bundle]) == 1
    assert capsys.readouterr().out == "match\nobserved-data--b67d30ff-02ac-498a-92f9-32f845f448cf\n"


def test_no_match_exits_0(bundle, capsys):
    assert main(["match", MISS, bundle]) == 0
    assert capsys.readouterr().out == "no match\n"


def test_json_has_exactly_these_two_keys(bundle, capsys):
    assert main(["match", HIT, bundle, "--format", "json"]) == 1
    assert capsys.readouterr().out == (
        '{"matched": true, "observations": ["observed-data--b67d30ff-02ac-498a-92f9-32f845f448cf"]}\n'
    )
    assert main(["match", MISS, bundle, "--format", "json"]) == 0
    assert capsys.readouterr().out == '{"matched": false, "observations": []}\n'


def test_a_dash_is_stdin(bundle, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(BUNDLE).encode())))
    assert main(["match", HIT, "-"]) == 1


def test_what_is_wrong_with_stdin_is_told_of_stdin(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{")))
    assert main(["match", HIT, "-"]) == 3
    assert capsys.readouterr().err.startswith("tocsin: stdin at $")


def test_a_pattern_that_does_not_compile_exits_3_and_is_shown_with_a_caret(bundle, capsys):
    assert main(["match", "[ipv4-addr:value\n= = 'x']", bundle]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert "line 2, column 3" in lines[0]
    assert lines[1:3] == ["  = = 'x']", "    ^"]


def test_a_file_that_is_not_there_exits_4(capsys):
    assert main(["match", HIT, "nothere.json"]) == 4
    assert "nothere.json" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[1]", b"null"])
def test_a_file_that_is_no_stix_exits_3_and_names_it(tmp_path, capsys, content):
    path = tmp_path / "odd.json"
    path.write_bytes(content)
    assert main(["match", HIT, str(path)]) == 3
    assert "odd.json" in capsys.readouterr().err


def test_a_file_beyond_the_limit_exits_3(bundle, capsys, monkeypatch):
    monkeypatch.setattr("tocsin.cli.whole_input.OBSERVED_DATA_BYTES", 10)
    assert main(["match", HIT, bundle]) == 3
    assert "larger" in capsys.readouterr().err
