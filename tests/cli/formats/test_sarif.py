from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from cli.formats.goldens import hold
from cli.formats.results import empty, finding, hostile, many, nothing_found, usual
from tocsin.cli.formats.sarif import render
from tocsin.detect.result import CheckResult, Example

URI = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")


def log_of(result: CheckResult) -> dict[str, Any]:
    return json.loads("".join(render(result)))


def locations_of(holder: dict[str, Any]) -> list[dict[str, Any]]:
    return [location["physicalLocation"] for location in holder.get("locations", [])]


def hold_to_specification(log: dict[str, Any]) -> None:
    """What SARIF 2.1.0 requires of the properties that we write; each line names its section."""
    assert log["version"] == "2.1.0"  # 3.13.2
    (run,) = log["runs"]  # 3.13.4
    driver = run["tool"]["driver"]  # 3.14.6, 3.18.2
    assert driver["name"] == "tocsin"  # 3.19.8
    rules = driver["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True  # 3.20.14
    for told in invocation["toolExecutionNotifications"]:
        assert told["message"]["text"]  # 3.58.5, 3.11.8
        assert told["level"] in {"none", "note", "warning", "error"}  # 3.58.6
        descriptor = told["descriptor"]  # 3.52.5: the index is that of the descriptor
        assert driver["notifications"][descriptor["index"]]["id"] == descriptor["id"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]  # 3.27.6
        assert result["level"] in {"none", "note", "warning", "error"}  # 3.27.10
        assert result["occurrenceCount"] >= 1  # 3.27.18
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())  # 3.27.17
        # 3.11.5: a lone brace would be a placeholder; 3.11.6: no embedded link.
        assert re.sub(r"\{\{|\}\}", "", result["message"]["text"]).count("{") == 0
        assert "](" not in result["message"]["text"]
    for holder in (*run["results"], *invocation["toolExecutionNotifications"]):
        for place in locations_of(holder):
            assert URI.fullmatch(place["artifactLocation"]["uri"])  # 3.4.3, RFC 3986
            assert place.get("region", {"startLine": 1})["startLine"] >= 1  # 3.30.5


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


@settings(max_examples=50, deadline=None)
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
