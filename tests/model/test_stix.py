"""STIX objects: every byte survives, and what cannot be read is named while the rest goes on."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import LimitExceeded
from tocsin.limits import JSON_NESTING
from tocsin.model.stix import ObjectReading, StixObject, read_objects, write_bundle
from tocsin.model.timestamp import parse_timestamp

SHARED = Path(__file__).parents[2] / "../shared/data"
BUNDLE_ID = "bundle--44af6c39-c09b-49c5-9de2-394224b04982"

# -- JSON text, in spellings that no encoder would choose ---------------------------------------

escapes = st.sampled_from(
    ["\\u00e9", "\\ud83d\\ude00", "\\/", "\\n", '\\"', "\\\\", "\\u005b", "é", "😀", "[", "}", "a"]
)
strings = st.lists(escapes, max_size=5).map(lambda parts: '"' + "".join(parts) + '"')
numbers = st.sampled_from(
    ["0", "-0", "1.0", "1.50", "1e5", "1E+05", "0.1e-7", "1e400", "9" * 40, "9" * 5000, "-12"]
)
blanks = st.sampled_from(["", " ", "\n\t", "\r\n  "])
scalars = st.one_of(strings, numbers, st.sampled_from(["true", "false", "null"]))


def arrays(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(blanks, st.lists(inner, max_size=3)).map(
        lambda p: "[" + f",{p[0]}".join(p[1]) + p[0] + "]"
    )


def objects(inner: st.SearchStrategy[str], first: str = "") -> st.SearchStrategy[str]:
    def write(parts: tuple[str, list[tuple[str, str]]]) -> str:
        blank, members = parts
        written = ([first] if first else []) + [f"{key}{blank}:{value}" for key, value in members]
        return "{" + blank + f"{blank},".join(written) + "}"

    # Few keys, so that some come twice.
    keys = st.sampled_from(['"x"', '"x_unknown"', '"\\u0078"', '"name"', '"labels"'])
    return st.tuples(blanks, st.lists(st.tuples(keys, inner), max_size=5)).map(write)


json_values = st.recursive(scalars, lambda inner: arrays(inner) | objects(inner), max_leaves=12)
stix_objects = objects(
    json_values, '"type":"tool","id":"tool--1","spec_version":"2.1","created":"2021-01-01T00:00:00.000Z"'
)


@given(st.lists(stix_objects, min_size=1, max_size=4))
def test_reading_and_writing_keeps_every_byte_of_every_object(texts: list[str]) -> None:
    expected = [text.encode() for text in texts]
    bundle = '{"type":"bundle","id":"b","objects":[' + " ,\n".join(texts) + "]}"
    reading = read_objects(bundle.encode())
    assert not reading.problems
    assert [held.raw for held in reading.objects] == expected
    again = read_objects(write_bundle(reading.objects, BUNDLE_ID))
    assert [held.raw for held in again.objects] == expected


@given(stix_objects)
def test_unknown_properties_are_decoded_and_never_crash(text: str) -> None:
    (held,) = read_objects(text.encode()).objects
    assert held.properties.keys() == json.loads(re.sub(r"\d{4300,}", "1", text)).keys()


@given(
    st.lists(stix_objects, min_size=2, max_size=4).map(
        lambda texts: [re.sub(r"[\r\n]", " ", t) for t in texts]
    )
)
def test_ndjson_keeps_every_byte_and_names_lines(texts: list[str]) -> None:
    reading = read_objects("\n".join(texts).encode() + b"\n")
    assert [held.raw for held in reading.objects] == [text.encode() for text in texts]
    assert [held.place for held in reading.objects] == [f"line {n}" for n in range(1, len(texts) + 1)]


@given(st.binary(max_size=200))
def test_no_bytes_crash(data: bytes) -> None:
    reading = read_objects(data)
    assert reading.objects or reading.problems or data.strip()


@given(st.lists(stix_objects, min_size=1, max_size=3), st.data())
def test_a_file_cut_anywhere_gives_the_whole_objects_before_the_cut_and_one_problem(
    texts: list[str], data: st.DataObject
) -> None:
    bundle = ('{"type":"bundle","id":"b","objects":[' + ",".join(texts) + "]}").encode()
    cut = data.draw(st.integers(len('{"type":"bundle","id":"b","objects":['), len(bundle) - 1))
    reading = read_objects(bundle[:cut])
    whole = [held.raw for held in read_objects(bundle).objects]
    end, complete = len('{"type":"bundle","id":"b","objects":['), 0
    for raw in whole:
        end += len(raw)
        complete += end <= cut
        end += 1
    assert [held.raw for held in reading.objects] == whole[:complete]
    assert len(reading.problems) == 1


# -- shapes -------------------------------------------------------------------------------------

TOOL = '{"type":"tool","id":"tool--1","spec_version":"2.1","created":"2021-01-01T00:00:00.000Z"}'


def read(text: str) -> ObjectReading:
    return read_objects(text.encode(), "feed.json")


def places(text: str) -> list[str]:
    return [str(problem.where) for problem in read(text).problems]


@pytest.mark.parametrize(
    ("text", "place", "bundle"),
    [
        (TOOL, "$", -1),
        (f"\ufeff{TOOL}", "$", -1),
        (f"[{TOOL}]", "$[0]", -1),
        (f'{{"type":"bundle","id":"b","objects":[{TOOL}]}}', "$.objects[0]", 0),
        (f'{{"objects":[{TOOL}],"id":"b","type":"bundle"}}', "$.objects[0]", 0),
        (f'{{"more":false,"objects":[{TOOL}]}}', "$.objects[0]", 0),
        (f'[{{"type":"bundle","objects":[{TOOL}]}}]', "$[0].objects[0]", 0),
        (f'\n{TOOL}\n{{"more":', "line 2", -1),
        (f'{{"type":"bundle"}}\n{{"type":"bundle","objects":[{TOOL}]}}', "line 2 at $.objects[0]", 1),
    ],
)
def test_every_shape_is_read_and_places_are_named(text: str, place: str, bundle: int) -> None:
    (held,) = read(text).objects
    assert (held.raw.decode(), held.place, held.bundle) == (TOOL, place, bundle)


def test_documents_one_after_another_are_read() -> None:
    pretty = json.dumps(json.loads(TOOL), indent=2)
    assert [held.place for held in read(f"{pretty}\n{pretty}{pretty}").objects] == ["$", "$[1]", "$[2]"]


def test_an_empty_bundle_and_an_empty_envelope_hold_nothing() -> None:
    for text in (
        '{"type":"bundle","id":"b"}',
        '{"type":"bundle","objects":[]}',
        "{}",
        '{"more":false}',
        "[]",
    ):
        assert read(text) == ObjectReading((), ())


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('{"type":"indicator","id":"indicator--1","created":"2021-01-01T00:00:00Z"}', "2.0"),
        (
            '{"type":"indicator","id":"indicator--1","spec_version":"2.1","created":"2021-01-01T00:00:00Z"}',
            "2.1",
        ),
        ('{"type":"url","id":"url--1","value":"http://a.example/"}', "2.1"),
        ('{"type":"url","value":"http://a.example/"}', "2.0"),
        ('{"type":"x-made-up","id":"x-made-up--1"}', "2.1"),
    ],
)
def test_an_object_that_does_not_say_has_the_version_that_stix_implies(text: str, version: str) -> None:
    assert [held.spec_version for held in read(text).objects] == [version]


def test_times_are_views_and_a_bad_one_is_none() -> None:
    held = read('{"type":"tool","created":"2021-01-01T00:00:00.1234567891Z","modified":"yesterday"}').objects[
        0
    ]
    assert held.created == parse_timestamp("2021-01-01T00:00:00.1234567891Z")
    assert held.modified is None


def test_of_a_key_given_twice_the_last_value_counts() -> None:
    held = read('{"type":"tool","id":"tool--1","name":"a","name":"b","id":"tool--2"}').objects[0]
    assert (held.id, held.properties["id"], held.properties["name"]) == ("tool--2", "tool--2", "b")


def test_an_object_is_frozen() -> None:
    held = read(TOOL).objects[0]
    with pytest.raises(AttributeError):
        held.id = "tool--2"  # type: ignore[misc]


def test_a_bundle_of_2_0_objects_only_is_a_2_0_bundle() -> None:
    old = StixObject(raw=b'{"type":"tool"}', type="tool", spec_version="2.0")
    new = StixObject(raw=b'{"type":"url"}', type="url")
    assert json.loads(write_bundle([old], BUNDLE_ID))["spec_version"] == "2.0"
    assert "spec_version" not in json.loads(write_bundle([old, new], BUNDLE_ID))
    assert json.loads(write_bundle([], BUNDLE_ID)) == {"type": "bundle", "id": BUNDLE_ID}


# -- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "path", "what"),
    [
        ("17", "$.objects[1]", "is not a STIX object"),
        ('{"id":"tool--9"}', "$.objects[1]", "has no type"),
        ('{"type":5}', "$.objects[1].type", "Expected `str`, got `int`"),
        ('{"type":"tool","id":null}', "$.objects[1].id", "got `null`"),
        ('{"type":"tool","spec_version":"3.0"}', "$.objects[1].spec_version", "version '3.0'"),
        ('{"type":tool}', "$.objects[1]", "is not JSON"),
        ('{"type":"tool","x":NaN}', "$.objects[1]", "is not JSON"),
        ('{"type":"tool","x":"\\ud800"}', "$.objects[1]", "surrogate"),
        ('{"type":"tool","x":"\x00"}', "$.objects[1]", "is not JSON"),
        ('{"type":"bundle","objects":{}}', "$.objects[1].objects", "is not a list"),
    ],
)
def test_a_broken_object_is_named_and_the_rest_goes_on(broken: str, path: str, what: str) -> None:
    reading = read(f'{{"type":"bundle","id":"b","objects":[{TOOL},{broken},{TOOL}]}}')
    assert [held.place for held in reading.objects] == ["$.objects[0]", "$.objects[2]"]
    (problem,) = reading.problems
    assert str(problem.where) == f"feed.json at {path}"
    assert what in problem.what


def test_text_that_is_not_utf_8_spoils_its_object_only() -> None:
    data = f'[{TOOL},{{"type":"tool","name":"@"}},{{"type":"@"}},{TOOL}]'.encode().replace(b"@", b"\xff")
    reading = read_objects(data)
    assert [held.place for held in reading.objects] == ["$[0]", "$[3]"]
    assert [(p.what, str(p.where)) for p in reading.problems] == [
        ("is not UTF-8 text", "$[1]"),
        ("is not UTF-8 text", "$[2]"),
    ]


def test_a_broken_line_is_named_and_the_rest_goes_on() -> None:
    reading = read(f'{TOOL}\n{{"type":"tool"\n\nnonsense\n{TOOL}\n')
    assert [held.place for held in reading.objects] == ["line 1", "line 5"]
    assert [str(problem.where) for problem in reading.problems] == ["feed.json:2 at $", "feed.json:4 at $"]


def test_an_object_that_nests_too_deep_is_refused_and_the_rest_goes_on() -> None:
    allowed = '{"type":"tool","x":' + "[" * (JSON_NESTING - 1) + "]" * (JSON_NESTING - 1) + "}"
    deep = '{"type":"tool","x":' + "[" * JSON_NESTING + "]" * JSON_NESTING + "}"
    reading = read(f'{{"type":"bundle","objects":[{allowed},{deep},{TOOL}]}}')
    assert [held.place for held in reading.objects] == ["$.objects[0]", "$.objects[2]"]
    (problem,) = reading.problems
    assert isinstance(problem, LimitExceeded)
    assert str(problem.where) == "feed.json at $.objects[1]"


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"type":"bundle","objects":['])
def test_a_hundred_thousand_levels_are_refused(opening: str) -> None:
    reading = read(opening * 100_000)
    assert not reading.objects
    assert reading.problems


def test_bundles_in_bundles_without_end_are_refused() -> None:
    text = '{"type":"bundle","objects":[' * 10 + TOOL + "]}" * 10
    assert [type(problem) for problem in read(text).problems] == [LimitExceeded]


@pytest.mark.parametrize(
    "text", ["", " \n", "null", "5", '"text"', "nonsense", "{", "[", "{]", "\x00", "type: tool"]
)
def test_text_that_holds_no_object_is_one_problem(text: str) -> None:
    reading = read(text)
    assert len(reading.problems) == 1
    assert not reading.objects


def test_utf_16_is_named() -> None:
    assert "UTF-16" in read_objects(TOOL.encode("utf-16")).problems[0].what


def test_text_after_the_end_is_named() -> None:
    reading = read(f'{{"type":"bundle","objects":[{TOOL}]}} trailing')
    assert len(reading.objects) == 1
    assert places(f'{{"type":"bundle","objects":[{TOOL}]}} trailing') == ["feed.json at $[1]"]


def test_a_broken_bundle_whose_objects_are_whole_is_still_named() -> None:
    reading = read(f'{{"type":"bundle","objects":[{TOOL}],"x":}}')
    assert len(reading.objects) == 1
    assert len(reading.problems) == 1


# -- real data ----------------------------------------------------------------------------------


def test_attack_is_read_and_written_byte_for_byte() -> None:
    found = sorted(SHARED.glob("intel/attack/*.json*"))
    if not found:
        pytest.skip(f"the ATT&CK bundles are not at {SHARED}")
    for path in found:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        reading = read_objects(data, path.name)
        assert not reading.problems
        assert len(reading.objects) == len(json.loads(data)["objects"])
        assert all(held.raw in data for held in reading.objects[::500])
        again = read_objects(write_bundle(reading.objects, BUNDLE_ID)).objects
        assert [held.raw for held in again] == [held.raw for held in reading.objects]
