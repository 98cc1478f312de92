"""Hashes of a component, in one spelling."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["hash_of"]

_DIGITS: Final = {
    "md5": 32,
    "sha1": 40,
    "sha224": 56,
    "sha256": 64,
    "sha384": 96,
    "sha512": 128,
    "sha3224": 56,
    "sha3256": 64,
    "sha3384": 96,
    "sha3512": 128,
    "blake2b256": 64,
    "blake2b384": 96,
    "blake2b512": 128,
    "blake3": 64,
    "streebog256": 64,
    "streebog512": 128,
}
_USUAL: Final = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512"}
_HEX: Final = re.compile(r"[0-9a-f]+")


def hash_of(algorithm: str, digits: str) -> str | None:
    """``algorithm:hex`` in lower case without dashes (``SHA-256`` is ``sha256``), or None if it is no such hash."""
    name = _USUAL.get(algorithm) or algorithm.lower().replace("-", "").replace("_", "")
    if len(digits) != _DIGITS.get(name):
        return None
    low = digits.lower()
    return f"{name}:{low}" if _HEX.fullmatch(low) else None
