"""Hashes in one spelling."""

from __future__ import annotations

import pytest

from tocsin.inventory.bom.hashes import hash_of


@pytest.mark.parametrize(
    ("algorithm", "digits", "read"),
    [
        ("SHA-256", "AB" * 32, "sha256:" + "ab" * 32),
        ("SHA256", "ab" * 32, "sha256:" + "ab" * 32),
        ("MD5", "0" * 32, "md5:" + "0" * 32),
        ("SHA3-256", "0" * 64, "sha3256:" + "0" * 64),
        ("BLAKE2b-256", "0" * 64, "blake2b256:" + "0" * 64),
        ("SHA-256", "ab" * 31, None),
        ("SHA-256", "zz" * 32, None),
        ("FOO", "ab" * 32, None),
        ("", "", None),
    ],
    ids=["dashes", "none", "md5", "sha3", "blake2b", "short", "no hex", "unknown", "nothing"],
)
def test_a_hash_is_of_its_algorithms_length_and_hexadecimal(algorithm, digits, read) -> None:
    assert hash_of(algorithm, digits) == read
