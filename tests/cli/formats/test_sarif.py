from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from cli.formats.goldens import hold
from cli.formats.results import empty, finding, hostile, many, nothing_found, usual
from sarif_rules import hold_to_specification, locations_of
from tocsin.cli.formats.sarif import render
from tocsin.detect.result import CheckResult, Example


def log_of(result: CheckResult) -> dict[str, Any]:
    return json.loads("".join(render(result)))


@pytest.mark.parametrize("result", [usual, empty, nothing_found, hostile], ids=lambda one: one.__name__)
def test_what_the_specification_requires_is_there(result) -> None:
    hold_to_specification(log_of(result()))


def test_sarif_is_as_it_was_looked_at() -> None:
    hold("usual.sarif", "".join(render(usual())))


def test_findings_of_one_warning_share_a_rule() -> None:
    findings = (finding(1), msgspec.structs.replace(finding(2), warning=finding(1).warning), finding(3))
    run = log_of(msgspec.structs.replace(usual(), findings=findings))["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [finding(1).warning, finding(3).warning]
    assert [result["ruleIndex"] for result in run["results"]] == [0, 0, 1]


def test_severity_is_level_and_row_is_line() -> None:
    results = log_of(usual())["runs"][0]["results"]
    assert [result["level"] for result in results] == ["warning", "error", "note", "error"]
    assert [locations_of(result)[0]["region"]["startLine"] for result in results] == [4703, 90411, 7, 812]


def test_a_result_keeps_its_fingerprint_from_run_to_run() -> None:
    first, second = (log_of(many(3))["runs"][0]["results"] for _ in range(2))
    assert [one["partialFingerprints"] for one in first] == [one["partialFingerprints"] for one in second]
    assert len({one["partialFingerprints"]["findingId/v1"] for one in first}) == 3


def test_all_that_was_not_checked_is_notified() -> None:
    told = [
        (one["descriptor"]["id"], one["message"]["text"])
        for one in log_of(empty())["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    ]
    kinds = [kind for kind, _ in told]
    assert [
        kinds.count(kind) for kind in ("verdict", "cannot-tell", "warning-not-checked", "file-not-read")
    ] == [1, 4, 1, 1]
    assert told[0][1].startswith("Nothing found, but 12 of 40 warnings cannot be told.")
    assert any("42 rows skipped: the row has too few columns" in text for _, text in told)


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("logs/a b#1?.log", "logs/a%20b%231%3F.log"),
        ("/var/log/x.log", "file:///var/log/x.log"),
        ("C:\\logs\\x y.log", "file:///C:/logs/x%20y.log"),
        ("\\\\server\\share\\x.log", "file://server/share/x.log"),
        ("10:30.log", "10%3A30.log"),
        ("a\\b.log", "a%5Cb.log"),
        ("all.zip!x/y.evtx", "all.zip%21x/y.evtx"),
    ],
)
def test_a_path_becomes_a_uri(file: str, uri: str) -> None:
    one = finding(1, examples=(Example(file=file, row=3, values={"domain-name:value": "x"}),))
    (result,) = log_of(msgspec.structs.replace(usual(), findings=(one,)))["runs"][0]["results"]
    assert locations_of(result)[0]["artifactLocation"]["uri"] == uri


@settings(max_examples=50)
@given(st.text(min_size=1))
def test_any_string_leaves_the_log_well_formed(text: str) -> None:
    log = log_of(hostile(text))
    hold_to_specification(log)
    assert log["runs"][0]["results"][0]["properties"]["where"] == text
    uri = locations_of(log["runs"][0]["results"][0])[0]["artifactLocation"]["uri"]
    assert (
        unquote(uri).replace("file:", "").strip("/") == text.replace("\\", "/").strip("/")
        or unquote(uri) == text
    )
    urlsplit(uri)
