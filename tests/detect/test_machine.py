from __future__ import annotations

import re

import pytest

from tocsin.detect.machine import PRIVATE, Naming, machine_of
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.model.observation import Observation

CLIENT, SERVER, OUTSIDE, OTHER = "10.1.2.3", "10.1.2.9", "203.0.113.7", "198.51.100.7"


@pytest.mark.parametrize(
    ("ends", "named", "machine"),
    [
        ((CLIENT, OUTSIDE), ["evil.example"], CLIENT),
        ((CLIENT, OUTSIDE), [OUTSIDE], CLIENT),
        ((OUTSIDE, CLIENT), [OUTSIDE], CLIENT),
        ((CLIENT, SERVER), [SERVER], CLIENT),
        ((CLIENT, SERVER), [CLIENT], SERVER),
        ((OTHER, OUTSIDE), [OTHER], OUTSIDE),
        (("", CLIENT), ["evil.example"], CLIENT),
        ((CLIENT, ""), ["evil.example"], CLIENT),
    ],
)
def test_the_machine_is_the_originator_unless_it_is_what_is_warned_of(ends, named, machine):
    assert machine_of(ends, named) == machine


def test_who_asks_from_outside_is_not_the_machine_where_one_inside_answers():
    assert machine_of((OUTSIDE, SERVER), ["/shell.aspx"]) == SERVER
    assert machine_of((OUTSIDE, OTHER), ["/shell.aspx"]) == OUTSIDE


def test_where_both_are_named_the_one_inside_is_the_machine():
    assert machine_of((CLIENT, OUTSIDE), [CLIENT, OUTSIDE]) == CLIENT
    assert machine_of((OUTSIDE, CLIENT), [CLIENT, OUTSIDE]) == CLIENT


def test_what_is_warned_of_outside_is_never_the_machine():
    assert machine_of((OUTSIDE, ""), [OUTSIDE]) == ""
    assert machine_of((OUTSIDE, OTHER), [OUTSIDE, OTHER]) == ""


def test_a_row_without_an_address_names_no_machine():
    assert machine_of(("", ""), ["evil.example"]) == ""


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("10.0.0.1", True),
        ("100.64.0.1", True),
        ("100.127.255.255", True),
        ("100.128.0.1", False),
        ("101.0.0.1", False),
        ("169.254.3.4", True),
        ("172.15.0.1", False),
        ("172.16.0.1", True),
        ("172.31.255.255", True),
        ("172.32.0.1", False),
        ("192.168.0.1", True),
        ("192.0.2.30", False),
        ("fc00::1", True),
        ("fd12:3456::1", True),
        ("fe80::1", True),
        ("febf::1", True),
        ("fec0::1", False),
        ("fd::1", False),
        ("2001:db8::10", False),
    ],
)
def test_private_addresses_are_those_that_no_one_outside_can_have(address, private):
    assert (re.match(PRIVATE, address) is not None) == private


def named(pattern: str, *addresses: str) -> set[str]:
    objects = {str(number): {"type": "ipv4-addr", "value": value} for number, value in enumerate(addresses)}
    objects["t"] = {"type": "network-traffic", "src_ref": "0", "dst_ref": "1", "dst_port": 443}
    observation = Observation("1", 0, 0, 1, objects, tuple(objects))
    return Naming(parse_pattern(pattern, "2.1").expression).values(observation)


def test_a_pattern_names_each_value_that_a_comparison_of_it_holds_of():
    assert named(f"[ipv4-addr:value IN ('{OTHER}', '{OUTSIDE}')]", OTHER, OUTSIDE) == {OTHER, OUTSIDE}
    assert named(f"[ipv4-addr:value = '{OTHER}'] AND [ipv4-addr:value = '{OUTSIDE}']", OTHER, CLIENT) == {
        OTHER
    }
    assert named("[ipv4-addr:value ISSUBSET '10.0.0.0/8']", OTHER, CLIENT) == {CLIENT}
    flow = f"[network-traffic:dst_ref.value = '{OUTSIDE}' AND network-traffic:dst_port = 443]"
    assert named(flow, OUTSIDE, OUTSIDE) == {OUTSIDE, "443"}
    assert named(flow, OUTSIDE, OTHER) == {"443"}


def test_what_a_pattern_excludes_it_does_not_name():
    assert named(f"[ipv4-addr:value != '{OTHER}']", CLIENT, OUTSIDE) == set()
    assert named(f"[ipv4-addr:value NOT = '{OTHER}' AND EXISTS ipv4-addr:value]", CLIENT, OUTSIDE) == set()
    assert named(f"[ipv4-addr:value NOT != '{OTHER}']", OTHER, OUTSIDE) == {OTHER}
