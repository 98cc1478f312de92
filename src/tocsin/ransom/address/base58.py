"""Base58 with its checksum, as Bitcoin has it, and as Ripple and Monero changed it."""

from __future__ import annotations

from typing import Final

from tocsin.ransom.address.keccak import keccak_256
from tocsin.ransom.ledger.txid import double_sha256

__all__ = ["BITCOIN", "RIPPLE", "decode_monero", "decoded", "first_foreign", "payload_of", "with_check"]

BITCOIN: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE: Final = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_CHECK_BYTES: Final = 4
_BLOCK_CHARACTERS: Final = 11
_BLOCK_BYTES: Final = 8
# How many bytes a last block of so many characters holds (Monero's base58.cpp).
_SHORT_BLOCKS: Final = {0: 0, 2: 1, 3: 2, 5: 3, 6: 4, 7: 5, 9: 6, 10: 7}


def first_foreign(text: str, alphabet: str = BITCOIN) -> int | None:
    """The place (from 0) of the first character that is not of the alphabet."""
    return next((place for place, one in enumerate(text) if one not in alphabet), None)


def decoded(text: str, alphabet: str = BITCOIN) -> bytes:
    """The bytes that a text of the alphabet stands for; each leading zero digit is a zero byte."""
    number = 0
    for one in text:
        number = number * 58 + alphabet.index(one)
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def with_check(body: bytes) -> str:
    """The base58check text of version and payload."""
    data = body + _check_of(body)
    number = int.from_bytes(data, "big")
    shown = ""
    while number:
        number, digit = divmod(number, 58)
        shown = BITCOIN[digit] + shown
    return BITCOIN[0] * (len(data) - len(data.lstrip(b"\0"))) + shown


def _check_of(body: bytes) -> bytes:
    return double_sha256(body)[:_CHECK_BYTES]


def payload_of(text: str, alphabet: str = BITCOIN) -> bytes | None:
    """Version and payload of a base58check text; None where its checksum does not hold."""
    data = decoded(text, alphabet)
    body, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
    return body if body and _check_of(body) == check else None


def decode_monero(text: str) -> bytes | None:
    """Prefix and keys of a Monero address; None where its checksum (Keccak) does not hold."""
    data = b""
    for start in range(0, len(text), _BLOCK_CHARACTERS):
        block = text[start : start + _BLOCK_CHARACTERS]
        size = _BLOCK_BYTES if len(block) == _BLOCK_CHARACTERS else _SHORT_BLOCKS.get(len(block))
        if size is None:
            return None
        number = 0
        for one in block:
            number = number * 58 + BITCOIN.index(one)
        if number >> (8 * size):
            return None
        data += number.to_bytes(size, "big")
    body, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
    return body if keccak_256(body)[:_CHECK_BYTES] == check else None
