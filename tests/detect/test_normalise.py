from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, strategies as st

from tocsin.detect import normalise
from tocsin.detect.normalise import (
    address_of,
    canonical_address,
    composed,
    ignores_case,
    normalise_expression,
    normalise_object,
    normaliser_of,
)
from tocsin.detect.pattern.evaluate import Evaluator
from tocsin.detect.pattern.parse import parse_path, parse_pattern
from tocsin.detect.pattern.sequence import brackets_of
from tocsin.detect.pattern.unparse import expression_text
from tocsin.errors import BadInput, PatternError
from tocsin.model.observation import Observation


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
        ("network-traffic:dst_ref.value", "FS01", "fs01"),
        ("email-message:from_ref.value", "Who@MAIL1", "who@mail1"),
        ("windows-registry-key:key", "hklm\\Software\\", "HKEY_LOCAL_MACHINE\\Software"),
        ("windows-registry-key:key", "HKLMX\\Software", "HKLMX\\Software"),
        ("windows-registry-key:key", "HKU", "HKEY_USERS"),
        ("windows-registry-key:key", "HKLM:\\Software", "HKEY_LOCAL_MACHINE\\Software"),
        ("windows-registry-key:key", "\\Registry\\User\\S-1-5-18\\x", "HKEY_USERS\\S-1-5-18\\x"),
        ("url:value", "HTTP://EVIL.example/Path?Q", "http://evil.example/Path?Q"),
        ("url:value", "Https://Who:Pw@EVIL.example:8080", "https://Who:Pw@evil.example:8080"),
        ("url:value", "/Path", "/Path"),
        ("url:value", "http://E\u0301vil/e\u0301", "http://\xe9vil/\xe9"),
        ("ipv4-addr:value", " 10.0.0.1:80", "10.0.0.1"),
    ],
)
def test_values_that_are_spelt_in_several_ways_come_into_one_form(path, text, expected):
    normaliser = normaliser_of(parse_path(path))
    assert normaliser is not None
    assert normaliser(text) == expected


@pytest.mark.parametrize(
    "path",
    [
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
        (
            "[url:value = 'HTTP://EVIL.example']",
            "[url:value IN ('http://evil.example', 'http://evil.example/')]",
        ),
        (
            "[url:value != 'https://evil.example:443/?q']",
            "[url:value NOT IN ('https://evil.example:443/?q', 'https://evil.example/?q', 'https://evil.example:443?q', 'https://evil.example?q')]",
        ),
        ("[url:value = 'http://evil.example:443/a']", "[url:value = 'http://evil.example:443/a']"),
        ("[url:value LIKE 'HTTP://Evil%/Path']", "[url:value LIKE 'HTTP://Evil%/Path']"),
        ("[url:value LIKE 'HTTP://Evil.example/Path%']", "[url:value LIKE 'http://evil.example/Path%']"),
        (
            r"[directory:path = 'C:\\Windows\\']",
            r"[directory:path IN ('C:\\Windows\\', 'C:\\Windows')]",
        ),
        ("[directory:path IN ('/tmp')]", "[directory:path IN ('/tmp', '/tmp/')]"),
        (
            r"[process:cwd NOT = 'C:\\Windows']",
            r"[process:cwd NOT IN ('C:\\Windows', 'C:\\Windows\\')]",
        ),
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


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("file:name", True),
        ("file:extensions.'ntfs-ext'.alternate_data_streams[*].name", True),
        ("directory:path", True),
        ("file:parent_directory_ref.path", True),
        ("process:name", True),
        ("process:command_line", True),
        ("process:arguments[*]", True),
        ("process:cwd", True),
        ("process:parent_ref.image_ref.name", True),
        ("process:extensions.'windows-service-ext'.service_name", True),
        ("windows-registry-key:key", True),
        ("windows-registry-key:values[*].name", True),
        ("windows-registry-key:values[0].data", True),
        ("user-account:account_login", True),
        ("user-account:user_id", True),
        ("process:creator_user_ref.display_name", True),
        ("file:size", False),
        ("file:hashes.MD5", False),
        ("mutex:name", False),
        ("url:value", False),
        ("network-traffic:dst_ref.value", False),
        ("x:name", False),
    ],
)
def test_names_that_windows_compares_without_regard_to_case_are_compared_so(path, expected):
    assert ignores_case(parse_path(path)) is expected


@pytest.mark.parametrize("op", ["= 'A'", "!= 'A'", "IN ('A')", "LIKE 'A'", "MATCHES 'A'", "NOT = 'A'"])
def test_comparisons_of_such_names_say_so_and_keep_what_they_look_for(op):
    text = f"[file:name {op}]"
    (bracket,) = brackets_of(normalise_expression(parse_pattern(text).expression))
    assert bracket.expression.any_case
    assert expression_text(bracket) == text
    (plain,) = brackets_of(parse_pattern(text).expression)
    assert not plain.expression.any_case


@pytest.mark.parametrize(
    ("pattern", "url", "expected"),
    [
        ("= 'HTTP://EVIL.example/p'", "hTTp://Evil.Example/p", True),
        ("= 'http://evil.example/p'", "http://evil.example/P", False),
        ("= 'http://evil.example'", "HTTP://EVIL.example:80/", True),
        ("= 'http://evil.example:80/'", "http://evil.example", True),
        ("= 'https://evil.example:80/'", "https://evil.example/", False),
        ("LIKE '%EVIL.example/p'", "http://evil.EXAMPLE/p", True),
        ("LIKE 'HTTP://%.Example/P'", "http://evil.EXAMPLE/P", True),
        ("MATCHES '^HTTPS?://EVIL'", "http://Evil.example/", True),
        ("LIKE 'http://evil.example/P%'", "HTTP://Evil.example/p", False),
    ],
)
def test_scheme_and_host_of_a_url_are_the_same_in_either_case_and_its_path_is_not(pattern, url, expected):
    (bracket,) = brackets_of(normalise_expression(parse_pattern(f"[url:value {pattern}]").expression))
    held = {"0": normalise_object({"type": "url", "value": url})}
    port = {"0": normalise_object({"type": "url", "value": url.replace(":80", "")})}
    assert (
        Evaluator(bracket).holds(Observation("", 0, 0, 1, held, ("0",)))
        or Evaluator(bracket).holds(Observation("", 0, 0, 1, port, ("0",)))
    ) is expected


def test_a_regular_expression_too_large_without_regard_to_case_is_refused_rather_than_run_with_it(
    monkeypatch,
):
    def too_large(_text, *, any_case):
        assert any_case
        raise BadInput("the regular expression cannot run: too large")

    monkeypatch.setattr(normalise, "check_regex", too_large)
    with pytest.raises(PatternError, match="without regard to case the regular expression cannot run"):
        normalised("[file:name MATCHES 'A']")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.1", "10.0.0.1"),
        (" [10.0.0.1]:80 ", "10.0.0.1"),
        ("10[.]0[.]0[.]1", "10.0.0.1"),
        ("10.0.0.1/32", "10.0.0.1"),
        ("[fe80::1%eth0]:443", "fe80::1"),
        ("::FFFF:10.0.0.1", "10.0.0.1"),
        ("3232235777", "192.168.1.1"),
        ("16777215", None),
        ("4294967296", None),
        ("10.0.0.0/24", None),
        ("10.0.0.1, 10.0.0.2", None),
        ("999.0.0.1", None),
        ("host1", None),
        ("[.]:80", None),
        ("", None),
        ("\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", None),
    ],
)
def test_an_address_field_holds_an_address_or_nothing(text, expected):
    assert address_of(text) == expected
