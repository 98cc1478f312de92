from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path
from random import Random

import evtx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reading import LOGS, needs_logs
from tocsin.detect.mapping_file import read_mapping
from tocsin.detect.plan import Plan, compile_plan
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.engine.run import Outcome, Run
from tocsin.service.detect import intake as module
from tocsin.service.detect.intake import FileReport, Intake
from tocsin.service.progress import SilentProgress
from tocsin.sources.evidence import find_streams
from tocsin.sources.stream import Stream

MAPPING = read_mapping(
    """
name = "small"
title = "a small log"
scope = "network"
status = "experimental"
remedy = "Turn it on."
format = ["csv", "ndjson", "parquet"]
time = "time"

[recognise]
all_of = ["query"]

[columns]
time = { fields = ["ts"], cast = "time" }
query = { fields = ["query"], cast = "domain" }

[objects]
"domain-name:value" = "query"
""",
    "small.toml",
)
PATTERN = "[domain-name:value = 'evil.example']"


def plan_of(*patterns: str) -> Plan:
    return compile_plan([Warning_(id=f"w{n}", pattern=one) for n, one in enumerate(patterns)], WarningTally())


@pytest.fixture
def taken(tmp_path):
    """Takes what lies in the folder ``evidence`` into a run; gives the reports by file name, and the outcome."""
    folder = tmp_path / "evidence"

    def take(files: dict[str, bytes], as_format: str | None = None) -> tuple[dict[str, FileReport], Outcome]:
        folder.mkdir(exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        plan = plan_of(PATTERN)
        streams = list(find_streams([str(folder)], None))
        with Run(plan, threads=1, memory_bytes=400 << 20, temporary=tmp_path / "spill") as run:
            intake = Intake(run, plan, [MAPPING], as_format)
            for one in streams:
                if isinstance(one, Stream):
                    intake.take(one, SilentProgress())
                elif not one.by_rule:
                    intake.refuse(one.name, one.reason)
            outcome = run.finish()
        return {Path(report.name).name: report for report in intake.reports}, outcome

    return take


LINES = b'{"ts": "2021-03-02T08:15:00Z", "query": "evil[.]example"}\n{"ts": "2021-03-02T08:15:01Z", "query": "good.example"}\n'
CSV = b"ts,query\n2021-03-02T08:15:00Z,EVIL.example\n"


def parquet(**columns) -> bytes:
    held = io.BytesIO()
    pq.write_table(pa.table(columns or {"ts": ["2021-03-02T08:15:00Z"], "query": ["evil.example"]}), held)
    return held.getvalue()


def hits(outcome: Outcome) -> set[tuple[int, int]]:
    return {(sample.file, sample.row) for group in outcome.hits for sample in group.samples}


@pytest.mark.parametrize(
    ("name", "data", "format_", "read", "row"),
    [
        ("a.json", LINES, "ndjson", 2, 1),
        ("a.json.gz", gzip.compress(LINES, mtime=0), "ndjson", 2, 1),
        ("a.csv", CSV, "csv", 1, 2),
        ("a.parquet", parquet(), "parquet", 1, 1),
        ("a.parquet.gz", gzip.compress(parquet(), mtime=0), "parquet", 1, 1),
        ("a[1].parquet", parquet(), "parquet", 1, 1),
        ("a*.parquet", parquet(), "parquet", 1, 1),
        ("it's.parquet", parquet(), "parquet", 1, 1),
    ],
)
def test_a_log_is_recognised_mapped_and_read(taken, name, data, format_, read, row):
    reports, outcome = taken({name: data})
    (report,) = reports.values()
    assert (report.format, report.mapping, report.problem, report.broken) == (format_, "small", "", "")
    assert report.tally.read == read
    assert report.paths == {"domain-name:value"}
    assert hits(outcome) == {(0, row)}


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.log", b"just some words\nand more\n", "its format was not recognised"),
        ("a.bin", bytes(range(256)) * 8, "it is no log that can be read"),
        ("a.log", b"", "it is empty"),
        ("a.json", b'{"other": 1}\n', "no mapping fits its fields (other)"),
        (
            "a.csv",
            b"a,b,c,d,e,f,g,h,i,j\n1,2,3,4,5,6,7,8,9,10\n",
            "no mapping fits its fields (a, b, c, d, e, f, g, h ...)",
        ),
        ("a.parquet", parquet(other=[1]), "no mapping fits its fields (other)"),
        ("a.parquet", parquet()[:40], "the Parquet file cannot be read"),
        ("a.parquet", b"PAR1" + b"\0" * 500 + b"PAR1", "the Parquet file cannot be read"),
        ("a.parquet.gz", gzip.compress(parquet()[:60], mtime=0), "the Parquet file cannot be read"),
        (
            "a.json",
            b'{"type": "bundle", "id": "bundle--1", "objects": [{"type": "observed-data"}]}',
            "first_observed",
        ),
    ],
)
def test_what_cannot_be_read_is_reported_and_the_rest_goes_on(taken, name, data, problem):
    reports, outcome = taken({name: data, "z.json": LINES})
    assert problem in reports[name].problem
    assert reports[name].tally.read == 0
    assert reports["z.json"].problem == ""
    assert hits(outcome) == {(1, 1)}


def test_a_file_that_ends_too_soon_is_read_as_far_as_it_goes_and_said_to_be_broken(taken):
    random = Random(1)
    many = b"".join(
        b'{"ts": "2021-03-02T08:15:00Z", "query": "evil.example", "n": %d}\n' % random.getrandbits(256)
        for _ in range(10_000)
    )
    reports, outcome = taken({"a.json.gz": gzip.compress(many)[:-2000]})
    report = reports["a.json.gz"]
    assert report.broken
    assert report.broken in report.tally.notes
    assert 0 < report.tally.read < 10_000
    assert outcome.hits


def test_members_of_an_archive_are_streams_of_their_own(taken):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("one.json", LINES)
        archive.writestr("two.csv", CSV)
        archive.writestr("three.bin", bytes(range(256)) * 8)
    reports, outcome = taken({"a.zip": held.getvalue()})
    assert {name.rpartition("!/")[2]: (report.format, bool(report.problem)) for name, report in reports.items()} == {
        "one.json": ("ndjson", False), "two.csv": ("csv", False), "three.bin": ("", True),
    }  # fmt: skip
    assert len(outcome.hits[0].samples) == 2


def test_the_format_may_be_said(taken):
    reports, outcome = taken({"a.txt": CSV}, as_format="csv")
    assert reports["a.txt"].format == "csv"
    assert outcome.hits


def test_stix_observations_are_evidence_normalised_as_logs_are(taken):
    one = {
        "type": "observed-data", "id": "observed-data--00000000-0000-4000-8000-000000000000", "first_observed": "2021-03-02T08:15:00Z",
        "last_observed": "2021-03-02T08:15:00Z", "number_observed": 1, "objects": {"0": {"type": "domain-name", "value": "EVIL.example."}},
    }  # fmt: skip
    reports, outcome = taken({"a.json": json.dumps([one]).encode()})
    report = reports["a.json"]
    assert (report.format, report.problem, report.tally.read) == ("stix", "", 1)
    assert hits(outcome) == {(0, 1)}


def test_stix_evidence_that_is_too_large_is_not_read(taken, monkeypatch):
    monkeypatch.setattr(module, "OBSERVED_DATA_BYTES", 10)
    bundle = {
        "type": "bundle",
        "id": "bundle--00000000-0000-4000-8000-000000000000",
        "objects": [{"type": "observed-data", "spec_version": "2.1"}],
    }
    reports, _ = taken({"a.json": json.dumps(bundle).encode()})
    assert "larger than" in reports["a.json"].problem


def test_evidence_that_could_not_be_opened_is_reported():
    intake = Intake(None, plan_of(PATTERN), [], None)  # type: ignore[arg-type]  # no run is needed to refuse
    intake.refuse("a.log", "it may not be read")
    (report,) = intake.reports
    assert (report.name, report.problem, report.format) == ("a.log", "it may not be read", "")


def test_parquet_as_pandas_writes_it_is_read(taken):
    data = parquet(
        ts=pa.array([1614672900], pa.timestamp("s", "UTC")).cast(pa.timestamp("ns", "UTC")),
        query=["evil.example"],
    )
    reports, outcome = taken({"a.parquet": data})
    assert reports["a.parquet"].problem == ""
    assert outcome.hits[0].first_us == 1614672900000000


@pytest.mark.parametrize("packed", [False, True])
def test_columns_of_other_types_do_not_keep_a_parquet_file_from_being_read(taken, packed):
    data = parquet(
        ts=pa.array([1614672900000000], pa.timestamp("us", "UTC")),
        query=pa.array(["evil.example"]).dictionary_encode(),
        nested=pa.array([{"a": [1]}]),
        listed=pa.array([[1, 2]]),
        decimal=pa.array([1]).cast(pa.decimal128(21, 2)),
        binary=pa.array([b"\xff"]),
    )
    reports, outcome = taken(
        {"a.parquet.gz" if packed else "a.parquet": gzip.compress(data) if packed else data}
    )
    assert [report.problem for report in reports.values()] == [""]
    assert outcome.hits[0].first_us == 1614672900000000


EVTX_MAPPING = """
name = "NAME"
title = "NAME"
scope = "host"
status = "experimental"
remedy = "Turn it on."
format = ["evtx"]
time = "time"

[recognise]
all_of = ["FIELD"]
specificity = RANK

[columns]
time = { field = "Event.System.TimeCreated.#attributes.SystemTime", cast = "time" }
name = { field = "Event.EventData.QueryName", cast = "domain" }

[objects]
"domain-name:value" = "name"
"""


def evtx_mapping(name, field, rank):
    text = EVTX_MAPPING.replace("NAME", name).replace("FIELD", field).replace("RANK", str(rank))
    return read_mapping(text, f"{name}.toml")


@needs_logs
@pytest.mark.parametrize(
    ("mappings", "chosen"),
    [
        ([("plain", "Event.System", 10)], "plain"),
        # LATER stands for a field that the first record does not have.
        ([("plain", "Event.System", 10), ("later", "Event.EventData.LATER", 20)], "later"),
        ([("plain", "Event.System", 30), ("later", "Event.EventData.LATER", 20)], "plain"),
        ([("later", "Event.EventData.LATER", 20)], "later"),
        ([("none", "Event.Nothing", 20)], ""),
    ],
)
def test_the_mapping_of_an_evtx_file_is_chosen_by_all_its_first_records(tmp_path, mappings, chosen):
    with zipfile.ZipFile(LOGS / "evtx/evtx-attack-samples.zip") as archive:
        (name,) = (one for one in archive.namelist() if "panache_sysmon_vs" in one)
        (tmp_path / "a.evtx").write_bytes(archive.read(name))
    parser = evtx.PyEvtxParser(str(tmp_path / "a.evtx"))
    keys = [set(json.loads(one["data"])["Event"]["EventData"]) for one in parser.records_json()]
    later = min(set.union(*keys[1:30]) - keys[0])
    files = [evtx_mapping(name, field.replace("LATER", later), rank) for name, field, rank in mappings]
    plan = plan_of(PATTERN)
    with Run(plan, threads=1, memory_bytes=400 << 20, temporary=tmp_path / "spill") as run:
        intake = Intake(run, plan, files, None)
        for one in find_streams([str(tmp_path / "a.evtx")], None):
            intake.take(one, SilentProgress())
        run.finish()
    (report,) = intake.reports
    assert report.mapping == chosen
    assert report.tally.read == (len(keys) if chosen else 0)
    assert bool(report.problem) == (not chosen)
    assert not report.tally.skipped
