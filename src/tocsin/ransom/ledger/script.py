"""What an output's script pays to, for the standard forms (Bitcoin Core's script/solver.cpp; BIP 16, BIP 141)."""

from __future__ import annotations

from enum import Enum
from typing import Final

__all__ = ["Kind", "paid_by", "script_paying"]

_RETURN: Final = 0x6A
_CHECKSIG: Final = 0xAC


class Kind(Enum):
    """The forms that are told apart."""

    KEY = "key"
    KEY_HASH = "key-hash"
    SCRIPT_HASH = "script-hash"
    WITNESS = "witness"
    DATA = "data"
    OTHER = "other"


def paid_by(script: bytes) -> tuple[Kind, bytes, int]:
    """The kind of ``script``, the bytes that it pays to, and the witness version (0 where it has none)."""
    size = len(script)
    if size == 25 and script[:3] == b"\x76\xa9\x14" and script[23:] == b"\x88\xac":
        return Kind.KEY_HASH, script[3:23], 0
    if size == 23 and script[:2] == b"\xa9\x14" and script[22] == 0x87:
        return Kind.SCRIPT_HASH, script[2:22], 0
    if 4 <= size <= 42 and script[1] == size - 2 and (script[0] == 0 or 0x51 <= script[0] <= 0x60):
        version = script[0] and script[0] - 0x50
        if version or size in {22, 34}:
            return Kind.WITNESS, script[2:], version
    if size in {35, 67} and script[0] == size - 2 and script[-1] == _CHECKSIG:
        return Kind.KEY, script[1:-1], 0
    if size and script[0] == _RETURN:
        return Kind.DATA, script[1:], 0
    return Kind.OTHER, b"", 0


def script_paying(kind: Kind, payload: bytes, version: int = 0) -> bytes:
    """The script of which :func:`paid_by` says this; of key hashes, script hashes and witnesses only."""
    if kind is Kind.KEY_HASH:
        return b"\x76\xa9\x14" + payload + b"\x88\xac"
    if kind is Kind.SCRIPT_HASH:
        return b"\xa9\x14" + payload + b"\x87"
    return bytes([version and version + 0x50, len(payload)]) + payload
