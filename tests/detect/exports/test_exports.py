from __future__ import annotations

import csv
import io
import ipaddress
import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tocsin.detect.exports.blocklist import write_blocklist
from tocsin.detect.exports.csv import COLUMNS, write_csv
from tocsin.detect.exports.misp import write_misp
from tocsin.detect.exports.stix import write_stix
from tocsin.detect.indicator_list import read_list
from tocsin.detect.misp_event import read_misp
from tocsin.detect.observable_kind import Observable, string_literal
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern_values import is_plainest, values_of
from tocsin.detect.warning import WarningTally
from tocsin.errors import BadInput
from tocsin.model.stix import StixObject, read_objects
from tocsin.model.tlp import Tlp, marking_id, tlp_of

NOW = "2026-11-03T10:00:00.000Z"
EVENT = "57c4445b-c548-4654-af0b-4be3950d210f"


def indicator(pattern: str, number: int = 1, **more: Any) -> StixObject:
    properties = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--00000000-0000-4000-8000-{number:012d}",
        "created": "2026-11-01T00:00:00.000Z",
        "modified": "2026-11-02T00:00:00.000Z",
        "pattern": pattern,
        "pattern_type": "stix",
        "valid_from": "2026-11-01T00:00:00.000Z",
        **more,
    }
    return read_objects(json.dumps(properties).encode()).objects[0]


def misp(objects: list[StixObject], tally: WarningTally | None = None) -> dict[str, Any]:
    tally = WarningTally() if tally is None else tally
    return json.loads(write_misp(objects, tally, NOW, "Shared warnings", EVENT))["Event"]


def rows(objects: list[StixObject], tally: WarningTally | None = None) -> list[dict[str, str]]:
    text = write_csv(objects, WarningTally() if tally is None else tally).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def blocked(objects: list[StixObject], tally: WarningTally | None = None, **more: Any) -> list[str]:
    text = write_blocklist(objects, WarningTally() if tally is None else tally, NOW, **more).decode()
    return [line for line in text.splitlines() if not line.startswith("#")]


# -- values of patterns -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "values"),
    [
        ("[ipv4-addr:value = '203.0.113.7']", [("ipv4", "203.0.113.7")]),
        ("[ipv4-addr:value ISSUBSET '203.0.113.0/24']", [("cidr", "203.0.113.0/24")]),
        ("[domain-name:value IN ('a.example', 'B.example')]", [("domain", "a.example"), ("domain", "b.example")]),
        ("[domain-name:value LIKE '%.evil.example']", [("suffix", "*.evil.example")]),
        ("[url:value = 'http://a.example/x' OR url:value = 'http://a.example/y']", [("url", "http://a.example/x"), ("url", "http://a.example/y")]),
        (f"[file:hashes.'SHA256' = '{'a' * 64}'] OR [file:hashes.MD5 = '{'B' * 32}']", [("sha256", "a" * 64), ("md5", "b" * 32)]),
        ("[network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port = 443]", [("ip:port", "203.0.113.7:443")]),
        ("[file:name = '-x \\'y\\'.exe']", [("filename", "-x 'y'.exe")]),
        ("[domain-name:value = 'a.example' AND domain-name:value = 'b.example']", []),
        ("[domain-name:value != 'a.example']", []),
        ("[domain-name:value NOT = 'a.example']", []),
        ("[domain-name:value NOT IN ('a.example')]", []),
        ("[EXISTS domain-name:value]", []),
        ("[domain-name:value = 'a.example'] AND [domain-name:value = 'b.example']", []),
        ("[domain-name:value = 'a.example'] WITHIN 5 SECONDS", []),
        ("[domain-name:value = 'a.example' OR process:pid > 5]", []),
        ("[domain-name:value MATCHES 'a.example']", []),
        ("[domain-name:value LIKE 'a%.example']", []),
        ("[domain-name:value = '203.0.113.7']", []),
        ("[ipv4-addr:value = '203.0.113.0/24']", []),
        ("[file:name = 'a\\tb']", []),
        ("[email-message:subject = 'evil.example']", []),
        ("[network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:src_port = 443]", []),
        ("no pattern", []),
    ],
)  # fmt: skip
def test_a_patterns_values_are_those_that_alone_make_it_match(pattern: str, values: list[tuple[str, str]]):
    assert [(one.kind, one.value) for one in values_of(pattern)] == values


# -- round trips ------------------------------------------------------------------------------

LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
DOMAIN = st.builds(lambda labels: ".".join([*labels, "example"]), st.lists(LABEL, min_size=1, max_size=3))
ADDRESS = st.ip_addresses().map(str)
TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
DIGEST = st.sampled_from([("MD5", 32), ("'SHA-1'", 40), ("'SHA-256'", 64), ("'SHA-512'", 128)]).flatmap(
    lambda one: st.text("0123456789abcdef", min_size=one[1], max_size=one[1]).map(
        lambda digest: f"file:hashes.{one[0]} = '{digest}'"
    )
)
NETWORK = st.builds(
    lambda address, drop: ipaddress.ip_network((address, address.max_prefixlen - drop), strict=False),
    st.ip_addresses(),
    st.integers(1, 31),
)
COMPARISON = st.one_of(
    DOMAIN.map(lambda text: f"domain-name:value = '{text}'"),
    DOMAIN.map(lambda text: f"domain-name:value LIKE '%.{text}'"),
    ADDRESS.map(lambda text: f"ipv{6 if ':' in text else 4}-addr:value = '{text}'"),
    NETWORK.map(lambda one: f"ipv{one.version}-addr:value ISSUBSET '{one}'"),
    DIGEST,
    st.builds(lambda host, path: f"url:value = {string_literal(f'https://{host}/{path}')}", DOMAIN, TEXT),
    DOMAIN.map(lambda text: f"email-addr:value = 'me@{text}'"),
    st.builds(
        lambda path, text: f"{path} = {string_literal(text)}",
        st.sampled_from(
            [
                "file:name",
                "mutex:name",
                "windows-registry-key:key",
                "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
            ]
        ),
        TEXT | st.builds(lambda mark, text: mark + text, st.sampled_from("=+-@#;'\"/,|"), TEXT),
    ),
    st.builds(
        lambda host, port: f"network-traffic:dst_ref.value = '{host}' AND network-traffic:dst_port = {port}",
        ADDRESS | DOMAIN,
        st.integers(1, 65535),
    ),
)
PATTERN = COMPARISON.map(lambda text: f"[{text}]") | st.lists(
    COMPARISON.filter(lambda text: " AND " not in text), min_size=1, max_size=3
).map(lambda held: f"[{' OR '.join(held)}]")
LABELLED = st.builds(
    lambda number, pattern, name, label: indicator(
        pattern, number, name=name, object_marking_refs=[marking_id(label)]
    ),
    st.integers(1, 10**6),
    PATTERN,
    TEXT,
    st.sampled_from(Tlp),
)
OBJECTS = st.lists(LABELLED, max_size=12, unique_by=lambda one: one.id)


@given(
    st.sampled_from(
        ["domain-name:value", "ipv4-addr:value", "url:value", "file:hashes.MD5", "file:hashes.'SHA-256'", "file:name",
         "x:y", "domain-name:", "network-traffic:dst_ref.value", "file:hashes.'", "ipv4-addr:value.x[0]"]
    ),
    st.sampled_from(["evil.example", "EVIL.example.", "10.0.0.1", "10.0.0.0/8", "", "a" * 32, "b" * 64, "http://a.example/é", "x\x00y"])
    | st.text(max_size=6).filter(lambda text: not set(text) & {"'", "\\"}),
)  # fmt: skip
def test_the_plainest_pattern_has_the_values_that_the_parser_finds(path, value):
    assert values_of(f"[{path} = '{value}']") == values_of(f"[ {path} = '{value}' ]")
    for version in ("2.0", "2.1"):
        compiles = True
        try:
            parse_pattern(f"[{path} = '{value}']", version)
        except BadInput:
            compiles = False
        plainest = is_plainest(f"[{path} = '{value}']", version)
        assert plainest == (compiles and "[0]" not in path)


def values_of_one(one: StixObject) -> tuple[Observable, ...]:
    return values_of(one.properties["pattern"])


def plain(objects: list[StixObject], kinds: set[str] | None = None) -> set[tuple[str, str]]:
    held = {(one.kind, one.value) for object in objects for one in values_of(object.properties["pattern"])}
    return held if kinds is None else {one for one in held if one[0] in kinds}


@given(OBJECTS)
def test_csv_read_back_gives_the_same_values(objects: list[StixObject]):
    tally = WarningTally()
    written = write_csv(objects, tally)
    named = {row["indicator_id"] for row in csv.DictReader(io.StringIO(written.decode(), newline=""))}
    kept = [one for one in objects if one.id in named]
    assert all(one in kept for one in objects if {value.kind for value in values_of_one(one)} == {"domain"})
    again = WarningTally()
    found = {one.pattern for one in read_list(written, "", again)}
    assert found == {value.pattern for one in kept for value in values_of_one(one)}
    assert not again.not_checked
    assert tally.read == len(kept)
    assert tally.seen == len(objects) == len(kept) + sum(count for count, _ in tally.not_checked.values())


@given(OBJECTS)
def test_a_misp_event_read_back_gives_the_same_values_and_labels(objects: list[StixObject]):
    written = write_misp(objects, WarningTally(), NOW, "x", EVENT)
    if not objects:
        return
    tally = WarningTally()
    made = read_objects(b"[" + b",".join(read_misp(written, "", tally)) + b"]").objects
    assert not tally.not_checked
    assert plain(list(made)) == plain(objects)
    # Of the event the strictest counts for all that is in it.
    strictest = max((tlp_of(one.properties["object_marking_refs"]) for one in objects), key=_strictness)
    assert {tlp_of(one.properties["object_marking_refs"]) for one in made} == {strictest}
    rich = {one.properties["pattern"].strip() for one in objects if not values_of(one.properties["pattern"])}
    assert rich <= {one.properties["pattern"] for one in made}


def _strictness(text: str) -> Tlp:
    return next(label for label in Tlp if label.text == text)


@given(OBJECTS)
def test_a_blocklist_read_back_gives_the_same_values(objects: list[StixObject]):
    tally = WarningTally()
    written = write_blocklist(objects, tally, NOW)
    again = WarningTally()
    found = {value for one in read_list(written, "", again) for value in values_of(one.pattern)}
    assert {(one.kind, one.value) for one in found} == plain(objects, {"ipv4", "ipv6", "cidr", "domain"})
    assert not again.not_checked
    assert tally.seen == tally.read + sum(count for count, _ in tally.not_checked.values())


@given(OBJECTS)
def test_a_bundle_read_back_gives_the_same_bytes(objects: list[StixObject]):
    tally = WarningTally()
    again = read_objects(write_stix(objects, tally))
    assert [one.raw for one in again.objects] == [one.raw for one in objects]
    assert (tally.seen, tally.read) == (len(objects), len(objects))


# -- CSV --------------------------------------------------------------------------------------


def test_a_row_says_value_type_indicator_times_and_label():
    one = indicator(
        "[domain-name:value = 'evil.example' OR ipv4-addr:value = '203.0.113.7']",
        name="A\nname",
        valid_until="2027-01-01T00:00:00.000Z",
        confidence=80,
        object_marking_refs=[marking_id(Tlp.GREEN)],
    )
    about = {
        "indicator_id": one.id,
        "name": "A name",
        "valid_from": "2026-11-01T00:00:00.000Z",
        "valid_until": "2027-01-01T00:00:00.000Z",
        "tlp": "green",
        "confidence": "80",
    }
    assert rows([one]) == [
        {"value": "evil.example", "type": "domain", **about},
        {"value": "203.0.113.7", "type": "ipv4", **about},
    ]
    assert tuple(rows([one])[0]) == COLUMNS


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\uff1d", "#", "//", ";", "'=", "' =", "' #"])
def test_no_cell_is_run_as_a_formula(mark: str):
    text = f"{mark}cmd|' /C calc'!A0"
    one = indicator(f"[file:name = {string_literal(text)}]", name=text)
    row = rows([one])[0]
    assert (row["value"], row["name"]) == (f"'{text}", f"'{text}")


def test_what_is_more_than_values_is_counted_and_named():
    tally = WarningTally()
    assert rows([indicator("[domain-name:value MATCHES 'x']")], tally) == []
    (reason, (count, ids)), *_ = tally.not_checked.items()
    assert "more than values" in reason
    assert (count, ids) == (1, ["indicator--00000000-0000-4000-8000-000000000001"])


# -- what all have in common ------------------------------------------------------------------


def test_only_the_newest_version_counts_and_a_revoked_one_is_left_out():
    newer = indicator("[domain-name:value = 'new.example']", modified="2026-11-03T00:00:00.000Z")
    older = indicator("[domain-name:value = 'old.example']")
    gone = indicator("[domain-name:value = 'gone.example']", 2, revoked=True)
    yara = indicator("rule x {}", 3, pattern_type="yara")
    for objects in ([newer, older, gone, yara], [older, newer, gone, yara]):
        tally = WarningTally()
        assert blocked(objects, tally) == ["new.example"]
        assert {reason: count for reason, (count, _) in tally.skipped.items()} == {
            "older version of the same object": 1,
            "revoked": 1,
        }
        assert [count for count, _ in tally.not_checked.values()] == [1]
        assert tally.seen == 4


@pytest.mark.parametrize(
    ("more", "label"),
    [
        ({}, "amber"),
        ({"object_marking_refs": [marking_id(Tlp.CLEAR)]}, "clear"),
        ({"object_marking_refs": ["marking-definition--00000000-0000-4000-8000-000000000009"]}, "red"),
        (
            {
                "object_marking_refs": [marking_id(Tlp.CLEAR)],
                "granular_markings": [{"marking_ref": marking_id(Tlp.RED), "selectors": ["name"]}],
            },
            "red",
        ),
        ({"object_marking_refs": ["marking-definition--00000000-0000-4000-8000-00000000000a"]}, "green"),
        ({"object_marking_refs": ["marking-definition--00000000-0000-4000-8000-00000000000b"]}, "amber"),
    ],
)
def test_the_label_is_what_governs(more: dict[str, Any], label: str):
    own = {"type": "marking-definition", "spec_version": "2.1", "created": NOW}
    definitions = [
        own
        | {
            "id": "marking-definition--00000000-0000-4000-8000-00000000000a",
            "definition_type": "tlp",
            "definition": {"tlp": "green"},
        },
        own
        | {
            "id": "marking-definition--00000000-0000-4000-8000-00000000000b",
            "definition_type": "statement",
            "definition": {"statement": "ours"},
        },
    ]
    known = [read_objects(json.dumps(one).encode()).objects[0] for one in definitions]
    one = indicator("[domain-name:value = 'evil.example']", **more)
    assert rows([one, *known])[0]["tlp"] == label
    assert misp([one, *known])["Attribute"][0]["Tag"] == [{"name": f"tlp:{label}"}]
    assert f"# TLP:{label.upper()}" in write_blocklist([one, *known], WarningTally(), NOW).decode()


# -- blocklist --------------------------------------------------------------------------------


def test_a_blocklist_is_sorted_says_its_date_and_what_it_leaves_out():
    objects = [
        indicator("[domain-name:value = 'b.example']", 1, object_marking_refs=[marking_id(Tlp.CLEAR)]),
        indicator(
            "[domain-name:value IN ('a.example', 'b.example')]",
            2,
            object_marking_refs=[marking_id(Tlp.GREEN)],
        ),
        indicator("[ipv4-addr:value = '203.0.113.100']", 3, object_marking_refs=[marking_id(Tlp.CLEAR)]),
        indicator(
            "[ipv4-addr:value ISSUBSET '203.0.113.8/29']", 4, object_marking_refs=[marking_id(Tlp.CLEAR)]
        ),
        indicator(f"[file:hashes.MD5 = '{'a' * 32}']", 5, object_marking_refs=[marking_id(Tlp.RED)]),
        indicator("[domain-name:value = 'over.example']", 6, valid_until=NOW),
    ]
    assert write_blocklist(objects, WarningTally(), NOW).decode().splitlines() == [
        "# 4 values, 2026-11-03T10:00:00.000Z",
        "# TLP:GREEN",
        "# left out: 1 (a blocklist of these kinds holds no md5)",
        "# left out: 1 (not valid any more)",
        "203.0.113.8/29",
        "a.example",
        "b.example",
        "203.0.113.100",
    ]
    assert blocked(objects, kinds={"ipv4", "cidr"}) == ["203.0.113.8/29", "203.0.113.100"]


def test_an_indicator_that_is_half_in_the_list_is_told():
    tally = WarningTally()
    one = indicator("[domain-name:value = 'evil.example' OR url:value = 'http://other.example/x']")
    assert blocked([one], tally) == ["evil.example"]
    assert tally.read == 0
    assert list(tally.not_checked) == ["a blocklist of these kinds holds no url"]


# -- MISP -------------------------------------------------------------------------------------


def test_a_misp_attribute_is_known_again_and_a_rich_pattern_is_kept():
    rich = "[process:name = 'a' AND process:pid = 5]"
    objects = [
        indicator("[domain-name:value = 'evil.example']", 1, name="Camp", description="C2"),
        indicator(rich, 2),
        indicator("[ipv6-addr:value = '2001:db8::1' OR domain-name:value = 'b.example']", 3),
    ]
    event = misp(objects)
    first, second, third, fourth = event["Attribute"]
    assert (first["uuid"], first["type"], first["value"]) == (objects[0].id[11:], "domain", "evil.example")
    assert (first["comment"], first["to_ids"], first["timestamp"]) == ("Camp: C2", True, "1793577600")
    assert (second["type"], second["value"]) == ("stix2-pattern", rich)
    assert (third["type"], third["uuid"], fourth["type"]) == ("ip-dst", objects[2].id[11:], "domain")
    assert len({one["uuid"] for one in event["Attribute"]}) == 4
    assert (event["date"], event["info"], event["published"]) == ("2026-11-03", "Shared warnings", False)
    assert misp(objects) == event
