"""Bytes made ready for a reader: lines, places, and what is wrong with JSON in words of ours."""

from __future__ import annotations

import msgspec
import pytest

from tocsin.errors import BadInput
from tocsin.inventory.bom.document import json_of, lines_of, place_of, sentence_of


def test_lines_are_cut_at_line_feeds_alone_and_end_without_carriage_returns() -> None:
    assert lines_of("a\r\nb\u2028c\x0bd\ne".encode(), "x") == ["a", "b\u2028c\x0bd", "e"]


def test_a_place_counts_lines_and_columns_from_one() -> None:
    assert [str(place_of(b"ab\ncd", offset, "f")) for offset in (0, 1, 3, 4)] == [
        "f:1:1",
        "f:1:2",
        "f:2:1",
        "f:2:2",
    ]


@pytest.mark.parametrize(
    ("data", "kind", "what", "where"),
    [
        (b'{"a": 1}', dict[str, str], "is a number where text belongs", "f at $[...]"),
        (b"[]", dict[str, str], "is a list where an object belongs", "f at $"),
        (b"null", list[str], "is nothing (null) where a list belongs", "f at $"),
        (b"true", str, "is true or false where text belongs", "f at $"),
        (b'{\n "a": x}', dict[str, bool], "is no JSON: invalid character", "f:2:7"),
        (b'{"a": ', dict[str, bool], "is no JSON: it ends in the middle", "f:1:7"),
        (
            b'{"a": [1], "a": []}',
            dict[str, list[int]],
            "gives the member 'a' twice, so that two readers of it may read different things",
            "f at $",
        ),
        (b"[1 2]", list[int], "is no JSON: expected ',' or ']'", "f:1:4"),
    ],
    ids=["member", "list", "null", "bool", "character", "cut off", "twice", "comma"],
)
def test_what_is_wrong_is_said_with_its_place(data: bytes, kind: type, what: str, where: str) -> None:
    with pytest.raises(BadInput) as caught:
        json_of(data, kind, "f")
    assert caught.value.what == what
    assert str(caught.value.where) == where


def test_null_is_never_named_as_what_belongs() -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(b"3", type=str | None)
    assert sentence_of(caught.value) == "is a number where text belongs"
