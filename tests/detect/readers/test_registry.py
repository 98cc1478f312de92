from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given, settings, strategies as st

from reading import CUTS, chunked, read, small_blocks
from tocsin.detect.readers.registry import READERS

FIELDS = ["a", "date-time", "@path", "path", "x", "Event.System.EventID"]


@pytest.mark.parametrize("format", READERS)
@settings(max_examples=100)
@given(
    data=st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)),
    cuts=CUTS,
    block=st.sampled_from([16, 160, 64 << 20]),
)
def test_no_bytes_make_a_reader_raise(format, data, cuts, block):
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, block)
        read(READERS[format](FIELDS), chunked(data, cuts))


BAD = {
    "brackets": b"[" * 100_000,
    "objects": b'{"a":' * 20_000,
    "quotes": b'"' * 100_000,
    "commas": b"," * 100_000,
    "empty quotes": b'"",' * 30_000,
    "backslashes": b'{"a":"' + b"\\" * 100_001,
    "NUL bytes": bytes(100_000),
    "not UTF-8": b"\xff" * 100_000,
    "one long line": b"x" * 5_000_000,
    "blank lines": b"\n" * 100_000,
    "a compressed file": gzip.compress(json.dumps(list(range(9000))).encode()),
    "headers only": b"#Fields: a b\n#fields\ta\tb\n" * 500,
    "an EVTX header and noise": b"ElfFile\0" + b"ElfChnk\0" * 20_000,
}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("format", READERS)
def test_bad_input_is_read_to_its_end_in_bounded_time(format, bad):
    # Each in much less than a second; a quadratic reader would need minutes.
    reading = read(READERS[format](FIELDS), chunked(BAD[bad], [30_000]))
    assert reading.there <= len(BAD[bad])


@pytest.mark.parametrize("format", ["ndjson", "json", "csv", "tsv"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
def test_text_with_a_byte_order_mark_is_read(format, encoding):
    text = {"csv": "a,b\né,2\n", "tsv": "a\tb\né\t2\n"}.get(format, '{"a":"é","b":2}\n')
    ((_, value),) = read(READERS[format](["a"]), [("\ufeff" + text).encode(encoding)]).rows
    assert (value if isinstance(value, dict) else json.loads(value))["a"] == "é"
