"""A ``blk*.dat`` of Bitcoin Core: magic, length and block, one after another, with zeros at its end.

From version 28 on each byte is combined with a key of 8 bytes, which lies in ``xor.dat`` beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tocsin.errors import BadInput, Place
from tocsin.ransom.ledger.block import block_transactions
from tocsin.ransom.ledger.script_address import MAINNET, REGTEST, TESTNET, Network
from tocsin.ransom.ledger.transaction import Transaction

__all__ = ["KEY_BYTES", "begins_as_block_file", "file_transactions", "unlocked"]

KEY_BYTES: Final = 8

_NETWORKS: Final[dict[bytes, Network]] = {
    bytes.fromhex("f9beb4d9"): MAINNET,
    bytes.fromhex("0b110907"): TESTNET,
    bytes.fromhex("1c163f28"): TESTNET,
    bytes.fromhex("0a03cf40"): TESTNET,
    bytes.fromhex("fabfb5da"): REGTEST,
}
"""By the magic of Bitcoin Core's kernel/chainparams.cpp; testnet 4 and signet write addresses as testnet 3 does."""


def begins_as_block_file(data: bytes) -> bool:
    """Whether ``data`` begins with the magic of a network."""
    return data[:4] in _NETWORKS


def unlocked(data: bytes, key: bytes, name: str) -> bytes:
    """The plain bytes of a file that was kept with ``key``.

    Raises:
        BadInput: the key has not 8 bytes, or is not the one of this file.
    """
    if len(key) != KEY_BYTES:
        raise BadInput(
            f"the key of {name} has {len(key)} bytes instead of {KEY_BYTES}", where=Place(file=name)
        )
    size = len(data)
    long = (key * (size // KEY_BYTES + 1))[:size]
    plain = (int.from_bytes(data, "little") ^ int.from_bytes(long, "little")).to_bytes(size, "little")
    if size and not begins_as_block_file(plain):
        raise BadInput(
            "no block begins here after the key is applied",
            where=Place(file=name),
            hint="Give the xor.dat of the same folder as the file.",
        )
    return plain


def file_transactions(data: bytes, name: str, kept: bytes | None = None) -> Iterator[Transaction | BadInput]:
    """The transactions of all blocks of a plain file, and each block that cannot be read as what is wrong with it.

    ``kept`` are the bytes as they lay in the file, where a key was applied: Core makes a file longer before it writes,
    and those zeros were never combined with the key.
    """
    at = 0
    number = 0
    written = len((data if kept is None else kept).rstrip(b"\0"))
    while at < written:
        where = Place(file=name, path=f"block {number} at byte {at}")
        network = _NETWORKS.get(data[at : at + 4])
        if network is None:
            yield BadInput(f"no block begins here: {data[at : at + 4].hex()}", where=where)
            return
        begin = at + 8
        end = begin + int.from_bytes(data[at + 4 : begin], "little")
        if end > len(data):
            yield BadInput(
                f"the block is cut off: {len(data) - begin:,} of {end - begin:,} bytes", where=where
            )
            return
        try:
            yield from block_transactions(data[begin:end], where, network)
        except BadInput as error:
            yield error
        at = end
        number += 1
