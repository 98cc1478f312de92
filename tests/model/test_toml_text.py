"""A small TOML file that people write: what is wrong is told with its place."""

from __future__ import annotations

import msgspec
import pytest

from tocsin.errors import BadInput, LimitExceeded
from tocsin.model.toml_text import decode_toml, toml_of


class _Held(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    counts: list[int] = []


def test_a_file_is_read_as_what_it_is_to_be_a_byte_order_mark_aside():
    assert decode_toml(b"\xef\xbb\xbfname = 'x'\ncounts = [1]", "a.toml", _Held, "list", 99) == _Held(
        "x", [1]
    )


@pytest.mark.parametrize(
    ("data", "where", "why"),
    [
        (b"name = 'x'\ncounts =\n", "a.toml:2:9", "is no TOML: Invalid value"),
        (b"name = 'x'\ncounts = ['a']", "a.toml at $.counts[0]", "is no list: Expected 'int', got 'str'"),
        (b"counts = []", "a.toml at $", "is no list: Object missing required field 'name'"),
        (b"name = 'x'\nmore = 1", "a.toml at $", "is no list: Object contains unknown field 'more'"),
        (b"name = '\xff'", "a.toml", r"is no UTF-8 \(byte 8\)"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(data, where, why):
    with pytest.raises(BadInput, match=why) as told:
        decode_toml(data, "a.toml", _Held, "list", 999)
    assert str(told.value.where) == where


@pytest.mark.parametrize(("limit", "said"), [(3, "3 bytes"), (2048, "2 KiB"), (1 << 20, "1 MiB")])
def test_a_file_has_an_end(limit, said):
    with pytest.raises(LimitExceeded, match=f"the list has more than {said}"):
        decode_toml(b"#" * (limit + 1), "a.toml", _Held, "list", limit)


@pytest.mark.parametrize("text", ["[" + "a." * 20_000 + "b]", "x = " + "[" * 20_000])
def test_depth_costs_no_time_and_is_told(text):
    with pytest.raises(LimitExceeded, match="nests deeper than"):
        toml_of(text, "a.toml")
