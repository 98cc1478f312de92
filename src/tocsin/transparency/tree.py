"""The Merkle tree of a log: its root, and proofs that a leaf is in it and that it only grew.

Hashes are those of RFC 6962 section 2.1 (SHA-256, a leaf's prefix 0, a node's prefix 1); proofs are made as
sections 2.1.1 and 2.1.2 define them and checked as RFC 9162 sections 2.1.3.2 and 2.1.4.2 say.

Only *complete* subtrees are kept, those of 2**level leaves: the node (level, index) stands over the leaves
from index * 2**level on. Once written a node never changes, and every root and proof of every size is made
from a number of them that grows with the logarithm of the size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import count, repeat
from typing import Final

from tocsin.errors import BadInput
from tocsin.limits import LOG_LEAVES

__all__ = [
    "EMPTY_ROOT",
    "HASH_BYTES",
    "Node",
    "NodeReader",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "new_nodes",
    "node_hash",
    "root",
    "root_from_inclusion",
    "root_of_leaves",
    "verify_consistency",
    "verify_inclusion",
]

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves."""

NodeReader = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree (level, index); it is asked for none that is not complete."""

Node = tuple[int, int, bytes]
"""Level, index and hash of a complete subtree."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of the leaf that holds ``entry``."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two others."""
    return sha256(b"\x01" + left + right).digest()


def new_nodes(size: int, leaf_hashes: Sequence[bytes], node: NodeReader) -> list[Node]:
    """Return the nodes that appending ``leaf_hashes`` to a tree of ``size`` leaves completes, lowest level first.

    The leaves themselves are among them, as level 0. ``node`` is asked for at most one node a level.

    Raises:
        BadInput: a leaf hash is not 32 bytes long, or the log would grow beyond its largest size.
    """
    if not _hashes(leaf_hashes):
        raise BadInput("a leaf hash is 32 bytes long")
    if size < 0 or size + len(leaf_hashes) > LOG_LEAVES:
        raise BadInput(f"a log holds 0 to {LOG_LEAVES} leaves")
    made: list[Node] = []
    row = list(leaf_hashes)
    level, first = 0, size
    while row:
        made.extend(zip(repeat(level), count(first), row, strict=False))
        if first & 1:
            row.insert(0, node(level, first - 1))
        pairs = iter(row)
        # A last one without its right neighbour is in no complete node, so it falls away.
        row = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]
        level, first = level + 1, first >> 1
    return made


def root(size: int, node: NodeReader) -> bytes:
    """Return the root of the tree's first ``size`` leaves."""
    return _root(0, size, node) if size else EMPTY_ROOT


def root_of_leaves(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over all the leaves of a tree, in their order; it holds one hash for each level only."""
    peaks: list[bytes] = []
    for index, leaf in enumerate(leaf_hashes):
        top, place = leaf, index
        while place & 1:
            top = sha256(b"\x01" + peaks.pop() + top).digest()
            place >>= 1
        peaks.append(top)
    return _fold(peaks) if peaks else EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: NodeReader) -> list[bytes]:
    """Return the proof that leaf ``index`` is in the tree of ``size`` leaves (RFC 6962 section 2.1.1).

    It goes from the leaf's sibling up to the root's child.

    Raises:
        BadInput: the tree of this size has no such leaf.
    """
    if not 0 <= index < size:
        raise BadInput(f"a log of {size} leaves has no leaf {index}")
    start, end = 0, size
    path: list[bytes] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_root(middle, end, node))
            end = middle
        else:
            path.append(_root(start, middle, node))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, node: NodeReader) -> list[bytes]:
    """Return the proof that the tree of ``new`` leaves begins with that of ``old`` (RFC 6962 section 2.1.2).

    It is empty where there is nothing to prove: from no leaves, and between equal sizes.

    Raises:
        BadInput: ``old`` is negative or larger than ``new``.
    """
    if not 0 <= old <= new:
        raise BadInput(f"a log of {new} leaves does not begin with {old}")
    if old in {0, new}:
        return []
    start, end = 0, new
    path: list[bytes] = []
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_root(middle, end, node))
            end = middle
        else:
            path.append(_root(start, middle, node))
            start = middle
    if start:
        path.append(_root(start, end, node))
    return path[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that ``proof`` leads to from the hash ``leaf`` (RFC 9162 section 2.1.3.2).

    None where no proof for this index and size has that many hashes, or a hash is not 32 bytes long.
    """
    if not 0 <= index < size <= LOG_LEAVES or not _hashes((leaf, *proof)):
        return None
    place, last, top = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            top = node_hash(sibling, top)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            top = node_hash(top, sibling)
        place, last = place >> 1, last >> 1
    return top if last == 0 else None


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether ``proof`` shows the leaf hash ``leaf`` at ``index`` of the tree with ``size`` leaves and that root."""
    return root_from_inclusion(leaf, index, size, proof) == expected


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether ``proof`` shows that the tree of ``new`` leaves begins with that of ``old`` (RFC 9162 section 2.1.4.2).

    Where there is nothing to prove, the proof is empty, and the roots are equal or the old one is EMPTY_ROOT.
    """
    if not 0 <= old <= new <= LOG_LEAVES or not _hashes((old_root, new_root, *proof)):
        return False
    if old == new:
        return not proof and old_root == new_root and (old > 0 or old_root == EMPTY_ROOT)
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_top = new_top = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_top = node_hash(sibling, old_top)
            new_top = node_hash(sibling, new_top)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new_top = node_hash(new_top, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old_top == old_root and new_top == new_root


def _hashes(values: Iterable[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)


def _split(leaves: int) -> int:
    """The largest power of two below ``leaves``, where the left subtree ends."""
    return 1 << (leaves - 1).bit_length() - 1


def _peaks(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The complete subtrees, largest first, over the leaves from ``start``, a multiple of the largest, to ``end``."""
    left = end - start
    while left:
        level = left.bit_length() - 1
        yield level, start >> level
        start += 1 << level
        left -= 1 << level


def _root(start: int, end: int, node: NodeReader) -> bytes:
    return _fold([node(level, index) for level, index in _peaks(start, end)])


def _fold(peaks: list[bytes]) -> bytes:
    """The hash over subtrees that shrink to the right."""
    top = peaks[-1]
    for left in reversed(peaks[:-1]):
        top = node_hash(left, top)
    return top
