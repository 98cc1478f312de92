from __future__ import annotations

import gzip
import ipaddress
import json
import re
from pathlib import Path

import pytest
from stix2patterns.validator import run_validator

from tocsin.detect.indicator_bundle import read_bundle
from tocsin.detect.indicator_id import indicator_id
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.warning import WarningTally
from tocsin.model.timestamp import parse_timestamp

EXAMPLES = Path(__file__).parents[2] / "src/tocsin/data/examples"
INTEL = Path(__file__).parents[2].parent / "shared" / "data" / "intel"
needs_shared = pytest.mark.skipif(
    not INTEL.is_dir(), reason="the real data (shared/data/intel) is not on this machine"
)

BUNDLE = json.loads((EXAMPLES / "warnings-2021.json").read_bytes())
INDICATORS = [entry for entry in BUNDLE["objects"] if entry["type"] == "indicator"]


def test_every_indicator_is_read():
    tally = WarningTally()

    warnings = list(read_bundle((EXAMPLES / "warnings-2021.json").read_bytes(), "warnings-2021.json", tally))

    assert len(warnings) == len(INDICATORS) == 75
    assert tally.not_checked == {}
    assert sorted(tally.skipped) == ["not an indicator: identity", "not an indicator: marking-definition"]
    assert {warning.tlp for warning in warnings} == {"clear"}


@pytest.mark.parametrize("entry", INDICATORS, ids=lambda entry: entry["name"])
def test_an_indicator_is_complete_and_its_pattern_sound(entry):
    assert run_validator(entry["pattern"], stix_version="2.1") == []
    assert parse_pattern(entry["pattern"])
    assert entry["id"] == indicator_id(entry["pattern"])
    assert parse_timestamp(entry["valid_from"]) < parse_timestamp(entry["valid_until"])
    assert 0 < entry["confidence"] <= 95
    assert entry["description"].endswith(".")
    assert entry["indicator_types"]
    assert [reference for reference in entry["external_references"] if "url" in reference]


@pytest.mark.parametrize(
    "operator", ["FOLLOWEDBY", "WITHIN", "REPEATS", " AND ", " OR ", " IN ", "LIKE", "MATCHES", "ISSUBSET"]
)
def test_the_examples_show_what_the_language_can_say(operator):
    assert any(operator in entry["pattern"] for entry in INDICATORS)


@needs_shared
def test_every_hash_is_one_of_a_public_source():
    sources = [
        *(INTEL / "iocs/sunburst").iterdir(),
        *(INTEL / "iocs/exchange").iterdir(),
        *(INTEL / "playbooks").iterdir(),
    ]
    known = set()
    for source in sources:
        data = gzip.decompress(source.read_bytes()) if source.suffix == ".gz" else source.read_bytes()
        known |= set(re.findall(r"\b[0-9a-f]{32,64}\b", data.decode().lower()))

    used = {value for entry in INDICATORS for value in re.findall(r"'([0-9a-f]{32,64})'", entry["pattern"])}

    assert len(used) > 30
    assert used <= known


# -- evidence ---------------------------------------------------------------------------------

DOCUMENTATION = [ipaddress.ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
ATTACKERS = {"103.77.192.219", "104.250.191.110", "157.230.221.198", "13.59.205.66", "18.130.0.1"}


def evidence():
    for file in sorted((EXAMPLES / "evidence").rglob("*")):
        if file.is_file():
            data = file.read_bytes()
            yield file.name, gzip.decompress(data).decode() if file.suffix == ".gz" else data.decode()


def test_the_evidence_is_labelled_as_generated():
    assert "generated" in (EXAMPLES / "PROVENANCE.md").read_text().lower()


def test_the_evidence_is_small():
    assert sum(file.stat().st_size for file in (EXAMPLES / "evidence").rglob("*")) < 1_500_000


def test_addresses_are_for_documentation_or_the_attackers():
    found = set()
    for _, text in evidence():
        found |= set(re.findall(r'(?<=[ ,"\]])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?=[ ,"])', text))

    strange = {
        text for text in found if not any(ipaddress.ip_address(text) in network for network in DOCUMENTATION)
    }

    assert strange == ATTACKERS


def test_each_log_has_the_form_of_its_product():
    logs = dict(evidence())
    fields = logs["u_ex210302.log"].split("\r\n")[3].removeprefix("#Fields: ").split()
    assert fields[:4] == ["date", "time", "s-computername", "s-ip"]
    for line in logs["u_ex210302.log"].split("\r\n")[4:-1]:
        assert len(line.split(" ")) == len(fields)

    lines = logs["HttpProxy_2021030200-1.LOG"].split("\r\n")
    assert lines[5] == f"#Fields: {lines[0]}"
    for line in lines[6:-1]:
        assert line.count(",") == lines[0].count(",") + line.count("(KHTML, like Gecko)")

    for name in ("sysmon.json.gz", "sysmon.json"):
        for line in logs[name].splitlines():
            assert {"Channel", "Hostname", "EventID", "UtcTime", "@timestamp"} <= json.loads(line).keys()
    for name in ("dns.log", "conn.log"):
        rows = [json.loads(line) for line in logs[name].splitlines()]
        assert [row["ts"] for row in rows] == sorted(row["ts"] for row in rows)
        assert {row["@stream"] for row in rows} == {name.removesuffix(".log")}
