"""The id of a transaction, from what it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

__all__ = ["compact_size", "double_sha256", "shown_hash", "transaction_id"]


def double_sha256(data: bytes) -> bytes:
    """SHA-256 of SHA-256, as Bitcoin hashes transactions and blocks."""
    return sha256(sha256(data).digest()).digest()


def shown_hash(digest: bytes) -> str:
    """A hash as explorers show it: hexadecimal, last byte first."""
    return digest[::-1].hex()


def compact_size(number: int) -> bytes:
    """A count as Bitcoin writes it: 1, 3, 5 or 9 bytes."""
    if number < 0xFD:
        return number.to_bytes(1, "little")
    for mark, size in ((b"\xfd", 2), (b"\xfe", 4), (b"\xff", 8)):
        if number < 1 << 8 * size:
            return mark + number.to_bytes(size, "little")
    raise OverflowError(number)


def transaction_id(
    version: int,
    inputs: Iterable[tuple[str, int, bytes, int]],
    outputs: Iterable[tuple[int, bytes]],
    locktime: int,
) -> str:
    """The id of the transaction of these parts; its witnesses are no part of it (BIP 141).

    An input is the id of what it spends, the output's number, its script and its sequence; an output is its amount in
    satoshi and its script.

    Raises:
        OverflowError: a number is too large for its field.
        ValueError: an id is not hexadecimal.
    """
    spent: Sequence[bytes] = [
        bytes.fromhex(txid)[::-1]
        + n.to_bytes(4, "little")
        + compact_size(len(script))
        + script
        + sequence.to_bytes(4, "little")
        for txid, n, script, sequence in inputs
    ]
    paid: Sequence[bytes] = [
        amount.to_bytes(8, "little") + compact_size(len(script)) + script for amount, script in outputs
    ]
    head = (version & 0xFFFFFFFF).to_bytes(4, "little")
    body = compact_size(len(spent)) + b"".join(spent) + compact_size(len(paid)) + b"".join(paid)
    return shown_hash(double_sha256(head + body + locktime.to_bytes(4, "little")))
