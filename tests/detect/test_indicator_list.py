from __future__ import annotations

import csv
import gzip
import json
import time
import uuid
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from stix2patterns.validator import run_validator

from tocsin.detect.indicator_id import INDICATOR_NAMESPACE, indicator_id
from tocsin.detect.indicator_list import read_list
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.warning import WarningTally
from tocsin.limits import LINE_BYTES

IOCS = Path(__file__).parents[2].parent / "shared" / "data" / "intel" / "iocs"
needs_shared = pytest.mark.skipif(
    not IOCS.is_dir(), reason="the real data (shared/data/intel) is not on this machine"
)

MD5, SHA1, SHA256 = "d4" * 16, "a1" * 20, "0f" * 32


def read(data, name="list.txt"):
    tally = WarningTally()
    warnings = list(read_list(data.encode() if isinstance(data, str) else data, name, tally))
    total = (
        tally.read + sum(n for n, _ in tally.skipped.values()) + sum(n for n, _ in tally.not_checked.values())
    )
    assert tally.seen == total
    assert tally.read == len(warnings)
    return warnings, tally


def values(warnings):
    """The last literal of each pattern."""
    return [warning.pattern.rsplit("'", 2)[1] for warning in warnings]


# -- one value a line -------------------------------------------------------------------------


def test_one_value_a_line_is_one_warning_each_with_its_line():
    warnings, tally = read("evil[.]example\n203.0.113.7\n")

    assert [(w.pattern, w.place, w.source) for w in warnings] == [
        ("[domain-name:value = 'evil.example']", "line 1", "list.txt"),
        ("[ipv4-addr:value = '203.0.113.7']", "line 2", "list.txt"),
    ]
    assert tally.seen == 2


def test_the_id_is_a_uuid_made_from_the_pattern():
    (warning,), _ = read("evil.example")

    assert warning.id == f"indicator--{uuid.uuid5(INDICATOR_NAMESPACE, warning.pattern)}"


@given(st.text(max_size=30).filter(lambda text: text.isprintable()))
def test_every_id_is_what_the_standard_library_makes(pattern):
    assert indicator_id(pattern) == f"indicator--{uuid.uuid5(INDICATOR_NAMESPACE, pattern)}"


def test_comments_and_blank_lines_are_skipped_and_counted():
    warnings, tally = read("# one\n; two\n// three\n\n  \nevil.example\n")

    assert len(warnings) == 1
    assert tally.skipped == {
        "comment": (3, ["line 1", "line 2", "line 3"]),
        "blank line": (2, ["line 4", "line 5"]),
    }


@pytest.mark.parametrize("mark", ["#", ";", "//"])
def test_a_comment_after_a_value_is_its_name(mark):
    (warning,), _ = read(f"evil.example  {mark} Beacon C2\n")

    assert (values([warning]), warning.name) == (["evil.example"], "Beacon C2")


def test_a_fragment_of_a_url_is_no_comment():
    (warning,), _ = read("http://evil.example/a#b\n")

    assert values([warning]) == ["http://evil.example/a#b"]


def test_references_above_values_describe_those_below_them():
    text = "# Copyright\n# Reference: https://a.example/1\n# Reference: https://a.example/2\n\none.example\n"
    warnings, _ = read(f"{text}two.example\n# Reference: https://b.example\nthree.example\n")

    assert [warning.description for warning in warnings] == [
        "Reference: https://a.example/1, https://a.example/2",
        "Reference: https://a.example/1, https://a.example/2",
        "Reference: https://b.example",
    ]


def test_the_same_value_again_is_one_warning():
    warnings, tally = read("evil.example\nEVIL[.]example.\nevil.example\n")

    assert len(warnings) == 1
    assert tally.skipped == {"same as an earlier line": (2, ["line 2", "line 3"])}


def test_what_is_no_indicator_is_left_unchecked_and_named():
    warnings, tally = read("setup.exe\nthe beacon calls www.example.com\nevil.example\n")

    assert len(warnings) == 1
    assert tally.not_checked == {"not recognised as an indicator": (2, ["line 1", "line 2"])}


@pytest.mark.parametrize("name", ["indicator", "SHA256", "IP Address"])
def test_a_name_above_a_single_column_is_a_header(name):
    _, tally = read(f"{name}\n203.0.113.7\n")

    assert tally.skipped == {"column names": (1, ["line 1"])}


def test_a_line_of_a_checksum_file_is_its_hash_and_the_name_of_its_file():
    (warning,), _ = read(f"{SHA256} *evil file.exe\n")

    assert (values([warning]), warning.name) == ([SHA256], "evil file.exe")


def test_a_hosts_file_warns_of_the_names_not_of_nowhere():
    warnings, _ = read("0.0.0.0 evil.example\n127.0.0.1\tworse.example worst.example\n")

    assert values(warnings) == ["evil.example", "worse.example", "worst.example"]


def test_many_values_in_one_line_are_a_warning_each():
    warnings, tally = read(" ".join(f"203.0.113.{number}" for number in range(100)))

    assert len(warnings) == 100
    assert tally.seen == 100


# -- bytes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfevil.example\r\nb.example\r\n",
        b"evil.example\rb.example\r",
        "\ufeffevil.example\nb.example".encode("utf-16-le"),
        "\ufeffevil.example\r\nb.example\r\n".encode("utf-16-be"),
        [b"ev", b"il.example\nb.ex", b"ample"],
    ],
)
def test_encodings_line_ends_and_blocks_make_no_difference(data):
    assert values(read(data)[0]) == ["evil.example", "b.example"]


def test_a_line_that_is_no_utf_8_is_read_as_latin_1():
    warnings, _ = read("good.example # café\n".encode() + "bad.example # café\n".encode("latin-1"))

    assert [warning.name for warning in warnings] == ["café", "café"]


def test_a_line_with_nul_bytes_is_counted_and_the_rest_goes_on():
    warnings, tally = read(b"evil\0.example\nb.example\n")

    assert values(warnings) == ["b.example"]
    assert tally.not_checked == {"holds NUL bytes": (1, ["line 1"])}


def test_a_huge_line_is_counted_and_the_rest_goes_on():
    warnings, tally = read(b"a.example\n" + b"x" * (LINE_BYTES + 1) + b"\nb.example\n")

    assert [warning.place for warning in warnings] == ["line 1", "line 3"]
    assert tally.not_checked == {"longer than 4 MiB": (1, ["line 2"])}


@given(st.binary(max_size=200) | st.text("a.1:/\n\t,;|\"'#{}[]", max_size=200).map(str.encode))
def test_no_bytes_crash_the_reader_and_every_pattern_can_be_read(data):
    for warning in read(data)[0]:
        assert run_validator(warning.pattern, stix_version="2.1") == []
        assert parse_pattern(warning.pattern)


@given(
    st.lists(st.sampled_from(["a.example", "b.example", "1.2.3.4", "# c", "", "foo"]), max_size=20),
    st.integers(1, 7),
)
def test_where_the_bytes_are_cut_makes_no_difference(lines, size):
    data = "\n".join(lines).encode()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]

    assert read(pieces) == read(data)


@pytest.mark.parametrize(
    "line",
    ["a.", '"', ',"', "[", "a,", " ", "http://a.example/,", "# ", "1.2.3.4 ", "hxxp://", '"",x,"', "|"],
)
def test_hostile_lines_take_linear_time(line):
    start = time.process_time()
    read((line * 100_000).encode() + b"\n" + f"{line}\n".encode() * 5_000)

    # A quadratic way would take minutes.
    assert time.process_time() - start < 60


# -- NDJSON -----------------------------------------------------------------------------------


def test_lines_of_json_with_a_value_are_a_list():
    lines = [
        {"family": "apt", "kind": "domain", "value": "evil[.]example"},
        {"indicator": "203.0.113.7", "malware": "Beacon", "details": "second stage"},
        {"ioc": SHA256, "type": "FileHash-SHA256", "name": None},
        {"value": 5},
        {"value": "setup.exe"},
        {"value": "setup.exe", "type": "domain"},
    ]
    warnings, tally = read("\n".join(map(json.dumps, lines)) + "\nnot json\n")

    assert values(warnings) == ["evil.example", "203.0.113.7", SHA256, "setup.exe"]
    assert [(w.name, w.description) for w in warnings[:2]] == [("apt", ""), ("Beacon", "second stage")]
    assert tally.not_checked == {
        "not recognised as an indicator": (2, ["line 4", "line 5"]),
        "not JSON": (1, ["line 7"]),
    }


# -- real lists -------------------------------------------------------------------------------

REAL = [
    # file, warnings, skipped, not checked
    ("exchange/network.csv", 17, {"column names": 1}, {}),
    ("exchange/samples.csv", 23, {"column names": 1}, {}),
    ("exchange/samples.md5", 23, {}, {}),
    ("exchange/samples.sha1", 23, {}, {}),
    ("exchange/samples.sha256", 23, {}, {}),
    ("sunburst/Indicator_Release_Hashes.csv", 33, {"column names": 1}, {}),
    ("sunburst/Indicator_Release_NBIs.csv", 25, {"column names": 1, "same as an earlier line": 7}, {}),
    ("maltrail/apt_hafnium.txt", 17, {"comment": 9, "blank line": 7}, {}),
    ("maltrail/apt_unc2452.txt", 225, {"comment": 64, "blank line": 51, "same as an earlier line": 34}, {}),
    ("maltrail/darkside.txt", 37, {"comment": 28, "blank line": 33, "same as an earlier line": 2}, {}),
    ("maltrail/sodinokibi.txt", 300, {"comment": 35, "blank line": 52, "same as an earlier line": 1}, {}),
    # Not a list but YAML: what stands alone on a line is read, the rest is named.
    ("sunburst/AA21-008A-iocs.yaml", 2041, {"comment": 9, "blank line": 2, "same as an earlier line": 57}, {"not recognised as an indicator": 211}),
]  # fmt: skip


@needs_shared
@pytest.mark.parametrize(("name", "count", "skipped", "not_checked"), REAL)
def test_real_lists_are_read_whole(name, count, skipped, not_checked):
    warnings, tally = read((IOCS / name).read_bytes(), name)

    assert len(warnings) == count
    assert {reason: number for reason, (number, _) in tally.skipped.items()} == skipped
    assert {reason: number for reason, (number, _) in tally.not_checked.items()} == not_checked


@needs_shared
def test_every_hash_and_name_of_the_sunburst_release_is_there():
    with (IOCS / "sunburst/Indicator_Release_Hashes.csv").open() as file:
        hashes = {row[name] for row in csv.DictReader(file) for name in ("SHA256", "SHA1", "MD5")}
    with (IOCS / "sunburst/Indicator_Release_NBIs.csv").open() as file:
        rows = list(csv.DictReader(file))
    network = {row[name].replace("[.]", ".") for row in rows for name in ("FQDN", "IP", "Target")} - {""}

    of_hashes, _ = read((IOCS / "sunburst/Indicator_Release_Hashes.csv").read_bytes())
    of_network, _ = read((IOCS / "sunburst/Indicator_Release_NBIs.csv").read_bytes())

    assert set(values(of_hashes)) == hashes
    assert set(values(of_network)) == network
    assert {warning.name for warning in of_hashes} == {
        "SUNBURST",
        "Code Signing Certificate",
        "Benign",
        "SUPERNOVA",
    }


@needs_shared
def test_the_detail_of_a_row_names_its_warning():
    warnings, _ = read((IOCS / "exchange/network.csv").read_bytes())

    assert warnings[0].pattern == "[ipv4-addr:value = '34.90.207.23']"
    assert warnings[0].name == "LuckyMouse SysUpdate C&C server"


@needs_shared
def test_a_million_and_more_real_lines_add_up():
    with gzip.open(IOCS / "maltrail/maltrail-all.jsonl.gz") as file:
        data = file.read(24 << 20)
    start = time.process_time()
    tally = WarningTally()
    count = sum(1 for _ in read_list(data, "maltrail-all.jsonl", tally))
    took_s = time.process_time() - start

    unrecognised = tally.not_checked["not recognised as an indicator"][0]
    assert tally.seen == data.count(b"\n") + (not data.endswith(b"\n"))
    assert tally.seen == tally.read + sum(n for n, _ in tally.skipped.values()) + sum(
        n for n, _ in tally.not_checked.values()
    )
    assert count == tally.read > 0.8 * tally.seen
    assert unrecognised < 0.001 * tally.seen
    # 250,000 lines a second on the machine that this was written on; a slip of an order of magnitude is a fault.
    assert tally.seen / took_s > 25_000
