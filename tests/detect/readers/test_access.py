from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from reading import CUTS, chunked, read, small_blocks
from tocsin.detect.readers.access import ACCESS_FIELDS, access_reader, is_access_line

COMMON = b'203.0.113.9 - frank [02/Mar/2021:08:15:00 +0000] "POST /owa/auth/x.js?a=1 HTTP/1.1" 200 2326'
COMBINED = COMMON + b' "https://example.org/a" "Mozilla/5.0 (X11)"'


def only(line):
    ((_, value),) = read(access_reader(ACCESS_FIELDS), [line + b"\n"]).rows
    return {name: text for name, text in value.items() if text is not None}


def test_a_combined_line_has_all_its_fields():
    assert only(COMBINED) == {
        "remote_addr": "203.0.113.9",
        "remote_user": "frank",
        "time_local": "02/Mar/2021:08:15:00 +0000",
        "request": "POST /owa/auth/x.js?a=1 HTTP/1.1",
        "method": "POST",
        "path": "/owa/auth/x.js?a=1",
        "protocol": "HTTP/1.1",
        "status": "200",
        "bytes": "2326",
        "referer": "https://example.org/a",
        "user_agent": "Mozilla/5.0 (X11)",
    }


def test_a_common_line_lacks_referer_and_user_agent():
    assert set(only(COMBINED)) - set(only(COMMON)) == {"referer", "user_agent"}


@pytest.mark.parametrize("vhost", [b"www.example.org ", b"www.example.org:443 "])
def test_a_virtual_host_before_and_more_fields_after_are_tolerated(vhost):
    assert only(vhost + COMBINED + b' "-" 0.003') == only(COMBINED) | {"vhost": "www.example.org"}


def test_a_user_name_may_hold_blanks():
    value = only(COMBINED.replace(b"frank", b"john w doe"))
    assert (value["remote_addr"], value["remote_user"], value.get("vhost")) == (
        "203.0.113.9",
        "john w doe",
        None,
    )


def test_an_ipv6_address_is_no_virtual_host():
    assert only(COMBINED.replace(b"203.0.113.9", b"2001:db8::9"))["remote_addr"] == "2001:db8::9"


def test_a_request_that_is_none_and_escaped_quotes_are_kept():
    value = only(
        COMBINED.replace(b"POST /owa/auth/x.js?a=1 HTTP/1.1", rb"\x16\x03\x01").replace(b"(X11)", rb"\"q\"")
    )
    assert value["request"] == r"\x16\x03\x01"
    assert "method" not in value
    assert value["user_agent"] == r"Mozilla/5.0 \"q\""
    assert only(COMMON.replace(b" HTTP/1.1", b""))["path"] == "/owa/auth/x.js?a=1"


def test_lines_that_do_not_fit_are_skipped_with_their_number():
    data = b"\n".join([COMBINED, b"hello", b"", b"www " + COMMON, COMBINED[:40], COMMON])
    reading = read(access_reader(["remote_addr"]), [data])
    assert [row for row, _ in reading.rows] == [1, 4, 6]
    assert reading.skipped == {"not combined log format": (2, [2, 5])}


def test_the_format_is_told_by_the_line():
    assert is_access_line(COMBINED)
    assert is_access_line(b"www:80 " + COMMON)
    assert not is_access_line(b'[02/Mar/2021:08:15:00 +0000] "GET / HTTP/1.1" 200')


PIECES = [COMBINED + b"\n", b"v:80 " + COMMON + b"\r\n", b'"', b"\n", b" ", b"\xff", b"\0", b"a", b"\\"]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join), CUTS, st.sampled_from([8, 800, 8000]))
def test_any_cutting_gives_the_same_rows(data, cuts, block):
    whole = read(access_reader(["vhost", "path", "user_agent"]), [data])
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, block)
        assert read(access_reader(["vhost", "path", "user_agent"]), chunked(data, cuts)) == whole
    assert whole.there == sum(line not in {b"", b"\r"} for line in data.split(b"\n"))
