"""What is known to be harmless is not published as an indicator; what a person may know better is only said."""

from __future__ import annotations

import ipaddress
from importlib import resources

import pytest
from hypothesis import given, strategies as st

from tocsin.sharing.known_good import KnownGood
from tocsin.sharing.known_good_compiler import KnownGoodList, compile_lists
from tocsin.sharing.publication import stops

SHIPPED = KnownGood((resources.files("tocsin") / "data/known-good/known-good.bin").read_bytes())
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def severities(path: str, value: str) -> set[str]:
    return {stop.severity for stop in stops([(path, value)], SHIPPED)}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("ipv4-addr:value", "8.8.8.8"),
        ("ipv4-addr:value", "1.1.1.1"),
        ("ipv4-addr:value", "8.8.8.8/32"),
        ("ipv4-addr:value", "10.0.0.0/8"),
        ("ipv4-addr:value", "10.1.2.3"),
        ("ipv4-addr:value", "192.168.0.0/24"),
        ("ipv4-addr:value", "10.0.0.0/7"),
        ("ipv4-addr:value", "0.0.0.0/0"),
        ("ipv4-addr:value", "127.0.0.1"),
        ("ipv6-addr:value", "2001:4860:4860::8888"),
        ("ipv6-addr:value", "::ffff:8.8.8.8"),
        ("network-traffic:dst_ref.value", "8.8.8.8"),
        ("network-traffic:dst_ref.value", "google.com"),
        ("domain-name:value", "google.com"),
        ("domain-name:value", "WWW.Google.com."),
        ("domain-name:value", "co.uk"),
        ("url:value", "http://10.0.0.1/a.exe"),
        ("url:value", "https://www.google.com/"),
        ("url:value", "http://8.8.8.8"),
        ("file:hashes.'SHA-256'", EMPTY),
        ("file:hashes.MD5", "D41D8CD98F00B204E9800998ECF8427E"),
    ],
)
def test_what_is_never_an_indicator_is_stopped(path, value):
    assert "block" in severities(path, value)
    assert stops([(path, value)], SHIPPED)[0].severity == "block"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("ipv4-addr:value", "8.0.0.0/8"),
        ("domain-name:value", "evil.duckdns.org"),
        ("domain-name:value", "evil-page.wordpress.com"),
        ("url:value", "https://drive.google.com/file/d/evil"),
        ("url:value", "https://github.com/evil/payload"),
        ("email-addr:value", "attacker@gmail.com"),
    ],
)
def test_what_may_be_an_attackers_is_told_and_not_stopped(path, value):
    assert severities(path, value) == {"inform"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("domain-name:value", "evil-login-portal.example-attacker.test-none.xyz"),
        ("file:name", "google.com"),
        ("process:command_line", "ping 8.8.8.8"),
        ("file:hashes.MD5", "0123456789abcdef0123456789abcdef"),
    ],
)
def test_what_is_on_no_list_is_let_through(path, value):
    assert stops([(path, value)], SHIPPED) == ()


def test_a_stop_says_the_value_the_list_and_why():
    (first, *_) = stops([("ipv4-addr:value", "10.9.8.7")], SHIPPED)
    assert (first.value, first.path, first.entry) == ("10.9.8.7", "ipv4-addr:value", "10.0.0.0/8")
    assert first.list_name
    assert first.why == "is reserved by a standard, and no host on the Internet"
    wide = next(s for s in stops([("ipv4-addr:value", "0.0.0.0/0")], SHIPPED) if s.entry == "10.0.0.0/8")
    assert wide.why.startswith("holds 10.0.0.0/8, which is reserved")


def test_a_value_is_stopped_once_a_list_and_what_blocks_comes_first():
    found = stops([("domain-name:value", "evil.duckdns.org"), *[("ipv4-addr:value", "8.8.8.8")] * 2], SHIPPED)
    assert len({(stop.value, stop.list_name) for stop in found}) == len(found)
    kinds = [stop.severity for stop in found]
    assert kinds == sorted(kinds)
    assert {"block", "inform"} == set(kinds)


networks = st.builds(
    lambda address, prefix: ipaddress.ip_network((address & 0xFF0F_00FF, prefix), strict=False),
    st.integers(0, (1 << 32) - 1),
    st.integers(0, 32),
)


@given(st.lists(networks, max_size=8), networks)
def test_what_lies_in_a_network_is_found_as_by_asking_each_entry(entries, wanted):
    lists = [KnownGoodList(f"list {at}", "", "vendor", 1, "cidr", (str(e),)) for at, e in enumerate(entries)]
    found = KnownGood(compile_lists(lists)).inside(str(wanted))
    assert {(note.list_name, note.entry) for note in found} == {
        (f"list {at}", str(entry))
        for at, entry in enumerate(entries)
        if entry.subnet_of(wanted) and entry.prefixlen > wanted.prefixlen
    }


def test_nothing_lies_in_what_is_no_network():
    assert KnownGood(compile_lists([])).inside("10.0.0.0/8") == ()
    assert SHIPPED.inside("example.org") == ()
