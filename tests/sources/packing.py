"""Ways to pack bytes, and to ask for streams, that the tests of this folder share."""

from __future__ import annotations

import bz2
import functools
import gzip
import io
import lzma
from collections.abc import Callable

import zstandard

from tocsin.sources import Stream, Unread, find_streams

_pack_bzip2, _pack_xz = (functools.lru_cache(16)(one) for one in (bz2.compress, lzma.compress))
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, 6, mtime=0),
    "zstd": lambda data: zstandard.ZstdCompressor(write_checksum=True).compress(data),
    # Slow to pack, and tests pack the same log many times.
    "bzip2": _pack_bzip2,
    "xz": _pack_xz,
}

LOG = "".join(
    f"2021-03-02T08:{n % 60:02d}:00Z host{n * 7919 % 97} GET /{n * n % 65521:x}\n" for n in range(10_000)
).encode()
"""400 kB of lines that compress as logs do."""

Found = list[Stream | Unread]


class Pipe(io.RawIOBase):
    """Bytes that run once, a few at a time, as from a pipe."""

    def __init__(self, content: bytes, most: int = 1 << 30) -> None:
        self._inner = io.BytesIO(content)
        self._most = most

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def read(self, size: int = -1) -> bytes:
        return self._inner.read(self._most if size < 0 else min(size, self._most))


def find(*arguments: object, stdin: object = None) -> Found:
    return list(find_streams([str(one) for one in arguments], stdin))


def contents(found: Found) -> dict[str, bytes]:
    return {one.name: b"".join(one.chunks()) for one in found if isinstance(one, Stream)}


def left_out(found: Found) -> dict[str, str]:
    return {one.name: one.reason for one in found if isinstance(one, Unread)}


def drained(found: Found) -> tuple[bytes, str]:
    """The bytes and the problem of the one stream."""
    (stream,) = found
    assert isinstance(stream, Stream)
    return b"".join(stream.chunks()), stream.problem
