"""One block as Bitcoin sends and keeps it: a header of 80 bytes, then transactions, with witnesses or without.

Every id is recomputed, and the block is taken only if they give its Merkle root. Inputs carry no amounts. Layout: the
developer reference of bitcoin.org, BIP 141 (witnesses), BIP 34 (the height in the coinbase).
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct, error as StructError  # noqa: N812  the standard library's own name is no class name
from typing import Final, NamedTuple

from tocsin.errors import BadInput, Place
from tocsin.limits import LEDGER_BLOCK_BYTES
from tocsin.ransom.ledger.script_address import MAINNET, Network, address_of
from tocsin.ransom.ledger.transaction import MOST_SATOSHI, Input, OutPoint, Output, Transaction
from tocsin.ransom.ledger.txid import double_sha256, shown_hash

__all__ = ["block_transactions", "merkle_root"]

_HEADER: Final = 80
_LEAST_INPUT: Final = 41
_LEAST_OUTPUT: Final = 9
_MOST_HEIGHT: Final = (1 << 31) - 1
_VERSION_OF_HEIGHT: Final = 2
_NOTHING: Final = bytes(32)
_NO_ID: Final = "00" * 32
_point = tuple.__new__  # what OutPoint(...) does, in a third of the time
_INT = Struct("<i").unpack_from
_UINT = Struct("<I").unpack_from
_SHORT = Struct("<H").unpack_from
_LONG = Struct("<Q").unpack_from
_PAID = Struct("<qB").unpack_from
_SPENT = Struct("<32sIB").unpack_from


def block_transactions(data: bytes, where: Place, network: Network = MAINNET) -> list[Transaction]:
    """The transactions of the block that is all of ``data``.

    Raises:
        BadInput: it is cut off, or something follows it, or its transactions do not give its Merkle root.
    """
    if len(data) > LEDGER_BLOCK_BYTES:
        raise BadInput(
            f"is no block: it has {len(data):,} bytes, and {LEDGER_BLOCK_BYTES:,} is the most", where=where
        )
    try:
        (version,) = _INT(data, 0)
        count, at = _count(data, _HEADER)
        raw = []
        for _ in range(count):
            one, at = _transaction(data, at, where)
            raw.append(one)
    except (StructError, IndexError, OverflowError) as error:
        raise BadInput(
            f"is no whole block: it ends after {len(data):,} bytes within one", where=where
        ) from error
    if at != len(data):
        raise BadInput(f"is no block: its transactions end at byte {at:,} of {len(data):,}", where=where)
    root = merkle_root([one.id for one in raw])
    if root != data[36:68]:
        raise BadInput(
            f"the Merkle root of its transactions is {shown_hash(root)}, its header says {shown_hash(data[36:68])}",
            where=where,
        )
    height = _height(version, data[4:36], raw)
    return [_made(one, height=height, place=place, network=network) for place, one in enumerate(raw)]


class _Raw(NamedTuple):
    """A transaction as it lies there; ``begin`` is the script of its first input."""

    id: bytes
    begin: bytes
    inputs: list[Input]
    outputs: list[Output]


def _count(data: bytes, at: int) -> tuple[int, int]:
    first = data[at]
    if first < 0xFD:
        return first, at + 1
    if first == 0xFD:
        return _SHORT(data, at + 1)[0], at + 3
    if first == 0xFE:
        return _UINT(data, at + 1)[0], at + 5
    return _LONG(data, at + 1)[0], at + 9


def _transaction(data: bytes, start: int, where: Place) -> tuple[_Raw, int]:
    at = start + 4
    has_witness = data[at] == 0 and data[at + 1] == 1
    at = body = at + 2 if has_witness else at
    count, at = _count(data, at)
    # A claim of billions would be believed byte by byte.
    if count * _LEAST_INPUT > len(data) - at:
        raise _too_many(count, at, where)
    inputs: list[Input] = []
    begin = b""
    for _ in range(count):
        # Nearly all sizes are one byte, and a call for each would take a third of the time.
        txid, n, size = _SPENT(data, at)
        size, at = (size, at + 37) if size < 0xFD else _count(data, at + 36)
        if not inputs:
            begin = data[at : at + size]
        inputs.append(Input(_point(OutPoint, (txid[::-1].hex(), n))))
        at += size + 4
    paid_count, at = _count(data, at)
    if paid_count * _LEAST_OUTPUT > len(data) - at:
        raise _too_many(paid_count, at, where)
    outputs: list[Output] = []
    for _ in range(paid_count):
        amount, size = _PAID(data, at)
        if not 0 <= amount <= MOST_SATOSHI:
            raise BadInput(
                f"an amount in it is negative or more than there is: {amount} at byte {at:,}", where=where
            )
        size, at = (size, at + 9) if size < 0xFD else _count(data, at + 8)
        outputs.append(Output(amount, data[at : at + size]))
        at += size
    end = at
    if has_witness:
        for _ in range(count):
            items = data[at]
            items, at = (items, at + 1) if items < 0xFD else _count(data, at)
            for _ in range(items):
                size = data[at]
                size, at = (size, at + 1) if size < 0xFD else _count(data, at)
                at += size
    _UINT(data, at)  # the lock time: where it is, all before it is
    end_of_it = at + 4
    plain = data[start : start + 4] + data[body:end] + data[at:end_of_it]
    return _Raw(double_sha256(plain), begin, inputs, outputs), end_of_it


def _too_many(count: int, at: int, where: Place) -> BadInput:
    return BadInput(f"is no whole block: it says that {count:,} parts follow byte {at:,}", where=where)


def merkle_root(ids: Sequence[bytes]) -> bytes:
    """The root of the tree over ``ids``; of a level with an odd number the last is taken twice.

    No root, the empty bytes, is given for no ids, and for a level of which two neighbours are the same: by repeating
    transactions another block could be made with the root of a right one (CVE-2012-2459).
    """
    level = list(ids)
    if not level:
        return b""
    while len(level) > 1:
        if any(level[at] == level[at + 1] for at in range(0, len(level) - 1, 2)):
            return b""
        if len(level) % 2:
            level.append(level[-1])
        level = [double_sha256(level[at] + level[at + 1]) for at in range(0, len(level), 2)]
    return level[0]


def _height(version: int, before: bytes, raw: Sequence[_Raw]) -> int | None:
    """The height that the coinbase begins with; blocks of version 1 do not say it, but the first has none before it."""
    if before == _NOTHING:
        return 0
    script = raw[0].begin
    if version < _VERSION_OF_HEIGHT or not script:
        return None
    size = script[0]
    if 0x51 <= size <= 0x60:
        return size - 0x50
    if not 1 <= size <= 4 or len(script) <= size:
        return None
    height = int.from_bytes(script[1 : 1 + size], "little")
    return height if height <= _MOST_HEIGHT else None


def _made(raw: _Raw, *, height: int | None, place: int, network: Network) -> Transaction:
    inputs, outputs = raw.inputs, raw.outputs
    if len(inputs) == 1 and inputs[0].spent.txid == _NO_ID:
        inputs = []
    # Bitcoin's own addresses follow from the script whenever one is asked for: for a whole chain that is rare.
    if network is not MAINNET:
        outputs = [Output(one.amount, one.script, address_of(one.script or b"", network)) for one in outputs]
    return Transaction(shown_hash(raw.id), tuple(inputs), tuple(outputs), height, place)
