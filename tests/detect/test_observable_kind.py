from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st
from stix2patterns.validator import run_validator

from tocsin.detect.observable_kind import (
    FILE_EXTENSIONS,
    classify,
    classify_domain,
    regex_literal,
    string_literal,
)
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.regex import compile_regex
from tocsin.limits import PATTERN_BYTES

MD5, SHA1, SHA256, SHA512 = "d4" * 16, "a1" * 20, "0f" * 32, "b2" * 64


@pytest.mark.parametrize(
    ("value", "kind", "canonical", "pattern"),
    [
        ("203.0.113.7", "ipv4", "203.0.113.7", "[ipv4-addr:value = '203.0.113.7']"),
        ("203.0.113[.]7", "ipv4", "203.0.113.7", "[ipv4-addr:value = '203.0.113.7']"),
        ("203.0.113.7/32", "ipv4", "203.0.113.7", "[ipv4-addr:value = '203.0.113.7']"),
        ("203.0.113.7/24", "cidr", "203.0.113.0/24", "[ipv4-addr:value ISSUBSET '203.0.113.0/24']"),
        ("2001:DB8:0:0::1", "ipv6", "2001:db8::1", "[ipv6-addr:value = '2001:db8::1']"),
        ("[2001:db8::1]", "ipv6", "2001:db8::1", "[ipv6-addr:value = '2001:db8::1']"),
        ("2001:db8::1/32", "cidr", "2001:db8::/32", "[ipv6-addr:value ISSUBSET '2001:db8::/32']"),
        ("::ffff:203.0.113.7", "ipv4", "203.0.113.7", "[ipv4-addr:value = '203.0.113.7']"),
        ("203.0.113.7:8080", "ip:port", "203.0.113.7:8080",
         "[network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port = 8080]"),
        ("[2001:db8::1]:443", "ip:port", "[2001:db8::1]:443",
         "[network-traffic:dst_ref.value = '2001:db8::1' AND network-traffic:dst_port = 443]"),
        ("tcp://203.0.113.7:22", "ip:port", "203.0.113.7:22",
         "[network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port = 22]"),
        ("evil.example:8443", "domain:port", "evil.example:8443",
         "[network-traffic:dst_ref.value = 'evil.example' AND network-traffic:dst_port = 8443]"),
        ("EVIL.Example.", "domain", "evil.example", "[domain-name:value = 'evil.example']"),
        ("_x.a-b.example", "domain", "_x.a-b.example", "[domain-name:value = '_x.a-b.example']"),
        ("xn--mnchen-3ya.de", "domain", "xn--mnchen-3ya.de", "[domain-name:value = 'xn--mnchen-3ya.de']"),
        ("München.de", "domain", "xn--mnchen-3ya.de", "[domain-name:value IN ('xn--mnchen-3ya.de', 'münchen.de')]"),
        ("payload.zip", "domain", "payload.zip", "[domain-name:value = 'payload.zip']"),
        ("*.evil.example", "suffix", "*.evil.example", "[domain-name:value LIKE '%.evil.example']"),
        (".evil.example", "suffix", "*.evil.example", "[domain-name:value LIKE '%.evil.example']"),
        ("*.a_b.example", "suffix", "*.a_b.example", "[domain-name:value MATCHES '\\\\.a_b\\\\.example$']"),
        ("hxxp://Evil[.]example/A?b=c", "url", "http://evil.example/A?b=c", "[url:value = 'http://evil.example/A?b=c']"),
        ("http://203.0.113.7", "url", "http://203.0.113.7",
         "[url:value IN ('http://203.0.113.7', 'http://203.0.113.7/')]"),
        ("http://evil.example/it's\\x", "url", "http://evil.example/it's\\x",
         "[url:value = 'http://evil.example/it\\'s\\\\x']"),
        ("evil.example/a.php", "url", "evil.example/a.php",
         "[url:value IN ('http://evil.example/a.php', 'https://evil.example/a.php')]"),
        ("203.0.113.7:81/a", "url", "203.0.113.7:81/a",
         "[url:value IN ('http://203.0.113.7:81/a', 'https://203.0.113.7:81/a')]"),
        ("/owa/auth/x.aspx", "path", "/owa/auth/x.aspx", "[url:value MATCHES '/owa/auth/x\\\\.aspx(\\\\?.*)?$']"),
        ("/a.php?id=1", "path", "/a.php?id=1", "[url:value MATCHES '/a\\\\.php\\\\?id=1(&.*)?$']"),
        (MD5.upper(), "md5", MD5, f"[file:hashes.MD5 = '{MD5}']"),
        (SHA1, "sha1", SHA1, f"[file:hashes.'SHA-1' = '{SHA1}']"),
        (SHA256, "sha256", SHA256, f"[file:hashes.'SHA-256' = '{SHA256}']"),
        (f"sha256:{SHA256}", "sha256", SHA256, f"[file:hashes.'SHA-256' = '{SHA256}']"),
        (SHA512, "sha512", SHA512, f"[file:hashes.'SHA-512' = '{SHA512}']"),
        ("Me@Evil[.]Example", "email", "me@evil.example", "[email-addr:value = 'me@evil.example']"),
    ],
)  # fmt: skip
def test_each_kind_has_its_pattern(value, kind, canonical, pattern):
    found = classify(value)

    assert found is not None
    assert (found.kind, found.value, found.pattern) == (kind, canonical, pattern)


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "a", "foo", "foo bar", "setup.exe", "report.doc", "kernel32.dll", "a.php/b", "10.0", "e.g", "i.e.",
        "203.0.113", "203.0.113.256", "203.0.113.7/0", "203.0.113.7/33", "203.0.113.7:0", "203.0.113.7:65536",
        "203.0.113.7:22:22", "C203.0.113.7", "01.2.3.4", "2001:db8::1/129", "12:30:11", "-a.example", "a..example",
        "a_.", f"{'a' * 64}.example", ".exe", ".gq", "C:\\evil.exe", "HKLM\\Software", "/", "//", "//a.example/b",
        "javascript:alert(1)", "file:///etc/passwd", "http://localhost/", "http:///x", "me@localhost", "a" * 33,
        "evil[0-9]+\\.example", "x" * PATTERN_BYTES, "http://evil.example/\x00", "[2001:db8::1", "2001:db8::1]:80",
    ],
)  # fmt: skip
def test_what_is_no_observable_is_none(value):
    assert classify(value) is None


def test_a_list_that_says_domain_is_believed():
    assert classify("setup.exe") is None
    assert classify_domain("setup[.]exe").pattern == "[domain-name:value = 'setup.exe']"


@pytest.mark.parametrize(
    "top_level_domain",
    ["com", "org", "zip", "mov", "sh", "pl", "py", "rs", "so", "ps", "md", "app", "cab", "cc", "pub", "one"],
)
def test_no_top_level_domain_is_among_the_file_extensions(top_level_domain):
    assert top_level_domain not in FILE_EXTENSIONS


def test_a_path_finds_the_url_that_ends_in_it_and_no_longer_one():
    regex = compile_regex(parse_pattern(classify("/a.b").pattern).expression.expression.value)

    assert regex.search("http://x.example/a.b")
    assert regex.search("http://x.example/a.b?c=d")
    assert not regex.search("http://x.example/a.bc")
    assert not regex.search("http://x.example/azb")


LABELS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=12)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
VALUES = st.one_of(
    st.ip_addresses().map(str),
    st.tuples(st.ip_addresses(), st.integers(0, 130)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
    st.tuples(st.ip_addresses(v=4), st.integers(0, 70_000)).map(lambda pair: f"{pair[0]}:{pair[1]}"),
    st.lists(LABELS, min_size=2, max_size=4).map(".".join),
    st.tuples(st.sampled_from(["http://", "https://", "", "*."]), LABELS, TEXTS).map(
        lambda parts: f"{parts[0]}{parts[1]}.example/{parts[2]}"
    ),
    TEXTS.map(lambda text: f"/{text}"),
    TEXTS.map(lambda text: f"{text}@evil.example"),
    TEXTS.map(lambda text: f"{text}.example"),
    st.sampled_from([32, 40, 64, 128]).flatmap(
        lambda size: st.text("0123456789abcdefABCDEF", min_size=size, max_size=size)
    ),
    st.text(max_size=20),
)


@given(VALUES)
def test_every_pattern_made_is_one_that_we_and_the_peer_can_read(value):
    found = classify(value)

    if found is not None:
        assert run_validator(found.pattern, stix_version="2.1") == []
        assert parse_pattern(found.pattern).text == found.pattern
        assert len(found.pattern.encode()) <= PATTERN_BYTES


@given(VALUES)
def test_a_canonical_value_is_recognised_as_itself(value):
    found = classify(value)

    if found is not None:
        assert classify(found.value) is not None
        assert classify(found.value).value == found.value


@given(st.ip_addresses(v=6))
def test_ipv6_is_written_as_rfc_5952_says(address):
    found = classify(address.exploded)

    assert found.value == str(address.ipv4_mapped or address.compressed)


@given(st.text(max_size=20))
def test_an_escaped_text_matches_itself_alone(text):
    assert re.fullmatch(regex_literal(text), text, re.DOTALL)
    assert compile_regex("^" + regex_literal(text) + "$").search(text + "x") is None


@given(st.text(max_size=20))
def test_a_string_literal_reads_back(text):
    pattern = parse_pattern(f"[file:name = {string_literal(text)}]")

    assert pattern.expression.expression.value == text
