"""EVTX files, given as the archives that hold them, against indicators of ours written from their records."""

from __future__ import annotations

import json
import zipfile

import pytest

from e2e.checking import EVTX, answer_to, bundle, findings_of, name_of, needs_data, run, shape
from e2e.windows_events import base, expected, key

pytestmark = needs_data

ATTACKS = EVTX / "evtx-attack-samples.zip"
REGRESSION = EVTX / "sigma-regression.zip"

# title: (pattern, what must hold of an event)
OURS = {
    "a command line": (
        "[process:command_line = 'rundll32 windowscoredeviceinfo.dll,CreateBackdoor']",
        lambda e: any(line == "rundll32 windowscoredeviceinfo.dll,CreateBackdoor" for _, line in e.processes),
    ),
    "an address": ("[ipv4-addr:value = '151.101.0.133']", lambda e: "151.101.0.133" in e.addresses),
    "an address in a record of user data": ("[ipv4-addr:value = '10.0.2.16']", lambda e: "10.0.2.16" in e.addresses),
    "a shim database": (
        r"[windows-registry-key:key LIKE 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\AppCompatFlags\\InstalledSDB\\%']",
        lambda e: any("\\AppCompatFlags\\InstalledSDB\\" in one for one in e.keys),
    ),
    "a transfer": (
        "[url:value = 'https://i.imgur.com/IFpvPlt.png']",
        lambda e: e.first("url") == "https://i.imgur.com/IFpvPlt.png",
    ),
    "the host of a transfer": (
        "[domain-name:value = 'i.imgur.com']",
        lambda e: (e.first("url") or "").startswith("https://i.imgur.com/") or "i.imgur.com" in e.names,
    ),
}  # fmt: skip

SEQUENCE = (
    "([process:name = 'appcmd.exe' AND process:command_line LIKE '%list apppool /text:processmodel.username'] FOLLOWEDBY "
    "[process:name = 'appcmd.exe' AND process:command_line LIKE '%list apppool /text:processmodel.password']) WITHIN 60 SECONDS"
)


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


@pytest.fixture(scope="module")
def own(regression):
    """For each of the 100 samples, a pattern of values that its first record holds, and what must hold of an event."""
    firsts = {event.file: event for event in regression if event.file.endswith(".evtx") and event.row == 1}
    return {name: _own(event) for name, event in firsts.items()}


def _own(event):
    if line := event.first("CommandLine"):
        return f"[process:command_line = {quoted(line)}]", lambda e: any(
            found == line for _, found in e.processes
        )
    if there := event.first("TargetObject"):
        return f"[windows-registry-key:key = {quoted(there)}]", lambda e: key(there) in e.keys
    name = base(event.first("TargetFilename", "ImageLoaded", "SourceImage", "Image", "ProcessName"))
    if name:
        return f"[file:name = {quoted(name)}]", lambda e: name in e.file_names
    return None


@pytest.fixture(scope="module")
def result(tmp_path_factory, own):
    patterns = {title: pattern for title, (pattern, _) in OURS.items()}
    patterns |= {"a sequence": SEQUENCE, "nothing": "[ipv4-addr:value = '203.0.113.77']"}
    patterns |= {name: found[0] for name, found in own.items() if found}
    # The second of two samples with one pattern is the same warning.
    named = {}
    for title, pattern in patterns.items():
        named.setdefault(pattern, title)
    unique = {title: pattern for pattern, title in named.items()}
    return run([ATTACKS, REGRESSION], [bundle(tmp_path_factory.mktemp("ours") / "ours.json", unique)])


def test_every_record_of_every_file_in_the_archives_is_read(result):
    counts = {file.file.split("!/")[1]: file.read for file in result.evidence if file.format == "evtx"}
    assert all(file.read == file.rows for file in result.evidence)
    with zipfile.ZipFile(ATTACKS) as archive:
        index = [json.loads(line) for line in archive.read("index.jsonl").splitlines()]
    with zipfile.ZipFile(REGRESSION) as archive:
        listed = [json.loads(line) for line in archive.read("expected.jsonl").splitlines()]
    attacks = {name: count for name, count in counts.items() if not name.startswith("regression_data/")}
    assert (len(attacks), sum(attacks.values())) == (80, 3717)
    assert sorted(attacks.values()) == sorted(entry["records"] for entry in index)
    regression = {name: count for name, count in counts.items() if name.startswith("regression_data/")}
    assert regression == {entry["evtx"]: entry["records"] for entry in listed}
    assert (len(regression), sum(regression.values())) == (100, 126)


def test_what_is_no_log_in_the_archives_is_named_and_counted(result):
    unread = [file for file in result.evidence if file.problem]
    assert len(unread) == result.totals.files_unread
    assert {name_of(file.file).rsplit(".", 1)[-1] for file in unread} <= {
        "yml",
        "md",
        "GPL",
        "LICENSE",
        "jsonl",
    }
    assert all(file.rows == 0 for file in unread)


@pytest.mark.parametrize("title", OURS)
def test_an_indicator_finds_exactly_the_records_that_hold_its_values(result, attacks, regression, title):
    assert sorted(map(shape, findings_of(result, title))) == expected([*attacks, *regression], OURS[title][1])
    assert findings_of(result, title)


def test_each_of_the_100_samples_is_hit_by_an_indicator_of_its_own_values(result, attacks, regression, own):
    events = [*attacks, *regression]
    # Its record tells of a changed task, and names no process, file, address or key.
    nothing = [name for name, found in own.items() if found is None]
    assert nothing == [
        "7595ba94-cf3b-4471-aa03-4f6baa9e5fad.evtx",
        "8ac03a65-6c84-4116-acad-dc1558ff7a77.evtx",
    ]
    missed = {}
    for name, found in own.items():
        if found is None:
            continue
        pattern, holds = found
        said = sorted(shape(finding) for finding in result.findings if finding.pattern == pattern)
        if said != expected(events, holds):
            missed[name] = (pattern, said, expected(events, holds))
    assert missed == {}


def test_an_event_is_the_same_as_evtx_and_as_the_librarys_json(result, regression):
    """The archive holds each event twice; a finding counts both, and tells both files."""
    finding = next(one for one in result.findings if one.title == "9cc85849-3b02-4cb5-b371-3a1ff54f2218.evtx")
    files = {name_of(example.file) for example in finding.examples}
    assert files == {"9cc85849-3b02-4cb5-b371-3a1ff54f2218.evtx", "9cc85849-3b02-4cb5-b371-3a1ff54f2218.json"}
    assert finding.count == 2


def test_a_sequence_within_one_file_is_found(result, attacks):
    (finding,) = findings_of(result, "a sequence")
    assert {name_of(example.file) for example in finding.examples} == {
        "discovery_sysmon_1_iis_pwd_and_config_discovery_appcmd.evtx"
    }
    rows = {
        (event.row, name)
        for event in attacks
        if event.file == "discovery_sysmon_1_iis_pwd_and_config_discovery_appcmd.evtx"
        for name, line in event.processes
        if name == "appcmd.exe" and (line or "").endswith(("processmodel.username", "processmodel.password"))
    }
    assert {example.row for example in finding.examples} <= {row for row, _ in rows}
    assert finding.count % 2 == 0


def test_zero_hits_over_years_of_single_days_cannot_be_told(result):
    answer = answer_to(result, "nothing")
    assert answer.answer == "cannot_tell"
    assert {gap.kind for gap in answer.gaps} >= {"days", "host"}


def test_one_file_of_one_day_without_the_address_is_not_seen(tmp_path):
    member = (
        "Command and Control/DE_RDP_Tunneling_TerminalServices-RemoteConnectionManagerOperational_1149.evtx"
    )
    path = tmp_path / "rdp.evtx"
    with zipfile.ZipFile(ATTACKS) as archive:
        path.write_bytes(archive.read(member))
    against = bundle(tmp_path / "ours.json", {"an address": "[ipv4-addr:value = '203.0.113.77']"})
    answer = answer_to(run([path], [against]), "an address")
    # The log names those who logged on remotely, not every address that the host spoke with.
    assert answer.answer == "cannot_tell"
    assert [gap.kind for gap in answer.gaps] in (["field"], ["log"])
