from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given, strategies as st

from reading import CUTS, LOGS, chunked, needs_logs, read, small_blocks
from tocsin import limits
from tocsin.detect.readers.json_objects import json_reader

ROWS = [{"a": 1, "t": 'x"{[\\'}, {"a": {"b": [{"c": "}"}]}}, {"a": "é\\\\"}]


def values(reading):
    return [(row, json.loads(text)) for row, text in reading.rows]


LAYOUTS = {
    "array": json.dumps(ROWS),
    "pretty array": json.dumps(ROWS, indent=2, ensure_ascii=False),
    "one after another": "".join(map(json.dumps, ROWS)),
    "pretty, one after another": "\n".join(json.dumps(row, indent=1) for row in ROWS),
    "under Records": json.dumps({"Records": ROWS, "next": [{"a": 9}]}),
    "under value": json.dumps({"@odata.context": "x", "count": {"n": 3}, "value": ROWS}, indent=4),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@given(cuts=CUTS, block=st.sampled_from([16, 160, 1600]))
def test_rows_are_found_in_each_layout_however_the_bytes_are_cut(layout, cuts, block):
    data = LAYOUTS[layout].encode()
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, max(block, 16 * 64) if layout.startswith("under") else block)
        reading = read(json_reader(["a"]), chunked(data, cuts))
    assert values(reading) == list(enumerate(ROWS, 1))
    assert not reading.skipped
    assert not reading.notes


def test_containers_may_follow_one_another():
    data = json.dumps({"Records": ROWS[:2]}) + json.dumps({"Events": ROWS[2:]})
    assert values(read(json_reader([]), [data.encode()])) == list(enumerate(ROWS, 1))


def test_an_array_in_an_event_is_no_container():
    event = {"answers": [{"data": "10.0.0.1"}], "x": {"Records": [{"a": 1}]}}
    assert values(read(json_reader([]), [json.dumps(event).encode()])) == [(1, event)]


def test_what_is_no_object_is_counted_where_it_stands():
    reading = read(json_reader([]), [b'[{"a":1}, 7, {"a":2}, [{"a":3}], {"a":4}] x'])
    assert values(reading) == [(1, {"a": 1}), (3, {"a": 2}), (5, {"a": 4})]
    assert reading.skipped == {"not a JSON object": (3, [2, 4, 6])}


def test_a_document_that_is_cut_off_gives_what_it_has():
    reading = read(json_reader([]), [b'{"Records":[{"a":1},{"a":2},{"a":'])
    assert values(reading) == [(1, {"a": 1}), (2, {"a": 2})]
    assert reading.skipped == {"cut off at the end": (1, [3])}
    assert reading.notes == {"the JSON is not closed at its end"}


def test_an_object_that_is_too_long_is_dropped_as_it_comes():
    long = b'{"a":"' + b"x" * (limits.LINE_BYTES + 1) + b'"}'
    reading = read(json_reader([]), chunked(b'[{"a":1},' + long + b',{"a":2}]', [1 << 20]))
    assert values(reading) == [(1, {"a": 1}), (3, {"a": 2})]
    assert reading.skipped == {"longer than 4 MiB": (1, [2])}


def test_rows_at_fault_are_skipped_and_the_rest_goes_on():
    deep = b'{"a":' + b"[" * limits.JSON_NESTING + b"]" * limits.JSON_NESTING + b"}"
    reading = read(json_reader([]), [b'[{"a":"\xff"},{"a":"\0"},' + deep + b',{"a":1}]'])
    assert values(reading) == [(4, {"a": 1})]
    assert set(reading.skipped) == {"not UTF-8", "holds NUL bytes", "nested too deep"}


PIECES = [
    b"{",
    b"}",
    b"\n",
    b'"',
    b'{"a":1}',
    b"[",
    b"]",
    b",",
    b"\\",
    b'\\"',
    b"x",
    b"\xff",
    b"\0",
    b'{"a":[{"b":2}]}\n',
]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join), CUTS, st.sampled_from([16, 160, 1600]))
def test_any_cutting_gives_the_same_rows(data, cuts, block):
    whole = read(json_reader(["a"]), [data])
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, block)
        assert read(json_reader(["a"]), chunked(data, cuts)) == whole


@needs_logs
def test_recorded_events_are_the_same_rows_as_an_array():
    lines = gzip.decompress((LOGS / "windows/proxylogon_ssrf_rce_poc.jsonl.gz").read_bytes()).splitlines()
    reading = read(json_reader([]), [b'{"Records":[' + b",\n".join(lines) + b"]}"])
    assert [text.encode() for _, text in reading.rows] == lines
    assert (reading.read, reading.skipped) == (10_487, {})
