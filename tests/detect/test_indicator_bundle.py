from __future__ import annotations

import contextlib
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tocsin.detect.indicator_bundle import read_bundle
from tocsin.detect.indicator_id import indicator_id
from tocsin.detect.warning import WarningTally
from tocsin.errors import BadInput, LimitExceeded
from tocsin.limits import JSON_NESTING

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "intel"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real data (shared/data/intel) is not on this machine"
)

CLEAR_1, RED_1 = "613f2e26-407d-48c7-9eca-b8e91df99dc9", "5e57c739-391a-4eb3-b6be-7d15ca92d5ed"
AMBER_STRICT_2 = "939a9414-2ddd-4d32-a0cd-375ea402b003"


def indicator(number=1, **properties):
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{number:08d}-0000-4000-8000-000000000000",
        "created": "2021-03-02T00:00:00.000Z",
        "modified": "2021-03-02T00:00:00.000Z",
        "pattern": f"[domain-name:value = 'n{number}.example']",
        "pattern_type": "stix",
        "valid_from": "2021-03-02T00:00:00Z",
    } | properties


def bundle(*objects):
    return {"type": "bundle", "id": "bundle--1", "objects": list(objects)}


def read(data, name="feed.json"):
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    tally = WarningTally()
    warnings = list(read_bundle(text, name, tally))
    total = (
        tally.read + sum(n for n, _ in tally.skipped.values()) + sum(n for n, _ in tally.not_checked.values())
    )
    assert tally.seen == total
    assert tally.read == len(warnings)
    return warnings, tally


def test_an_indicator_keeps_what_a_person_needs_to_judge_a_hit():
    given_ = indicator(
        name="Beacon", description="Seen in spring.", valid_until="2021-05-01T00:00:00Z", confidence=70,
        indicator_types=["malicious-activity"], labels=["malicious-activity", "apt"],
        object_marking_refs=[f"marking-definition--{CLEAR_1}"],
    )  # fmt: skip

    (warning,), tally = read(bundle(given_))

    assert warning.id == given_["id"]
    assert (warning.pattern, warning.version) == ("[domain-name:value = 'n1.example']", "2.1")
    assert (warning.name, warning.description) == ("Beacon", "Seen in spring.")
    assert (warning.valid_from, warning.valid_until) == ("2021-03-02T00:00:00Z", "2021-05-01T00:00:00Z")
    assert (warning.tlp, warning.confidence) == ("clear", 70)
    assert warning.labels == ("malicious-activity", "apt")
    assert (warning.source, warning.place) == ("feed.json", "$.objects[0]")
    assert tally.skipped == {}
    assert tally.not_checked == {}


@pytest.mark.parametrize(
    ("shape", "places"),
    [
        (lambda a, b: json.dumps(bundle(a, b)), ["$.objects[0]", "$.objects[1]"]),
        (lambda a, b: json.dumps({"more": False, "objects": [a, b]}), ["$.objects[0]", "$.objects[1]"]),
        (lambda a, b: json.dumps([a, b]), ["$[0]", "$[1]"]),
        (lambda a, b: json.dumps([bundle(a), bundle(b)]), ["$[0].objects[0]", "$[1].objects[0]"]),
        (lambda a, b: f"{json.dumps(a)}\n\n{json.dumps(b)}\n", ["line 1", "line 3"]),
        (lambda a, b: f"{json.dumps(bundle(a))}\n{json.dumps(b)}", ["line 1 at $.objects[0]", "line 2"]),
        (lambda a, b: "\ufeff" + json.dumps(bundle(a, b), indent=1), ["$.objects[0]", "$.objects[1]"]),
    ],
)
def test_a_bundle_a_list_an_envelope_and_lines_are_all_read(shape, places):
    warnings, _ = read(shape(indicator(1), indicator(2)).encode())

    assert [warning.place for warning in warnings] == places


def test_a_single_object_is_read():
    (warning,), _ = read(indicator())

    assert warning.place == "$"


def test_other_objects_are_skipped_by_their_type():
    _, tally = read(
        bundle({"type": "malware", "id": "malware--1"}, indicator(), {"type": "malware", "id": "malware--2"})
    )

    assert tally.skipped == {"not an indicator: malware": (2, ["$.objects[0]", "$.objects[2]"])}


@pytest.mark.parametrize(
    ("properties", "version"),
    [
        ({}, "2.1"),
        ({"spec_version": "2.0"}, "2.0"),
        ({"spec_version": ""}, "2.0"),
        ({"pattern_version": "2.0"}, "2.0"),
        ({"spec_version": "2.0", "pattern_version": "2.1"}, "2.1"),
    ],
)
def test_the_language_version_is_the_patterns_own_else_the_objects(properties, version):
    (warning,), _ = read(indicator(**properties))

    assert warning.version == version


def test_an_object_of_stix_2_0_has_no_version_of_its_own():
    old = indicator()
    del old["spec_version"], old["pattern_type"]

    (warning,), _ = read(old)

    assert warning.version == "2.0"


def test_a_revoked_indicator_is_skipped_and_takes_its_older_versions_with_it():
    warnings, tally = read(
        [indicator(), indicator(revoked=True, modified="2021-04-01T00:00:00.000Z"), indicator(2)]
    )

    assert [warning.place for warning in warnings] == ["$[2]"]
    assert tally.skipped == {
        "older version of the same object": (1, ["$[0]"]),
        "revoked": (1, ["$[1]"]),
    }


def test_of_several_versions_the_one_modified_last_counts_wherever_it_stands():
    new = indicator(name="new", modified="2021-03-02T00:00:00.0005Z")
    newest = indicator(name="newest", modified="2021-03-02T00:00:01Z")

    (warning,), tally = read([new, newest, indicator(name="old")])

    assert warning.name == "newest"
    assert tally.skipped == {"older version of the same object": (2, ["$[0]", "$[2]"])}


def test_the_same_object_twice_is_one_warning():
    warnings, tally = read([indicator(), indicator()])

    assert len(warnings) == 1
    assert tally.skipped == {"same object as before": (1, ["$[1]"])}


def test_a_pattern_in_another_language_is_a_warning_that_is_not_checked():
    _, tally = read([indicator(pattern_type="yara"), indicator(2, pattern_version="3.0")])

    assert tally.not_checked == {"pattern language yara": (1, ["$[0]"]), "pattern version 3.0": (1, ["$[1]"])}


def test_a_broken_object_is_named_with_its_path_and_the_rest_goes_on():
    missing, number = indicator(2), indicator(3, pattern=3)
    del missing["pattern"]

    warnings, tally = read([missing, number, 7, "x", None, {"id": "x"}, indicator()])

    assert len(warnings) == 1
    assert tally.not_checked == {
        "the pattern is missing or no text": (2, ["$[0].pattern", "$[1].pattern"]),
        "not a STIX object": (4, ["$[2]", "$[3]", "$[4]", "$[5]"]),
    }


def test_fields_of_the_wrong_type_are_left_out_and_the_indicator_is_read():
    odd = indicator(
        name=5, confidence="high", labels="apt", valid_until=None, revoked="no",
        object_marking_refs=[7, f"marking-definition--{RED_1}"],
    )  # fmt: skip

    (warning,), _ = read(odd)

    assert (warning.name, warning.confidence, warning.labels, warning.valid_until) == ("", -1, (), "")
    assert warning.tlp == "red"


@pytest.mark.parametrize("confidence", [-1, 101, 50.5, True, None])
def test_a_confidence_that_is_none_is_none(confidence):
    (warning,), _ = read(indicator(confidence=confidence))

    assert warning.confidence == -1


def test_the_strictest_of_several_markings_counts():
    refs = [
        f"marking-definition--{CLEAR_1}",
        f"marking-definition--{AMBER_STRICT_2}",
        "marking-definition--other",
    ]

    (warning,), _ = read(indicator(object_marking_refs=refs))

    assert warning.tlp == "amber+strict"


def test_a_marking_that_the_file_itself_defines_counts_wherever_it_stands():
    marking = {
        "type": "marking-definition", "id": "marking-definition--own", "definition_type": "tlp",
        "definition": {"tlp": "green"},
    }  # fmt: skip

    (warning,), _ = read(bundle(indicator(object_marking_refs=["marking-definition--own"]), marking))

    assert warning.tlp == "green"


def test_an_indicator_without_an_id_gets_one_made_from_its_pattern():
    nameless = indicator()
    del nameless["id"]

    (warning,), _ = read(nameless)

    assert warning.id == indicator_id(nameless["pattern"])


def test_a_cut_off_file_gives_what_came_before_and_says_so():
    text = json.dumps(bundle(indicator(1), indicator(2))).encode()

    warnings, tally = read(text[: text.rindex(b"valid_from")])

    assert [warning.place for warning in warnings] == ["$.objects[0]"]
    assert sum(n for n, _ in tally.not_checked.values()) == 1


def test_one_broken_line_of_ndjson_is_counted_and_the_rest_goes_on():
    warnings, tally = read(f"{json.dumps(indicator())}\n{{broken\n{json.dumps(indicator(2))}\n".encode())

    assert len(warnings) == 2
    assert tally.not_checked == {"not JSON": (1, ["line 2"])}


def test_a_file_of_which_nothing_can_be_read_is_refused_with_line_and_column():
    with pytest.raises(BadInput) as caught:
        read(b'{\n "type": "bundle",\n "objects": [{"type": }]\n}')

    assert (caught.value.where.file, caught.value.where.line, caught.value.where.column) == (
        "feed.json",
        3,
        23,
    )
    assert caught.value.hint


def test_a_column_counts_characters_not_bytes():
    with pytest.raises(BadInput) as caught:
        read('{"type": "bündle",, "objects": []}'.encode())

    assert (caught.value.where.line, caught.value.where.column) == (1, 19)


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b'{"Event": {"id": "7"}}', b'{"type": "indicator", "pattern": "\xff"}']
)
def test_what_is_no_stix_is_refused(data):
    with pytest.raises(BadInput):
        read(data)


@pytest.mark.parametrize(
    "broken",
    [b'{"x": "\xff"}', b'{"more": "\xff"}', b'{"type": "marking-definition", "id": "a", "x": "\xff"}'],
)
def test_an_object_that_is_not_utf_8_does_not_end_the_reading(broken):
    good = json.dumps(indicator()).encode()
    for data in (good + b"\n" + broken + b"\n", b"[" + good + b"," + broken + b"]"):
        warnings, tally = read(data)
        assert len(warnings) == 1
        assert tally.seen == 2


def test_an_empty_envelope_holds_nothing():
    assert read(b'{"more": false}')[0] == []


def deep(levels):
    return json.dumps(indicator(2))[:-1].encode() + b', "x": ' + b"[" * levels + b"]" * levels + b"}"


@pytest.mark.parametrize("levels", [JSON_NESTING, 900, 200_000])
def test_an_object_that_nests_too_deep_is_not_checked_and_the_rest_goes_on(levels):
    warnings, tally = read(b"[" + json.dumps(indicator()).encode() + b", " + deep(levels) + b"]")

    assert len(warnings) == 1
    assert tally.not_checked == {f"nests deeper than {JSON_NESTING} levels": (1, ["$[1]"])}


def test_an_object_as_deep_as_allowed_is_read():
    assert len(read(deep(JSON_NESTING - 1))[0]) == 1


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"objects":'])
def test_brackets_without_end_are_refused(opening):
    with pytest.raises(BadInput):
        read(opening * 100_000)


def test_a_single_object_that_nests_too_deep_is_refused():
    with pytest.raises(LimitExceeded):
        read(deep(200_000))


def test_the_reasons_stay_few_whatever_a_file_calls_its_objects():
    _, tally = read([{"type": f"x-{number}", "id": "x"} for number in range(5_000)])

    assert tally.seen == 5_000
    assert len(tally.skipped) <= 101


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
    | st.just("indicator") | st.just("bundle"),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["type", "id", "pattern", "objects", "modified", "revoked", "labels"]), inner, max_size=5),
    max_leaves=20,
))  # fmt: skip
def test_no_json_crashes_the_reader(value):
    with contextlib.suppress(BadInput):
        read(value)


@given(st.binary(max_size=60) | st.text('{}[]",:abt\\ue \n', max_size=60).map(str.encode))
def test_no_bytes_crash_the_reader(data):
    with contextlib.suppress(BadInput):
        read(data)


@needs_shared
def test_the_fourteen_playbooks_are_read():
    counts = {}
    for file in sorted((SHARED / "playbooks").glob("*.json.gz")):
        data = gzip.decompress(file.read_bytes())
        listed = [entry for entry in json.loads(data)["objects"] if entry["type"] == "indicator"]
        warnings, tally = read(data, file.name)
        assert [w.id for w in warnings] == [entry["id"] for entry in listed]
        assert tally.not_checked == {}
        assert {warning.version for warning in warnings} == {"2.0"}
        counts[file.name.split(".json")[0]] = len(warnings)

    assert len(counts) == 14
    assert counts["solarphoenix"] == 720
    assert counts["zero-day-microsoft-exchange-vulnerabilities"] == 47
    assert sum(counts.values()) == 1476


@needs_shared
@pytest.mark.parametrize(("name", "objects"), [("enterprise-attack", 24_771), ("ics-attack", 1_825)])
def test_attack_holds_no_indicator_and_every_object_is_counted(name, objects):
    warnings, tally = read(gzip.decompress((SHARED / "attack" / f"{name}.json.gz").read_bytes()))

    assert warnings == []
    assert tally.seen == objects
    assert tally.not_checked == {}


@needs_shared
def test_every_marking_of_tlp_2_is_known():
    for file in (SHARED / "tlp-2.0").glob("marking-definition--*.json"):
        marking = json.loads(file.read_bytes())["objects"][0]
        (warning,), _ = read(indicator(object_marking_refs=[marking["id"]]))
        assert f"TLP:{warning.tlp.upper()}" == marking["name"]
