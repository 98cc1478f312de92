from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, strategies as st

from tocsin.detect.pattern.subnet import Subnet, parse_subnet

V4 = st.builds(
    lambda number, bits: f"{ipaddress.IPv4Address(number)}/{bits}",
    st.integers(0, 2**32 - 1),
    st.integers(0, 32),
)
V6 = st.builds(
    lambda number, bits: f"{ipaddress.IPv6Address(number)}/{bits}",
    st.integers(0, 2**128 - 1),
    st.integers(0, 128),
)


def network(text: str):
    return ipaddress.ip_network(text, strict=False)


@given(st.one_of(V4, V6))
def test_a_network_is_its_first_and_last_address(text):
    meant = network(text)
    assert parse_subnet(text) == Subnet(meant.version, int(meant[0]), int(meant[-1]))


@given(st.one_of(V4, V6), st.one_of(V4, V6))
def test_a_network_holds_another_exactly_when_the_library_says_so(one, other):
    held = parse_subnet(one).holds(parse_subnet(other))
    assert held == (network(one).version == network(other).version and network(other).subnet_of(network(one)))


def test_an_address_is_a_network_of_one():
    assert parse_subnet("10.0.0.1") == parse_subnet("10.0.0.1/32")
    assert parse_subnet("2001:DB8::1") == parse_subnet("2001:db8:0:0::1/128")


@pytest.mark.parametrize(
    "text",
    ["", "a", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0",
     "10.0.0.0/0.255.255.255", "::1%eth0", "fe80::%1/64", "::/129", " 10.0.0.1", "1", "10.0.0.1:80", "[::1]", "10.0.0.0/\u0668", ":" * 100_000],
)  # fmt: skip
def test_what_names_no_network_is_none(text):
    assert parse_subnet(text) is None
