from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput
from tocsin.sources.web_address import parse_web_address


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("https://Hub.Example", "https://hub.example/"),
        ("HTTPS://hub.example:443/a", "https://hub.example/a"),
        ("http://hub.example:8080/a b?c=d#e".replace(" ", "%20"), "http://hub.example:8080/a%20b?c=d"),
        ("https://[2001:DB8::1]:8443/", "https://[2001:db8::1]:8443/"),
        ("https://192.0.2.1/", "https://192.0.2.1/"),
        ("https://m\u00fcnchen.example/\u00e9", "https://xn--mnchen-3ya.example/%C3%A9"),
        ("https://hub.example./", "https://hub.example./"),
    ],
)
def test_an_address_is_taken_apart_and_put_together(text: str, whole: str):
    assert str(parse_web_address(text)) == whole


def test_the_origin_is_scheme_host_and_port():
    one = parse_web_address("https://hub.example/a")
    assert one.origin == parse_web_address("https://HUB.example.:443/b?c").origin
    for other in ("http://hub.example/", "https://hub.example:444/", "https://a.hub.example/"):
        assert parse_web_address(other).origin != one.origin


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("/b", "https://hub.example/b"),
        ("b?c", "https://hub.example/a/b?c"),
        ("//other.example/b", "https://other.example/b"),
        ("http://other.example", "http://other.example/"),
        ("?q=1", "https://hub.example/a/?q=1"),
    ],
)
def test_a_relative_address_is_read_from_its_base(text: str, whole: str):
    assert str(parse_web_address(text, parse_web_address("https://hub.example/a/"))) == whole


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hub.example",
        "ftp://hub.example/",
        "javascript:alert(1)",
        "https://",
        "https:///a",
        "https://a b/",
        "https://hub.example/\r\nHost: x",
        "https://hub.example\\@other.example/",
        "https://me@hub.example/",
        "https://:pw@hub.example/",
        "https://hub.example:0x50/",
        "https://hub.example:99999/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x8.8.8.8/",
        "https://8.8.8/",
        "https://010.8.8.8/",
        "https://8.8.8.08/",
        "https://1.2.3.4.5/",
        "https://hub.example.1/",
        "https://-hub.example/",
        "https://hub..example/",
        "https://[::1/",
        "https://[hub.example]/",
        "https://[::1%eth0]x/",
        "https://hub.example/" + "a" * 9000,
    ],
)
def test_what_programs_read_in_two_ways_is_refused(text: str):
    with pytest.raises(BadInput):
        parse_web_address(text)


def test_a_query_is_not_shown():
    assert parse_web_address("https://hub.example/a?token=word").shown == "https://hub.example/a"


@given(st.text())
def test_any_text_is_read_or_refused(text: str):
    for base in (None, parse_web_address("https://hub.example/a/")):
        try:
            found = parse_web_address(text, base)
        except BadInput:
            continue
        assert str(parse_web_address(str(found))) == str(found)
