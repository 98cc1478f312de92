"""Tiles: the log as files that never change, for whoever wants to watch it (c2sp.org/tlog-tiles).

A tile holds up to 256 hashes side by side; those of level L are nodes of the tree's level 8 * L. An entry
bundle holds the entries under a tile of level 0. At the right edge they are partial, and named by their width.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from tocsin.errors import BadInput
from tocsin.limits import LOG_LEAVES
from tocsin.transparency.tree import HASH_BYTES, NodeReader, node_hash

__all__ = [
    "TILE_HEIGHT",
    "TILE_WIDTH",
    "EntryBundle",
    "Tile",
    "bundle_bytes",
    "bundles_of",
    "parse_bundle",
    "parse_tile",
    "parse_tile_path",
    "reader_of_tiles",
    "tiles_of",
]

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
_ENTRY_BYTES: Final = (1 << 16) - 1
# An index has the fewest groups that hold it, so that each tile has one path.
_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]|[1-5][0-9]|6[0-3])"
    r"/(?P<index>(?:x(?!000)[0-9]{3}/(?:x[0-9]{3}/){0,5})?[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class Tile:
    """The ``index``-th tile of its ``level``; it holds ``width`` hashes, 1 to 256."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Where it is served, below the log's address."""
        return f"tile/{self.level}/{_index_path(self.index, self.width)}"

    def is_in(self, size: int) -> bool:
        """Whether a tree of ``size`` leaves has all the hashes of this tile."""
        return self.index * TILE_WIDTH + self.width <= size >> (TILE_HEIGHT * self.level)


@dataclass(frozen=True, slots=True)
class EntryBundle:
    """The entries under tile ``index`` of level 0; it holds ``width`` of them, 1 to 256."""

    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Where it is served, below the log's address."""
        return f"tile/entries/{_index_path(self.index, self.width)}"

    def is_in(self, size: int) -> bool:
        """Whether a tree of ``size`` leaves has all the entries of this bundle."""
        return self.index * TILE_WIDTH + self.width <= size


def parse_tile_path(path: str) -> Tile | EntryBundle | None:
    """Return what lies at ``path``, as :attr:`Tile.path` and :attr:`EntryBundle.path` write it. Else None."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    index = int(found["index"].replace("/", "").replace("x", ""))
    width = int(found["width"] or TILE_WIDTH)
    if (found["width"] and width >= TILE_WIDTH) or index > LOG_LEAVES // TILE_WIDTH:
        return None
    return (
        EntryBundle(index, width) if found["level"] == "entries" else Tile(int(found["level"]), index, width)
    )


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """Yield the tiles of a tree of ``size`` leaves that the tree of ``since`` did not have, lowest level first."""
    level = 0
    while size:
        yield from (Tile(level, index, width) for index, width in _widths(size, since))
        level, size, since = level + 1, size >> TILE_HEIGHT, since >> TILE_HEIGHT


def bundles_of(size: int, since: int = 0) -> Iterator[EntryBundle]:
    """Yield the entry bundles of a tree of ``size`` leaves that the tree of ``since`` did not have."""
    yield from (EntryBundle(index, width) for index, width in _widths(size, since))


def parse_tile(tile: Tile, data: bytes) -> list[bytes]:
    """Return the hashes in the bytes of ``tile``.

    Raises:
        BadInput: it does not hold just its width of hashes.
    """
    if len(data) != tile.width * HASH_BYTES:
        raise BadInput(
            f"{tile.path} has {len(data)} bytes where {tile.width} hashes take {tile.width * HASH_BYTES}"
        )
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def bundle_bytes(entries: Iterable[bytes]) -> bytes:
    """Return ``entries`` as an entry bundle: each after its length, 16 bits, most significant first.

    Raises:
        BadInput: an entry is longer than 65,535 bytes.
    """
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > _ENTRY_BYTES:
            raise BadInput(f"a log entry of {len(entry)} bytes; a bundle takes {_ENTRY_BYTES}")
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def parse_bundle(bundle: EntryBundle, data: bytes) -> list[bytes]:
    """Return the entries in the bytes of ``bundle``.

    Raises:
        BadInput: it does not hold just its width of entries.
    """
    entries: list[bytes] = []
    start = 0
    while start < len(data) and len(entries) <= bundle.width:
        end = start + 2 + int.from_bytes(data[start : start + 2], "big")
        if start + 2 > len(data) or end > len(data):
            raise BadInput(f"{bundle.path} breaks off in entry {len(entries)}")
        entries.append(data[start + 2 : end])
        start = end
    if len(entries) != bundle.width:
        raise BadInput(f"{bundle.path} does not hold {bundle.width} entries")
    return entries


def reader_of_tiles(size: int, data_of: Callable[[Tile], bytes]) -> NodeReader:
    """Return a reader of the nodes of a tree of ``size`` leaves whose tiles ``data_of`` gives.

    Nothing is checked here but lengths: make a root or proof from it, and hold that to a signed checkpoint.
    Each tile is asked for once and then kept.
    """
    held: dict[Tile, list[bytes]] = {}

    def node(level: int, index: int) -> bytes:
        tile_level, above = divmod(level, TILE_HEIGHT)
        first = index << above
        width = min(TILE_WIDTH, (size >> (TILE_HEIGHT * tile_level)) - (first & -TILE_WIDTH))
        tile = Tile(tile_level, first >> TILE_HEIGHT, width)
        if tile not in held:
            held[tile] = parse_tile(tile, data_of(tile))
        start = first & (TILE_WIDTH - 1)
        row = held[tile][start : start + (1 << above)]
        while len(row) > 1:
            row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
        return row[0]

    return node


def _index_path(index: int, width: int) -> str:
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    path = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return path if width == TILE_WIDTH else f"{path}.p/{width}"


def _widths(held: int, before: int) -> Iterator[tuple[int, int]]:
    """Index and width of the tiles that hold ``held`` hashes, and were not there with ``before``."""
    yield from ((index, TILE_WIDTH) for index in range(before // TILE_WIDTH, held // TILE_WIDTH))
    if held % TILE_WIDTH and held != before:
        yield held // TILE_WIDTH, held % TILE_WIDTH
