from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tocsin.detect.indicator_bundle import read_bundle
from tocsin.detect.misp_event import ManifestEntry, is_misp, is_misp_manifest, read_misp, read_misp_manifest
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.warning import WarningTally
from tocsin.errors import BadInput, LimitExceeded
from tocsin.model.tlp import Tlp, marking_id

REAL = Path(__file__).parents[3] / "shared" / "data" / "intel" / "misp"

UUID = "5a4b9b9e-1c3c-4f5e-9a3b-0123456789ab"
EVENT_UUID = "57c4445b-c548-4654-af0b-4be3950d210f"


def attribute(type: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"uuid": UUID, "type": type, "value": value, "to_ids": True, "timestamp": "1700000000", **more}


def event(*attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    about = {"uuid": EVENT_UUID, "info": "A campaign", "date": "2023-11-01", "timestamp": "1699999999"}
    return {"Event": about | {"Attribute": list(attributes)} | more}


def read(content: Any, tally: WarningTally | None = None) -> list[dict[str, Any]]:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    tally = WarningTally() if tally is None else tally
    made = [json.loads(raw) for raw in read_misp(text, "event.json", tally)]
    counted = sum(count for count, _ in [*tally.skipped.values(), *tally.not_checked.values()])
    assert tally.seen == tally.read + counted
    assert tally.read == len(made)
    return made


def marking(made: dict[str, Any]) -> list[str]:
    return made.get("object_marking_refs", [])


@pytest.mark.parametrize(
    ("type", "value", "pattern"),
    [
        ("ip-src", "203.0.113.7", "[ipv4-addr:value = '203.0.113.7']"),
        ("ip-dst", "203.0.113.0/24", "[ipv4-addr:value ISSUBSET '203.0.113.0/24']"),
        ("ip-dst", "2001:DB8::1", "[ipv6-addr:value = '2001:db8::1']"),
        ("domain", "Evil.Example", "[domain-name:value = 'evil.example']"),
        ("hostname", "a.evil[.]example", "[domain-name:value = 'a.evil.example']"),
        ("url", "hxxp://evil.example/a?b=c", "[url:value = 'http://evil.example/a?b=c']"),
        ("md5", "D41D8CD98F00B204E9800998ECF8427E", "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']"),
        ("sha1", "a" * 40, f"[file:hashes.'SHA-1' = '{'a' * 40}']"),
        ("sha256", "b" * 64, f"[file:hashes.'SHA-256' = '{'b' * 64}']"),
        ("filename", "O'Neil\\x.exe", "[file:name = 'O\\'Neil\\\\x.exe']"),
        ("filename|md5", "a|b.exe|" + "c" * 32, f"[file:hashes.MD5 = '{'c' * 32}']"),
        ("malware-sample", "b.exe|" + "c" * 32, f"[file:hashes.MD5 = '{'c' * 32}']"),
        ("email-src", "Me@Evil.example", "[email-addr:value = 'me@evil.example']"),
        ("email-subject", "You won", "[email-message:subject = 'You won']"),
        ("mutex", "Global\\x", "[mutex:name = 'Global\\\\x']"),
        ("regkey", "HKLM\\Run", "[windows-registry-key:key = 'HKLM\\\\Run']"),
        (
            "regkey|value",
            "HKLM\\Run|evil.exe",
            "[windows-registry-key:key = 'HKLM\\\\Run' AND windows-registry-key:values[*].data = 'evil.exe']",
        ),
        (
            "ip-dst|port",
            "203.0.113.7|443",
            "[network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port = 443]",
        ),
        (
            "ip-dst|port",
            "2001:db8::1|443",
            "[network-traffic:dst_ref.value = '2001:db8::1' AND network-traffic:dst_port = 443]",
        ),
        (
            "domain|ip",
            "evil.example|203.0.113.7",
            "[domain-name:value = 'evil.example'] OR [ipv4-addr:value = '203.0.113.7']",
        ),
        ("AS", "AS64496", "[autonomous-system:number = 64496]"),
        ("mac-address", "00-11-22-AA-BB-CC", "[mac-addr:value = '00:11:22:aa:bb:cc']"),
        (
            "user-agent",
            "Evil/1.0",
            "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Evil/1.0']",
        ),
        ("stix2-pattern", "[a:b = 1 AND a:c = 2]", "[a:b = 1 AND a:c = 2]"),
    ],
)
def test_a_type_becomes_the_pattern_that_finds_its_value(type: str, value: str, pattern: str):
    made = read(event(attribute(type, value)))
    assert [one["pattern"] for one in made] == [pattern]
    parse_pattern(made[0]["pattern"])


def test_an_indicator_says_what_the_event_said():
    content = event(
        attribute("domain", "evil.example", comment="C2", first_seen="2023-10-30T12:00:00.5+02:00"),
        Tag=[{"name": "tlp:green"}, {"name": "PAP:AMBER"}, {"name": 'misp-galaxy:sector="Energy"'}],
    )
    assert read(content) == [
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--{UUID}",
            "created": "2023-11-01T00:00:00.000Z",
            "modified": "2023-11-14T22:13:20.000Z",
            "name": "A campaign",
            "description": "C2",
            "pattern": "[domain-name:value = 'evil.example']",
            "pattern_type": "stix",
            "pattern_version": "2.1",
            "valid_from": "2023-10-30T10:00:00.500Z",
            "labels": ["PAP:AMBER", 'misp-galaxy:sector="Energy"'],
            "external_references": [{"source_name": "MISP event", "external_id": EVENT_UUID}],
            "object_marking_refs": [marking_id(Tlp.GREEN)],
        }
    ]


def test_the_same_bytes_give_the_same_objects():
    content = json.dumps(event(attribute("domain", "evil.example", uuid="none"))).encode()
    assert list(read_misp(content, "a", WarningTally())) == list(read_misp(content, "b", WarningTally()))


def test_what_is_made_is_read_as_a_warning():
    bundle = json.dumps(read(event(attribute("domain", "evil.example"), Tag=[{"name": "TLP:RED"}]))).encode()
    warning = next(read_bundle(bundle, "", WarningTally()))
    assert (warning.id, warning.tlp, warning.name) == (f"indicator--{UUID}", "red", "A campaign")


@pytest.mark.parametrize(
    ("of_event", "of_attribute", "label"),
    [
        ([], [], None),
        (["tlp:white"], [], Tlp.CLEAR),
        (["tlp:clear"], ["tlp:amber+strict"], Tlp.AMBER_STRICT),
        (["tlp:red"], ["tlp:green"], Tlp.RED),
        (["TLP:AMBER"], [], Tlp.AMBER),
        (["tlp:ex:chr"], [], Tlp.RED),
        (["tlp:unclear", "tlp:green"], [], Tlp.RED),
    ],
)
def test_the_strictest_tlp_tag_governs(of_event: list[str], of_attribute: list[str], label: Tlp | None):
    tags = [{"name": tag} for tag in of_attribute]
    made = read(event(attribute("domain", "evil.example", Tag=tags), Tag=[{"name": tag} for tag in of_event]))
    assert marking(made[0]) == ([] if label is None else [marking_id(label)])


@pytest.mark.parametrize(
    ("distribution", "tags", "label"),
    [
        ("0", [], Tlp.RED),
        (4, [], Tlp.AMBER_STRICT),
        ("5", [], None),
        ("0", [{"name": "tlp:green"}], Tlp.GREEN),
    ],
)
def test_a_distribution_governs_where_no_tag_does(distribution: Any, tags: list, label: Tlp | None):
    made = read(
        event(attribute("domain", "evil.example", distribution="5"), distribution=distribution, Tag=tags)
    )
    assert marking(made[0]) == ([] if label is None else [marking_id(label)])


def test_what_is_not_meant_for_detection_is_counted():
    tally = WarningTally()
    content = event(*(attribute("domain", "evil.example", to_ids=flag) for flag in (False, "0", 0, None)))
    assert read(content, tally) == []
    assert tally.skipped["not meant for detection (to_ids is off)"][0] == 4


def test_types_and_values_that_are_not_read_are_counted_with_their_place():
    tally = WarningTally()
    content = event(
        attribute("ja3-fingerprint-md5", "a" * 32),
        attribute("url", "not a url"),
        attribute("ip-src", None),
        attribute("as", "x"),
        attribute("regkey|value", "no bar"),
        "no attribute",
    )
    assert read(content, tally) == []
    assert tally.not_checked == {
        "MISP type 'ja3-fingerprint-md5' is not read": (1, ["$.Event.Attribute[0]"]),
        "the value is not recognised as what its type says": (
            3,
            ["$.Event.Attribute[1]", "$.Event.Attribute[3]", "$.Event.Attribute[4]"],
        ),
        "the value is missing or no text": (1, ["$.Event.Attribute[2]"]),
        "not a MISP attribute": (1, ["$.Event.Attribute[5]"]),
    }


def test_a_deleted_attribute_object_or_event_is_revoked():
    gone = {"Object": [{"deleted": "1", "Attribute": [attribute("domain", "a.example")]}]}
    content = event(attribute("domain", "b.example", deleted=True), attribute("domain", "c.example"), **gone)
    assert [one.get("revoked") for one in read(content)] == [True, None, True]
    assert read(event(attribute("domain", "a.example"), deleted=True))[0]["revoked"] is True


def test_a_change_of_the_event_makes_new_versions():
    made = read(event(attribute("domain", "evil.example"), timestamp="1800000000"))
    assert made[0]["modified"] == "2027-01-15T08:00:00.000Z"


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda one: one,
        lambda one: one["Event"],
        lambda one: [one],
        lambda one: {"response": [one]},
        lambda one: {"response": {"Attribute": one["Event"]["Attribute"]}},
    ],
)
def test_events_are_found_in_whatever_they_are_wrapped(wrapped):
    content = wrapped(event(attribute("domain", "evil.example"), Orgc={"name": "o"}))
    assert len(read(content)) == 1
    assert is_misp(json.dumps(content).encode())


def test_attributes_of_a_search_are_marked_by_their_own_event():
    inner = {"uuid": EVENT_UUID, "info": "Own", "timestamp": "1700000000", "Tag": [{"name": "tlp:red"}]}
    made = read({"response": {"Attribute": [attribute("domain", "evil.example", Event=inner)]}})
    assert (made[0]["name"], marking(made[0])) == ("Own", [marking_id(Tlp.RED)])


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", BadInput),
        (b"{", BadInput),
        (b"[]", BadInput),
        (b'{"a": 1}', BadInput),
        (b'{"Event": 7}', BadInput),
        (b"\xff", BadInput),
        (b'{"Event":' + b"[" * 100, LimitExceeded),
        (b"[" * 100_000, LimitExceeded),
    ],
)
def test_what_is_no_event_is_told(content: bytes, error: type[BadInput]):
    with pytest.raises(error):
        read(content)


@pytest.mark.parametrize(
    "odd",
    [
        {
            "date": "2023-99-99",
            "timestamp": "soon",
            "info": 7,
            "uuid": None,
            "Tag": "x",
            "Object": [1, {"Attribute": 2}],
        },
        {"date": None, "timestamp": 99999999999, "Tag": [{"name": None}, {"name": " "}, 3]},
        {"timestamp": "1" * 5000},
    ],
)
def test_odd_values_are_read_around(odd: dict[str, Any]):
    made = read(
        event(attribute("domain", "evil.example", first_seen="x", timestamp=None, comment=None), **odd)
    )
    assert made[0]["created"] <= made[0]["modified"]


def test_a_stix_object_or_list_is_no_misp():
    for text in (
        b'{"type": "bundle", "objects": []}',
        b'[{"pattern": "[a:b = 1]"}]',
        b"evil.example\n",
        b"{}",
    ):
        assert not is_misp(text)
        assert not is_misp_manifest(text)


def test_a_manifest_names_events_and_nothing_else():
    content = {
        EVENT_UUID.upper(): {"timestamp": "1700000000", "info": "b"},
        UUID: {"timestamp": 5},
        "../../../etc/passwd": {"timestamp": "1"},
        "x" * 36: {},
        "00000000-0000-4000-8000-000000000000": None,
    }
    text = json.dumps(content).encode()
    assert is_misp_manifest(text)
    assert read_misp_manifest(text) == (ManifestEntry(UUID, 5), ManifestEntry(EVENT_UUID, 1700000000))
    with pytest.raises(BadInput):
        read_misp_manifest(b"[]")


# Proposals, and attributes of other events.
APART = ("ShadowAttribute", "RelatedAttribute", "RelatedEvent", "ObjectReference")


def _attributes(value: Any) -> int:
    """Count attributes as naively as can be: whatever has a type and to_ids."""
    if isinstance(value, dict):
        own = "to_ids" in value and "type" in value
        return own + sum(_attributes(one) for key, one in value.items() if key not in APART)
    return sum(map(_attributes, value)) if isinstance(value, list) else 0


@pytest.mark.skipif(not REAL.is_dir(), reason="no real MISP events are on this machine")
def test_every_attribute_of_a_real_event_is_accounted_for():
    read_ = 0
    for path in sorted(REAL.rglob("*.json")):
        content = path.read_bytes()
        if is_misp(content):
            tally = WarningTally()
            for one in read(content, tally):
                parse_pattern(one["pattern"])
            assert tally.seen == _attributes(json.loads(content)), path.name
            read_ += tally.read
    assert read_
