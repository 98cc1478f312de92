from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, strategies as st

from tocsin.sources.public_address import is_plausible, is_public


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_a_public_address_is_public(address: str):
    assert is_public(address)
    assert is_plausible(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "",
        "localhost",
        "0x7f.1",
        "2130706433",
        "127.1",
    ],
)
def test_any_other_address_is_not(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "192.168.1.1", "::1", "fd12::1", "100.64.0.1"])
def test_a_configured_name_may_lead_to_a_private_address(address: str):
    assert is_plausible(address)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "fe80::1",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "fd00:ec2::254",
        "x",
    ],
)
def test_a_configured_name_leads_to_no_address_that_no_server_has(address: str):
    assert not is_plausible(address)


@given(st.ip_addresses())
def test_nothing_is_public_that_python_holds_for_private(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
):
    # An address in another is judged as itself, below; Python holds all of these networks for reserved.
    inside = address.version == 6 and any(
        address in ipaddress.ip_network(outer) for outer in ("64:ff9b::/96", "::ffff:0:0/96")
    )
    if is_public(str(address)) and not inside:
        assert not address.is_private
        odd = ("loopback", "link_local", "multicast", "reserved", "unspecified")
        assert not any(getattr(address, f"is_{kind}") for kind in odd)


@given(st.integers(0, 2**32 - 1))
def test_an_address_inside_another_is_judged_as_itself(number: int):
    inner = ipaddress.IPv4Address(number)
    for outer in (f"::ffff:{inner}", f"64:ff9b::{inner}"):
        assert is_public(outer) == is_public(str(inner))
    sixth = ipaddress.IPv6Address((0x2002 << 112) | (number << 80))
    assert not is_public(str(sixth))
