from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given, strategies as st

from reading import CUTS, LOGS, chunked, needs_logs, read, small_blocks
from tocsin import limits
from tocsin.detect.readers.ndjson import ndjson_reader, nested_too_deep


def test_each_line_is_a_row_with_its_line_number():
    reading = read(ndjson_reader(["a"]), [b'{"a":1}\n\n {"a":2}\r\n{"a":3}'])
    assert [(row, json.loads(text)) for row, text in reading.rows] == [
        (1, {"a": 1}),
        (3, {"a": 2}),
        (4, {"a": 3}),
    ]


def test_what_is_no_object_is_skipped_and_the_rest_goes_on():
    reading = read(ndjson_reader([]), [b'{"a":1}\nhello\n[1]\n  \n\t7\n{"a":2}\n'])
    assert [row for row, _ in reading.rows] == [1, 6]
    assert reading.skipped == {"not a JSON object": (3, [2, 3, 5])}


def test_fields_seen_but_not_asked_for_are_named_with_their_whole_path():
    line = b'{"a":1,"winlog":{"event_data":{"Image":"x","User":"y"}},"id.orig_h":"z","list":[{"k":1}],"none":{}}\n'
    reading = read(ndjson_reader(["a", "winlog.event_data.Image"]), [line])
    assert reading.unmapped == {"winlog.event_data.User", "id.orig_h", "list", "none"}


@pytest.mark.parametrize("opening", [b'{"a":', b'{"b":[1,{"a":'])
def test_json_nested_too_deep_is_skipped(opening):
    most = limits.JSON_NESTING
    deep = opening * (most + 1)
    reading = read(ndjson_reader([]), [b'{"a":1}\n', deep + b"\n", b'{"a":2}\n'])
    assert [row for row, _ in reading.rows] == [1, 3]
    assert reading.skipped == {"nested too deep": (1, [2])}


def test_brackets_in_strings_and_beside_one_another_are_not_depth():
    most = limits.JSON_NESTING
    flat = json.dumps({"text": "[{" * 500 + '\\"' + "[" * 99, "list": [{"a": [1]}] * 500}).encode()
    just = b'{"a":' * most + b"1" + b"}" * most
    reading = read(ndjson_reader([]), [flat + b"\n" + just + b"\n"])
    assert reading.read == 2
    assert not reading.skipped


@given(
    st.recursive(
        st.one_of(st.integers(), st.text(alphabet='ab"\\{}[]\n', max_size=6)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.text('a"\\[', max_size=2), inner, max_size=3)
        ),
        max_leaves=12,
    ),
    st.integers(0, 5),
)
def test_depth_is_that_of_the_decoded_value(value, most):
    def depth(value):
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return 0 if inner is None else 1 + max(map(depth, inner), default=0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "JSON_NESTING", most)
        assert nested_too_deep(json.dumps(value).encode()) == (depth(value) > most)


PIECES = [
    b'{"a":1}\n',
    b'{"a":[{"b":2}]}\n',
    b"{",
    b"[",
    b"}",
    b'"',
    b"\n",
    b"\r\n",
    b" ",
    b"x\n",
    b"\xff",
    b"\0",
    b"\xc3\xa9",
]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join), CUTS, st.sampled_from([8, 80, 800]))
def test_any_cutting_gives_the_same_rows(data, cuts, block):
    whole = read(ndjson_reader(["a"]), [data])
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, block)
        assert read(ndjson_reader(["a"]), chunked(data, cuts)) == whole
    assert whole.there == sum(bool(line.strip(b" \t\r")) for line in data.split(b"\n"))


@needs_logs
def test_the_recorded_windows_events_are_all_read():
    counts = {}
    for path in sorted((LOGS / "windows").glob("*.jsonl.gz")):
        reading = read(ndjson_reader([]), [gzip.decompress(path.read_bytes())])
        assert not reading.skipped
        counts[path.name] = reading.read
    assert len(counts) == 26
    assert counts["proxylogon_ssrf_rce_poc.jsonl.gz"] == 10_487
    assert sum(counts.values()) == 89_422


@needs_logs
def test_the_recorded_zeek_events_are_all_read():
    data = gzip.decompress((LOGS / "zeek/apt29-day1/combined_zeek.log.gz").read_bytes())
    reading = read(ndjson_reader(["ts"]), [data])
    assert (reading.read, reading.skipped) == (2_140, {})
    assert "id_orig_h" in reading.unmapped
