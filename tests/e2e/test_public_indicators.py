"""Public indicators against all of the real evidence: every hit is listed in ``judged.toml`` and judged by hand."""

from __future__ import annotations

import gzip
import os
import re
import tomllib
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from e2e.checking import DATA, EVTX, INDICATORS, WINDOWS, ZEEK, needs_data, run
from tocsin.detect.indicator_id import indicator_id

pytestmark = needs_data

MALTRAIL = INDICATORS / "maltrail" / "maltrail-all.jsonl.gz"
EVIDENCE = (
    WINDOWS,
    ZEEK / "combined_zeek.log.gz",
    EVTX / "evtx-attack-samples.zip",
    EVTX / "sigma-regression.zip",
)
ONE_IN = 200
LISTS = (
    INDICATORS / "sunburst" / "Indicator_Release_Hashes.csv",
    INDICATORS / "sunburst" / "Indicator_Release_NBIs.csv",
    INDICATORS / "sunburst" / "AA21-008A-iocs.yaml",
    INDICATORS / "exchange" / "samples.csv",
    INDICATORS / "exchange" / "samples.md5",
    INDICATORS / "exchange" / "samples.sha1",
    INDICATORS / "exchange" / "samples.sha256",
    INDICATORS / "exchange" / "network.csv",
    INDICATORS / "maltrail" / "apt_unc2452.txt",
    INDICATORS / "maltrail" / "apt_hafnium.txt",
    INDICATORS / "maltrail" / "darkside.txt",
    INDICATORS / "maltrail" / "sodinokibi.txt",
    DATA / "intel" / "playbooks" / "*.json.gz",
)
JUDGED = tomllib.loads((Path(__file__).parent / "judged.toml").read_text(encoding="utf-8"))


class Entry(msgspec.Struct, gc=False):
    family: str
    kind: str
    value: str

    @property
    def host(self):
        rest = self.value.lower().rpartition("://")[2]
        return rest.partition("/")[0].partition(":")[0].rstrip(".")


@pytest.fixture(scope="module")
def values(windows, attacks, regression, zeek):
    """What was looked up, spoken with, fetched and hashed, by plain Python: names, addresses, ends, URLs, hashes."""
    names, addresses, ends, urls, hashes = set(), set(), set(), set(), set()
    for event in (*windows, *attacks, *regression):
        addresses.update(event.addresses)
        names.update(event.names)
        hashes.update(event.hashes.values())
        if event.destination:
            ends.add((event.destination, event.first("DestinationPort", "DestPort")))
        if url := event.first("url"):
            urls.add(url)
    for record in zeek:
        addresses |= {one for one in (record.id_orig_h, record.id_resp_h, record.src, record.dst) if one}
        ends.add((record.id_resp_h, str(record.id_resp_p)))
        names |= {one.lower() for one in (record.query, record.server_name, record.fields.get("host")) if one}
        hashes |= {one for one in (record.md5, record.sha1, record.sha256) if one}
        if record.uri:
            urls.add(f"http://{record.fields['host']}{record.uri}")
    hosts = {url.partition("://")[2].partition("/")[0].partition(":")[0].lower() for url in urls}
    return names | hosts, addresses, ends, urls, hashes


@pytest.fixture(scope="module")
def entries():
    decode = msgspec.json.Decoder(Entry).decode
    with gzip.open(MALTRAIL) as lines:
        return [decode(line) for line in lines]


@pytest.fixture(scope="module")
def sample(tmp_path_factory, entries, values):
    """Every 200th line of maltrail, every one whose value the evidence holds, and those judged to stand near it."""
    names, addresses, _, urls, hashes = values
    close = names | addresses | hashes | {url.lower() for url in urls}
    close |= {near["value"] for near in JUDGED["near"] if "value" in near}
    kept = [
        entry
        for number, entry in enumerate(entries)
        if number % ONE_IN == 0
        or entry.value.lower() in close
        or (entry.kind == "ip:port" and entry.host in addresses)
    ]
    path = tmp_path_factory.mktemp("lists") / "maltrail-sample.jsonl"
    path.write_bytes(b"\n".join(map(msgspec.json.encode, kept)))
    return path


@pytest.fixture(scope="module")
def named():
    """The patterns of the playbooks by their indicators' ids."""
    found = {}
    for path in sorted((DATA / "intel" / "playbooks").glob("*.json.gz")):
        for one in msgspec.json.decode(gzip.decompress(path.read_bytes()))["objects"]:
            if one["type"] == "indicator":
                found.setdefault(one["pattern"], set()).add(one["id"])
    return found


@pytest.fixture(scope="module")
def result(sample):
    return run(EVIDENCE, [*LISTS, sample])


def hits(result):
    found = Counter()
    for finding in result.findings:
        found[finding.pattern, finding.where] += finding.count
    return found


def judged_hits():
    return Counter(
        {(one["pattern"], host): count for one in JUDGED["hit"] for host, count in one["hosts"].items()}
    )


def test_every_hit_of_a_public_indicator_is_listed_and_judged(result):
    assert hits(result) == judged_hits()
    assert all(one["judgement"] == "every Windows" and one["why"] for one in JUDGED["hit"])


def test_names_hit_the_rows_where_plain_python_finds_them_in_whatever_case(
    windows, attacks, regression, result
):
    """The folders and keys of the indicators that hit, looked for in the events as Windows compares names."""
    keys = {
        pattern: re.search("'(.*)'", pattern)[1]
        .replace("\\\\", "\\")
        .replace("HKCU", "HKEY_CURRENT_USER")
        .lower()
        for pattern, _ in judged_hits()
    }
    expected = Counter()
    for event in (*windows, *attacks, *regression):
        there = {folder.lower() for folder in event.folders}
        there |= {place for one in event.keys for place in (one.lower(), any_user(one.lower()))}
        expected.update(pattern for pattern, value in keys.items() if value in there)
    found = Counter()
    for finding in result.findings:
        found[finding.pattern] += finding.count
    assert found == expected


def any_user(key):
    return re.sub(r"^hkey_users\\[^\\]+", "hkey_current_user", key)


def test_plain_python_finds_no_hit_that_the_check_missed(entries, values, result):
    """Each of the 1,852,460 lines, looked up by its kind in what plain Python took from the evidence."""
    names, addresses, ends, urls, hashes = values
    hosts = names | addresses
    lower = {url.lower() for url in urls}

    def holds(entry):
        value = entry.value.lower()
        match entry.kind:
            case "domain":
                return value in names
            case "ip":
                return value in addresses
            case "ip:port":
                return tuple(value.rsplit(":", 1)) in ends
            case "url":
                return entry.host in hosts and any(url.endswith(value) for url in lower)
            case _:
                return value in hashes

    found = [entry for entry in entries if holds(entry)]
    assert len(entries) == 1_852_460
    assert len(found) == sum(one.source.endswith("maltrail-sample.jsonl") for one in result.findings)


@pytest.mark.parametrize("near", JUDGED["near"], ids=lambda near: near["pattern"][:60])
def test_a_listed_value_that_only_stands_in_the_text_is_no_hit(
    result, windows, attacks, regression, zeek, named, near
):
    assert near["judgement"] in {
        "benign service", "test address", "documentation", "technique artefact", "other value",
    }  # fmt: skip
    assert near["why"]
    rows = [
        one
        for one in (*windows, *attacks, *regression, *zeek)
        if (one.file, one.row) == (near["file"], near["row"])
    ]
    (row,) = rows
    text = str(getattr(row, "record", None) or row.fields).replace("\\\\", "\\")
    assert near["text"] in text
    ids = named.get(near["pattern"], set()) | {indicator_id(near["pattern"])}
    answers = [one.answer for one in result.answers if one.warning in ids]
    assert answers
    assert set(answers) == {"cannot_tell"}


def test_lists_are_read_whole_and_what_is_no_indicator_is_counted():
    """Rows and distinct values of SUNBURST's and Exchange's lists, counted by hand in the files."""
    hashes = run([ZEEK / "SCRANTON_pe.log.gz"], [LISTS[0]])
    # 11 rows of a SHA-256, a SHA-1 and an MD5 each.
    assert (hashes.totals.warnings, hashes.totals.warnings_not_checked) == (3 * 11, 0)
    # 6 names of CNAME rows, 9 of A rows, 10 addresses; what the CNAMEs lead to stands in the A rows.
    names = run([ZEEK / "SCRANTON_pe.log.gz"], [LISTS[1]])
    assert (names.totals.warnings, names.totals.warnings_not_checked) == (25, 0)
    samples = run([ZEEK / "SCRANTON_pe.log.gz"], [LISTS[4], LISTS[5], LISTS[6]])
    assert samples.totals.warnings == 3 * 23
    assert samples.totals.warnings_not_checked == 0


@pytest.mark.skipif(not os.environ.get("TOCSIN_SLOW"), reason="takes two minutes; set TOCSIN_SLOW=1")
def test_all_of_maltrail_hits_no_more_than_its_sample(tmp_path):
    whole = run(EVIDENCE, [MALTRAIL], cache=tmp_path, list_answers=False)
    totals = whole.totals
    assert totals.warnings + totals.warnings_skipped + totals.warnings_not_checked == 1_852_460
    assert hits(whole).items() <= judged_hits().items()
    again = run(EVIDENCE, [MALTRAIL], cache=tmp_path, list_answers=False)
    assert again.totals == totals
    assert again.groups == whole.groups
