from __future__ import annotations

import time
from typing import Any

import pytest

from tocsin.detect.pattern.syntax import ANY
from tocsin.detect.pattern.walk import walk

OBJECTS: dict[str, dict[str, Any]] = {
    "0": {"type": "x", "name": "zero", "y_ref": "1", "y_refs": ["1", "2", "1", "9", 3], "self_ref": "0"},
    "1": {
        "type": "y",
        "name": "one",
        "x_ref": "0",
        "hashes": {"SHA-256": "ab"},
        "data_hex": "c3A9",
        "data_bin": "w6k=",
    },
    "2": {"type": "y", "name": "two", "list": [{"n": 1}, {}, {"n": None}, 2, {"n": [3]}]},
}


@pytest.mark.parametrize(
    ("start", "steps", "values"),
    [
        ("0", ("name",), ["zero"]),
        ("0", ("nothing",), []),
        ("0", ("y_ref",), ["1"]),
        ("0", ("y_ref", "name"), ["one"]),
        ("0", ("y_ref", "x_ref", "y_ref", "name"), ["one"]),
        ("0", ("self_ref",) * 8, ["0"]),
        ("0", ("y_refs", ANY), ["1", "2", "1", "9", 3]),
        ("0", ("y_refs", ANY, "name"), ["one", "two"]),
        ("0", ("y_refs", 1, "name"), ["two"]),
        ("0", ("y_refs", 3, "name"), []),
        ("0", ("y_refs", 9), []),
        ("0", ("y_refs", "name"), []),
        ("1", ("hashes", "SHA-256"), ["ab"]),
        ("1", ("hashes",), [{"SHA-256": "ab"}]),
        ("1", ("data_hex",), [b"\xc3\xa9"]),
        ("1", ("data_bin",), [b"\xc3\xa9"]),
        ("2", ("list", ANY, "n"), [1, None, [3]]),
        ("2", ("list", 4, "n", 0), [3]),
        ("2", ("list", 1, "n"), []),
        ("2", ("name", 0), []),
        ("2", ("name", "length"), []),
    ],
)
def test_a_path_reaches_its_values(start, steps, values):
    assert walk(OBJECTS[start], steps, OBJECTS) == values


@pytest.mark.parametrize("text", ["6", "zz", "\xe9"])
def test_what_is_no_hexadecimal_is_no_value_of_a_hex_property(text):
    assert walk({"data_hex": text}, ("data_hex",), {}) == []


def test_other_values_of_a_hex_property_stay_what_they_are():
    assert walk({"data_hex": None, "x_bin": 1}, ("data_hex",), {}) == [None]
    assert walk({"x_bin": 1}, ("x_bin",), {}) == [1]


def test_work_is_bounded_by_steps_times_objects_though_references_form_cycles():
    keys = [str(number) for number in range(200)]
    objects = {key: {"type": "x", "x_refs": keys} for key in keys}
    began = time.perf_counter()
    assert len(walk(objects["0"], ("x_refs", ANY) * 8, objects)) == 200 * 200
    assert time.perf_counter() - began < 20
