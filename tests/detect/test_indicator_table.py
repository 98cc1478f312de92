from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, strategies as st

from tocsin.detect.indicator_list import read_list
from tocsin.detect.indicator_table import find_table, is_column_name, read_rows
from tocsin.detect.warning import WarningTally

MD5, SHA1, SHA256 = "d4" * 16, "a1" * 20, "0f" * 32


def read(text):
    tally = WarningTally()
    warnings = list(read_list(text.encode(), "list.csv", tally))
    assert tally.seen == tally.read + sum(n for n, _ in tally.skipped.values()) + sum(
        n for n, _ in tally.not_checked.values()
    )
    return warnings, tally


def values(warnings):
    return [warning.pattern.rsplit("'", 2)[1] for warning in warnings]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_delimiter_is_recognised(delimiter):
    warnings, tally = read(
        f"indicator{delimiter}details\n203.0.113.7{delimiter}Beacon\nevil.example{delimiter}Loader\n"
    )

    assert [(w.pattern, w.name) for w in warnings] == [
        ("[ipv4-addr:value = '203.0.113.7']", "Beacon"),
        ("[domain-name:value = 'evil.example']", "Loader"),
    ]
    assert tally.skipped == {"column names": (1, ["line 1"])}


def test_a_table_without_a_header_is_read_by_what_its_cells_hold():
    warnings, _ = read("203.0.113.7,Beacon,2021-03-02\n203.0.113.8,Loader,2021-03-03\n")

    assert values(warnings) == ["203.0.113.7", "203.0.113.8"]
    assert [warning.name for warning in warnings] == ["Beacon", "Loader"]


def test_several_indicators_of_one_row_are_a_warning_each():
    warnings, tally = read(
        f"SHA256,SHA1,MD5,Malware Family,Notes\n{SHA256},{SHA1},{MD5},SUNBURST,first seen in March\n"
    )

    assert values(warnings) == [SHA256, SHA1, MD5]
    assert {(w.name, w.description, w.place) for w in warnings} == {
        ("SUNBURST", "first seen in March", "line 2")
    }
    assert tally.seen == 4


def test_several_values_in_one_cell_are_a_warning_each():
    warnings, _ = read(
        'family,ip\nBeacon,"203.0.113.7, 203.0.113.8\n203.0.113.9"\nLoader,203.0.113.10 203.0.113.11\n'
    )

    assert values(warnings) == [f"203.0.113.{number}" for number in (7, 8, 9, 10, 11)]
    assert [warning.place for warning in warnings] == ["line 2"] * 3 + ["line 4"] * 2


def test_two_urls_in_one_cell_are_parted_and_one_with_a_comma_is_not():
    warnings, _ = read('url,family\n"http://a.example/x,http://b.example/y",A\n"http://c.example/x,y",B\n')

    assert values(warnings) == ["http://a.example/x", "http://b.example/y", "http://c.example/x,y"]


def test_a_value_that_is_none_in_a_column_of_indicators_is_counted_beside_the_others():
    warnings, tally = read("domain,ip\nevil.example,somewhere\nworse.example,-\nnothing,n/a\n")

    assert values(warnings) == ["evil.example", "worse.example"]
    assert tally.not_checked == {"not recognised as an indicator": (2, ["line 2", "line 4"])}


def test_columns_that_tell_something_else_are_no_indicators():
    header = "ioc,reference,version,first_seen,urlhaus_link,ja3"
    warnings, _ = read(
        f"{header}\nevil.example,https://a.example/report,10.0.0.1,2021-03-02,https://b.example/7,{MD5}\n"
    )

    assert values(warnings) == ["evil.example"]


def test_a_file_name_is_no_domain():
    warnings, _ = read(f"md5,filename\n{MD5},evil.com\n")

    assert values(warnings) == [MD5]


def test_a_header_in_a_comment_names_the_columns():
    text = '################\n# Feed of a.example\n# "first_seen","ioc_value","malware"\n'
    warnings, tally = read(
        f'{text}"2021-03-02","203.0.113.7:443","Beacon"\n"2021-03-03","evil.example","Loader"\n'
    )

    assert [(values([w])[0], w.name) for w in warnings] == [
        ("203.0.113.7", "Beacon"),
        ("evil.example", "Loader"),
    ]
    assert tally.skipped == {"comment": (3, ["line 1", "line 2", "line 3"])}


def test_comments_among_the_rows_swallow_nothing():
    warnings, tally = read('indicator,details\n# "not closed\n203.0.113.7,Beacon\n203.0.113.8,"Loader"\n')

    assert len(warnings) == 2
    assert tally.skipped["comment"] == (1, ["line 2"])


def test_misp_says_what_each_value_is():
    rows = [
        "uuid,event_id,category,type,value,comment,to_ids",
        "1,7,Network activity,domain,setup[.]exe,C2,1",
        "2,7,Network activity,ip-dst|port,203.0.113.7|443,C2,1",
        f"3,7,Payload delivery,filename|sha256,evil.exe|{SHA256},dropper,1",
        "4,7,Payload delivery,filename,evil.exe,dropper,1",
        "5,7,External analysis,link,https://a.example/report,,1",
        "6,7,Network activity,domain,benign.example,,0",
        "7,7,Network activity,domain|ip,evil.example|203.0.113.8,C2,1",
        "8,7,Network activity,user-agent,antSword/v2.1,C2,1",
        "9,7,Payload,yara,rule x,,1",
    ]
    warnings, tally = read("\n".join(rows) + "\n")

    assert [warning.pattern for warning in warnings] == [
        "[domain-name:value = 'setup.exe']",
        "[network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port = 443]",
        f"[file:hashes.'SHA-256' = '{SHA256}']",
        "[file:name = 'evil.exe']",
        "[domain-name:value = 'evil.example']",
        "[ipv4-addr:value = '203.0.113.8']",
        "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'antSword/v2.1']",
    ]
    assert tally.skipped == {
        "column names": (1, ["line 1"]),
        "not an indicator: link": (1, ["line 6"]),
        "not meant for detection": (1, ["line 7"]),
    }
    assert tally.not_checked == {"not recognised as an indicator": (1, ["line 10"])}


def test_a_quote_that_is_never_closed_does_not_swallow_the_list():
    rows = [f"203.0.113.{number},Beacon" for number in range(200)]
    rows[3] = '203.0.113.3,"Beacon'

    warnings, _ = read("indicator,details\n" + "\n".join(rows) + "\n")

    assert len(warnings) == 200


def test_quotes_that_are_opened_on_every_line_hide_no_row():
    warnings, _ = read(
        "indicator,details\n" + "".join(f'203.0.113.{number},"Beacon\n' for number in range(200))
    )

    assert len(warnings) == 200


def test_after_a_hundred_open_quotes_lines_are_no_longer_joined():
    odd = "".join(f'203.0.113.{number},"Beacon\n' for number in range(120))
    lines = iter(list(enumerate(f'{odd}198.51.100.1,"two\nlines"'.split("\n"), 1)))

    assert [cells for _, cells in read_rows(lines, ",")][-2:] == [["198.51.100.1", "two"], ['lines"']]


def test_a_list_of_urls_with_commas_is_no_table():
    assert find_table([(1, "http://a.example/x,y"), (2, "http://b.example/z")]) is None


def test_prose_is_no_table():
    assert find_table([(1, "Dear all, see below, thanks"), (2, "one, two, three")]) is None


def test_names_of_columns_are_known_in_any_spelling():
    assert is_column_name(" SHA-256 ")
    assert is_column_name("IP_Address")
    assert not is_column_name("evil.example")


@given(st.lists(st.lists(st.text('ab \n",', max_size=6), min_size=2, max_size=4), min_size=1, max_size=6))
def test_rows_written_by_the_standard_library_are_read_as_they_were(rows):
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    lines = iter(list(enumerate(buffer.getvalue().removesuffix("\n").split("\n"), 1)))

    assert [cells for _, cells in read_rows(lines, ",")] == rows
