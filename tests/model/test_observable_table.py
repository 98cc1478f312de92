from __future__ import annotations

from typing import Any

from hypothesis import given

from strategies import observations
from tocsin.model.observable_table import observable_tables
from tocsin.model.observation import Observation


def name(one: Any, _others: Any) -> list[Any]:
    return [one["name"]] if "name" in one else []


def names(one: Any, _others: Any) -> list[Any]:
    found = one.get("names", [])
    return found if isinstance(found, list) else []


PATHS = [
    ("file", "file:name", False, name),
    ("file", "file:names[*]", True, names),
    ("process", "process:name", False, name),
]


def seen(*objects: dict[str, Any], roots: tuple[str, ...] | None = None) -> Observation:
    held = {str(number): one for number, one in enumerate(objects)}
    return Observation("observed-data--1", 0, 0, 1, held, tuple(held) if roots is None else roots)


OBSERVED = [
    seen({"type": "process", "name": "p"}, {"type": "file", "name": "a", "names": ["x", 1, True, None]}),
    seen({"type": "file", "name": 5}, {"type": "file"}, {"type": "file", "name": True, "names": ["y"]}),
    seen({"type": "file", "name": "hidden"}, roots=("9",)),
]


def test_a_row_is_an_object_with_its_observation_and_place():
    rows = observable_tables(OBSERVED, PATHS)["file"].rows.to_pydict()
    assert rows["observation"] == [0, 1, 1, 1]
    assert rows["object"] == [1, 0, 1, 2]


def test_text_and_numbers_lie_apart_and_other_values_in_neither():
    rows = observable_tables(OBSERVED, PATHS)["file"].rows.to_pydict()
    assert rows["file:name"] == ["a", None, None, None]
    assert rows["file:name#number"] == [None, 5.0, None, None]


def test_a_list_is_a_child_table_of_parent_index_and_value():
    child = observable_tables(OBSERVED, PATHS)["file"].children["file:names[*]"].to_pydict()
    assert child == {
        "parent": [0, 0, 0, 0, 3],
        "index": [0, 1, 2, 3, 0],
        "value": ["x", None, None, None, "y"],
        "value#number": [None, 1.0, None, None, None],
    }


def test_each_type_that_is_asked_for_has_a_table_and_only_those():
    tables = observable_tables(OBSERVED, PATHS)
    assert set(tables) == {"file", "process"}
    assert tables["process"].rows["process:name"].to_pylist() == ["p"]
    assert observable_tables(OBSERVED, []) == {}


def test_no_observations_are_empty_tables():
    table = observable_tables([], PATHS)["file"]
    assert table.rows.num_rows == 0
    assert table.children["file:names[*]"].num_rows == 0


def test_a_number_too_large_for_a_double_and_text_that_is_no_utf_8_are_left_to_the_exact_test():
    rows = observable_tables(
        [seen({"type": "file", "name": 10**400}), seen({"type": "file", "name": "\ud800"})], PATHS
    )["file"].rows
    assert rows["file:name"].to_pylist() == [None, None]
    assert rows["file:name#number"].to_pylist() == [None, None]


@given(observations())
def test_there_is_a_row_for_every_root_of_a_type(observed):
    table = observable_tables(observed, PATHS)["file"]
    roots = [
        (number, place)
        for number, one in enumerate(observed)
        for place, key in enumerate(one.roots)
        if one.objects[key]["type"] == "file"
    ]
    assert (
        list(zip(table.rows["observation"].to_pylist(), table.rows["object"].to_pylist(), strict=True))
        == roots
    )
