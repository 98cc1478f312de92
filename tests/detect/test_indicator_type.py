from __future__ import annotations

import pytest
from stix2patterns.validator import run_validator

from tocsin.detect.indicator_type import NO_INDICATORS, classify_as

MD5, SHA1 = "d4" * 16, "a1" * 20


@pytest.mark.parametrize(
    ("type", "value", "patterns"),
    [
        ("hostname", "setup[.]exe", ["[domain-name:value = 'setup.exe']"]),
        ("domain", "203.0.113.7", ["[ipv4-addr:value = '203.0.113.7']"]),
        ("filename", "it's.exe", ["[file:name = 'it\\'s.exe']"]),
        ("filename|md5", f"a|b.exe|{MD5}", [f"[file:hashes.MD5 = '{MD5}']"]),
        ("imphash", MD5.upper(), [f"[file:hashes.IMPHASH = '{MD5}']"]),
        ("imphash", "short", []),
        ("x509-fingerprint-sha1", SHA1, [f"[x509-certificate:hashes.'SHA-1' = '{SHA1}']"]),
        ("mutex", "Global\\x", ["[mutex:name = 'Global\\\\x']"]),
        ("regkey", "HKLM\\Software\\x\\", ["[windows-registry-key:key = 'HKLM\\\\Software\\\\x']"]),
        ("ip-src|port", "2001:db8::1|443",
         ["[network-traffic:dst_ref.value = '2001:db8::1' AND network-traffic:dst_port = 443]"]),
        ("domain|ip", "evil.example|203.0.113.7",
         ["[domain-name:value = 'evil.example']", "[ipv4-addr:value = '203.0.113.7']"]),
        ("filehash-sha1", SHA1, [f"[file:hashes.'SHA-1' = '{SHA1}']"]),
        ("", "evil.example", ["[domain-name:value = 'evil.example']"]),
        ("filename", "", []),
        ("filename", "x" * 1_000_000, []),
        ("yara", "rule x", []),
    ],
)  # fmt: skip
def test_a_value_is_what_its_type_says(type, value, patterns):
    found = [observable.pattern for observable in classify_as(type, value)]

    assert found == patterns
    for pattern in found:
        assert run_validator(pattern, stix_version="2.1") == []


def test_links_and_comments_are_no_indicators():
    assert {"link", "comment", "text"} <= NO_INDICATORS
