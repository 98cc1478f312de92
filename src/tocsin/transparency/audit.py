"""A member's watch over a hub's log: it may only grow, and every member must be shown the same.

A log of this kind cannot keep its operator from rewriting it. It makes rewriting visible to each who holds an
older checkpoint, and gives them two signatures of the operator that contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final

from tocsin.errors import BadInput, Forked, LogTampered, Rewound
from tocsin.transparency.checkpoint import Checkpoint
from tocsin.transparency.one_spelling import write_base64
from tocsin.transparency.tile import (
    TILE_WIDTH,
    EntryBundle,
    Tile,
    bundles_of,
    parse_bundle,
    parse_tile,
    reader_of_tiles,
    tiles_of,
)
from tocsin.transparency.tree import leaf_hash, root, root_of_leaves, verify_consistency

__all__ = ["Watch", "check_bundles", "check_leaves", "check_tiles", "compare", "compare_two"]

_WHAT_TO_DO: Final = (
    "Keep both signed checkpoints: together they are the proof. Tell the other members and the log's owner, by another "
    "way than through this log's node. Until it is explained, rely on nothing that this node says about its past."
)
_DAMAGED: Final = (
    "Fetch it again. If it stays so, the copy was damaged or the log rewritten: keep copy and signed checkpoint, and "
    "tell the log's owner and the other members, by another way than through this log's node."
)


class Watch(StrEnum):
    """What a watch that finds nothing wrong says of a log: it stands where it stood, or it grew."""

    OK = "ok"
    GREW = "grew"


def compare(known: Checkpoint, new: Checkpoint, proof: Sequence[bytes] | None = None) -> Watch:
    """Hold a log's ``new`` checkpoint to the last one that was ``known``; both signatures were verified before.

    ``proof`` is the consistency proof from the known size to the new one; where these are equal, or nothing was
    known yet (size 0), none is needed.

    Raises:
        BadInput: they are of two logs, or a proof is needed and there is none.
        Rewound: the log is shorter than it was.
        Forked: it has another root at the same size, or the proof does not show that it only grew.
    """
    _same_log(known, new)
    if new.size < known.size:
        raise Rewound(
            f"THE LOG {known.origin!r} WAS REWOUND: it had {known.size} entries, and now shows {new.size}; "
            f"{known.size - new.size} are gone",
            hint=f"If its owner restored a backup, they can tell you so and why. {_WHAT_TO_DO}",
        )
    if new.size == known.size:
        if new.root != known.root:
            raise Forked(
                f"THE LOG {known.origin!r} HAS TWO HISTORIES: of {known.size} entries, one has the root "
                f"{write_base64(known.root)}, the other {write_base64(new.root)}",
                hint=f"It was rewritten, or is shown differently to different members. {_WHAT_TO_DO}",
            )
        return Watch.OK
    if proof is None and known.size:
        raise BadInput(
            f"no proof that the log {known.origin!r} only grew from {known.size} to {new.size} entries",
            hint="Fetch the consistency proof between these sizes, or the tiles to make it from.",
        )
    if known.size and not verify_consistency(known.size, new.size, known.root, new.root, proof or ()):
        raise Forked(
            f"THE LOG {known.origin!r} DOES NOT CONTAIN ITS OWN PAST: no proof leads from its {known.size} entries "
            f"(root {write_base64(known.root)}) to the {new.size} it shows now (root {write_base64(new.root)})",
            hint=f"Fetch the proof again, for it may have been damaged on its way. {_WHAT_TO_DO}",
        )
    return Watch.GREW


def compare_two(one: Checkpoint, other: Checkpoint, proof: Sequence[bytes] | None = None) -> None:
    """Hold what two members were shown of one log to each other; both signatures were verified before.

    Sizes may differ; then ``proof`` is the consistency proof from the smaller to the larger.

    Raises:
        BadInput: they are of two logs, or a proof is needed and there is none.
        Forked: the two were shown different logs.
    """
    smaller, larger = sorted((one, other), key=lambda checkpoint: checkpoint.size)
    compare(smaller, larger, proof)


def check_leaves(checkpoint: Checkpoint, leaf_hashes: Iterable[bytes]) -> None:
    """Make the root anew from all leaf hashes of a log, and hold it to what the log signed.

    Raises:
        LogTampered: there are more or fewer leaves, or they have another root.
    """
    read = 0

    def counted() -> Iterator[bytes]:
        nonlocal read
        for leaf in leaf_hashes:
            read += 1
            yield leaf

    made = root_of_leaves(counted())
    if read != checkpoint.size:
        raise LogTampered(
            f"the log {checkpoint.origin!r} signed {checkpoint.size} entries, and here are {read}",
            hint=_DAMAGED,
        )
    _hold_to_signed(checkpoint, made)


def check_tiles(checkpoint: Checkpoint, data_of: Callable[[Tile], bytes]) -> None:
    """Check every hash of every tile of a log: each level by the one below, and all by the signed root.

    Each tile is asked for once. Takes one hash for each leaf, and memory for a 256th of the hashes.

    Raises:
        BadInput: a tile has not the length that its width asks for.
        LogTampered: a tile does not fit the one below it, or they lead to another root.
    """
    edge: dict[Tile, bytes] = {}
    below: list[bytes] = []
    made: list[bytes] = []
    level = 0
    for tile in tiles_of(checkpoint.size):
        if tile.level != level:
            level, below, made = tile.level, made, []
        data = data_of(tile)
        row = parse_tile(tile, data)
        first = tile.index * TILE_WIDTH
        if level and row != below[first : first + tile.width]:
            place = next(place for place, one in enumerate(row, first) if one != below[place])
            raise LogTampered(
                f"{tile.path} of the log {checkpoint.origin!r} does not fit {Tile(level - 1, place).path}",
                hint=_DAMAGED,
            )
        if tile.width == TILE_WIDTH:
            made.append(root_of_leaves(row))
        else:
            edge[tile] = data
    # A root is made of nodes at the right edge, and those lie in partial tiles only.
    _hold_to_signed(checkpoint, root(checkpoint.size, reader_of_tiles(checkpoint.size, edge.__getitem__)))


def check_bundles(
    checkpoint: Checkpoint, bundle_data_of: Callable[[EntryBundle], bytes], data_of: Callable[[Tile], bytes]
) -> None:
    """Check every entry of every bundle by the tiles of level 0; hold these to the root by :func:`check_tiles`.

    Raises:
        BadInput: a bundle or tile has not the form that its width asks for.
        LogTampered: an entry is not the one whose hash is in the tree.
    """
    for bundle in bundles_of(checkpoint.size):
        tile = Tile(0, bundle.index, bundle.width)
        hashes = parse_tile(tile, data_of(tile))
        entries = parse_bundle(bundle, bundle_data_of(bundle))
        for place, (entry, hashed) in enumerate(zip(entries, hashes, strict=True), bundle.index * TILE_WIDTH):
            if leaf_hash(entry) != hashed:
                raise LogTampered(
                    f"{bundle.path} of the log {checkpoint.origin!r}: entry {place} is not what the tree holds",
                    hint=_DAMAGED,
                )


def _hold_to_signed(checkpoint: Checkpoint, made: bytes) -> None:
    if made != checkpoint.root:
        raise LogTampered(
            f"the {checkpoint.size} entries of the log {checkpoint.origin!r} are not those it signed: their root is "
            f"{write_base64(made)}, not {write_base64(checkpoint.root)}",
            hint=_DAMAGED,
        )


def _same_log(one: Checkpoint, other: Checkpoint) -> None:
    if one.origin != other.origin:
        raise BadInput(
            f"checkpoints of two logs, {one.origin[:200]!r} and {other.origin[:200]!r}, cannot be compared"
        )
