from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from evtx import PyEvtxParser

from tocsin.detect.mapping import Column
from tocsin.detect.mapping_file import MappingFile, choose_mapping
from tocsin.service.detect.mappings import shipped_mappings

ROOT = Path(__file__).parents[2]
LOGS = ROOT.parent / "shared" / "data" / "evidence" / "logs"
WINDOWS = sorted((LOGS / "windows").glob("*.jsonl.gz"))
needs_data = pytest.mark.skipif(
    not LOGS.is_dir(), reason="the real logs (shared/data/evidence) are not on this machine"
)

NAMES = [file.name for file in shipped_mappings()]
Event = dict[str, Any]
NO_VALUE = (None, "", "-", "(empty)", "null")


def mapping(name: str) -> MappingFile:
    return next(file for file in shipped_mappings() if file.name == name)


# -- the files ------------------------------------------------------------------------------------


def test_every_file_of_the_folder_is_read_and_named_after_its_mapping() -> None:
    folder = ROOT / "src" / "tocsin" / "data" / "mappings"
    assert sorted(NAMES) == sorted(path.stem for path in folder.iterdir())
    assert len(set(NAMES)) == len(NAMES) >= 12


@pytest.mark.parametrize("name", NAMES)
def test_every_column_is_used(name: str) -> None:
    described = mapping(name).mapping
    used = {
        described.time,
        described.host,
        described.sensor,
        described.actor,
        described.kind,
        *described.ends,
    }
    used |= {
        part.column for column in described.columns for alternative in column.join for part in alternative
    }
    for item in described.objects:
        used |= {binding.column for _, binding in item.paths} | {item.when.column if item.when else None}
        used |= {item.whole.column if item.whole else None, *item.partial_with}
    assert [column.name for column in described.columns if column.name not in used] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_mapping_says_when_and_how_such_a_log_is_got(name: str) -> None:
    described = mapping(name).mapping
    assert described.time
    assert len(described.remedy) > 80


@pytest.mark.parametrize("name", ["ecs-json", "network-events", "zeek-json", "zeek-tsv"])
def test_a_log_that_a_sensor_may_have_written_tells_it_from_a_host(name: str) -> None:
    described = mapping(name).mapping
    assert described.sensor not in (None, described.host)
    assert None not in described.ends


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_is_referred_to_is_there_in_some_rows_only(name: str) -> None:
    # A reference to an object that a row lacks would be a path without a value, where the columns have one.
    described = mapping(name).mapping
    conditional = {item.name for item in described.objects if item.when}
    for item in described.objects:
        referred = {binding.reference for _, binding in item.paths} & conditional
        assert not referred or item.when is not None


@pytest.mark.parametrize(
    "names", [("windows-event", "winlogbeat-6", "winlogbeat", "windows-evtx"), ("zeek-json", "zeek-tsv")]
)
def test_forms_of_one_log_describe_the_same_objects(names: tuple[str, ...]) -> None:
    assert len({mapping(name).mapping.objects for name in names}) == 1


def test_the_reference_lists_what_ships() -> None:
    text = (ROOT / "docs" / "reference" / "mappings.md").read_text()
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.+?) \| (supported|experimental) \|$", text, re.MULTILINE)
    assert rows == sorted((file.name, file.mapping.title, file.mapping.status) for file in shipped_mappings())


@pytest.mark.parametrize(
    ("name", "format", "fields"),
    [
        (
            "winlogbeat",
            "ndjson",
            "@timestamp ecs.version event.code winlog.channel winlog.event_data.Image host.name",
        ),
        ("winlogbeat-6", "ndjson", "@timestamp log_name event_id event_data.Image computer_name host.name"),
        ("ecs-json", "ndjson", "@timestamp ecs.version source.ip destination.ip event.dataset"),
        ("ecs-json", "csv", "@timestamp source.ip destination.ip url.full"),
        ("zeek-json", "ndjson", "ts uid id.orig_h id.orig_p id.resp_h"),
        ("zeek-json", "ndjson", "_path ts fuid source"),
        ("zeek-tsv", "zeek-tsv", "ts uid id.orig_h query"),
        ("iis-w3c", "w3c", "date time s-ip cs-method cs-uri-stem c-ip sc-status"),
        (
            "exchange-httpproxy",
            "exchange",
            "DateTime RequestId ClientIpAddress UrlHost UrlStem AnchorMailbox",
        ),
        ("exchange-httpproxy", "csv", "DateTime RequestId ClientIpAddress UrlHost UrlStem AnchorMailbox"),
        ("exchange-ecp", "exchange", "TimeStamp ServerName EventId EventData"),
        ("access-combined", "access", "remote_addr time_local method path user_agent"),
        ("network-events", "parquet", "dst_ip domain url sha256"),
        ("network-events", "csv", "ts dst_ip"),
        (None, "csv", "name salary"),
        (None, "ndjson", "@timestamp message"),
    ],
)
def test_a_log_is_known_by_its_fields(name: str | None, format: str, fields: str) -> None:
    chosen = choose_mapping(format, fields.split(), shipped_mappings())
    assert (chosen and chosen.name) == name


# -- real logs --------------------------------------------------------------------------------------


def field_value(event: Any, field: str) -> Any:
    """What a field names in a JSON object: a dotted path, where a key may hold a dot itself."""
    if not isinstance(event, dict):
        return None
    if field in event:
        return event[field]
    head = field
    while "." in head:
        head = head.rpartition(".")[0]
        if head in event:
            return field_value(event[head], field[len(head) + 1 :])
    return None


def column_value(event: Event, column: Column) -> Any:
    values = (field_value(event, field) for field in column.fields)
    return next((value for value in values if not isinstance(value, list) and value not in NO_VALUE), None)


def field_names(events: Iterable[Event]) -> set[str]:
    found: set[str] = set()

    def collect(value: Event, prefix: str) -> None:
        for key, inner in value.items():
            if isinstance(inner, dict) and inner:
                collect(inner, f"{prefix}{key}.")
            else:
                found.add(prefix + key)

    for event in events:
        collect(event, "")
    return found


@cache
def json_lines(path: Path) -> list[Event]:
    with gzip.open(path) as lines:
        decode = msgspec.json.Decoder(Event).decode
        return [decode(line) for line in lines]


def counts(events: list[Event], file: MappingFile, names: Iterable[str]) -> dict[str, int]:
    columns = {column.name: column for column in file.mapping.columns}
    return {name: sum(column_value(event, columns[name]) is not None for event in events) for name in names}


def plain_fields(event: Event) -> Event:
    """A Windows event's own fields, whichever way the file nests them."""
    return {**event, **event.get("event_data", {}), "Channel": event.get("Channel") or event.get("log_name")}


def any_field(*names: str) -> Callable[[Event], bool]:
    return lambda event: any(event.get(name) not in NO_VALUE for name in names)


# Column: the Windows fields that it is to be filled by, written down apart from the mappings.
WINDOWS_FIELDS = {
    "kind": any_field("Channel"),
    "host": any_field("Hostname", "computer_name"),
    "event_id": any_field("EventID", "event_id"),
    "command_line": any_field("CommandLine"),
    "parent_image": any_field("ParentImage", "ParentProcessName"),
    "parent_command_line": any_field("ParentCommandLine"),
    "target_image": any_field("TargetImage"),
    "subject": any_field("ImageLoaded", "TargetFilename", "NewProcessName", "Image"),
    "sha256": any_field("Hashes", "Hash"),
    "dst_ip": any_field("DestinationIp", "DestAddress"),
    "dst_port": any_field("DestinationPort", "DestPort"),
    "dst_host": any_field("DestinationHostname"),
    "src_ip": any_field("SourceIp", "SourceAddress"),
    "logon_ip": any_field("IpAddress", "ClientAddress"),
    "query_name": any_field("QueryName"),
    "registry_key": any_field("TargetObject"),
    "registry_data": any_field("Details"),
    "service_path": any_field("ServiceFileName", "ImagePath"),
    "script": any_field("ScriptBlockText"),
}


@needs_data
@pytest.mark.parametrize("path", WINDOWS, ids=lambda path: path.name.removesuffix(".jsonl.gz"))
def test_a_windows_file_is_known_and_its_fields_are_found(path: Path) -> None:
    events = json_lines(path)
    chosen = choose_mapping("ndjson", field_names(events[:20]), shipped_mappings())
    assert chosen is not None
    assert chosen.name == ("winlogbeat-6" if path.name.startswith("empire_wdigest") else "windows-event")
    assert choose_mapping("ndjson", field_names(events), shipped_mappings()) is chosen
    flat = [plain_fields(event) for event in events]
    expected = {name: sum(map(filled, flat)) for name, filled in WINDOWS_FIELDS.items()}
    assert counts(events, chosen, WINDOWS_FIELDS) == expected
    assert counts(events, chosen, ["time"]) == {"time": len(events)}


@needs_data
def test_the_windows_files_hold_as_much_as_was_counted_by_hand() -> None:
    total: Counter[str] = Counter()
    for path in WINDOWS:
        file = mapping("winlogbeat-6" if path.name.startswith("empire_wdigest") else "windows-event")
        total.update(
            counts(
                json_lines(path),
                file,
                ["kind", "command_line", "dst_ip", "sha256", "registry_key", "query_name"],
            )
        )
    assert total == {
        "kind": 89_422,
        "command_line": 296,
        "dst_ip": 3_958,
        "sha256": 7_950,
        "registry_key": 16_857,
        "query_name": 40,
    }


@needs_data
def test_the_proxylogon_file_has_the_expected_hosts_channels_and_time() -> None:
    events = json_lines(LOGS / "windows" / "proxylogon_ssrf_rce_poc.jsonl.gz")
    assert len(events) == 10_487
    columns = {column.name: column for column in mapping("windows-event").mapping.columns}
    times = sorted(column_value(event, columns["time"]) for event in events)
    assert (times[0], times[-1]) == (
        min(e["TimeCreated"] for e in events),
        max(e["TimeCreated"] for e in events),
    )
    assert (times[0], times[-1]) == ("2021-03-14T01:39:32.609Z", "2021-03-14T01:40:59.225Z")
    assert {column_value(event, columns["host"]) for event in events} == {"MXS01.azsentinel.local"}
    assert len({column_value(event, columns["kind"]).lower() for event in events}) == 10


@needs_data
def test_the_zeek_logs_are_known_and_their_fields_are_found() -> None:
    folder = LOGS / "zeek" / "apt29-day1"
    for path in sorted(folder.glob("*.log.gz")):
        chosen = choose_mapping("ndjson", field_names(json_lines(path)), shipped_mappings())
        assert chosen is mapping("zeek-json"), path.name
    events = json_lines(folder / "combined_zeek.log.gz")
    wanted = [
        "time",
        "kind",
        "sensor",
        "src_ip",
        "dst_port",
        "protocol",
        "query",
        "http_host",
        "uri",
        "server_name",
        "md5",
    ]
    found = counts(events, mapping("zeek-json"), [*wanted, "sha1", "cert_serial", "share_path"])
    streams = Counter(event["@stream"] for event in events)
    assert found == {
        "time": 2_140,
        "kind": 2_140,
        "sensor": 2_140,
        "src_ip": sum("id_orig_h" in event for event in events),
        "dst_port": sum("id_resp_p" in event for event in events),
        "protocol": sum("proto" in event for event in events),
        "query": streams["dns"],
        "http_host": streams["http"],
        "uri": streams["http"],
        "server_name": 376,
        "md5": 447,
        "sha1": 447,
        "cert_serial": streams["x509"],
        "share_path": streams["smb_files"] + streams["smb_mapping"],
    }


def evtx_records(archive: str) -> Iterator[tuple[str, list[Event]]]:
    with zipfile.ZipFile(LOGS / "evtx" / archive) as zipped:
        for name in zipped.namelist():
            if name.endswith(".evtx"):
                records = PyEvtxParser(io.BytesIO(zipped.read(name))).records_json()
                yield name, [json.loads(record["data"]) for record in records]


@needs_data
@pytest.mark.parametrize(
    ("archive", "files", "records"),
    [("evtx-attack-samples.zip", 80, 3_717), ("sigma-regression.zip", 100, 126)],
)
def test_evtx_files_are_known_and_their_fields_are_found(archive: str, files: int, records: int) -> None:
    file = mapping("windows-evtx")
    seen = read = 0
    for name, events in evtx_records(archive):
        seen, read = seen + 1, read + len(events)
        if not events:
            continue
        assert choose_mapping("evtx", field_names(events[:5]), shipped_mappings()) is file, name
        wanted = [column for column in WINDOWS_FIELDS if column != "logon_ip"]
        inner = [
            {
                **event["Event"]["System"],
                **(event["Event"].get("EventData") or {}),
                "Hostname": event["Event"]["System"]["Computer"],
            }
            for event in events
        ]
        expected = {column: sum(map(WINDOWS_FIELDS[column], inner)) for column in wanted}
        assert counts(events, file, wanted) == expected, name
        assert counts(events, file, ["time"]) == {"time": len(events)}
        ids = [
            column_value(event, next(c for c in file.mapping.columns if c.name == "event_id"))
            for event in events
        ]
        assert all(isinstance(number, int) for number in ids), name
    assert (seen, read) == (files, records)
