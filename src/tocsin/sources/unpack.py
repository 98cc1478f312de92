"""From one origin to its streams: what it is packed in is recognised by its bytes, never by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tocsin.limits import PACKING_DEPTH, PIPED_ARCHIVE_BYTES
from tocsin.sources.codec import CODECS, Codec
from tocsin.sources.decode import Checked, Layer, Meter, Unpacked, begin, decoded
from tocsin.sources.origin import Break, Held, Origin, RegularFile, StandardInput
from tocsin.sources.stream import Stream, Unread
from tocsin.sources.tar_archive import Forward, is_tar, tar_members
from tocsin.sources.zip_archive import METHODS, RandomAccess, ZipEntry, ZipMember, is_zip, zip_entries

__all__ = ["streams"]


_LOOK_BYTES: Final = 1 << 10  # a tar header is 512 bytes

# Archives that are not read, by how they begin, so that they are named rather than taken for a log.
_FOREIGN: Final = {
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a rar archive",
    b"\x04\x22\x4d\x18": "lz4 data",
    b"MSCF\0\0\0\0": "a cabinet archive",
    b"\x1f\x9d": "compress (.Z) data",
    b"LZIP\x01": "lzip data",
}


@dataclass(frozen=True, slots=True)
class _Packed:
    """A run of bytes that may be packed. ``key`` tells it from others of the same file on disk."""

    name: str
    size: int
    origin: Origin
    layers: tuple[Layer, ...]
    meter: Meter
    key: str = ""
    depth: int = 0
    local_path: Path | None = None

    def under(self, codec: Codec) -> _Packed:
        """Return what lies under one compression."""
        layer = Unpacked(codec, self.meter, f"{self.key}/{len(self.layers)}")
        return replace(self, layers=(*self.layers, layer), depth=self.depth + 1, local_path=None)


def streams(
    name: str, origin: RegularFile | StandardInput | Held, local_path: Path | None = None
) -> Iterator[Stream | Unread]:
    """Yield the streams of ``origin``: one, or one for each member of an archive, and what of it is not read.

    ``name`` is what to call it; ``local_path`` is handed on if the bytes turn out to be plain.

    Raises:
        OSError: a file cannot be opened.
    """
    yield from _streams(_Packed(name, origin.size, origin, (), Meter(origin), local_path=local_path))


def _streams(packed: _Packed) -> Iterator[Stream | Unread]:
    while True:
        head = begin(packed.origin, packed.layers, _LOOK_BYTES)
        codec = next((one for one in CODECS if one.begins(head)), None)
        archive = is_zip(head) or is_tar(head)
        if (codec or archive) and packed.depth == PACKING_DEPTH:
            yield Unread(packed.name, f"packed more than {PACKING_DEPTH} levels deep: unpack it first")
        elif codec:
            packed = packed.under(codec)
            continue
        elif archive:
            yield from _zip_streams(packed) if is_zip(head) else _tar_streams(packed)
        elif foreign := next((what for magic, what in _FOREIGN.items() if head.startswith(magic)), None):
            yield Unread(packed.name, f"{foreign}, which is not read: unpack it first")
        else:
            yield Stream(packed.name, packed.size, packed.origin, packed.layers, packed.local_path)
        return


def _zip_streams(packed: _Packed) -> Iterator[Stream | Unread]:
    archive = _random_access(packed)
    if isinstance(archive, Unread):
        yield archive
        return
    count = 0
    try:
        for count, entry in enumerate(zip_entries(archive), 1):
            if not entry.folder:
                yield from _member_streams(packed, archive, entry, count)
    except Break as stop:
        yield Unread(packed.name, stop.reason)
    except OSError as error:
        yield Unread(packed.name, f"it cannot be read: {error.strerror or error}")
    else:
        if not count:
            yield Unread(packed.name, "an empty archive", by_rule=True)


def _member_streams(
    packed: _Packed, archive: RandomAccess, entry: ZipEntry, number: int
) -> Iterator[Stream | Unread]:
    name = f"{packed.name}!/{entry.name}"
    if entry.encrypted:
        yield Unread(name, "it is encrypted: unpack it first")
        return
    if entry.link:
        yield Unread(name, "a link", by_rule=True)
        return
    if entry.method not in METHODS:
        yield Unread(name, f"packed by zip method {entry.method}, which is not read: unpack it first")
        return
    codec = METHODS[entry.method]
    key = f"{packed.key}!{number}"
    layers: list[Layer] = [Unpacked(codec, packed.meter, key)] if codec else []
    if entry.crc is not None:
        layers.append(Checked(entry.size, entry.crc))
    origin = ZipMember(archive, entry)
    yield from _streams(
        _Packed(name, entry.packed, origin, tuple(layers), packed.meter, key, packed.depth + 1)
    )


def _random_access(packed: _Packed) -> RandomAccess | Unread:
    """Return the zip archive's bytes for reading at any offset, or why they are not to be had."""
    origin = packed.origin
    if packed.layers or packed.depth:
        return Unread(packed.name, "a zip archive inside other packing, which is not read: unpack it first")
    if isinstance(origin, RegularFile | Held) or (isinstance(origin, StandardInput) and origin.replayable):
        return origin
    # Its directory stands at the end, so of a pipe it must be held whole.
    reason = "a zip archive of more than 64 MiB from a pipe: give it as a file"
    return _held(origin) or Unread(packed.name, reason)


def _held(origin: Origin) -> Held | None:
    """Return the bytes of a pipe, held in memory; None if they are too many, and then they may yet be read once."""
    held: list[bytes] = []
    total = 0
    for block in origin.blocks(1 << 20, keep=True):
        held.append(block)
        total += len(block)
        if total > PIPED_ARCHIVE_BYTES:
            return None
    return Held(b"".join(held))


def _tar_streams(packed: _Packed) -> Iterator[Stream | Unread]:
    origin, layers = packed.origin, packed.layers
    if isinstance(origin, StandardInput) and not origin.replayable:
        origin = _held(origin) or origin  # a pipe's members could be read in their order only
    archive = Forward(lambda: decoded(origin, layers), replayable=origin.replayable)
    for number, found in enumerate(tar_members(packed.name, archive)):
        if isinstance(found, Unread):
            yield found
            continue
        name, member = found
        key = f"{packed.key}/{len(layers)}!{number}"
        size = -1 if layers else member.size
        yield from _streams(_Packed(name, size, member, (), packed.meter, key, packed.depth + 1))
