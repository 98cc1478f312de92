"""A log held in memory, for tests: nodes in a dict, as the store will hold them in a table."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.transparency.checkpoint import Checkpoint
from tocsin.transparency.note import Signer
from tocsin.transparency.tile import TILE_HEIGHT, TILE_WIDTH, EntryBundle, Tile, bundle_bytes
from tocsin.transparency.tree import leaf_hash, new_nodes, root

ORIGIN = "hub.example/log"
SIGNER = Signer(ORIGIN, bytes(range(32)))


class Log:
    def __init__(self, entries: Iterable[bytes] = (), batch: int | None = None):
        self.entries: list[bytes] = []
        self.nodes: dict[tuple[int, int], bytes] = {}
        entries = list(entries)
        for start in range(0, len(entries), batch or len(entries) or 1):
            self.append(entries[start : start + (batch or len(entries))])

    def append(self, entries: Iterable[bytes]) -> None:
        entries = list(entries)
        for level, index, digest in new_nodes(len(self.entries), list(map(leaf_hash, entries)), self.node):
            assert (level, index) not in self.nodes, "a node is written once"
            self.nodes[level, index] = digest
        self.entries += entries

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def leaves(self) -> list[bytes]:
        return [self.nodes[0, index] for index in range(len(self.entries))]

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        size = len(self.entries) if size is None else size
        return Checkpoint(ORIGIN, size, root(size, self.node))

    def tile(self, tile: Tile) -> bytes:
        first = tile.index * TILE_WIDTH
        places = range(first, first + tile.width)
        return b"".join(self.node(TILE_HEIGHT * tile.level, place) for place in places)

    def bundle(self, bundle: EntryBundle) -> bytes:
        first = bundle.index * 256
        return bundle_bytes(self.entries[first : first + bundle.width])


def numbered(count: int, word: str = "entry") -> list[bytes]:
    return [f"{word} {number}".encode() for number in range(count)]


def flips(data: bytes):
    """Yield ``data`` with each of its bits turned over, one at a time."""
    for place in range(len(data) * 8):
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        yield bytes(changed)
