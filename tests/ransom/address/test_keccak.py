from __future__ import annotations

from hashlib import sha3_256

import pytest

from tocsin.ransom.address.keccak import _sponge, keccak_256


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
    ],
)
def test_what_is_published_of_it_comes_out(data, digest):
    assert keccak_256(data).hex() == digest


@pytest.mark.parametrize("size", [0, 1, 134, 135, 136, 137, 271, 272, 1000])
def test_with_the_padding_of_sha3_it_is_sha3(size):
    data = bytes(place % 251 for place in range(size))
    assert _sponge(data, 0x06) == sha3_256(data).digest()
