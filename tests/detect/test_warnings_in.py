from __future__ import annotations

import contextlib
import json
import random

import pytest
from hypothesis import given, strategies as st

from tocsin.detect.warning import WarningTally
from tocsin.detect.warnings_in import read_warnings
from tocsin.errors import BadInput

INDICATOR = {"type": "indicator", "id": "indicator--1", "pattern": "[domain-name:value = 'evil.example']"}


def read(data, name="feed"):
    tally = WarningTally()
    return list(read_warnings(name, data if isinstance(data, bytes) else data.encode(), tally)), tally


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(INDICATOR),
        json.dumps([INDICATOR]),
        json.dumps({"type": "bundle", "objects": [INDICATOR]}, indent=2),
        f"\n {json.dumps(INDICATOR)}\n{json.dumps(INDICATOR)}",
        json.dumps(INDICATOR | {"value": "x"}),
        ("\ufeff" + json.dumps(INDICATOR)).encode("utf-16-le"),
        b"\xef\xbb\xbf" + json.dumps([INDICATOR]).encode(),
        "evil.example",
        "# a list\nevil[.]example",
        "indicator,details\nevil.example,Beacon",
        json.dumps({"value": "evil.example", "type": "domain"}),
        '{"value": "broken\n{"value": "evil.example"}',
        "\ufeffevil.example\r\n".encode("utf-16-be"),
    ],
)
def test_content_decides_what_is_read(data):
    warnings, _ = read(data, "name.that.says.nothing")

    assert {warning.pattern for warning in warnings} == {INDICATOR["pattern"]}


@pytest.mark.parametrize("data", ["[2001:db8::1]:443\nevil[.]example\n", "[.]evil.example\n"])
def test_a_bracket_that_opens_an_address_is_no_json(data):
    assert read(data)[0]


@pytest.mark.parametrize("data", ["", " \n\n", "\ufeff"])
def test_an_empty_file_is_refused_by_name(data):
    with pytest.raises(BadInput) as caught:
        read(data, "empty.txt")

    assert caught.value.where.file == "empty.txt"


def test_broken_json_is_refused_with_its_place():
    with pytest.raises(BadInput) as caught:
        read('{"type": "bundle",\n "objects": [}', "feed.json")

    assert str(caught.value).startswith("feed.json:2:")


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        random.Random(1).randbytes(4000),
        "evil.example\n".encode("utf-16-le"),
    ],
    ids=["picture", "noise", "utf-16 without a mark"],
)
def test_what_is_no_text_and_holds_no_indicator_is_no_feed(data):
    with pytest.raises(BadInput, match="is no feed") as caught:
        read(data, "picture.png")
    assert caught.value.where.file == "picture.png"
    assert "UTF-8" in caught.value.hint


def test_a_list_with_a_few_damaged_lines_is_read_as_far_as_it_is_one():
    warnings, tally = read(b"198.51.100.9\x00\n\x00\x00\nevil.example\n")
    assert [warning.place for warning in warnings] == ["line 3"]
    assert {reason: count for reason, (count, _) in tally.not_checked.items()} == {"holds NUL bytes": 2}


@pytest.mark.parametrize("data", ["some words\n", "caf\xe9\n".encode("latin-1"), b"\x1b[1mwords\x1b[0m\x1a"])
def test_text_that_holds_no_indicator_is_counted_line_by_line(data):
    warnings, tally = read(data)
    assert warnings == []
    assert tally.seen == sum(count for count, _ in tally.not_checked.values()) == 1


@given(st.binary(max_size=100) | st.text('{}[]",:value \n', max_size=60).map(str.encode))
def test_no_bytes_crash_it(data):
    with contextlib.suppress(BadInput):
        _, tally = read(data)
        counted = [*tally.skipped.values(), *tally.not_checked.values()]
        assert tally.seen == tally.read + sum(count for count, _ in counted)
