"""Zeek records of two sensors against indicators of ours: the 26 logs and the combined one say the same."""

from __future__ import annotations

import gzip
import re

import msgspec
import pytest

from e2e.checking import ZEEK, answer_to, bundle, findings_of, name_of, needs_data, run, shape
from e2e.windows_events import expected

pytestmark = needs_data

COMBINED = ZEEK / "combined_zeek.log.gz"


# title: (pattern, what must hold of a record)
OURS = {
    "a file's MD5": (
        "[file:hashes.MD5 = 'dd5ea7248edbdc4b158e3c81c154857b']",
        lambda r: r.md5 == "dd5ea7248edbdc4b158e3c81c154857b",
    ),
    "a file on a share": (
        r"[file:name = 'GptTmpl.inf' AND file:parent_directory_ref.path = '\\\\NEWYORK.dmevals.local\\sysvol']",
        lambda r: r.stream == "smb_files" and r.fields["name"].endswith("\\GptTmpl.inf"),
    ),
    "a name looked up": (
        "[domain-name:value = 'www.PowerShellGallery.com']",
        lambda r: r.query == "www.powershellgallery.com",
    ),
    "an address and a port of one connection": (
        "[network-traffic:dst_ref.value = '192.168.0.5' AND network-traffic:dst_port = 443]",
        lambda r: (r.id_resp_h, r.id_resp_p) == ("192.168.0.5", 443),
    ),
    "a network": ("[ipv4-addr:value ISSUBSET '192.168.0.4/31']", lambda r: r.id_resp_h in ("192.168.0.4", "192.168.0.5")),
    "a URL": (
        "[url:value = 'http://192.168.0.4/webdav/python.exe']",
        lambda r: (r.fields.get("host"), r.uri) == ("192.168.0.4", "/webdav/python.exe"),
    ),
    "the end of a URL": ("[url:value LIKE '%/OfficeSupplies.7z']", lambda r: (r.uri or "").endswith("/OfficeSupplies.7z")),
    "a request": (
        ("[network-traffic:extensions.'http-request-ext'.request_method = 'PUT' "
        "AND network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' LIKE 'Microsoft-WebDAV-MiniRedir/%']"),
        lambda r: r.method == "PUT" and r.user_agent.startswith("Microsoft-WebDAV-MiniRedir/"),
    ),
    "a certificate": (
        "[x509-certificate:hashes.'SHA-1' = 'BC3A6953A08963C9BE9FCEB75DBE83F7C225AC8E']",
        lambda r: r.resp_certificate_sha1 == "bc3a6953a08963c9be9fceb75dbe83f7c225ac8e",
    ),
    "whom a certificate names": (
        "[x509-certificate:subject MATCHES 'CN=conn[.]sons[.]info(,|$)']",
        lambda r: r.stream in ("ssl", "x509")
        and re.search("CN=conn[.]sons[.]info(,|$)", r.subject or r.certificate_subject or ""),
    ),
    "a hardware address in capitals": (
        "[mac-addr:value = '00:0D:3A:4D:42:F2']",
        lambda r: "00:0d:3a:4d:42:f2" in (r.orig_l2_addr, r.mac, r.resp_l2_addr),
    ),
    "an account": (
        "[user-account:account_login LIKE 'pb%']",
        lambda r: r.stream == "kerberos" and (r.client or "").startswith("pb"),
    ),
}  # fmt: skip
# Rows 2052 to 2073 put the archive, rows 2093 and 2094 fetch the program 183.6 s after the last of them.
PUT = "[network-traffic:extensions.'http-request-ext'.request_method = 'PUT' AND url:value LIKE '%/OfficeSupplies.7z']"
FETCHED = "[network-traffic:extensions.'http-request-ext'.request_method = 'GET' AND url:value LIKE '%/webdav/python.exe']"
OTHERS = {
    "put, then fetched": f"({PUT} FOLLOWEDBY {FETCHED}) WITHIN 184 SECONDS",
    "put, then fetched, too fast": f"({PUT} FOLLOWEDBY {FETCHED}) WITHIN 183 SECONDS",
    "fetched, then put": f"{FETCHED} FOLLOWEDBY {PUT}",
    "two of three certificates": "[x509-certificate:subject LIKE '%CN=conn.sons.info%'] REPEATS 2 TIMES",
    "a name not looked up": "[domain-name:value = 'evil.example.com']",
    "an address not met": "[ipv4-addr:value = '203.0.113.77']",
    "a URL not asked for": "[url:value = 'http://evil.example.com/x']",
    "a process": "[process:name = 'evil.exe']",
}  # fmt: skip


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    patterns = {title: pattern for title, (pattern, _) in OURS.items()} | OTHERS
    return bundle(tmp_path_factory.mktemp("ours") / "ours.json", patterns)


@pytest.fixture(scope="module")
def combined(ours):
    return run([COMBINED], [ours])


@pytest.fixture(scope="module")
def apart(ours):
    return run(sorted(path for path in ZEEK.glob("*.log.gz") if path != COMBINED), [ours])


def test_all_records_are_read_whether_apart_or_combined(combined, apart):
    assert (combined.totals.files, combined.totals.read, combined.totals.skipped) == (1, 2140, 0)
    assert (apart.totals.files, apart.totals.read, apart.totals.skipped) == (26, 2140, 0)
    counts = {name_of(file.file): file.read for file in apart.evidence}
    assert (counts["NASHUA_conn.log.gz"], counts["SCRANTON_pe.log.gz"]) == (479, 1)


@pytest.mark.parametrize("title", OURS)
def test_an_indicator_finds_exactly_the_records_that_hold_its_values(combined, zeek, title):
    found = sorted(map(shape, findings_of(combined, title)))
    assert found == expected(zeek, OURS[title][1])
    assert found


def test_no_sensor_is_a_machine_that_is_hit_but_each_is_named_as_the_witness(combined, zeek):
    sensors = {record.sensor for record in zeek}
    assert len(sensors) == 2
    assert {sensor for finding in combined.findings for sensor in finding.seen_by} == sensors
    assert not any(sensor in finding.where for finding in combined.findings for sensor in sensors)
    (file,) = combined.evidence
    assert set(file.hosts) == sensors


def test_a_certificate_s_record_alone_names_no_machine(combined):
    found = findings_of(combined, "whom a certificate names")
    assert {finding.where for finding in found if finding.actor} == {"10.0.1.4"}
    assert [finding.where for finding in found if not finding.actor] == [""]


def test_a_file_is_on_the_machine_that_received_it(combined, zeek):
    (record, *_) = [record for record in zeek if record.md5 == "dd5ea7248edbdc4b158e3c81c154857b"]
    assert record.stream == "files"
    assert [finding.where for finding in findings_of(combined, "a file's MD5")] == record.rx_hosts


def test_the_26_logs_and_the_combined_one_give_the_same_findings(combined, apart):
    def told(result):
        return {
            finding.id: (
                finding.title, finding.where, finding.actor, finding.first_seen, finding.last_seen, finding.count,
                sorted(example.time for example in finding.examples),
            )
            for finding in result.findings
        }  # fmt: skip

    assert told(combined) == told(apart)
    assert [(a.title, a.answer) for a in combined.answers] == [(a.title, a.answer) for a in apart.answers]


def test_rows_named_in_the_26_logs_hold_what_is_said_of_them(apart):
    lines: dict[str, list[bytes]] = {}
    for finding in findings_of(apart, "a request"):
        for example in finding.examples:
            if example.file not in lines:
                with gzip.open(example.file) as opened:
                    lines[example.file] = opened.read().splitlines()
            record = msgspec.json.decode(lines[example.file][example.row - 1])
            assert record["method"] == "PUT"
            assert record["user_agent"] in example.values.values()


def test_a_sequence_over_records_is_found_in_its_order_and_window_alone(combined):
    (finding,) = findings_of(combined, "put, then fetched")
    assert [example.row for example in finding.examples] == [2073, 2093]
    assert (finding.where, finding.seen_by) == ("10.0.1.4", ("simplerockbuild.simplerock.lan",))
    assert (finding.first_seen, finding.last_seen) == (
        "2020-04-30T00:32:22.010192Z",
        "2020-04-30T00:35:25.656424Z",
    )
    for title in ("put, then fetched, too fast", "fetched, then put"):
        assert findings_of(combined, title) == []
        assert answer_to(combined, title).answer != "hit"


@pytest.mark.parametrize("title", ["a name not looked up", "an address not met"])
def test_what_conn_and_dns_logs_cover_is_not_seen(combined, title):
    assert answer_to(combined, title).answer == "not_seen"


@pytest.mark.parametrize("title", ["a URL not asked for", "a process"])
def test_what_a_sensor_cannot_see_cannot_be_told(combined, title):
    """A sensor sees the URLs that are not encrypted, and no process at all."""
    answer = answer_to(combined, title)
    assert answer.answer == "cannot_tell"
    assert {gap.kind for gap in answer.gaps} <= {"field", "log"}


def test_without_the_dns_log_a_name_cannot_be_told(ours):
    answer = answer_to(run([ZEEK / "NASHUA_conn.log.gz"], [ours]), "a name not looked up")
    assert answer.answer == "cannot_tell"
    assert "domain" in answer.reason


def test_an_address_that_was_only_answered_is_seen(tmp_path, zeek):
    """The name server's answer is in the log: 204.79.197.200 for www.bing.com (rows 555 and 1944)."""
    assert [record.row for record in zeek if "204.79.197.200" in (record.answers or [])] == [555, 1944]
    against = bundle(tmp_path / "ours.json", {"an address": "[ipv4-addr:value = '204.79.197.200']"})
    assert answer_to(run([COMBINED], [against]), "an address").answer != "not_seen"
