"""Numbers and bytes in texts that are signed or hashed: each value has one spelling, and no other is read."""

from __future__ import annotations

import binascii
import re

from tocsin.limits import LOG_LEAVES

__all__ = ["read_base64", "read_decimal", "write_base64"]

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)


def read_decimal(text: str) -> int | None:
    """Return the number that ``text`` writes: ASCII digits, no leading zero, at most LOG_LEAVES. Else None."""
    if _DECIMAL.fullmatch(text) is None or int(text) > LOG_LEAVES:
        return None
    return int(text)


def read_base64(text: str) -> bytes | None:
    """Return the bytes that ``text`` writes in base64 (RFC 4648 section 4), padded. None for any other spelling."""
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return None
    # Python does not look at the bits that the last character leaves unused; they must be zero (section 3.5).
    return data if write_base64(data) == text else None


def write_base64(data: bytes) -> str:
    """Return ``data`` in base64 (RFC 4648 section 4), padded."""
    return binascii.b2a_base64(data, newline=False).decode()
