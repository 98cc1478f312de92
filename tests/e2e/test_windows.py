"""Recorded Windows attacks against indicators of ours, written from values that stand in these logs.

What is expected is worked out from the raw JSON in plain Python (``windows_events``), or written down where it
was read by eye in the file.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime

import pytest

from e2e.checking import WINDOWS, answer_to, bundle, findings_of, name_of, needs_data, run, shape
from e2e.windows_events import base, expected, instant

pytestmark = needs_data

PROXYLOGON = "proxylogon_ssrf_rce_poc.jsonl.gz"
POWERSHELL_SHA256 = "908b64b1971a979c7e3e8ce4621945cba84854cb98d76367b791a6e22b5f6d53"
RUN_TIME = r"HKEY_LOCAL_MACHINE\System\CurrentControlSet\Services\W32Time\SecureTimeLimits\RunTime"


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def process(event, name, matches):
    """Whether one process object has this name, in whatever case, and a command line that matches."""
    return any(
        found is not None and found.lower() == name and line is not None and matches(line)
        for found, line in event.processes
    )


def like(text, pattern):
    return text is not None and re.fullmatch(pattern, text, re.DOTALL | re.IGNORECASE) is not None


def has_name(event, *names):
    """Whether a process has one of these names, in whatever case."""
    return any((found or "").lower() in names for found, _ in event.processes)


# title: (pattern, what must hold of an event)
OURS = {
    "a SHA-256": (
        f"[file:hashes.'SHA-256' = '{POWERSHELL_SHA256}']",
        lambda e: e.hashes.get("SHA256") == POWERSHELL_SHA256,
    ),
    "an MD5 in capitals": (
        "[file:hashes.MD5 = 'CDA48FC75952AD12D99E526D0B6BF70A']",
        lambda e: e.hashes.get("MD5") == "cda48fc75952ad12d99e526d0b6bf70a",
    ),
    "the image of a process that started": (
        f"[process:image_ref.hashes.'SHA-256' = '{POWERSHELL_SHA256}']",
        lambda e: e.id == "1" and e.hashes.get("SHA256") == POWERSHELL_SHA256,
    ),
    "the name of an image": (
        "[process:name = 'whoami.exe']",
        lambda e: has_name(e, "whoami.exe"),
    ),
    "one of several names": (
        "[process:name IN ('GruntHTTP2.exe', 'fodhelper.exe', 'mimikatz.exe')]",
        lambda e: has_name(e, "grunthttp2.exe", "fodhelper.exe", "mimikatz.exe"),
    ),
    "the name of a file": ("[file:name = 'ohyeah.aspx']", lambda e: "ohyeah.aspx" in e.file_names),
    "a command line LIKE": (
        "[process:command_line LIKE 'cmd%/c%whoami%']",
        lambda e: any(like(line, "cmd.*/c.*whoami.*") for _, line in e.processes),
    ),
    "a command line MATCHES": (
        r"[process:command_line MATCHES '(?i)-enc[a-z]* +[A-Za-z0-9+/=]{40}']",
        lambda e: any(
            re.search("-enc[a-z]* +[A-Za-z0-9+/=]{40}", line or "", re.IGNORECASE) for _, line in e.processes
        ),
    ),
    "an address": ("[ipv4-addr:value = '13.107.4.50']", lambda e: "13.107.4.50" in e.addresses),
    "an address mapped into IPv6": ("[ipv4-addr:value = '172.18.39.102']", lambda e: "172.18.39.102" in e.addresses),
    "an IPv6 address not shortened": (
        "[ipv6-addr:value = 'fe80:0:0:0:3816:b2ee:1b9b:324b']",
        lambda e: "fe80::3816:b2ee:1b9b:324b" in e.addresses,
    ),
    "a network": (
        "[ipv4-addr:value ISSUBSET '40.90.4.0/24']",
        lambda e: any(one.startswith("40.90.4.") for one in e.addresses),
    ),
    "where a connection went": (
        "[network-traffic:dst_ref.value = '169.254.169.254']",
        lambda e: e.destination == "169.254.169.254",
    ),
    "a name looked up": (
        "[domain-name:value = 'RAW.githubusercontent.com.']",
        lambda e: "raw.githubusercontent.com" in e.names,
    ),
    "a registry key": (f"[windows-registry-key:key = {quoted(RUN_TIME)}]", lambda e: RUN_TIME in e.keys),
    "a registry key by the short name of its hive": (
        f"[windows-registry-key:key = {quoted(RUN_TIME.replace('HKEY_LOCAL_MACHINE', 'HKLM'))}]",
        lambda e: RUN_TIME in e.keys,
    ),
    "a registry key LIKE, by the short name": (
        r"[windows-registry-key:key LIKE 'HKU\\%\\ms-settings\\Shell\\Open\\command']",
        lambda e: any(like(one, r"HKEY_USERS\\.*\\ms-settings\\Shell\\Open\\command") for one in e.keys),
    ),
    "AND within one object": (
        "[network-traffic:dst_ref.value = '172.18.38.5' AND network-traffic:dst_port = 88]",
        lambda e: e.destination == "172.18.38.5" and e.first("DestinationPort", "DestPort") == "88",
    ),
    "AND within a registry value": (
        f"[windows-registry-key:key = {quoted(RUN_TIME)} AND windows-registry-key:values[*].name = 'SecureTimeConfidence']",
        lambda e: e.id == "13" and e.first("TargetObject") == RUN_TIME.replace("HKEY_LOCAL_MACHINE", "HKLM") + r"\SecureTimeConfidence",
    ),
    "AND across types": (
        "[process:name = 'w3wp.exe' AND file:name LIKE 'ohyeah%']",
        lambda e: has_name(e, "w3wp.exe") and any((name or "").lower().startswith("ohyeah") for name in e.file_names),
    ),
    "AND with NOT": (
        "[process:name = 'cmd.exe' AND process:command_line NOT LIKE 'cmd /c%']",
        lambda e: process(e, "cmd.exe", lambda line: not like(line, "cmd /c.*")),
    ),
    "a time of START to STOP": (
        "[process:name = 'whoami.exe'] START t'2021-03-14T01:40:15.367Z' STOP t'2021-03-14T01:40:15.370Z'",
        lambda e: has_name(e, "whoami.exe")
        and datetime.fromisoformat("2021-03-14T01:40:15.367+00:00")
        <= e.time
        < datetime.fromisoformat("2021-03-14T01:40:15.370+00:00"),
    ),
}  # fmt: skip

ZERO = {
    "the parent's name and the child's command line": "[process:name = 'cmd.exe' AND process:command_line = 'whoami']",
    "an MD5 that is not there": "[file:hashes.MD5 = '02af7cec58b9a5da1c542b5a32151ba1']",
    "a name in other words": "[process:name LIKE 'whoami']  AND [process:name LIKE 'whoami_exe_']",
}


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    patterns = {title: pattern for title, (pattern, _) in OURS.items()} | ZERO
    return run([WINDOWS], [bundle(tmp_path_factory.mktemp("ours") / "ours.json", patterns)])


def test_all_events_of_all_sets_are_read(result, windows):
    assert len(windows) == 89_422
    assert (result.totals.files, result.totals.files_unread) == (26, 0)
    assert (result.totals.rows, result.totals.read, result.totals.skipped) == (89_422, 89_422, 0)
    counts = {name_of(file.file): file.read for file in result.evidence}
    assert counts[PROXYLOGON] == 10_487
    assert counts == Counter(event.file for event in windows)


def test_hosts_and_times_of_each_file_are_told(result, windows):
    hosts: dict[str, set[str]] = {}
    times: dict[str, set[datetime]] = {}
    for event in windows:
        hosts.setdefault(event.file, set()).add(event.host)
        times.setdefault(event.file, set()).add(event.time)
    for file in result.evidence:
        name = name_of(file.file)
        assert file.hosts == tuple(sorted(hosts[name])), name
        assert (file.first_time, file.last_time) == (instant(min(times[name])), instant(max(times[name]))), (
            name
        )


def test_no_pattern_of_ours_is_left_unchecked(result):
    assert result.warnings_not_checked == ()
    assert result.totals.warnings == len(OURS) + len(ZERO)


@pytest.mark.parametrize("title", OURS)
def test_an_indicator_finds_exactly_the_rows_that_hold_its_values(result, windows, title):
    found = sorted(map(shape, findings_of(result, title)))
    assert found == expected(windows, OURS[title][1])
    assert found
    assert answer_to(result, title).answer == "hit"


@pytest.mark.parametrize("title", ZERO)
def test_what_is_in_no_row_is_found_in_none(result, title):
    assert findings_of(result, title) == []
    assert answer_to(result, title).answer != "hit"


def test_sets_of_other_years_and_hosts_leave_days_uncovered_so_zero_cannot_be_told(result):
    answer = answer_to(result, "an MD5 that is not there")
    assert answer.answer == "cannot_tell"
    assert {gap.kind for gap in answer.gaps} >= {"days"}
    assert any("WORKSTATION5.theshire.local" in gap.what and "2020-08-05" in gap.what for gap in answer.gaps)


def test_the_reason_names_clause_row_and_value(result):
    (finding,) = findings_of(result, "a name looked up")
    row = finding.why.children[0]
    while row.kind != "row":
        row = row.children[0]
    assert (name_of(row.file), row.row) == ("psh_control_panel_execution.jsonl.gz", finding.examples[0].row)
    assert finding.examples[0].values == {"domain-name:value": "raw.githubusercontent.com"}


# -- ProxyLogon: one host, one minute -----------------------------------------------------------
# Read by eye with zcat and grep: row 3733 writes ohyeah.aspx (01:40:13.660), rows 4050 and 4062 are Sysmon's
# and 4966 and 4967 Security's record of the two `cmd /c whoami` that it ran (01:40:15.338 to .347).

SEQUENCES = {
    "the web shell, then a command": (
        "([file:name = 'ohyeah.aspx' AND process:name = 'System'] FOLLOWEDBY "
        "[process:name = 'cmd.exe' AND process:command_line = 'cmd /c whoami']) WITHIN 2 SECONDS"
    ),
    "the web shell, then a command, too fast": (
        "([file:name = 'ohyeah.aspx' AND process:name = 'System'] FOLLOWEDBY "
        "[process:name = 'cmd.exe' AND process:command_line = 'cmd /c whoami']) WITHIN 1 SECONDS"
    ),
    "a command, then the web shell": (
        "[process:name = 'whoami.exe'] FOLLOWEDBY [file:name = 'ohyeah.aspx' AND process:name = 'System']"
    ),
    "both, in any order": "[file:name = 'ohyeah.aspx' AND process:name = 'System'] AND [process:name = 'netsh.exe']",
    "a rush of them": "[process:name = 'whoami.exe' AND process:command_line = 'whoami'] REPEATS 4 TIMES WITHIN 1 SECONDS",
    "more of them than there are": (
        "[process:name = 'whoami.exe' AND process:command_line = 'whoami'] REPEATS 5 TIMES WITHIN 1 SECONDS"
    ),
    "a web shell of another name": "[file:name = 'errorEE.aspx']",
    "an address not met": "[ipv4-addr:value = '203.0.113.77']",
    "a mail": "[email-message:subject = 'Invoice']",
    "a mutex": "[mutex:name = 'Global\\\\evil']",
    "a name not looked up": "[domain-name:value = 'evil.example.com']",
}  # fmt: skip


@pytest.fixture(scope="module")
def mail_server(tmp_path_factory):
    return run([WINDOWS / PROXYLOGON], [bundle(tmp_path_factory.mktemp("mail") / "ours.json", SEQUENCES)])


@pytest.fixture(scope="module")
def mail_events(windows):
    return [event for event in windows if event.file == PROXYLOGON]


def test_the_rows_read_by_eye_are_what_plain_python_reads(mail_events):
    shell = [
        e.row
        for e in mail_events
        if "ohyeah.aspx" in e.file_names and any(n == "System" for n, _ in e.processes)
    ]
    commands = [e.row for e in mail_events if process(e, "cmd.exe", lambda line: line == "cmd /c whoami")]
    whoami = [e.row for e in mail_events if process(e, "whoami.exe", lambda line: line == "whoami")]
    assert shell == [3733]
    assert {4050, 4062, 4966, 4967} <= set(commands)
    assert whoami == [4137, 4140, 4980, 4981]


def test_a_sequence_in_its_window_is_found_with_its_rows(mail_server):
    (finding,) = findings_of(mail_server, "the web shell, then a command")
    assert finding.where == "MXS01.azsentinel.local"
    assert finding.first_seen == "2021-03-14T01:40:13.660Z"
    assert finding.last_seen == "2021-03-14T01:40:15.338Z"
    assert [example.row for example in finding.examples] == [3733, 4966]
    assert finding.count == 2


def test_the_same_sequence_in_a_narrower_window_or_the_other_order_is_not_seen(mail_server):
    for title in ("the web shell, then a command, too fast", "a command, then the web shell"):
        assert findings_of(mail_server, title) == []
        assert answer_to(mail_server, title).answer == "not_seen"


def test_two_observations_in_any_order_are_found_the_closest_pair_of_them(mail_server, mail_events):
    (finding,) = findings_of(mail_server, "both, in any order")
    netsh = [event for event in mail_events if any(name == "netsh.exe" for name, _ in event.processes)]
    closest = max(netsh, key=lambda event: (event.time, -event.row))
    assert finding.first_seen == instant(closest.time) == "2021-03-14T01:39:39.884Z"
    assert finding.last_seen == "2021-03-14T01:40:13.660Z"
    assert {example.row for example in finding.examples} == {closest.row, 3733}


def test_repeats_counts_the_rows_that_are_there_and_no_more(mail_server):
    (finding,) = findings_of(mail_server, "a rush of them")
    assert (finding.first_seen, finding.last_seen) == ("2021-03-14T01:40:15.367Z", "2021-03-14T01:40:15.370Z")
    assert (finding.count, sorted(example.row for example in finding.examples)) == (
        4,
        [4137, 4140, 4980, 4981],
    )
    assert answer_to(mail_server, "more of them than there are").answer == "not_seen"


@pytest.mark.parametrize(
    "title", ["a web shell of another name", "an address not met", "a name not looked up"]
)
def test_what_the_day_covers_is_not_seen(mail_server, title):
    assert answer_to(mail_server, title).answer == "not_seen"


@pytest.mark.parametrize(("title", "words"), [("a mail", "mail"), ("a mutex", "mutex")])
def test_what_no_windows_log_holds_cannot_be_told(mail_server, title, words):
    answer = answer_to(mail_server, title)
    assert answer.answer == "cannot_tell"
    (gap,) = answer.gaps
    assert gap.kind in ("log", "field")
    assert words in gap.what


def test_a_period_the_logs_do_not_cover_cannot_be_told_and_the_days_are_named(tmp_path):
    against = bundle(tmp_path / "ours.json", {"an address not met": "[ipv4-addr:value = '203.0.113.77']"})
    asked = run([WINDOWS / PROXYLOGON], [against], since="2021-03-13T00:00:00Z", until="2021-03-16T00:00:00Z")
    (gap,) = answer_to(asked, "an address not met").gaps
    assert gap.kind == "days"
    assert "2021-03-13" in gap.what
    assert "2021-03-15" in gap.what
    assert "2021-03-14" not in gap.what


def test_a_host_whose_log_is_missing_cannot_be_told(tmp_path):
    against = bundle(tmp_path / "ours.json", {"an address not met": "[ipv4-addr:value = '203.0.113.77']"})
    asked = run([WINDOWS / PROXYLOGON], [against], hosts=("MXS02.azsentinel.local",))
    answer = answer_to(asked, "an address not met")
    assert [(gap.kind, "MXS02.azsentinel.local" in gap.what) for gap in answer.gaps] == [("host", True)]


def test_rows_outside_of_the_period_asked_for_are_no_hits(tmp_path, mail_events):
    against = bundle(tmp_path / "ours.json", {"whoami": "[process:name = 'whoami.exe']"})
    asked = run(
        [WINDOWS / PROXYLOGON], [against], since="2021-03-14T01:40:15.367Z", until="2021-03-14T01:40:15.370Z"
    )
    inside = expected(
        mail_events,
        lambda e: (
            any(base(name) == "whoami.exe" for name, _ in e.processes)
            and "01:40:15.367" <= f"{e.time:%H:%M:%S.%f}" < "01:40:15.370"
        ),
    )
    assert sorted(map(shape, findings_of(asked, "whoami"))) == inside


# -- what is spelled in two ways -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        # A published indicator of WastedLocker says SYSTEM; this log says System; Windows knows one key.
        (
            "covenant_sharpwmi_create_dcerpc_wmi.jsonl.gz",
            r"[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control']",
        ),
        (PROXYLOGON, "[process:name = 'WhoAmI.exe']"),
        (PROXYLOGON, "[file:name = 'OhYeah.aspx']"),
        (PROXYLOGON, r"[directory:path = 'c:\\windows\\system32\\inetsrv' AND file:name = 'W3WP.exe']"),
    ],
)
def test_windows_names_are_compared_as_windows_does_whatever_their_case(tmp_path, name, pattern):
    asked = run([WINDOWS / name], [bundle(tmp_path / "ours.json", {"a name": pattern})])
    assert answer_to(asked, "a name").answer == "hit"


def test_the_key_of_the_current_user_is_found_where_the_log_writes_the_users_number(tmp_path):
    """Sysmon writes HKU and the user's SID for what everyone else calls HKEY_CURRENT_USER."""
    name = r"HKEY_CURRENT_USER\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Explorer\\UserAssist\\{CEBFF5CD-ACE2-4F4F-9178-9926F41749EA}\\Count\\HRZR_PGYFRFFVBA"
    against = bundle(tmp_path / "ours.json", {"a key": f"[windows-registry-key:key = '{name}']"})
    asked = run([WINDOWS / PROXYLOGON], [against])
    assert answer_to(asked, "a key").answer == "hit"
