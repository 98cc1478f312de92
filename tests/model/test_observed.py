"""Observed-data as observations: STIX 2.0 and 2.1, several bundles, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tocsin.errors import BadInput
from tocsin.model.observation import Observation
from tocsin.model.observed import read_observations
from tocsin.model.timestamp import parse_timestamp

SHARED = Path(__file__).parents[2] / "../shared/data"
TIMES = {"first_observed": "2021-03-02T08:15:00Z", "last_observed": "2021-03-02T08:16:00.5Z"}
URL = {"type": "url", "id": "url--1", "value": "http://a.example/"}
FILE = {"type": "file", "id": "file--1", "name": "a.exe", "parent_directory_ref": "directory--1"}
DIRECTORY = {"type": "directory", "id": "directory--1", "path": "C:\\"}


def old(**changed: Any) -> dict[str, Any]:
    objects = {"0": {"type": "file", "name": "a", "contains_refs": ["1"]}, "1": {"type": "file", "name": "b"}}
    return {"type": "observed-data", "number_observed": 2, **TIMES, "objects": objects, **changed}


def new(*refs: str, **changed: Any) -> dict[str, Any]:
    return {
        "type": "observed-data",
        "spec_version": "2.1",
        "number_observed": 1,
        **TIMES,
        "object_refs": list(refs),
        **changed,
    }


def bundle(*objects: dict[str, Any]) -> dict[str, Any]:
    return {"type": "bundle", "id": "bundle--1", "objects": list(objects)}


def read(value: Any) -> tuple[Observation, ...]:
    return read_observations(json.dumps(value).encode(), "seen.json")


def test_a_2_0_observation_holds_its_objects_by_key() -> None:
    (seen,) = read(old(id="observed-data--1"))
    assert (seen.id, seen.number, seen.roots) == ("observed-data--1", 2, ("0", "1"))
    assert seen.objects["1"] == {"type": "file", "name": "b"}
    assert seen.first == parse_timestamp(TIMES["first_observed"])
    assert seen.last == parse_timestamp(TIMES["last_observed"])


def test_a_2_1_observation_finds_its_objects_in_its_bundle() -> None:
    (seen,) = read(bundle(new("url--1", "file--1"), URL, FILE, DIRECTORY))
    assert seen.roots == ("url--1", "file--1")
    assert seen.objects["file--1"]["name"] == "a.exe"
    assert seen.objects["directory--1"]["path"] == "C:\\"


def test_an_object_is_looked_up_in_its_own_bundle_first_then_in_all_others() -> None:
    other = {**URL, "value": "http://b.example/"}
    first, second, third = read(
        [bundle(new("url--1"), URL), bundle(new("url--1", "file--1"), other), bundle(FILE, new("url--1"))]
    )
    assert first.objects["url--1"]["value"] == "http://a.example/"
    assert second.objects["url--1"]["value"] == "http://b.example/"
    assert second.roots == ("url--1", "file--1")
    assert third.objects["url--1"]["value"] == "http://a.example/"


def test_a_missing_reference_is_left_out() -> None:
    (seen,) = read(bundle(new("url--1", "url--gone", "url--1"), URL))
    assert seen.roots == ("url--1",)
    assert "url--gone" not in seen.objects


def test_a_relationship_that_is_listed_is_kept() -> None:
    relationship = {"type": "relationship", "id": "relationship--1", "created": TIMES["first_observed"]}
    (seen,) = read(bundle(new("relationship--1"), relationship))
    assert seen.roots == ("relationship--1",)


def test_an_observation_with_both_forms_holds_both() -> None:
    (seen,) = read(bundle(old(object_refs=["url--1"]), URL))
    assert seen.roots == ("0", "1", "url--1")
    assert (seen.objects["0"]["name"], seen.objects["url--1"]["type"]) == ("a", "url")


def test_observations_without_id_are_named_by_their_number_among_all() -> None:
    seen = read([old(), bundle(URL, new("url--1", id="observed-data--1"), new("url--1")), old()])
    assert [each.id for each in seen] == ["0", "observed-data--1", "2", "3"]


def test_the_same_bytes_with_an_id_count_once_and_another_version_counts_again() -> None:
    same = old(id="observed-data--1")
    seen = read([bundle(same), bundle(same), bundle({**same, "number_observed": 7})])
    assert [(each.id, each.number) for each in seen] == [("observed-data--1", 2), ("observed-data--1", 7)]


def test_the_same_bytes_without_an_id_are_two_observations() -> None:
    assert len(read([old(), old()])) == 2


def test_without_number_observed_it_is_one() -> None:
    data = old()
    del data["number_observed"]
    assert read(data)[0].number == 1
    assert read(old(number_observed=3.0))[0].number == 3


def test_what_holds_no_observation_gives_none() -> None:
    assert read([]) == read(bundle(URL)) == ()


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"first_observed": None}, "first_observed"),
        ({"last_observed": "2021-03-02"}, "last_observed"),
        ({"last_observed": 5}, "last_observed"),
        ({"last_observed": "2021-03-02T08:14:59Z"}, "last_observed"),
        ({"number_observed": 0}, "number_observed"),
        ({"number_observed": -1}, "number_observed"),
        ({"number_observed": 1.5}, "number_observed"),
        ({"number_observed": True}, "number_observed"),
        ({"number_observed": "1"}, "number_observed"),
        ({"objects": []}, "objects"),
        ({"objects": {"0": {"value": "no type"}}}, "objects['0']"),
        ({"objects": {"0": "text"}}, "objects['0']"),
        ({"object_refs": "url--1"}, "object_refs"),
        ({"object_refs": [1]}, "object_refs"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_path(changed: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput) as caught:
        read([bundle(URL, old()), bundle(old(**changed))])
    assert str(caught.value.where) == f"seen.json at $[1].objects[0].{key}"


def test_a_line_is_named_in_ndjson() -> None:
    with pytest.raises(BadInput) as caught:
        read_observations(
            f"{json.dumps(old())}\n{json.dumps(old(number_observed=0))}\n".encode(), "seen.json"
        )
    assert str(caught.value.where) == "seen.json:2 at $.number_observed"


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b'{"type":5}', b"\xff"])
def test_broken_json_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_observations(data)


@pytest.mark.parametrize("name", ["matcher-v20.jsonl", "matcher-v21.jsonl"])
def test_all_observations_of_the_conformance_cases_are_read(name: str) -> None:
    path = SHARED / "conformance/stix-patterns" / name
    if not path.exists():
        pytest.skip(f"the pattern cases are not at {path}")
    for line in path.read_text(encoding="utf-8").splitlines():
        given = json.loads(line)["observations"]
        seen = read(given)
        listed = [
            each for item in given for each in item.get("objects", [item]) if item["type"] == "bundle"
        ] or given
        expected = [each for each in listed if each["type"] in ("observed-data", "cybox-container")]
        assert len(seen) == len({each.get("id", number): None for number, each in enumerate(expected)})
        assert all(each.roots and set(each.roots) <= each.objects.keys() for each in seen)


def test_an_observation_of_a_type_that_is_no_stix_type_is_told_by_what_it_holds() -> None:
    time = "2021-03-02T00:00:00Z"
    held = {"first_observed": time, "last_observed": time, "number_observed": 1}
    seen = read([{"type": "cybox-container", **held, "objects": {"0": {"type": "file", "name": "a"}}}])
    assert [one.roots for one in seen] == [("0",)]
