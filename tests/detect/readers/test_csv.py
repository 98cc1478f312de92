from __future__ import annotations

import csv
import io

import pytest
from hypothesis import assume, given, settings, strategies as st

from reading import CUTS, chunked, read, small_blocks
from tocsin import limits
from tocsin.detect.readers.csv import csv_reader, delimited_reader, tsv_reader


def test_declared_columns_come_as_text_with_their_line_number():
    reading = read(csv_reader(["dst", "port", "absent"]), [b"time,dst,port\n1,10.0.0.1,080\n\n2,,443"])
    assert reading.rows == [(2, {"dst": "10.0.0.1", "port": "080"}), (4, {"dst": "", "port": "443"})]
    assert reading.unmapped == {"time"}


def test_quotes_hold_delimiters_quotes_and_newlines():
    data = b'a,b\r\n"x, ""y""",1\r\n"two\r\nlines",2\r\nplain,3\r\n'
    assert read(csv_reader(["a", "b"]), [data]).rows == [
        (2, {"a": 'x, "y"', "b": "1"}),
        (3, {"a": "two\r\nlines", "b": "2"}),
        (5, {"a": "plain", "b": "3"}),
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_of_the_header(mark):
    data = f'a{mark}"b,;|"{mark}c\n1{mark}2{mark}3\n'.encode()
    assert read(csv_reader(["a", "c"]), [data]).rows == [(2, {"a": "1", "c": "3"})]


def test_tabs_part_tsv_whatever_else_its_header_holds():
    assert read(tsv_reader(["a,b,c"]), [b"a,b,c\td\n1\t2\n"]).rows == [(2, {"a,b,c": "1"})]


def test_header_names_are_stripped_and_the_first_of_two_equal_ones_counts():
    data = b'\xef\xbb\xbf"DNS Record Type ",x,x\nA,1,2\n'
    assert read(csv_reader(["DNS Record Type", "x"]), [data]).rows == [
        (2, {"DNS Record Type": "A", "x": "1"})
    ]


def test_comments_and_blank_lines_before_the_header_are_no_rows():
    assert read(csv_reader(["a"]), [b"# made by x\n\n#\na,b\n#1,2\n"]).rows == [(5, {"a": "#1"})]


def test_records_of_another_width_are_skipped_and_counted():
    reading = read(csv_reader(["a"]), [b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6\nx\n"])
    assert [row for row, _ in reading.rows] == [2, 5]
    assert reading.skipped == {
        "2 fields, header has 3": (1, [3]),
        "4 fields, header has 3": (1, [4]),
        "1 fields, header has 3": (1, [6]),
    }


def test_a_quote_left_open_costs_its_own_line_only():
    reading = read(csv_reader(["a"]), [b'a,b\n1,2\n"3,4\n5,6\n7,8\n'])
    assert [row for row, _ in reading.rows] == [2, 4, 5]
    assert reading.skipped == {"quote is not closed": (1, [3])}


def test_a_quote_that_closes_far_below_costs_its_own_line_only():
    data = b'a,b\n"1,2\n' + b"3,4\n" * 1000 + b'"5, 6",7\n'
    reading = read(csv_reader(["a"]), [data])
    assert reading.read == 1001
    assert reading.skipped == {"quote is not closed": (1, [2])}


def test_a_quote_within_a_value_is_an_ordinary_character():
    assert read(csv_reader(["a", "b"]), [b'a,b\n5" disk,1\n6" disk,2\n']).rows == [
        (2, {"a": '5" disk', "b": "1"}),
        (3, {"a": '6" disk', "b": "2"}),
    ]


def test_a_carriage_return_within_a_value_is_part_of_it():
    assert read(csv_reader(["a", "b"]), [b"a,b\nx\ry,1\n\rz,2\n"]).rows == [
        (2, {"a": "x\ry", "b": "1"}),
        (3, {"a": "\rz", "b": "2"}),
    ]


def test_records_that_are_no_text_are_skipped_and_the_rest_goes_on():
    reading = read(csv_reader(["a"]), [b'a,b\n1,\xff\n2,\0\n3,"\n\xff"\n4,\xc3\xa9\n'])
    assert reading.rows == [(6, {"a": "4"})]
    assert reading.skipped == {"not UTF-8": (2, [2, 4]), "holds NUL bytes": (1, [3])}


def test_without_an_asked_column_the_rows_are_still_counted():
    assert read(csv_reader([]), [b"a,b\n1,2\n3,4\n"]).rows == [(2, {}), (3, {})]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"a,b", b"a,b\n", b'"a', b"#\n", b"\0"])
def test_a_file_without_records_has_no_rows(data):
    assert read(csv_reader(["a"]), [data]).there == 0


def test_a_record_without_end_does_not_grow_beyond_a_line():
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, 800, 1000)
        reading = read(csv_reader(["a"]), [b"a,b\n1,2\n" + b'"x\n' + b"y\n" * 5000 + b"3,4\n"])
    assert [row for row, _ in reading.rows] == [2, 5004]
    assert reading.there == 5003


def test_records_at_fault_among_many_are_found_each_by_its_line():
    lines = [b"%d,%d\n" % (i, i) for i in range(60_000)]
    for i in range(5, 60_000, 5_000):
        lines[i] = b"%d\n" % i
    reading = read(csv_reader(["a"]), [b"a,b\n" + b"".join(lines)])
    assert reading.skipped == {"1 fields, header has 2": (12, [7, 5007, 10007, 15007, 20007])}
    assert all(int(value["a"]) + 2 == row for row, value in reading.rows)


VALUES = st.text(alphabet='ab,;"\n\r\té ', max_size=6)


@given(
    st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(VALUES, min_size=n, max_size=n), max_size=12)),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    CUTS,
    st.sampled_from([8, 80, 800, limits.BLOCK_BYTES]),
)
def test_what_the_standard_library_writes_is_read_back(records, line_end, quoting, cuts, block):
    text = io.StringIO(newline="")
    names = [f"f{i}" for i in range(len(records[0]) if records else 2)]
    writer = csv.writer(text, lineterminator=line_end, quoting=quoting)
    writer.writerows([names, *records])
    # A carriage return at a record's end is its value's only if it stands in quotes.
    assume(quoting == csv.QUOTE_ALL or not any("\r" in value for record in records for value in record))
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, block)
        reading = read(delimited_reader(names, ","), chunked(text.getvalue().encode(), cuts))
    assert [list(value.values()) for _, value in reading.rows] == records
    assert not reading.skipped


PIECES = [
    b"a",
    b",",
    b'"',
    b"\n",
    b"\r\n",
    b"\r",
    b'""',
    b',"',
    b'",',
    b"1,2,3\n",
    b'1,"2\n3",4\n',
    b"\0",
    b"\xff",
    b"\xc3\xa9",
    b"#",
]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=80).map(b"".join), CUTS, st.sampled_from([8, 80, 800]))
def test_any_cutting_gives_the_same_rows(data, cuts, block):
    data = b"x,y,z\n" + data
    whole = read(csv_reader(["x", "z"]), [data])
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, block)
        assert read(csv_reader(["x", "z"]), chunked(data, cuts)) == whole
