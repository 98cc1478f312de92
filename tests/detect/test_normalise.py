from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, strategies as st

from tocsin.detect.normalise import (
    canonical_address,
    composed,
    normalise_expression,
    normalise_object,
    normaliser_of,
)
from tocsin.detect.pattern.evaluate import Evaluator
from tocsin.detect.pattern.parse import parse_path, parse_pattern
from tocsin.detect.pattern.unparse import expression_text


def normalised(text: str) -> str:
    return expression_text(normalise_expression(parse_pattern(text).expression))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("10.0.0.1/32", "10.0.0.1"),
        ("10.0.0.0/24", "10.0.0.0/24"),
        ("10.0.0.7/24", "10.0.0.7/24"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("2001:db8::1/128", "2001:db8::1"),
        ("2001:DB8::/32", "2001:DB8::/32"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("::ffff:a00:1", "10.0.0.1"),
        ("host", "host"),
        ("", ""),
        ("010.0.0.1", "010.0.0.1"),
    ],
)
def test_an_address_is_written_as_rfc_5952_says(text, expected):
    assert canonical_address(text) == expected


@given(
    st.one_of(
        st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address),
        st.integers(0, 2**128 - 1).map(ipaddress.IPv6Address),
    )
)
def test_every_spelling_of_an_address_gives_one(address):
    expected = str(getattr(address, "ipv4_mapped", None) or address)
    assert {canonical_address(one) for one in (str(address), address.exploded, str(address).upper())} == {
        expected
    }
    assert canonical_address(expected) == expected


def test_text_is_composed():
    assert composed("e\u0301") == "\xe9"
    assert composed("abc") == "abc"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("file:hashes.'SHA-256'", "AB", "ab"),
        ("process:image_ref.hashes.MD5", "AB", "ab"),
        ("x509-certificate:hashes.'SHA-1'", "AB", "ab"),
        ("domain-name:value", "Evil.Example.", "evil.example"),
        ("email-addr:value", "A@B.C", "a@b.c"),
        ("mac-addr:value", "AA-BB", "aa-bb"),
        ("ipv6-addr:value", "2001:DB8::1", "2001:db8::1"),
        ("network-traffic:dst_ref.value", "Evil.Example.", "evil.example"),
        ("network-traffic:dst_ref.value", "2001:DB8::1", "2001:db8::1"),
        ("network-traffic:dst_ref.value", "10.0.0.1/32", "10.0.0.1"),
        ("windows-registry-key:key", "hklm\\Software\\", "HKEY_LOCAL_MACHINE\\Software"),
        ("windows-registry-key:key", "HKLMX\\Software", "HKLMX\\Software"),
        ("windows-registry-key:key", "HKU", "HKEY_USERS"),
    ],
)
def test_values_that_are_spelt_in_several_ways_come_into_one_form(path, text, expected):
    normaliser = normaliser_of(parse_path(path))
    assert normaliser is not None
    assert normaliser(text) == expected


@pytest.mark.parametrize(
    "path",
    [
        "url:value",
        "file:name",
        "process:command_line",
        "windows-registry-key:values[*].data",
        "x:key",
        "ipv4-addr:x_value",
    ],
)
def test_other_values_are_taken_as_they_are(path):
    assert normaliser_of(parse_path(path)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[file:hashes.MD5 = 'AB']", "[file:hashes.MD5 = 'ab']"),
        ("[file:hashes.MD5 IN ('AB', 'Cd')]", "[file:hashes.MD5 IN ('ab', 'cd')]"),
        ("[file:hashes.MD5 NOT = 'AB']", "[file:hashes.MD5 NOT = 'ab']"),
        ("[file:hashes.MD5 LIKE 'AB%']", "[file:hashes.MD5 LIKE 'ab%']"),
        ("[file:hashes.MD5 MATCHES '^AB']", "[file:hashes.MD5 MATCHES '(?i)^AB']"),
        ("[file:hashes.MD5 MATCHES '^ab']", "[file:hashes.MD5 MATCHES '^ab']"),
        ("[domain-name:value MATCHES 'a|B']", "[domain-name:value MATCHES '(?i)a|B']"),
        ("[file:name = 'e\u0301']", "[file:name = '\xe9']"),
        ("[file:name LIKE 'E%']", "[file:name LIKE 'E%']"),
        ("[file:name > 'E']", "[file:name > 'E']"),
        ("[file:size = 5]", "[file:size = 5]"),
        ("[domain-name:value = 5]", "[domain-name:value = 5]"),
        ("[EXISTS file:name]", "[EXISTS file:name]"),
        ("[ipv4-addr:value = '10.0.0.0/24']", "[ipv4-addr:value ISSUBSET '10.0.0.0/24']"),
        ("[ipv4-addr:value NOT = '10.0.0.0/24']", "[ipv4-addr:value NOT ISSUBSET '10.0.0.0/24']"),
        ("[ipv4-addr:value != '10.0.0.0/24']", "[ipv4-addr:value NOT ISSUBSET '10.0.0.0/24']"),
        ("[ipv4-addr:value NOT != '10.0.0.0/24']", "[ipv4-addr:value ISSUBSET '10.0.0.0/24']"),
        ("[ipv4-addr:value = '10.0.0.1/32']", "[ipv4-addr:value = '10.0.0.1']"),
        ("[ipv4-addr:value ISSUBSET '10.0.0.1/32']", "[ipv4-addr:value ISSUBSET '10.0.0.1/32']"),
        (
            "[ipv4-addr:value IN ('10.0.0.0/24', '1.2.3.4', '10.1.0.0/16')]",
            "[ipv4-addr:value IN ('1.2.3.4') OR ipv4-addr:value ISSUBSET '10.0.0.0/24' OR ipv4-addr:value ISSUBSET '10.1.0.0/16']",
        ),
        ("[ipv4-addr:value IN ('10.0.0.0/24')]", "[ipv4-addr:value ISSUBSET '10.0.0.0/24']"),
        ("[ipv4-addr:value NOT IN ('10.0.0.0/24')]", "[ipv4-addr:value NOT IN ('10.0.0.0/24')]"),
        (
            "[network-traffic:dst_ref.value = '2001:db8::/32']",
            "[network-traffic:dst_ref.value ISSUBSET '2001:db8::/32']",
        ),
        (
            r"[windows-registry-key:key LIKE 'hklm\\%']",
            r"[windows-registry-key:key LIKE 'HKEY_LOCAL_MACHINE\\%']",
        ),
        (
            "[windows-registry-key:key MATCHES '(?i)^hklm|HKU']",
            "[windows-registry-key:key MATCHES '(?i)^(?:hklm|HKEY_LOCAL_MACHINE)|(?:HKU|HKEY_USERS)']",
        ),
        ("[windows-registry-key:key MATCHES '[HKLM]']", "[windows-registry-key:key MATCHES '[HKLM]']"),
        ("[url:value = '10.0.0.0/24']", "[url:value = '10.0.0.0/24']"),
        ("[domain-name:value = 'evil.example/24']", "[domain-name:value = 'evil.example/24']"),
    ],
)
def test_literals_follow_the_evidence(text, expected):
    assert normalised(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "[file:hashes.MD5 = 'A'] AND [file:hashes.MD5 = 'A']",
        "[file:hashes.MD5 = 'A'] OR [file:hashes.MD5 = 'A']",
        "[file:hashes.MD5 = 'A'] FOLLOWEDBY [file:hashes.MD5 = 'A']",
        "[file:hashes.MD5 = 'A'] WITHIN 5 SECONDS",
        "[file:hashes.MD5 = 'A'] REPEATS 5 TIMES",
        "[file:hashes.MD5 = 'A'] START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'",
        "[file:name = 'A' AND (file:hashes.MD5 = 'A' OR file:hashes.MD5 = 'b')]",
    ],
)
def test_literals_are_reached_wherever_they_stand(text):
    assert normalised(text) == text.replace("MD5 = 'A'", "MD5 = 'a'")


@pytest.mark.parametrize(
    "regex", [r"\\QABC", "A" * 1000 + "|\\\\pL{400}", "(?-i)A", "[A-Z]+", "A|B", "(?s)A.", "\\\\D"]
)
def test_a_regular_expression_without_regard_to_case_still_runs(regex):
    expression = normalise_expression(parse_pattern(f"[file:hashes.MD5 MATCHES '{regex}']").expression)
    Evaluator(expression)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (
            {"type": "file", "hashes": {"MD5": "AB", "x": 1}},
            {"type": "file", "hashes": {"MD5": "ab", "x": 1}},
        ),
        ({"type": "file", "hashes": "AB"}, {"type": "file", "hashes": "AB"}),
        ({"type": "domain-name", "value": "Evil."}, {"type": "domain-name", "value": "evil"}),
        ({"type": "ipv6-addr", "value": "2001:DB8::1"}, {"type": "ipv6-addr", "value": "2001:db8::1"}),
        ({"type": "domain-name", "value": 5}, {"type": "domain-name", "value": 5}),
        ({"type": 5, "value": "A"}, {"type": 5, "value": "A"}),
        ({"type": "url", "value": "A"}, {"type": "url", "value": "A"}),
    ],
)
def test_objects_follow_the_evidence_too(given_, expected):
    before = repr(given_)
    assert normalise_object(given_) == expected
    assert repr(given_) == before


def test_free_text_of_objects_is_composed_wherever_it_stands():
    held = {
        "type": "x",
        "name": "e\u0301",
        "list": ["e\u0301", 1, {"a": "e\u0301"}],
        "plain": ["a"],
        "none": None,
    }
    found = normalise_object(held)
    assert found == {
        "type": "x",
        "name": "\xe9",
        "list": ["\xe9", 1, {"a": "\xe9"}],
        "plain": ["a"],
        "none": None,
    }
    assert found["plain"] is held["plain"]
