from __future__ import annotations

import hashlib

import pytest

from tocsin.ransom.address.ripemd160 import hash160, ripemd160


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "9c1185a5c5e9fc54612808977ee8f548b2258d31"),
        (b"a", "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe"),
        (b"abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
        (b"message digest", "5d0689ef49d2fae572b881b123a85ffa21595f36"),
    ],
)
def test_the_values_of_the_paper_come_out(data, digest):
    assert ripemd160(data).hex() == digest


@pytest.mark.parametrize("size", [1, 55, 56, 63, 64, 65, 119, 120, 300])
def test_it_is_what_openssl_has_where_it_has_it(size):
    if "ripemd160" not in hashlib.algorithms_available:
        pytest.skip("this OpenSSL does not offer it")
    data = bytes(place % 251 for place in range(size))
    assert ripemd160(data) == hashlib.new("ripemd160", data).digest()


def test_the_script_of_bip_49_comes_out():
    key = bytes.fromhex("38971f73930f6c141d977ac4fd4a727c854935b3")
    assert hash160(b"\x00\x14" + key).hex() == "336caa13e08b96080a32b5d818d59b4ab3b36742"
