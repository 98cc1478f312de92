from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path

import pytest

from tocsin.cli.check import check as check_verb
from tocsin.cli.exit_code import FOUND, UNCHECKED, exit_code
from tocsin.detect.result import CheckResult
from tocsin.errors import BadInput, NothingToCheck, SourceUnavailable, UsageError
from tocsin.model.timestamp import parse_timestamp
from tocsin.service.detect.check import check
from tocsin.service.detect.intake import FORMATS
from tocsin.service.detect.request import CheckRequest
from tocsin.service.progress import SilentProgress

MAPPING = """
name = "small"
title = "a small log"
scope = "host"
status = "experimental"
remedy = "Turn it on."
format = ["ndjson"]
time = "time"
host = "host"

[recognise]
all_of = ["query"]

[columns]
time = { fields = ["ts"], cast = "time" }
host = ["host"]
query = { fields = ["query"], cast = "domain" }
port = { field = "port", cast = "int" }

[objects]
"domain-name:value" = "query"

[objects.flow]
type = "network-traffic"
dst_port = "port"
"""


@pytest.fixture
def checked(tmp_path):
    """Checks rows against indicators, with a mapping of its own."""

    def run(rows: list[str], indicators: list[dict] | str, *, stdin=None, **more) -> CheckResult:
        (tmp_path / "small.toml").write_text(MAPPING)
        (tmp_path / "evidence").mkdir(exist_ok=True)
        (tmp_path / "evidence" / "a.json").write_text("\n".join(rows) + "\n" if rows else "")
        feed = (
            indicators
            if isinstance(indicators, str)
            else json.dumps({"type": "bundle", "id": "bundle--1", "objects": indicators})
        )
        (tmp_path / "feed").write_text(feed)
        fields = {
            "evidence": (str(tmp_path / "evidence"),), "against": (str(tmp_path / "feed"),), "since": None, "until": None, "as_format": None,
            "mapping": tmp_path / "small.toml", "cache": tmp_path / "cache", "threads": 1, "memory_bytes": 400 << 20, "known_good": False,
            "now": parse_timestamp("2021-03-03T12:00:00Z"), "list_answers": True,
        }  # fmt: skip
        return check(CheckRequest(**(fields | more)), SilentProgress(), stdin)

    return run


def row(time: str, **fields) -> str:
    return json.dumps({"ts": time, "host": "a", "query": "good.example"} | fields)


def indicator(number: int, pattern: str, **more) -> dict:
    return {
        "type": "indicator", "spec_version": "2.1", "id": f"indicator--00000000-0000-4000-8000-{number:012d}", "created": "2021-03-02T00:00:00.000Z",
        "modified": "2021-03-02T00:00:00.000Z", "name": f"warning {number}", "pattern": pattern, "pattern_type": "stix", "valid_from": "2021-03-02T00:00:00Z",
        "valid_until": "2021-03-02T23:00:00Z",
    } | more  # fmt: skip


ROWS = [
    row("2021-03-02T08:15:00Z", query="evil.example"),
    row("2021-03-02T09:15:00Z", query="Evil.example", port=443),
    "nonsense",
]
FEED = [
    indicator(1, "[domain-name:value = 'evil.example']"),
    indicator(2, "[domain-name:value = 'worse.example']"),
    indicator(3, "[file:name = 'evil.exe']"),
    indicator(4, "[network-traffic:dst_port > 80]"),
    indicator(5, "[network-traffic:dst_port = ]"),
    {"type": "identity", "id": "identity--00000000-0000-4000-8000-000000000000"},
]


def adds_up(result: CheckResult) -> None:
    totals = result.totals
    assert (
        totals.warnings
        == totals.hit + totals.not_seen + totals.cannot_tell
        == sum(group.count for group in result.groups)
    )
    assert totals.rows == totals.read + totals.skipped == sum(file.rows for file in result.evidence)
    assert totals.findings == len(result.findings)
    assert len(result.answers) == totals.warnings
    for file in result.evidence:
        assert file.rows == file.read + sum(skip.count for skip in file.skipped)
    assert {finding for answer in result.answers for finding in answer.findings} == {
        finding.id for finding in result.findings
    }


def test_every_warning_gets_an_answer_and_the_counts_add_up(checked):
    result = checked(ROWS[:2], FEED)
    adds_up(result)
    assert [(answer.title, answer.answer) for answer in result.answers] == [
        ("warning 1", "hit"), ("warning 2", "not_seen"), ("warning 3", "cannot_tell"), ("warning 4", "hit"),
    ]  # fmt: skip
    assert (result.totals.warnings_skipped, result.totals.warnings_not_checked) == (1, 1)
    assert result.slow == ("warning 4",)
    found = {finding.title: finding for finding in result.findings}
    assert (found["warning 1"].count, found["warning 1"].where) == (2, "a")
    assert found["warning 4"].examples[0].values == {"network-traffic:dst_port": "443"}
    assert found["warning 4"].why.children[0].holds


def test_a_row_that_could_not_be_read_may_hide_a_hit(checked):
    result = checked(ROWS, FEED)
    adds_up(result)
    answer = result.answers[1]
    assert (answer.answer, [gap.kind for gap in answer.gaps]) == ("cannot_tell", ["unreadable"])
    (file,) = result.evidence
    assert (file.read, [(skip.reason, skip.count, skip.places) for skip in file.skipped]) == (
        2,
        [("not a JSON object", 1, ("row 3",))],
    )


def test_a_file_says_its_format_times_and_hosts(checked):
    (file,) = checked([*ROWS[:2], row("2021-03-02T07:00:00Z", host="b", other=1)], FEED).evidence
    assert (file.format, file.mapping) == ("ndjson", "small")
    assert (file.first_time, file.last_time, file.hosts) == (
        "2021-03-02T07:00:00.000Z",
        "2021-03-02T09:15:00.000Z",
        ("a", "b"),
    )
    assert (file.rows, file.problem) == (3, "")


def test_a_missing_log_is_named_with_the_way_to_get_it(checked):
    result = checked([row("2021-03-01T00:00:00Z")], [indicator(1, "[domain-name:value = 'evil.example']")])
    (group,) = result.groups
    (gap,) = group.gaps
    assert (group.answer, gap.kind) == ("cannot_tell", "days")
    assert "2021-03-02" in gap.what


@pytest.mark.parametrize(
    ("period", "answer"),
    [
        ({"since": "2021-03-02T08:00:00Z", "until": "2021-03-02T09:00:00Z"}, "hit"),
        ({"since": "2021-03-02T08:15:00Z", "until": "2021-03-02T08:15:01Z"}, "hit"),
        ({"since": "2021-03-02T08:15:01Z", "until": "2021-03-02T08:30:00Z"}, "not_seen"),
        ({"since": "2021-03-02T08:00:00Z", "until": "2021-03-02T08:15:00Z"}, "not_seen"),
        ({"since": "2021-03-03T00:00:00Z"}, "cannot_tell"),
    ],
)
def test_the_period_asked_for_bounds_what_is_looked_at(checked, period, answer):
    (only,) = checked(ROWS[:1], FEED[:1], **period).answers
    assert only.answer == answer


def test_a_host_that_is_concerned_must_have_a_log(checked):
    (only,) = checked(ROWS[:1], [FEED[1]], hosts=("a", "c")).answers
    assert (only.answer, [gap.kind for gap in only.gaps]) == ("cannot_tell", ["host"])


def test_the_same_evidence_gives_the_same_result_from_the_cache_too(checked):
    first, again = checked(ROWS, FEED), checked(ROWS, FEED)
    assert again.findings == first.findings
    assert (again.answers, again.groups, again.totals) == (first.answers, first.groups, first.totals)


def test_only_warnings_that_cannot_be_checked_give_a_result_without_answers(checked):
    result = checked(ROWS[:1], [indicator(5, "[network-traffic:dst_port = ]")])
    adds_up(result)
    assert (result.totals.warnings, result.totals.warnings_not_checked) == (0, 1)


def test_answers_are_listed_only_where_that_was_asked_for(checked):
    result = checked(ROWS[:1], FEED, list_answers=False)
    assert result.answers == ()
    assert sum(group.count for group in result.groups) == 4


def test_two_indicators_of_one_id_each_have_an_answer(checked):
    one, other = FEED[0], indicator(1, "[domain-name:value = 'good.example']")
    result = checked([row("2021-03-02T08:15:00Z")], [one, other])
    assert result.totals.warnings == len(result.answers) == sum(group.count for group in result.groups)


def test_what_is_missing_is_an_error_of_its_own(checked, tmp_path):
    with pytest.raises(SourceUnavailable, match="mapping file"):
        checked(ROWS, FEED, mapping=tmp_path / "none.toml")
    with pytest.raises(SourceUnavailable):
        checked(ROWS, FEED, evidence=(str(tmp_path / "nowhere"),))
    with pytest.raises(SourceUnavailable):
        checked(ROWS, FEED, against=(str(tmp_path / "nowhere"),))
    with pytest.raises(BadInput):
        checked(ROWS, "")
    (tmp_path / "nothing").mkdir()
    with pytest.raises(NothingToCheck):
        checked(ROWS, FEED, evidence=(str(tmp_path / "nothing"),))


def test_where_nothing_that_was_named_can_be_opened_the_source_is_unavailable(checked, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "nothing").mkdir()
    for named in (["nowhere"], ["pipe"], ["nowhere", "nothing"], ["*.evtx", "pipe"]):
        with pytest.raises(SourceUnavailable) as caught:
            checked(ROWS, FEED, evidence=tuple(str(tmp_path / name) for name in named))
        assert caught.value.where.file == str(tmp_path / named[0])
        assert "cannot be opened" in caught.value.what


def test_a_folder_of_which_no_file_can_be_opened_is_unavailable(checked, monkeypatch):
    real_open = os.open

    def refusing_open(path, *rest, **named):
        if str(path).endswith("a.json"):
            raise PermissionError(13, "Permission denied")
        return real_open(path, *rest, **named)

    monkeypatch.setattr(os, "open", refusing_open)
    with pytest.raises(SourceUnavailable, match="Permission denied"):
        checked(ROWS, FEED)


@pytest.mark.parametrize("missing", ["nowhere", "*.evtx", "pipe"])
def test_beside_others_what_cannot_be_opened_is_told_and_the_check_goes_on(checked, tmp_path, missing):
    os.mkfifo(tmp_path / "pipe")
    named = (str(tmp_path / missing), str(tmp_path / "evidence"))
    result = checked(ROWS, FEED, evidence=named)
    adds_up(result)
    assert [(one.file, bool(one.problem)) for one in result.evidence] == [
        (named[0], True),
        (f"{named[1]}/a.json", False),
    ]
    assert (result.totals.hit, result.totals.files_unread) == (2, 1)
    assert exit_code(result, fail_on="low", allow_unchecked=False) == FOUND
    clean = checked(ROWS[:1], [FEED[1]], evidence=named)
    assert clean.answers[0].answer == "cannot_tell"
    assert exit_code(clean, fail_on="low", allow_unchecked=False) == UNCHECKED


def test_an_archive_that_opens_but_holds_nothing_readable_is_no_source_that_is_unavailable(checked, tmp_path):
    (tmp_path / "a.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(100))
    named = (str(tmp_path / "nowhere"), str(tmp_path / "a.7z"))
    assert checked(ROWS, FEED, evidence=named).totals.files_unread == 2


def test_a_mapping_file_that_is_none_is_refused(checked, tmp_path):
    with pytest.raises(SourceUnavailable, match=r"none\.toml cannot be read: No such file or directory$"):
        checked(ROWS, FEED, mapping=tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff")
    with pytest.raises(BadInput, match="UTF-8"):
        checked(ROWS, FEED, mapping=tmp_path / "bad.toml")
    (tmp_path / "bad.toml").write_text("name = 5")
    with pytest.raises(BadInput):
        checked(ROWS, FEED, mapping=tmp_path / "bad.toml")


def test_fields_that_the_mapping_leaves_out_are_named_and_none_that_no_warning_asks_for(checked):
    result = checked([row("2021-03-02T08:15:00Z", port=443, site="north")], FEED[:1])
    assert result.evidence[0].unmapped == ("site",)


def test_a_format_that_nobody_reads_is_refused(checked):
    with pytest.raises(UsageError, match="no format of evidence"):
        checked(ROWS, FEED, as_format="nonsense")


def test_the_formats_that_can_be_read_are_those_that_help_names():
    (option,) = [one for one in check_verb.params if one.name == "as_format"]
    assert set(option.help.partition("(")[2].partition(")")[0].split(", ")) == FORMATS


def test_standard_input_is_evidence(checked):
    result = checked(ROWS[:1], FEED[:1], evidence=("-",), stdin=io.BytesIO(ROWS[0].encode()))
    assert result.totals.hit == 1


def test_empty_evidence_answers_cannot_tell(checked):
    result = checked([], FEED[:2])
    adds_up(result)
    assert {answer.answer for answer in result.answers} == {"cannot_tell"}
    assert result.totals.files_unread == 1


SYSLOG = "Mar  2 08:15:00 web1 sshd[71]: Failed password for root from 203.0.113.7 port 22 ssh2\n"


def test_syslog_is_named_as_not_read_and_its_warnings_are_not_told_as_clean(checked, tmp_path):
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "auth.log").write_text(SYSLOG * 3)
    result = checked([row("2021-03-02T08:00:00Z")], [indicator(1, "[domain-name:value = 'evil.example']")])
    report = next(one for one in result.evidence if one.file.endswith("auth.log"))
    assert (report.format, report.rows) == ("", 0)
    assert "it is syslog" in report.problem
    assert "journalctl -o json" in report.problem
    assert result.totals.files_unread == 1
    assert exit_code(result, fail_on="low", allow_unchecked=False) == UNCHECKED


def test_the_journal_as_json_is_read_with_the_mapping_of_the_how_to(checked, tmp_path):
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "read-syslog.md").read_text()
    mapping = tmp_path / "journal.toml"
    mapping.write_text(re.search(r'```toml title="journal.toml"\n(.*?)```', page, re.DOTALL)[1])
    events = [
        {"__REALTIME_TIMESTAMP": "1614672900000000", "_HOSTNAME": "web1", "_EXE": "/usr/sbin/sshd", "_CMDLINE": "sshd: root [priv]",
         "MESSAGE": "Failed password for root from 203.0.113.7 port 22 ssh2"},
        {"__REALTIME_TIMESTAMP": "1614672901000000", "_HOSTNAME": "web1", "_EXE": "/usr/bin/curl", "_CMDLINE": "curl http://evil.example/x",
         "MESSAGE": [104, 105]},
    ]  # fmt: skip
    wanted = [
        indicator(1, "[process:command_line LIKE '%evil.example%' AND process:image_ref.name = 'curl']"),
        indicator(2, "[process:command_line = 'never']"),
        indicator(3, "[ipv4-addr:value = '203.0.113.7']"),
    ]
    result = checked(list(map(json.dumps, events)), wanted, mapping=mapping)
    (found,) = result.findings
    assert (found.where, found.first_seen) == ("web1", "2021-03-02T08:15:01.000Z")
    assert [one.answer for one in result.answers] == ["hit", "cannot_tell", "cannot_tell"]
