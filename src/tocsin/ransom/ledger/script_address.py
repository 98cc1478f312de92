"""The address that an output's script pays to, for those kinds that have one.

Base58check as in Bitcoin Core's base58.cpp; bech32 is BIP 173 (witness version 0), bech32m BIP 350 (1 to 16).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tocsin.ransom.ledger.script import Kind, paid_by
from tocsin.ransom.ledger.txid import double_sha256

__all__ = ["MAINNET", "REGTEST", "TESTNET", "Network", "address_of"]

_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32M: Final = 0x2BC830A3


@dataclass(frozen=True, slots=True)
class Network:
    """The first bytes and the prefix of a network's addresses."""

    key_hash: int
    script_hash: int
    prefix: str


MAINNET: Final = Network(0x00, 0x05, "bc")
TESTNET: Final = Network(0x6F, 0xC4, "tb")
REGTEST: Final = Network(0x6F, 0xC4, "bcrt")


@lru_cache(1 << 16)
def address_of(script: bytes, network: Network = MAINNET) -> str:
    """The address of ``script``; "" where its kind has none (a bare key, several keys, data)."""
    kind, payload, version = paid_by(script)
    if kind is Kind.KEY_HASH:
        return _base58check(bytes([network.key_hash]) + payload)
    if kind is Kind.SCRIPT_HASH:
        return _base58check(bytes([network.script_hash]) + payload)
    if kind is Kind.WITNESS:
        return _segwit(network.prefix, version, payload)
    return ""


def _base58check(data: bytes) -> str:
    data += double_sha256(data)[:4]
    number = int.from_bytes(data, "big")
    shown = ""
    while number:
        number, digit = divmod(number, 58)
        shown = _BASE58[digit] + shown
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + shown


def _segwit(prefix: str, version: int, payload: bytes) -> str:
    words = [version, *_fives(payload)]
    head = [ord(mark) >> 5 for mark in prefix] + [0] + [ord(mark) & 31 for mark in prefix]
    rest = _polymod([*head, *words, 0, 0, 0, 0, 0, 0]) ^ (_BECH32M if version else 1)
    words += [rest >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1{''.join(_BECH32[word] for word in words)}"


def _fives(payload: bytes) -> list[int]:
    bits = len(payload) * 8
    pad = -bits % 5
    number = int.from_bytes(payload, "big") << pad
    return [number >> at & 31 for at in range(bits + pad - 5, -1, -5)]


def _polymod(words: list[int]) -> int:
    check = 1
    for word in words:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ word
        for place, generator in enumerate(_GENERATORS):
            if top >> place & 1:
                check ^= generator
    return check
