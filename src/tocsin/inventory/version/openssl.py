"""OpenSSL versions (openssl.org, "Release strategy").

Three numbers, before 3.0 with letters for the fix; then ``-alpha1``, ``-beta1`` or ``-pre1``.
"""

from __future__ import annotations

import re

from tocsin.inventory.version.number import number

__all__ = ["openssl_key"]

_VERSION = re.compile(r"([0-9]++)\.([0-9]++)\.([0-9]++)([a-z]*+)(?:-(alpha|beta|pre)([0-9]++))?+")

_LETTERS_END = "\x00"
_RANKS = {"alpha": "\x01", "beta": "\x02", "pre": "\x03"}
_RELEASE = "\x04"


def openssl_key(version: str) -> bytes | None:
    """Return the key of an OpenSSL version, None for a text of another form (``1.0.2k-fips`` is somebody's build)."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    major, minor, fix, letters, stage, count = found.groups()
    tail = _RANKS[stage] + number(count) if stage else _RELEASE
    return f"{number(major)}{number(minor)}{number(fix)}{letters}{_LETTERS_END}{tail}".encode("latin-1")
