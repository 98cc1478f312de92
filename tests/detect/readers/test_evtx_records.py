from __future__ import annotations

import io
import json
import zipfile

import evtx
import pytest
from hypothesis import given, settings, strategies as st

from reading import LOGS, chunked, needs_logs, read
from tocsin.detect.readers.evtx_records import EVTX_MAGIC, evtx_reader

CHUNK = 64 << 10


def members(name):
    with zipfile.ZipFile(LOGS / "evtx" / name) as archive:
        return {path: archive.read(path) for path in archive.namelist() if path.endswith(".evtx")}


@pytest.fixture(scope="module")
def sample():
    """A file of four chunks that hold 38, 42, 39 and 3 records, and thirteen unused ones."""
    if not LOGS.is_dir():
        pytest.skip(f"the real logs are not at {LOGS}")
    (data,) = (
        data for name, data in members("evtx-attack-samples.zip").items() if "panache_sysmon_vs" in name
    )
    return data


@needs_logs
@pytest.mark.parametrize(
    ("name", "files", "records"), [("evtx-attack-samples.zip", 80, 3_717), ("sigma-regression.zip", 100, 126)]
)
def test_all_records_of_the_samples_are_read_as_the_library_gives_them(name, files, records):
    found = members(name)
    readings = [read(evtx_reader([]), [data]) for data in found.values()]
    assert len(readings) == files
    assert sum(reading.read for reading in readings) == records
    assert not any(reading.skipped or reading.notes for reading in readings)
    for data, reading in zip(found.values(), readings, strict=True):
        bare = [record["data"] for record in evtx.PyEvtxParser(io.BytesIO(data)).records_json()]
        assert reading.rows == list(enumerate(bare, 1))


def test_fields_seen_but_not_asked_for_are_named(sample):
    unmapped = read(evtx_reader(["Event.System.EventID"]), [sample]).unmapped
    assert {"Event.System.Channel", "Event.System.Provider.#attributes.Name"} <= unmapped
    assert "Event.System.EventID" not in unmapped


@pytest.mark.parametrize("lengths", [[1000], [4096, CHUNK], [7, 200_000], [1 << 22]])
def test_any_cutting_gives_the_same_rows(sample, lengths):
    assert read(evtx_reader([]), chunked(sample, lengths)) == read(evtx_reader([]), [sample])


def test_a_file_larger_than_a_group_numbers_its_records_through(sample):
    used = sample[4096 : 4096 + 4 * CHUNK]
    reading = read(evtx_reader([]), [sample[:4096] + used * 40])
    assert [row for row, _ in reading.rows] == list(range(1, 122 * 40 + 1))


def test_a_file_cut_off_gives_what_it_has_and_counts_the_announced_rest(sample):
    whole = read(evtx_reader([]), [sample])
    reading = read(evtx_reader([]), [sample[: 4096 + CHUNK + 30_000]])
    assert reading.read + reading.skipped["record cannot be decoded"][0] == 38 + 42
    assert 38 < reading.read < 80
    assert reading.rows == whole.rows[: reading.read]
    assert reading.notes == {"is cut off: the header announces more than the file holds"}


def test_a_damaged_chunk_costs_its_records_and_no_other_number(sample):
    data = bytearray(sample)
    at = 4096 + CHUNK
    data[at + 512 : at + CHUNK] = bytes(CHUNK - 512)
    reading = read(evtx_reader([]), [bytes(data)])
    whole = dict(read(evtx_reader([]), [sample]).rows)
    assert [row for row, _ in reading.rows] == [*range(1, 39), *range(81, 123)]
    assert all(whole[row] == text for row, text in reading.rows)
    assert reading.skipped == {"block of records cannot be decoded": (42, [39, 40, 41, 42, 43])}


def test_a_chunk_that_tells_nothing_counts_as_one(sample):
    data = bytearray(sample)
    data[4096 + CHUNK : 4096 + CHUNK + 8] = b"damaged!"
    reading = read(evtx_reader([]), [bytes(data)])
    assert reading.read == 122 - 42
    assert reading.skipped == {"block of records cannot be decoded": (1, [39])}


def test_a_damaged_file_header_loses_no_record(sample):
    reading = read(evtx_reader([]), [b"x" * 40 + sample[40:]])
    assert reading.read == 122
    assert reading.notes == {"the file header is damaged"}


@pytest.mark.parametrize("data", [b"", EVTX_MAGIC, EVTX_MAGIC.ljust(4096, b"\0")])
def test_a_file_without_records_has_no_rows(data):
    reading = read(evtx_reader([]), [data])
    assert reading.there == 0
    assert reading.notes == ({"ends within the file header"} if data == EVTX_MAGIC else set())


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 4096 + 4 * CHUNK), st.binary(min_size=1, max_size=40)), max_size=20),
    st.integers(0, 4096 + 5 * CHUNK),
)
def test_damage_is_counted_and_never_raises(sample, damage, length):
    data = bytearray(sample[: 4096 + 5 * CHUNK])
    for at, piece in damage:
        data[at : at + len(piece)] = piece
    reading = read(evtx_reader([]), [bytes(data[:length])])
    assert all(isinstance(json.loads(text), dict) for _, text in reading.rows)
    assert reading.there <= 4 * 2400


def test_a_record_whose_text_is_no_json_is_counted_and_the_others_are_read(sample):
    """A damaged name stands in the library's text as it is, control characters and all."""
    data = bytearray(sample[: 4096 + CHUNK])
    whole = read(evtx_reader([]), [bytes(data)])
    found = []
    for at in range(4096 + 512, 4096 + 12_000, 7):
        one = bytearray(data)
        one[at : at + 2] = b"\x01\x00"
        reading = read(evtx_reader([]), [bytes(one)])
        assert all(isinstance(json.loads(text), dict) for _, text in reading.rows)
        assert reading.there == whole.there or reading.skipped
        found.append(len(reading.rows))
    assert min(found) < len(whole.rows)
