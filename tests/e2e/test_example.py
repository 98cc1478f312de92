"""The shipped example: a water utility's logs of 2020 and 2021 against the warnings of these years."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from e2e.checking import REPOSITORY, answer_to, bundle, name_of, run
from tocsin.cli.main import main

EXAMPLES = REPOSITORY / "src" / "tocsin" / "data" / "examples"
EVIDENCE = EXAMPLES / "evidence"
WARNINGS = EXAMPLES / "warnings-2021.json"

MAIL, ORION, SENSOR = "MAIL01.brookwater.example", "ORION01.brookwater.example", "sensor1.brookwater.example"
ORION_IP = "192.0.2.30"

# Read in the files by hand: warning, host, first and last seen, rows, and the file and row of the first of them.
EXPECTED = [
    ("SUNBURST: Orion library 2020.2.5200.12394", ORION, "06-08T05:02:44", "06-08T05:02:44", 1, "sysmon.json:1"),
    ("SUNBURST: the library under its own name", ORION, "06-08T05:02:44", "06-08T05:02:44", 1, "sysmon.json:1"),
    ("SUNBURST: Orion itself asks for avsvmcloud.com", ORION, "06-11T09:12:20", "06-11T22:37:33", 5, "sysmon.json:73"),
    ("SUNBURST: five beacons in a day", f"{ORION_IP}, {ORION}", "06-11T09:12:20", "06-11T22:37:33", 10, "sysmon.json:73"),
    ("SUNBURST: generated name of a victim", ORION, "06-11T09:12:20", "06-11T22:37:33", 5, "sysmon.json:73"),
    ("SUNBURST: generated name of a victim", ORION_IP, "06-11T09:12:20", "06-11T22:37:33", 5, "dns.log:262"),
    ("SUNBURST: lookup of avsvmcloud.com", ORION, "06-11T09:12:20", "06-11T22:37:33", 5, "sysmon.json:73"),
    ("SUNBURST: lookup of avsvmcloud.com", ORION_IP, "06-11T09:12:20", "06-11T22:37:33", 5, "dns.log:262"),
    ("SUNBURST: names of victims that were chosen", ORION, "06-11T09:12:20", "06-11T22:37:33", 5, "sysmon.json:73"),
    ("SUNBURST: names of victims that were chosen", ORION_IP, "06-11T09:12:20", "06-11T22:37:33", 5, "dns.log:262"),
    ("SUNBURST: beacon, then a second server within an hour", f"{ORION_IP}, {ORION}", "06-11T22:37:33", "06-11T22:39:10", 2, "sysmon.json:93"),
    ("SUNBURST: deftsecurity.com", ORION_IP, "06-11T22:37:33", "06-12T03:40:21", 4, "dns.log:325"),
    ("Exchange attacks: 104.250.191.110", MAIL, "02-28T03:41:09", "02-28T03:41:12", 3, "u_ex210228.log:11"),
    ("Exchange attacks: 103.77.192.219", MAIL, "03-02T22:14:02", "03-03T01:22:30", 14, "u_ex210302.log:251"),
    ("Exchange attacks: user agent ExchangeServicesClient/0.0.0.0", MAIL, "03-02T22:14:02", "03-02T22:14:27", 10, "u_ex210302.log:251"),
    ("ProxyLogon: POST to a script of one letter in /ecp/", MAIL, "03-02T22:14:02", "03-02T22:14:27", 10, "u_ex210302.log:251"),
    ("ProxyLogon: back end named by the visitor", MAIL, "03-02T22:14:02", "03-02T22:14:27", 5, "HttpProxy_2021030200-1.LOG:22"),
    ("ProxyLogon: session made by proxyLogon.ecp", MAIL, "03-02T22:14:09", "03-02T22:14:09", 1, "HttpProxy_2021030200-1.LOG:24"),
    ("ProxyLogon: request to /ecp/, then a web shell within a day", MAIL, "03-02T22:14:27", "03-02T22:14:31", 2, "HttpProxy_2021030200-1.LOG:26"),
    ("Web shell written by the web server", MAIL, "03-02T22:14:31", "03-02T22:14:31", 1, "sysmon.json.gz:210"),
    ("Web shell written: known names", MAIL, "03-02T22:14:31", "03-02T22:14:31", 1, "sysmon.json.gz:210"),
    ("Exchange attacks: user agent antSword/v2.1", MAIL, "03-02T22:16:40", "03-03T01:22:30", 4, "u_ex210302.log:256"),
    ("Web shell asked for: known names", MAIL, "03-02T22:16:40", "03-03T01:22:30", 4, "u_ex210302.log:256"),
    ("China Chopper: command through a web shell", MAIL, "03-02T22:16:41", "03-03T01:05:13", 2, "sysmon.json.gz:211"),
    ("Administrator removed from Exchange's group", MAIL, "03-03T01:05:13", "03-03T01:05:13", 1, "sysmon.json.gz:213"),
    ("Memory of lsass written by comsvcs.dll", MAIL, "03-03T01:09:48", "03-03T01:09:48", 1, "sysmon.json.gz:214"),
    ("Mailboxes packed for theft", MAIL, "03-03T01:22:31", "03-03T01:22:31", 1, "sysmon.json.gz:215"),
    ("Exchange attacks: 157.230.221.198", MAIL, "03-04T05:50:03", "03-04T05:50:03", 2, "u_ex210304.log:14"),
    ("ProxyLogon: POST to static files of Outlook on the web", MAIL, "03-04T05:50:03", "03-04T05:50:03", 2, "u_ex210304.log:14"),
    ("ProxyLogon: back end named by the visitor", MAIL, "03-04T05:50:03", "03-04T05:50:03", 1, "HttpProxy_2021030400-1.LOG:9"),
]  # fmt: skip


def lines(path):
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8").splitlines()


@pytest.fixture(scope="module")
def result():
    return run([EVIDENCE], [WARNINGS], known_good=True)


def test_the_two_intrusions_are_found_and_nothing_else(result):
    found = []
    for one in result.findings:
        first = one.examples[0]
        found.append(
            (
                one.title,
                one.where,
                one.first_seen[5:19],
                one.last_seen[5:19],
                one.count,
                f"{name_of(first.file)}:{first.row}",
            )
        )
    assert sorted(found) == sorted(EXPECTED)
    assert (result.totals.hit, result.totals.warnings) == (26, 75)


def test_a_sensor_is_named_as_the_witness_and_never_as_a_machine_that_is_hit(result):
    assert not any(SENSOR in one.where for one in result.findings)
    assert {one.where for one in result.findings if one.seen_by} == {ORION_IP, f"{ORION_IP}, {ORION}"}
    assert {one.seen_by for one in result.findings} == {(), (SENSOR,)}


@pytest.mark.parametrize("address", ["103.77.192.219", "104.250.191.110", "157.230.221.198", "13.59.205.66"])
def test_counts_are_those_of_the_lines_that_hold_the_address(result, address):
    there = Counter(
        {
            str(path): sum(address in line for line in lines(path))
            for path in EVIDENCE.rglob("*")
            if path.suffix in (".log", ".LOG")
        }
    )
    title = next(
        title
        for title, *_ in EXPECTED
        if address in title or (address == "13.59.205.66" and "deftsecurity" in title)
    )
    assert sum(there.values()) == sum(one.count for one in result.findings if one.title == title)


def test_each_row_named_holds_each_value_that_is_shown_of_it(result):
    for finding in result.findings:
        for example in finding.examples:
            line = lines(Path(example.file))[example.row - 1]
            for value in example.values.values():
                parts = [part for part in value.replace("\\", "/").split("/") if part]
                text = line.replace("\\\\", "/").replace("\\", "/").replace('/"', '"').replace("+", " ")
                assert all(part.lower() in text.lower() for part in parts), (value, line)


def test_what_the_utility_did_not_keep_cannot_be_told_and_the_days_are_named(result):
    assert (result.totals.not_seen, result.totals.cannot_tell) == (0, 49)
    answers = [answer for answer in result.answers if answer.answer == "cannot_tell"]
    assert all(answer.gaps for answer in answers)
    assert all(gap.what for answer in answers for gap in answer.gaps)


def test_a_warning_of_the_days_that_were_kept_is_not_seen(tmp_path):
    against = bundle(tmp_path / "ours.json", {"an address": "[ipv4-addr:value = '203.0.113.250']"}, valid_from="2021-02-26T00:00:00Z", valid_until="2021-03-05T23:59:59Z")  # fmt: skip
    assert answer_to(run([EVIDENCE / "MAIL01"], [against]), "an address").answer in (
        "not_seen",
        "cannot_tell",
    )
    sensor = bundle(tmp_path / "name.json", {"a name": "[domain-name:value = 'evil.example']"}, valid_from="2020-06-08T00:00:00Z", valid_until="2020-06-14T23:59:59Z")  # fmt: skip
    assert answer_to(run([EVIDENCE / "sensor"], [sensor]), "a name").answer == "not_seen"


# -- the command line ----------------------------------------------------------------------------


@pytest.fixture
def tocsin(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)

    def call(*words, evidence=EVIDENCE):
        code = main(["check", str(evidence), "--against", str(WARNINGS), *words])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, told.out, told.err

    return call


def test_the_table_tells_the_verdict_first(tocsin):
    code, out, _ = tocsin()
    assert code == 1
    assert out.startswith("Hit: 26 warnings were seen on 3 hosts.\n")
    assert "SUNBURST: Orion library" in out
    assert "36 files, 3,738 rows: 3,738 read, 0 skipped" in out


def test_json_holds_every_answer_and_finding(tocsin, result):
    code, out, _ = tocsin("--format", "json")
    assert code == 1
    told = json.loads(out)
    assert Counter(answer["answer"] for answer in told["answers"]) == {"hit": 26, "cannot_tell": 49}
    assert {one["id"] for one in told["findings"]} == {one.id for one in result.findings}
    assert (told["schema"], told["totals"]["rows"]) == ("tocsin/check/1", 3738)


def test_jsonl_is_one_finding_a_line(tocsin, result):
    code, out, err = tocsin("--format", "jsonl")
    assert code == 1
    told = [json.loads(line) for line in out.splitlines()]
    assert [one["id"] for one in told] == [one.id for one in result.findings]
    keys = {"id", "warning", "kind", "where", "first_seen", "last_seen", "count", "examples", "why"}
    assert all(keys <= one.keys() for one in told)
    assert all({"file", "row"} <= example.keys() for one in told for example in one["examples"])
    assert "75 warnings: 26 hit, 0 not seen, 49 cannot tell, 0 more not checked." in err


def test_csv_is_one_finding_a_row(tocsin):
    code, out, _ = tocsin("--format", "csv")
    assert code == 1
    header, *rows = csv.reader(io.StringIO(out))
    assert len(rows) == len(EXPECTED)
    assert all(len(row) == len(header) for row in rows)


def test_sarif_holds_a_result_a_finding(tocsin):
    code, out, _ = tocsin("--format", "sarif")
    assert code == 1
    told = json.loads(out)
    assert told["version"] == "2.1.0"
    assert sum(len(one["results"]) for one in told["runs"]) == len(EXPECTED)


def test_stix_holds_a_sighting_a_finding(tocsin):
    code, out, _ = tocsin("--format", "stix")
    assert code == 1
    kinds = Counter(one["type"] for one in json.loads(out)["objects"])
    assert kinds["sighting"] == len(EXPECTED)
    assert kinds["observed-data"] >= 1


def test_html_is_a_page_that_names_every_warning_seen(tocsin, tmp_path):
    code, out, err = tocsin(
        "--report", str(tmp_path / "report.html"), "--format", "html", "--output", str(tmp_path / "out.html")
    )
    assert (code, out) == (1, "")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Written:" in err
    assert page.lower().startswith("<!doctype html>")
    assert "Exchange attacks: 103.77.192.219" in page
    assert "http-equiv" not in page.lower() or "refresh" not in page.lower()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 1),
        (("--fail-on", "critical"), 7),
        (("--fail-on", "never"), 7),
        (("--fail-on", "never", "--allow-unchecked"), 0),
        (("--since", "2022-01-01"), 7),
        (("--format", "yaml"), 2),
        (("--since", "2021-03-05", "--until", "2021-03-01"), 2),
    ],
)
def test_the_exit_code_says_what_was_found(tocsin, words, code):
    assert tocsin("-q", "--no-known-good", *words, evidence=EVIDENCE / "ORION01")[0] == code


def test_the_installed_program_says_the_same(tmp_path):
    program = Path(sys.executable).parent / "tocsin"
    done = subprocess.run(
        [program, "check", EVIDENCE, "--against", WARNINGS, "--format", "jsonl", "--no-cache", "-q"],
        capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == ""
    titles = Counter(json.loads(line)["title"] for line in done.stdout.splitlines())
    assert titles == Counter(title for title, *_ in EXPECTED)


def test_the_evidence_has_the_days_that_its_provenance_names(result):
    days: dict[str, set[str]] = {}
    for file in result.evidence:
        folder = Path(file.file).relative_to(EVIDENCE).parts[0]
        days.setdefault(folder, set()).update((file.first_time[:10], file.last_time[:10]))
    spans = {folder: (min(found), max(found)) for folder, found in days.items()}
    assert spans["MAIL01"] == ("2021-02-26", "2021-03-05")
    assert spans["ORION01"] == spans["sensor"] == ("2020-06-08", "2020-06-14")
    assert all(datetime.fromisoformat(day) for found in spans.values() for day in found)
