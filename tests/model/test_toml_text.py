"""A small TOML file that people write: what is wrong is told with its place."""

from __future__ import annotations

import tomllib
from datetime import datetime
from typing import Literal

import msgspec
import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput, LimitExceeded
from tocsin.model.toml_text import decode_toml, toml_of, toml_string


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


class _Part(msgspec.Struct, forbid_unknown_fields=True):
    kind: Literal["dns", "web"] = "dns"
    since: datetime | None = None


_Large = msgspec.defstruct(
    "_Large",
    [
        *((f"field_{n}", int, 0) for n in range(20)),
        ("parts", tuple[_Part, ...], ()),
        ("named", dict[str, list[_Part]], {}),
        ("one", _Part | None, None),
    ],
    forbid_unknown_fields=True,
)


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ("parts = [{}, { kind = 'dsn' }]", "$.parts[1].kind", "Did you mean 'dns'? Known here: dns, web."),
        ("parts = [{ kind = 'smb' }]", "$.parts[0].kind", "Known here: dns, web."),
        ("parts = [{ kinds = 'dns' }]", "$.parts[0]", "Did you mean 'kind'? Known here: kind, since."),
        ("[[named.a]]\nkindly = 1", "$.named[...][0]", "Did you mean 'kind'? Known here: kind, since."),
        ("[one]\ncolour = 1", "$.one", "Known here: kind, since."),
        ("part = []", "$", "Did you mean 'parts'?"),
        ("parts = [{ since = 'today' }]", "$.parts[0].since", "Write a day as 2021-03-02, and a moment as 2021-03-02T18:00:00Z."),
        ("parts = 1", "$.parts", None),
    ],
)  # fmt: skip
def test_what_is_known_there_is_told_of_a_key_or_a_value_that_is_not(text, where, hint):
    with pytest.raises(BadInput) as told:
        decode_toml(text.encode(), "a.toml", _Large, "list", 999)
    assert (str(told.value.where), told.value.hint) == (f"a.toml at {where}", hint)


def test_of_many_keys_all_are_named_where_none_is_near():
    with pytest.raises(BadInput) as told:
        decode_toml(b"qqqqqq = 1", "a.toml", _Large, "list", 999)
    assert told.value.hint.count("field_") == 20


@pytest.mark.parametrize(("limit", "said"), [(3, "3 bytes"), (2048, "2 KiB"), (1 << 20, "1 MiB")])
def test_a_file_has_an_end(limit, said):
    with pytest.raises(LimitExceeded, match=f"the list has more than {said}"):
        decode_toml(b"#" * (limit + 1), "a.toml", _Held, "list", limit)


@pytest.mark.parametrize("text", ["[" + "a." * 20_000 + "b]", "x = " + "[" * 20_000])
def test_depth_costs_no_time_and_is_told(text):
    with pytest.raises(LimitExceeded, match="nests deeper than"):
        toml_of(text, "a.toml")


@given(st.text())
def test_what_is_written_is_read_again(text):
    assert tomllib.loads(f"a = {toml_string(text)}\n") == {"a": text}


def test_del_is_escaped_for_toml_forbids_it():
    assert toml_string("\x7f") == '"\\u007f"'
