from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from cli.formats.goldens import hold
from cli.formats.results import DOMAIN, empty, finding, hostile, many, usual
from cli.formats.stix_schemas import bundle_validator
from tocsin.cli.formats.observable import observables_of
from tocsin.cli.formats.stix import MOST_COUNTED, render
from tocsin.detect.result import CheckResult, Example, Finding
from tocsin.model.tlp import Tlp, marking_id


def objects_of(result: CheckResult, *types: str) -> list[dict[str, Any]]:
    bundle = json.loads("".join(render(result)))
    return [one for one in bundle.get("objects", []) if one["type"] in types or not types]


def result_of(*findings: Finding) -> CheckResult:
    return msgspec.structs.replace(usual(), findings=findings)


def test_stix_is_as_it_was_looked_at() -> None:
    hold("usual.stix.json", "".join(render(usual())))


@pytest.mark.parametrize("result", [usual, empty, hostile, lambda: many(50)])
def test_the_bundle_validates_against_the_schemas_of_oasis(result) -> None:
    bundle = json.loads("".join(render(result())))
    assert [error.message for error in bundle_validator().iter_errors(bundle)] == []


def test_a_finding_is_a_sighting_of_the_warning_with_what_was_observed() -> None:
    (sighting,) = (one for one in objects_of(usual(), "sighting") if one["sighting_of_ref"] == DOMAIN)
    (observed,) = (
        one for one in objects_of(usual(), "observed-data") if one["id"] in sighting["observed_data_refs"]
    )
    assert (sighting["first_seen"], sighting["last_seen"]) == (
        "2021-03-04T08:15:00Z",
        "2021-03-04T09:00:12.250Z",
    )
    assert (sighting["count"], observed["number_observed"]) == (22, 22)
    by_id = {one["id"]: one for one in objects_of(usual())}
    assert [by_id[ref]["type"] for ref in observed["object_refs"]] == [
        "domain-name",
        "ipv4-addr",
        "network-traffic",
    ]


def test_the_same_findings_give_the_same_bytes_whenever_they_were_checked() -> None:
    later = msgspec.structs.replace(many(20), checked_at="2026-01-01T00:00:00Z", took_s=99.0)
    assert "".join(render(later)) == "".join(render(many(20)))


def test_a_finding_that_grew_is_a_newer_version_of_the_same_sighting() -> None:
    grown = msgspec.structs.replace(finding(1), last_seen="2021-03-09T00:00:00Z", count=99)
    (old,), (new,) = (objects_of(result_of(one), "sighting") for one in (finding(1), grown))
    assert old["id"] == new["id"]
    assert old["created"] == new["created"]
    assert old["modified"] < new["modified"]


def test_a_finding_without_time_has_no_observed_data_and_no_stray_objects() -> None:
    types = [one["type"] for one in objects_of(result_of(finding(1, first_seen="", last_seen="", tlp="")))]
    assert types == ["sighting"]


def test_a_warning_without_a_stix_id_is_written_as_an_indicator() -> None:
    one, two = finding(1, warning="list.txt#4"), finding(2, warning="list.txt#4", pattern=finding(1).pattern)
    (indicator,) = objects_of(result_of(one, two), "indicator")
    assert indicator["pattern"] == one.pattern
    assert {sighting["sighting_of_ref"] for sighting in objects_of(result_of(one, two), "sighting")} == {
        indicator["id"]
    }


def test_markings_are_kept_and_an_object_of_two_findings_bears_the_stricter() -> None:
    green, red = (
        finding(1, tlp="green"),
        msgspec.structs.replace(finding(2), tlp="red", examples=finding(1).examples),
    )
    (domain,) = objects_of(result_of(green, red), "domain-name")
    assert domain["object_marking_refs"] == [marking_id(Tlp.RED)]
    marks = [one["object_marking_refs"] for one in objects_of(result_of(green, red), "sighting")]
    assert marks == [[marking_id(Tlp.GREEN)], [marking_id(Tlp.RED)]]
    assert {one["name"] for one in objects_of(result_of(green, red), "marking-definition")} == {
        "TLP:GREEN",
        "TLP:RED",
    }


def test_no_host_and_no_file_of_the_member_is_in_the_bundle() -> None:
    drawn = "".join(render(usual()))
    assert not any(
        word in drawn
        for word in ("MAIL-01", "WS-12", "10.20.30.12", "sensor-1", "sysmon.evtx", "NT AUTHORITY")
    )


def test_a_count_beyond_what_stix_can_bear_is_held_to_it() -> None:
    (sighting,) = objects_of(result_of(finding(1, count=10**12)), "sighting")
    assert sighting["count"] == MOST_COUNTED


def test_values_that_stix_has_no_place_for_are_counted() -> None:
    example = Example(
        file="a",
        row=1,
        values={"domain-name:value": "x.example", "x-plc:block": "OB1", "file:hashes.MD5": "no"},
    )
    (sighting,) = objects_of(result_of(finding(1, examples=(example,))), "sighting")
    assert "STIX has no place for: 2" in sighting["description"]


@pytest.mark.parametrize(
    ("values", "drawn", "unwritten"),
    [
        ({"ipv4-addr:value": "192.0.2.1"}, [{"type": "ipv4-addr", "value": "192.0.2.1"}], 0),
        ({"ipv4-addr:value": "2001:db8::1"}, [], 1),
        ({"file:hashes.'SHA-1'": "ab" * 20, "file:size": "12"}, [{"type": "file", "hashes": {"SHA-1": "ab" * 20}, "size": 12}], 0),
        ({"file:size": "12"}, [], 1),
        ({"network-traffic:dst_ref.value": "192.0.2.1", "network-traffic:dst_port": "443"}, [{"type": "ipv4-addr", "value": "192.0.2.1"}], 1),
        ({"network-traffic:dst_port": "70000"}, [], 1),
        ({"network-traffic:dst_ref.value": "192.0.2.1", "network-traffic:protocols[*]": "TCP", "network-traffic:dst_port": "70000"}, [{"type": "ipv4-addr", "value": "192.0.2.1"}, {"type": "network-traffic", "protocols": ["tcp"]}], 1),
        ({"process:image_ref.name": "a.exe"}, [{"type": "file", "name": "a.exe"}, {"type": "process"}], 0),
        ({"windows-registry-key:key": "HKLM\\Software"}, [], 1),
        ({"windows-registry-key:values[*].data": "x"}, [{"type": "windows-registry-key", "values": [{"data": "x"}]}], 0),
        ({"email-message:to_refs[*].value": "a@example.org"}, [{"type": "email-addr", "value": "a@example.org"}], 0),
        ({"url:value": "/only/a/path"}, [], 1),
        ({"autonomous-system:number": "64500"}, [{"type": "autonomous-system", "number": 64500}], 0),
        ({"file:parent_directory_ref.path": "C:\\x", "file:name": "y"}, [{"type": "directory", "path": "C:\\x"}, {"type": "file", "name": "y"}], 0),
        ({"no path": "x", "": "", "file:": "x", "file:.": "y"}, [], 4),
    ],
)  # fmt: skip
def test_values_become_objects(values: dict[str, str], drawn: list[dict[str, Any]], unwritten: int) -> None:
    made = observables_of(values, "seed")
    bare = [
        {
            key: value
            for key, value in one.items()
            if key not in ("id", "spec_version") and not key.endswith("_ref")
        }
        for one in made.objects.values()
    ]
    assert (bare, made.unwritten) == (drawn, unwritten)


def test_a_process_has_an_id_of_its_own_content_and_finding() -> None:
    values = {"process:command_line": "a.exe"}
    first, second, other = (list(observables_of(values, seed).objects) for seed in ("a", "a", "b"))
    assert first == second != other


PATHS = st.sampled_from(
    ["domain-name:value", "ipv4-addr:value", "ipv6-addr:value", "url:value", "file:name", "file:hashes.MD5", "file:size", "mutex:name", "process:pid", "process:command_line", "process:image_ref.name", "process:parent_ref.image_ref.name", "mac-addr:value", "network-traffic:dst_ref.value", "network-traffic:src_ref.value", "network-traffic:protocols[*]", "network-traffic:src_port", "windows-registry-key:key", "windows-registry-key:values[0].name", "user-account:user_id", "email-addr:value", "email-message:subject", "email-message:is_multipart", "email-message:body", "x509-certificate:subject", "software:name", "autonomous-system:number", "file:parent_directory_ref.path", "directory:path", "email-message:from_ref.value"]
) | st.text()  # fmt: skip
VALUES = (
    st.text()
    | st.ip_addresses().map(str)
    | st.integers().map(str)
    | st.sampled_from(["true", "ab" * 16, "http://a/b"])
)


@settings(max_examples=150)
@given(st.dictionaries(PATHS, VALUES, max_size=8))
def test_whatever_the_values_the_bundle_validates_and_each_value_is_written_or_counted(
    values: dict[str, str],
) -> None:
    one = finding(1, examples=(Example(file="a", row=1, values=values),))
    bundle = json.loads("".join(render(result_of(one))))
    assert [error.message for error in bundle_validator().iter_errors(bundle)] == []
    assert 0 <= observables_of(values, "").unwritten <= len(values)


@settings(max_examples=30)
@given(st.text())
def test_any_string_leaves_the_bundle_valid(text: str) -> None:
    bundle = json.loads("".join(render(hostile(text))))
    assert [error.message for error in bundle_validator().iter_errors(bundle)] == []
