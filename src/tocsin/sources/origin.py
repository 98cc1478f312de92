"""Where bytes lie: a regular file, standard input, or memory. Nothing here unpacks, and nothing writes."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol

__all__ = [
    "CHUNK_BYTES",
    "STDIN_NAME",
    "Break",
    "Held",
    "Origin",
    "ReadAt",
    "RegularFile",
    "StandardInput",
    "shown",
]

CHUNK_BYTES: Final = 8 << 20
"""Streams are handed on in blocks of at most about this size."""

STDIN_NAME: Final = "stdin"
"""What standard input is called in all that is told; a person types ``-``."""

_LARGEST_FILE_BYTES = 1 << 62

ReadAt = Callable[[int, int], bytes]
"""Returns up to so many bytes (second) from an offset (first); fewer only at the end."""


class Break(Exception):
    """A stream cannot be read on. What came before it has been handed over; ``reason`` is told to the person.

    ``damaged`` says that a decoder met bytes it cannot read, so that good bytes of the same step may be left.
    """

    def __init__(self, reason: str, *, damaged: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.damaged = damaged


class Origin(Protocol):
    """A run of bytes.

    ``size`` is its length in bytes, -1 while unknown; ``taken`` counts the bytes of the latest pass;
    ``replayable`` says whether a second pass may follow the first.
    """

    size: int
    taken: int
    replayable: bool

    def blocks(self, size: int, *, keep: bool = False) -> Iterator[bytes]:
        """Yield all bytes in blocks of at most ``size``; with ``keep`` a later pass sees them again.

        Raises:
            Break: the bytes end before they should, or were given already and cannot be given again.
            OSError: the bytes cannot be opened or read on.
        """
        ...


class RegularFile:
    """A regular file. It is opened for each pass and closed after it."""

    replayable = True

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self.size = size
        self.taken = 0

    def blocks(self, size: int, *, keep: bool = False) -> Iterator[bytes]:  # noqa: ARG002 - a file keeps all
        """Yield the file's bytes."""
        self.taken = 0
        with _open_regular(self._path) as handle:
            while block := handle.read(size):
                self.taken += len(block)
                yield block

    @contextmanager
    def at(self) -> Iterator[ReadAt]:
        """Open the file for reads at any offset."""
        with _open_regular(self._path) as handle:
            yield lambda offset, size: _read_exactly(handle, offset, size)


class StandardInput:
    """Standard input: a pipe, which runs once, or a redirected file, which may be read again."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self._kept: list[bytes] = []
        self._spent = False
        self._start = 0
        self.size = -1
        self.taken = 0
        self.replayable = handle.seekable()
        if self.replayable:
            self._start = handle.tell()
            self.size = max(0, handle.seek(0, os.SEEK_END) - self._start)

    def blocks(self, size: int, *, keep: bool = False) -> Iterator[bytes]:
        """Yield the bytes there are; of a pipe those kept first."""
        if self.replayable:
            yield from self._again(size)
            return
        if self._spent:
            raise Break("standard input can be read only once")
        self._spent = not keep
        yield from list(self._kept)
        if not keep:
            self._kept.clear()
        while block := self._next(size):
            if keep:
                self._kept.append(block)
            yield block

    @contextmanager
    def at(self) -> Iterator[ReadAt]:
        """Give reads at any offset; only where ``replayable``."""
        yield lambda offset, size: _read_exactly(self._handle, self._start + offset, size)

    def _next(self, size: int) -> bytes:
        block: bytes | None = self._handle.read(size)
        if block is None:
            raise Break("standard input gives no bytes yet and does not wait for them (it is non-blocking)")
        self.taken += len(block)
        return block

    def _again(self, size: int) -> Iterator[bytes]:
        self.taken = 0
        # Its place is shared with other passes (a look at the head), so each read names its own.
        taken = 0
        while self._handle.seek(self._start + taken) >= 0 and (block := self._handle.read(size)):
            taken += len(block)
            self.taken = taken
            yield block


class Held:
    """Bytes in memory."""

    replayable = True

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.size = len(content)
        self.taken = 0

    def blocks(self, size: int, *, keep: bool = False) -> Iterator[bytes]:  # noqa: ARG002 - memory keeps all
        """Yield the bytes."""
        for start in range(0, self.size, size):
            self.taken = min(start + size, self.size)
            yield self._content[start : self.taken]

    @contextmanager
    def at(self) -> Iterator[ReadAt]:
        """Give reads at any offset."""
        yield lambda offset, size: self._content[offset : offset + size]


def shown(path: str) -> str:
    """Return ``path`` as it may be shown and stored: what is not printable text is written as an escape."""
    return path if path.isprintable() else "".join(map(_escaped, path))


def _escaped(one: str) -> str:
    if one.isprintable():
        return one
    if "\udc80" <= one <= "\udcff":  # a byte that is not UTF-8 (PEP 383)
        return f"\\x{ord(one) - 0xDC00:02x}"
    return one.encode("unicode_escape").decode()


def _open_regular(path: Path) -> BinaryIO:
    # Not to hang should the file have become a fifo since it was looked at.
    wanted = (getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
    descriptor = os.open(path, os.O_RDONLY | sum(wanted))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "it is no longer a regular file")
    return os.fdopen(descriptor, "rb", buffering=0)


def _read_exactly(handle: BinaryIO, offset: int, size: int) -> bytes:
    if offset > _LARGEST_FILE_BYTES:  # an archive may say so; seek would overflow
        return b""
    handle.seek(offset)
    block = handle.read(size)
    while block and len(block) < size and (more := handle.read(size - len(block))):
        block += more
    return block
