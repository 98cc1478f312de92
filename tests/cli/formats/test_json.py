from __future__ import annotations

import json
import time

import msgspec
from hypothesis import given, settings, strategies as st

from cli.formats.goldens import hold
from cli.formats.results import empty, hostile, many, usual
from tocsin.cli.formats.json import render
from tocsin.cli.formats.jsonl import render as render_lines
from tocsin.detect.result import CheckResult, Finding


def test_json_is_as_it_was_looked_at() -> None:
    hold("usual.json", "".join(render(usual())))


def test_json_can_be_read_back_whole() -> None:
    assert msgspec.json.decode("".join(render(usual())), type=CheckResult) == usual()


def test_json_names_its_schema_first() -> None:
    assert next(iter(json.loads("".join(render(empty()))).items())) == ("schema", "tocsin/check/1")


def test_jsonl_has_one_finding_a_line_in_the_order_of_the_result() -> None:
    result = many(2_500)
    lines = "".join(render_lines(result)).splitlines()
    assert tuple(msgspec.json.decode(line, type=Finding) for line in lines) == result.findings


def test_jsonl_of_no_finding_is_empty() -> None:
    assert "".join(render_lines(empty())) == ""


def test_a_line_holds_what_is_promised() -> None:
    line = json.loads("".join(render_lines(usual())).splitlines()[0])
    promised = {"id", "warning", "kind", "where", "first_seen", "last_seen", "count", "examples", "why"}
    assert promised <= set(line)
    assert {"file", "row"} <= set(line["examples"][0])


def test_jsonl_of_many_findings_takes_no_time_to_speak_of() -> None:
    result = many(20_000)
    begin = time.process_time()
    size = sum(map(len, render_lines(result)))
    # 100,000 in a second is the aim; a tenth of that speed is a defect on any machine.
    assert time.process_time() - begin < 20
    assert size > 20_000 * 500


@settings(max_examples=30)
@given(st.text())
def test_any_string_survives_json_and_jsonl(text: str) -> None:
    assert msgspec.json.decode("".join(render(hostile(text))), type=CheckResult) == hostile(text)
    lines = "".join(render_lines(hostile(text))).split("\n")
    assert [json.loads(line)["title"] for line in lines[:-1]] == [text, text]
    assert lines[-1] == ""
