"""What must not change an answer: how evidence is cut, ordered, packed, named or written, and what else is asked."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import random
import zipfile
from collections import Counter
from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings, strategies as st

from e2e.checking import REPOSITORY, ZEEK, bundle, needs_data, run

EXAMPLES = REPOSITORY / "src" / "tocsin" / "data" / "examples"
EVIDENCE = EXAMPLES / "evidence"
WARNINGS = EXAMPLES / "warnings-2021.json"
SYSMON = EVIDENCE / "ORION01" / "sysmon.json"
SENSOR = [EVIDENCE / "sensor" / "conn.log", EVIDENCE / "sensor" / "dns.log"]

UNHURRIED = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def told(result, *, ties=False):
    """What a result says, but for files, rows and which of several rows of one moment are shown.

    Without ``ties`` it leaves out of patterns over several observations what rests on the choice among observations of
    one moment: host and actor.
    """
    findings = Counter()
    for one in result.findings:
        when = (one.first_seen, one.last_seen, tuple(example.time for example in one.examples))
        where = (one.id, one.where, one.actor) if ties or not is_sequence(one) else ()
        what = (one.warning, one.title, one.count, one.severity, one.confidence, one.tlp, one.notes)
        findings[what, when, where] += 1
    answers = {one.warning: (one.answer, one.reason, one.gaps) for one in result.answers}
    return findings, answers, (result.totals.rows, result.totals.read, result.totals.hit)


def is_sequence(finding):
    return any(word in finding.pattern for word in ("FOLLOWEDBY", "REPEATS"))


@pytest.fixture(scope="module")
def whole():
    """Host and sensor of SUNBURST, as they are shipped."""
    return run([SYSMON, *SENSOR], [WARNINGS])


@pytest.fixture(scope="module")
def rows():
    return {path.name: path.read_bytes().splitlines(keepends=True) for path in (SYSMON, *SENSOR)}


def test_the_evidence_has_findings_of_one_row_and_of_several(whole):
    assert whole.totals.hit >= 6
    assert any("FOLLOWEDBY" in one.pattern for one in whole.findings)
    assert any("REPEATS" in one.pattern for one in whole.findings)


@UNHURRIED
@given(st.lists(st.integers(0, 600), max_size=5), st.integers(0, 99))
def test_cutting_files_into_pieces_and_giving_them_in_any_order_changes_nothing(
    tmp_path_factory, whole, rows, cuts, seed
):
    folder = tmp_path_factory.mktemp("cut")
    paths = []
    for name, lines in rows.items():
        places = sorted({0, len(lines), *(cut for cut in cuts if cut < len(lines))})
        for start, stop in pairwise(places):
            paths.append(folder / f"{start:04d}-{name}")
            paths[-1].write_bytes(b"".join(lines[start:stop]))
    random.Random(seed).shuffle(paths)
    assert told(run(paths, [WARNINGS])) == told(whole)


@UNHURRIED
@given(st.integers(0, 99))
def test_shuffling_the_lines_of_a_file_changes_nothing(tmp_path_factory, whole, rows, seed):
    folder = tmp_path_factory.mktemp("shuffled")
    for name, lines in rows.items():
        shuffled = [line if line.endswith(b"\n") else line + b"\n" for line in lines]
        random.Random(seed).shuffle(shuffled)
        (folder / name).write_bytes(b"".join(shuffled))
    assert told(run([folder], [WARNINGS])) == told(whole)


def test_which_of_two_observations_of_one_moment_a_sequence_names_does_not_rest_on_the_order_of_files(whole):
    """Host and sensor saw the same look-up in the same second; one of them is named, whichever file came first."""
    assert told(run([*reversed(SENSOR), SYSMON], [WARNINGS]), ties=True) == told(whole, ties=True)


def test_logs_of_one_kind_joined_in_one_file_are_the_same_logs(tmp_path, whole):
    (tmp_path / "sensor.log").write_bytes(
        b"".join(path.read_bytes().rstrip(b"\n") + b"\n" for path in SENSOR)
    )
    assert told(run([SYSMON, tmp_path / "sensor.log"], [WARNINGS])) == told(whole)


def test_line_ends_and_blank_lines_change_nothing(tmp_path, whole, rows):
    for name, lines in rows.items():
        (tmp_path / name).write_bytes(
            b"\xef\xbb\xbf" + b"\r\n\r\n".join(line.rstrip(b"\n") for line in lines)
        )
    assert told(run([tmp_path], [WARNINGS])) == told(whole)


def zipped(data):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a log", data)
    return whole.getvalue()


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, zstandard.compress, zipped, lambda data: gzip.compress(data[:50_000]) + gzip.compress(data[50_000:])],
    ids=["gz", "bz2", "zst", "zip", "two gz"],
)  # fmt: skip
def test_packing_changes_nothing_whatever_the_name(tmp_path, whole, pack):
    for path in (SYSMON, *SENSOR):
        (tmp_path / f"{path.stem}.data").write_bytes(pack(path.read_bytes()))
    assert told(run([tmp_path], [WARNINGS])) == told(whole)


def test_renaming_changes_the_names_of_files_alone(tmp_path, whole):
    for number, path in enumerate((SYSMON, *SENSOR)):
        (tmp_path / f"evidence {number} & more").write_bytes(path.read_bytes())
    renamed = run(sorted(tmp_path.iterdir()), [WARNINGS])
    assert told(renamed) == told(whole)
    shown = [[(one.row, one.time, one.values) for one in finding.examples] for finding in whole.findings]
    assert [
        [(one.row, one.time, one.values) for one in finding.examples] for finding in renamed.findings
    ] == shown


def test_the_order_of_files_threads_and_memory_change_nothing(whole):
    again = run([*reversed(SENSOR), SYSMON], [WARNINGS], threads=1, memory_bytes=256 << 20)
    assert told(again) == told(whole)


def test_a_file_named_twice_is_read_once(whole):
    assert told(run([SYSMON, SYSMON, *SENSOR, EVIDENCE / "sensor"], [WARNINGS])) == told(whole)


def test_unrelated_warnings_change_nothing_for_the_others(tmp_path, whole):
    chance = random.Random(5)
    others = {
        f"other {number}": f"[domain-name:value = 'x{chance.random()}.example']" for number in range(300)
    }
    others |= {f"like {number}": f"[process:command_line LIKE '%{chance.random()}%']" for number in range(50)}
    others |= {
        f"regex {number}": f"[url:value MATCHES 'a.{{{number}}}{chance.random()}']" for number in range(1, 30)
    }
    others["slow"] = "[process:pid > 4 AND process:pid < 3]"
    more = run([SYSMON, *SENSOR], [WARNINGS, bundle(tmp_path / "others.json", others)])
    assert more.totals.warnings == whole.totals.warnings + len(others)
    findings, answers, _ = told(more)
    assert findings == told(whole)[0]
    assert {warning: answers[warning] for warning in told(whole)[1]} == told(whole)[1]


def test_warnings_in_any_order_and_in_any_number_of_files_are_the_same(tmp_path, whole):
    document = json.loads(WARNINGS.read_bytes())
    objects = document["objects"]
    random.Random(6).shuffle(objects)
    marking = [one for one in objects if one["type"] == "marking-definition"]
    for number in range(3):
        part = {**document, "objects": marking + objects[number::3]}
        (tmp_path / f"{number}.json").write_text(json.dumps(part), encoding="utf-8")
    findings, answers, totals = told(run([SYSMON, *SENSOR], [tmp_path]))
    assert (findings, answers, totals) == told(whole)


def test_a_cache_of_compiled_warnings_changes_nothing(tmp_path, whole):
    for _ in range(2):
        assert told(run([SYSMON, *SENSOR], [WARNINGS], cache=tmp_path)) == told(whole)
    assert list(tmp_path.iterdir())


def test_hits_of_two_periods_are_those_of_both_together(whole):
    noon = "2020-06-11T12:00:00Z"
    before = run([SYSMON, *SENSOR], [WARNINGS], until=noon)
    after = run([SYSMON, *SENSOR], [WARNINGS], since=noon)

    def rows_of(result):
        counts = Counter()
        for one in result.findings:
            if not is_sequence(one):
                counts[one.warning, one.where] += one.count
        return counts

    assert rows_of(before) + rows_of(after) == rows_of(whole)


def test_evidence_copied_under_another_name_counts_twice_and_says_nothing_new(tmp_path, whole):
    (tmp_path / "copy.json").write_bytes(SYSMON.read_bytes())
    doubled = run([SYSMON, tmp_path / "copy.json", *SENSOR], [WARNINGS])
    single = {
        one.id: one
        for one in whole.findings
        if "REPEATS" not in one.pattern and "FOLLOWEDBY" not in one.pattern
    }
    for one in doubled.findings:
        if one.id in single:
            known = single[one.id]
            factor = 2 if one.where.startswith("ORION01") else 1
            assert (one.count, one.first_seen, one.last_seen) == (
                factor * known.count,
                known.first_seen,
                known.last_seen,
            )
    assert {one.warning for one in doubled.findings} == {one.warning for one in whole.findings}


# -- one table in many forms -----------------------------------------------------------------------

FIELDS = ["time", "host", "user", "src_ip", "dst_ip", "dst_port", "domain", "url", "sha256", "command_line"]


def table(count=2000):
    chance = random.Random(7)
    for number in range(count):
        bad = number % 97 == 0
        yield {
            "time": f"2021-03-{1 + number % 9:02d}T{number % 24:02d}:{number % 60:02d}:00Z",
            "host": f"pc{number % 5}",
            "user": "",
            "src_ip": f"192.0.2.{number % 7}",
            "dst_ip": "198.51.100.7" if bad else f"203.0.113.{chance.randrange(250)}",
            "dst_port": str(chance.choice([53, 80, 443])),
            "domain": "Evil.Example." if bad else f"h{chance.randrange(99)}.example",
            "url": f'http://evil.example/x?{number},"y"' if bad else "",
            "sha256": ("AB" * 32 if bad else f"{chance.getrandbits(256):064x}"),
            "command_line": 'cmd /c evil, "quoted"' if bad else "-",
        }  # fmt: skip


OURS = {
    "an address": "[ipv4-addr:value = '198.51.100.7']",
    "a network": "[ipv4-addr:value ISSUBSET '198.51.100.0/24']",
    "a port too": "[network-traffic:dst_ref.value = '198.51.100.7' AND network-traffic:dst_port IN (80, 443)]",
    "a name": "[domain-name:value = 'evil.example']",
    "a URL": "[url:value LIKE 'http://evil.example/%']",
    "a hash": f"[file:hashes.'SHA-256' = '{'ab' * 32}']",
    "a command": "[process:command_line MATCHES '^cmd.*\"quoted\"$']",
    "a sequence": "([domain-name:value = 'evil.example'] FOLLOWEDBY [ipv4-addr:value = '198.51.100.7']) WITHIN 864000 SECONDS",
    "nothing": "[domain-name:value = 'not.there.example']",
}


def write_ndjson(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def write_json(path, lines):
    path.write_text(json.dumps(lines, indent=1))


def write_csv(path, lines, delimiter=","):
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, FIELDS, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(lines)


def write_tsv(path, lines):
    write_csv(path, lines, "\t")


def write_parquet(path, lines):
    typed = pa.Table.from_pylist(lines)
    port = typed.column("dst_port").cast(pa.int32())
    pq.write_table(typed.set_column(FIELDS.index("dst_port"), "dst_port", port), path, row_group_size=300)


WRITERS = {
    "x.jsonl": write_ndjson,
    "x.json": write_json,
    "x.csv": write_csv,
    "x.tsv": write_tsv,
    "x.parquet": write_parquet,
}


@pytest.fixture(scope="module")
def forms(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forms")
    ours = bundle(folder / "ours.json", OURS)
    lines = list(table())
    results = {}
    for name, write in WRITERS.items():
        write(folder / name, lines)
        results[name] = run([folder / name], [ours])
    return results


def test_the_table_is_found_as_plain_python_finds_it(forms):
    bad = [line for line in table() if line["dst_ip"] == "198.51.100.7"]
    counts = Counter(line["host"] for line in bad)
    for title in ("an address", "a network", "a name", "a URL", "a hash", "a command"):
        found = Counter()
        for one in forms["x.jsonl"].findings:
            if one.title == title:
                found[one.where] += one.count
        assert found == counts, title
    ports = Counter(line["host"] for line in bad if line["dst_port"] != "53")
    found = Counter()
    for one in forms["x.jsonl"].findings:
        if one.title == "a port too":
            found[one.where] += one.count
    assert found == ports


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "x.jsonl"])
def test_the_same_rows_in_another_form_give_the_same_findings_and_answers(forms, name):
    assert told(forms[name]) == told(forms["x.jsonl"])


def test_rows_are_numbered_from_one_in_every_form(forms):
    def first(result):
        return {one.id: [example.row for example in one.examples] for one in result.findings}

    jsonl = first(forms["x.jsonl"])
    assert first(forms["x.parquet"]) == first(forms["x.json"]) == jsonl
    # In a table the first line names the columns.
    assert first(forms["x.csv"]) == {id: [row + 1 for row in rows] for id, rows in jsonl.items()}


@needs_data
def test_cutting_a_real_log_changes_nothing(tmp_path):
    lines = gzip.decompress((ZEEK / "combined_zeek.log.gz").read_bytes()).splitlines(keepends=True)
    ours = bundle(
        tmp_path / "ours.json",
        {
            "a network": "[ipv4-addr:value ISSUBSET '192.168.0.0/24']",
            "a certificate": "[x509-certificate:subject LIKE '%sons.info%']",
            "a sequence": "[domain-name:value = 'www.powershellgallery.com'] FOLLOWEDBY [file:mime_type = 'application/x-7z-compressed']",
        },
    )
    logs = tmp_path / "logs"
    logs.mkdir()
    random.Random(8).shuffle(lines)
    for number in range(5):
        (logs / f"{number}.log").write_bytes(b"".join(lines[number::5]))
    assert told(run([logs], [ours])) == told(run([ZEEK / "combined_zeek.log.gz"], [ours]))
