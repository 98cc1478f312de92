"""Members of a zip archive (PKWARE APPNOTE.TXT 6.3.10, sections named below).

The directory is walked entry by entry, so that its size decides nothing about memory. Where an archive was
cut off and has no directory, the headers before the members are followed instead.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from tocsin.limits import ZIP_MEMBERS
from tocsin.sources.codec import BZ2, DEFLATE, XZ, ZSTD, Codec
from tocsin.sources.origin import Break, ReadAt, shown

__all__ = ["METHODS", "RandomAccess", "ZipEntry", "ZipMember", "is_zip", "zip_entries"]

METHODS: dict[int, Codec | None] = {0: None, 8: DEFLATE, 12: BZ2, 93: ZSTD, 95: XZ}
"""Compression methods that are read (4.4.5); None is stored as it is."""

_LOCAL = struct.Struct("<4s5H3L2H")  # 4.3.7
_CENTRAL = struct.Struct("<4s6H3L5H2L")  # 4.3.12
_END = struct.Struct("<4s4H2LH")  # 4.3.16
_END_64 = struct.Struct("<4sQ2H2L4Q")  # 4.3.14
_LOCATOR_64 = struct.Struct("<4sLQL")  # 4.3.15
_COMMENT_BYTES = 65_535
_WINDOW_BYTES = 1 << 20
_ENCRYPTED, _SIZES_AFTER, _UTF_8 = 0x1, 0x8, 0x800  # 4.4.4
_IN_EXTRA = 0xFFFFFFFF


class RandomAccess(Protocol):
    """An origin that can be read at any offset."""

    size: int

    def at(self) -> AbstractContextManager[ReadAt]:
        """Open it for such reads."""
        ...


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One member. ``name`` is printable text; ``packed`` and ``size`` are bytes before and after unpacking.

    ``crc`` is None where the archive was cut off before it was written; ``packed`` is then what is left.
    """

    name: str
    method: int
    encrypted: bool
    link: bool
    packed: int
    size: int
    crc: int | None
    offset: int

    @property
    def folder(self) -> bool:
        """Whether it stands for a folder."""
        return self.name.endswith("/")


class ZipMember:
    """Where a member's packed bytes lie in the archive."""

    replayable = True

    def __init__(self, archive: RandomAccess, entry: ZipEntry) -> None:
        self.size = entry.packed
        self.taken = 0
        self._archive = archive
        self._entry = entry

    def blocks(self, size: int, *, keep: bool = False) -> Iterator[bytes]:  # noqa: ARG002 - the archive keeps all
        """Yield the packed bytes.

        Raises:
            Break: the directory leads to no member, or the archive ends before the member does.
        """
        self.taken = 0
        with self._archive.at() as read:
            header = read(self._entry.offset, _LOCAL.size)
            if len(header) < _LOCAL.size or not header.startswith(b"PK\3\4"):
                raise Break(f"no zip member begins at byte {self._entry.offset}")
            *_, name_bytes, extra_bytes = _LOCAL.unpack(header)
            start = self._entry.offset + _LOCAL.size + name_bytes + extra_bytes
            while self.taken < self.size:
                block = read(start + self.taken, min(size, self.size - self.taken))
                if not block:
                    packed = f"the member's {self.size} packed bytes"
                    raise Break(f"the archive ends after {self.taken} of {packed}")
                self.taken += len(block)
                yield block


def is_zip(head: bytes) -> bool:
    """Whether ``head`` begins as a zip archive does: with a member, or, empty, with its end."""
    return head.startswith((b"PK\3\4", b"PK\5\6", b"PK\7\x08PK\3\4"))


def zip_entries(archive: RandomAccess) -> Iterator[ZipEntry]:
    """Yield the members of ``archive`` in its order; it is not open meanwhile.

    Raises:
        Break: after the last member that can be found, if there are or may be more.
        OSError: the archive cannot be opened or read on.
    """
    entries: list[ZipEntry] = []
    reason = ""
    try:
        with archive.at() as read:
            directory = _find_directory(read, archive.size)
            found = (
                _walk_members(read, archive.size) if directory is None else _walk_directory(read, *directory)
            )
            for entry in found:
                if len(entries) == ZIP_MEMBERS:
                    raise Break(f"it has more than {ZIP_MEMBERS} members")
                entries.append(entry)
    except Break as stop:
        reason = stop.reason
    yield from entries
    if reason:
        raise Break(reason)


def _find_directory(read: ReadAt, size: int) -> tuple[int, int] | None:
    """Return where the central directory begins and ends, None if the archive has none."""
    tail_at = max(0, size - _END.size - _COMMENT_BYTES)
    tail = read(tail_at, size - tail_at)
    found = tail.rfind(b"PK\5\6")
    if found < 0 or len(tail) - found < _END.size:
        return None
    _, disk, _, _, _, length, start, _ = _END.unpack_from(tail, found)
    locator = read(max(0, tail_at + found - _LOCATOR_64.size), _LOCATOR_64.size)
    if len(locator) == _LOCATOR_64.size and locator.startswith(b"PK\6\7"):
        raw = read(_LOCATOR_64.unpack(locator)[2], _END_64.size)
        if len(raw) == _END_64.size and raw.startswith(b"PK\6\6"):
            *_, length, start = _END_64.unpack(raw)
            disk = 0
    if disk:
        raise Break("it is the last part of a zip archive in several parts: join them first")
    return start, start + length


def _walk_directory(read: ReadAt, start: int, end: int) -> Iterator[ZipEntry]:
    window = _Window(read)
    at = start
    while at < end:
        raw = window.exactly(at, _CENTRAL.size)
        if len(raw) < _CENTRAL.size or not raw.startswith(b"PK\1\2"):
            raise Break(f"its directory is damaged at byte {at}; members listed after this are not read")
        _, system, _, flags, method, _, _, crc, packed, size, *lengths, outside, offset = _CENTRAL.unpack(raw)
        name_bytes, extra_bytes, comment_bytes = lengths[:3]
        at += _CENTRAL.size
        name = window.exactly(at, name_bytes)
        extra = window.exactly(at + name_bytes, extra_bytes)
        at += name_bytes + extra_bytes + comment_bytes
        size, packed, offset = _sizes_64(extra, [size, packed, offset])
        # The file type of Unix stands in the upper half where the archive was made there (4.4.2, 4.4.15).
        link = system >> 8 == 3 and outside >> 28 == 0o12
        yield ZipEntry(_text(name, flags), method, bool(flags & _ENCRYPTED), link, packed, size, crc, offset)


def _walk_members(read: ReadAt, size: int) -> Iterator[ZipEntry]:
    window = _Window(read)
    at = 4 if window.exactly(0, 4) == b"PK\7\x08" else 0
    while len(raw := window.exactly(at, _LOCAL.size)) == _LOCAL.size and raw.startswith(b"PK\3\4"):
        _, _, flags, method, _, _, given_crc, packed, unpacked, name_bytes, extra_bytes = _LOCAL.unpack(raw)
        name = window.exactly(at + _LOCAL.size, name_bytes)
        extra = window.exactly(at + _LOCAL.size + name_bytes, extra_bytes)
        body = at + _LOCAL.size + name_bytes + extra_bytes
        unpacked, packed, _ = _sizes_64(extra, [unpacked, packed, 0])
        crc: int | None = given_crc
        after = body + packed
        if flags & _SIZES_AFTER:
            crc, packed, unpacked, after = _descriptor(read, body, size)
        yield ZipEntry(_text(name, flags), method, bool(flags & _ENCRYPTED), False, packed, unpacked, crc, at)
        at = after
    if window.exactly(at, 4) != b"PK\1\2":  # where the directory would begin, all members have been seen
        place = f"at byte {min(at, size)}"
        raise Break(f"zip data ends early or is damaged {place}; members after this are not read")
    raise Break("zip data ends early, in its directory; its members were read by the headers before them")


def _descriptor(read: ReadAt, body: int, size: int) -> tuple[int | None, int, int, int]:
    """Find the data descriptor (4.3.9) of the member whose data begins at ``body``: it gives the length.

    Returns CRC-32, packed and unpacked size, and where the next header is; a CRC of None if there is none.
    """
    at = body
    while block := read(at, _WINDOW_BYTES + 24):
        found = block.find(b"PK\7\x08")
        while found >= 0 and (found < _WINDOW_BYTES or len(block) < _WINDOW_BYTES + 24):
            for form in (struct.Struct("<4s3L"), struct.Struct("<4sL2Q")):
                if len(block) >= found + form.size:
                    _, crc, packed, unpacked = form.unpack_from(block, found)
                    if packed == at + found - body:
                        return crc, packed, unpacked, at + found + form.size
            found = block.find(b"PK\7\x08", found + 1)
        at += _WINDOW_BYTES
    return None, max(0, size - body), 0, size


def _sizes_64(extra: bytes, sizes: list[int]) -> list[int]:
    """Return ``sizes`` with those that stand in the zip64 extra field (4.5.3) taken from there."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            values = iter(struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4))
            return [next(values, size) if size == _IN_EXTRA else size for size in sizes]
        at += 4 + length
    return sizes


def _text(name: bytes, flags: int) -> str:
    """Return a member's name (appendix D). Names are only shown here: nothing is ever written under them."""
    if flags & _UTF_8:
        return shown(name.decode("utf-8", "surrogateescape"))
    try:
        return shown(name.decode("utf-8"))  # not declared, but what most programs write today
    except UnicodeDecodeError:
        return shown(name.decode("cp437"))


class _Window:
    """Small reads at rising offsets, served from large ones."""

    def __init__(self, read: ReadAt) -> None:
        self._read = read
        self._start = 0
        self._block = b""

    def exactly(self, offset: int, size: int) -> bytes:
        """Return ``size`` bytes from ``offset``, fewer only at the end."""
        if not (self._start <= offset and offset + size <= self._start + len(self._block)):
            self._start = offset
            self._block = self._read(offset, max(size, 64 << 10))
        return self._block[offset - self._start : offset - self._start + size]
