"""The address that an output's script pays to, for those kinds that have one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tocsin.ransom.base58 import with_check
from tocsin.ransom.bech32 import segwit_text
from tocsin.ransom.ledger.script import Kind, paid_by

__all__ = ["MAINNET", "REGTEST", "TESTNET", "Network", "address_of"]


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
        return with_check(bytes([network.key_hash]) + payload)
    if kind is Kind.SCRIPT_HASH:
        return with_check(bytes([network.script_hash]) + payload)
    if kind is Kind.WITNESS:
        return segwit_text(network.prefix, version, payload)
    return ""
