"""The address that an output's script pays to, for those kinds that have one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tocsin.errors import BadInput
from tocsin.ransom.address.base58 import first_foreign, payload_of, with_check
from tocsin.ransom.address.bech32 import segwit, segwit_text
from tocsin.ransom.ledger.script import Kind, paid_by, script_paying

__all__ = ["MAINNET", "REGTEST", "TESTNET", "Network", "address_of", "script_for"]


@dataclass(frozen=True, slots=True)
class Network:
    """The first bytes and the prefix of a network's addresses."""

    key_hash: int
    script_hash: int
    prefix: str


MAINNET: Final = Network(0x00, 0x05, "bc")
TESTNET: Final = Network(0x6F, 0xC4, "tb")
REGTEST: Final = Network(0x6F, 0xC4, "bcrt")
_HASH_SIZE: Final = 21
"""A byte for the kind, and 20 of the hash."""


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


def script_for(address: str) -> bytes | None:
    """The script that pays an address of Bitcoin's main chain; None where the text is none."""
    if address[:3].lower() == f"{MAINNET.prefix}1":
        try:
            prefix, version, program = segwit(address)
        except BadInput:
            return None
        return script_paying(Kind.WITNESS, program, version) if prefix == MAINNET.prefix else None
    if address[:1] not in {"1", "3"} or first_foreign(address) is not None:
        return None
    body = payload_of(address)
    if body is None or len(body) != _HASH_SIZE:
        return None
    kinds = {MAINNET.key_hash: Kind.KEY_HASH, MAINNET.script_hash: Kind.SCRIPT_HASH}
    return script_paying(kinds[body[0]], body[1:]) if body[0] in kinds else None
