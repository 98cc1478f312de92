"""Which fields a log of JSON holds, told from its bytes."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tocsin.engine.json_paths import JsonPaths


def lines(*texts: str) -> pa.ChunkedArray:
    return pa.chunked_array([[text] for text in texts], pa.string())


def test_only_fields_whose_keys_stand_in_the_rows_are_looked_for():
    paths = JsonPaths(["a", "b", "c.d", "e.f"])
    assert paths.of(lines('{"a": 1}', '{"c": {"d": 2}, "f": 3}')) == {"a": ["/a"], "c.d": ["/c/d"]}


def test_a_dotted_field_is_looked_for_nested_first_and_as_one_key():
    assert JsonPaths(["c.d"]).of(lines('{"c": {"d": 1}, "c.d": 2}')) == {"c.d": ["/c/d", "/c.d"]}


def test_a_key_found_in_one_block_is_looked_for_in_those_after_it():
    paths = JsonPaths(["a", "b"])
    assert set(paths.of(lines('{"a": 1}'))) == {"a"}
    assert set(paths.of(lines('{"b": 1}'))) == {"a", "b"}
    assert set(paths.of(lines("{}"))) == {"a", "b"}


@pytest.mark.parametrize(
    ("field", "line", "pointer"),
    [
        ("a/b", r'{"a\/b": 1}', "/a~1b"),
        ("a~b", '{"a~b": 1}', "/a~0b"),
        ('a"b', r'{"a\"b": 1}', '/a"b'),
        ("\xe9", r'{"\u00e9": 1}', "/\xe9"),
        ("\u4e2d", r'{"\u4e2d": 1}', "/\u4e2d"),
        ("ab", r'{"\u0061b": 1}', "/ab"),
    ],
)
def test_a_key_is_found_however_it_is_written(field, line, pointer):
    assert JsonPaths([field]).of(lines(line)) == {field: [pointer]}


def test_a_text_that_is_no_key_costs_a_column_of_nothing_at_most():
    assert JsonPaths(["a"]).of(lines('{"x": "a"}')) == {"a": ["/a"]}


def test_rows_of_nothing_hold_no_field():
    assert JsonPaths(["a"]).of(pa.chunked_array([], pa.string())) == {}
