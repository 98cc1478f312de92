"""JSON taken apart without decoding: depth and parts, checked against the standard library's decoder."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, strategies as st

from tocsin.model.json_text import given_twice, nests_deeper, parts_of

tricky = st.text('{}[]"\\,: aé\n', max_size=8)
values = st.recursive(
    st.none() | st.integers() | tricky,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(tricky, inner, max_size=4),
    max_leaves=20,
)


def depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(value=values, limit=st.integers(0, 6), ascii_only=st.booleans())
def test_depth_is_what_a_decoder_finds(value: Any, limit: int, *, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert nests_deeper(text, limit) == (depth(value) > limit)


def test_brackets_in_strings_are_not_depth() -> None:
    text = json.dumps({"pattern": "[" * 500 + '"' * 3 + "\\" + "{" * 500}).encode()
    assert not nests_deeper(text, 1)


def test_a_hundred_thousand_levels_are_found_without_recursion() -> None:
    assert nests_deeper(b"[" * 100_000 + b"]" * 100_000, 64)
    assert nests_deeper(b'{"a":' * 100_000, 64)


def test_open_brackets_count_where_the_text_is_cut_off() -> None:
    assert nests_deeper(b"[[[[", 3)
    assert not nests_deeper(b"[[[[", 4)


@given(st.lists(values, max_size=5), st.sampled_from(["", " ", "\n  "]))
def test_parts_of_an_array_are_its_elements(elements: list[Any], blank: str) -> None:
    text = ("[" + f"{blank},{blank}".join(json.dumps(each) for each in elements) + f"{blank}] tail").encode()
    parts = parts_of(text)
    assert [json.loads(text[begin:end]) for begin, end in parts.spans] == elements
    assert parts.closed
    assert text[parts.end :] == b" tail"


@given(st.dictionaries(tricky, values, max_size=5))
def test_parts_of_an_object_are_its_keys_and_values_in_turn(members: dict[str, Any]) -> None:
    text = json.dumps(members, indent=1).encode()
    found = [json.loads(text[begin:end]) for begin, end in parts_of(text).spans]
    assert dict(zip(found[::2], found[1::2], strict=True)) == members


def test_the_last_part_of_a_cut_off_array_runs_to_the_end() -> None:
    parts = parts_of(b'[{"a":1},{"b":')
    assert parts.spans == ((1, 8), (9, 14))
    assert not parts.closed


@given(st.binary(max_size=60))
def test_no_bytes_crash(data: bytes) -> None:
    parts = parts_of(b"[" + data)
    assert all(0 < begin <= end <= len(data) + 1 for begin, end in parts.spans)
    nests_deeper(data, 3)


members = st.lists(
    st.tuples(st.sampled_from(["a", "b", "é", '"', "\\"]), st.integers(0, 120) | values), max_size=4
)


@given(held=members, ascii_only=st.booleans(), blank=st.sampled_from(["", " ", "\n\t "]))
def test_a_member_that_is_given_twice_is_found_as_by_a_decoder_that_tells_of_each(held, blank, *, ascii_only):
    rows = (
        f"{blank}{json.dumps(name, ensure_ascii=ascii_only)}{blank}:{blank}{json.dumps(value)}{blank}"
        for name, value in held
    )
    text = f"{blank}{{{','.join(rows) or blank}}}{blank}".encode()
    names = [name for name, _ in json.loads(text, object_pairs_hook=list)]
    twice = {name for name in names if names.count(name) > 1}
    assert (given_twice(text) in twice) if twice else given_twice(text) == ""


def test_a_member_is_the_same_however_it_is_escaped():
    assert given_twice(b'{"a": 12, "\\u0061": 1}') == "a"
