"""Members of a tar archive, read in one run forward (POSIX.1-2017, pax, "Extended Description"; GNU tar).

The standard library recognises the 512-byte header; the walk from header to header is ours, so that no size
in the archive decides how much is held in memory or whether the walk ends.
"""

from __future__ import annotations

import re
import tarfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tocsin.limits import ZIP_MEMBERS
from tocsin.sources.origin import Break, shown
from tocsin.sources.stream import Unread

__all__ = ["Forward", "TarMember", "is_tar", "tar_members"]

_BLOCK = 512
_EXTENDED_HEADER_BYTES = 1 << 20
_WINDOW_BYTES = 2 << 20
_PAX_RECORD = re.compile(rb"(\d{1,7}) ([^=]{1,256})=")
_WITHOUT_DATA = {b"1", b"2", b"3", b"4", b"5", b"6"}  # links, devices, folders, fifos


class Forward:
    """A run of bytes that is read at rising offsets; going back beyond a window of 2 MiB starts it again."""

    def __init__(self, begin: Callable[[], Iterator[bytes]], *, replayable: bool) -> None:
        self.replayable = replayable
        self._begin = begin
        self._blocks: Iterator[bytes] | None = None
        self._window: deque[bytes] = deque()
        self._first = 0  # offset of the window
        self._end = 0
        self._stopped = ""
        self._lock = threading.Lock()

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes from ``offset``, at least one and at most ``size``; none at the end.

        Raises:
            Break, OSError: as the run itself.
        """
        with self._lock:
            if offset < self._first:
                self._restart()
            while offset >= self._end:
                if not self._extend():
                    return b""
            start = self._first
            for block in self._window:
                if offset < start + len(block):
                    return block[offset - start : offset - start + size]
                start += len(block)
            return b""

    def exactly(self, offset: int, size: int) -> bytes:
        """Return ``size`` bytes from ``offset``, fewer only at the end."""
        found = b""
        while len(found) < size and (more := self.read(offset + len(found), size - len(found))):
            found += more
        return found

    def _restart(self) -> None:
        if not self.replayable:
            raise Break("standard input can be read only once, and in its own order")
        self._blocks = None
        self._window.clear()
        self._first = self._end = 0
        self._stopped = ""

    def _extend(self) -> bool:
        if self._stopped:
            raise Break(self._stopped)
        if self._blocks is None:
            self._blocks = self._begin()
        try:
            block = next(self._blocks, b"")
        except Break as stop:
            self._stopped = stop.reason
            raise
        except OSError as error:
            self._stopped = f"it cannot be read past byte {self._end}: {error.strerror or error}"
            raise Break(self._stopped) from error
        if not block:
            return False
        self._end += len(block)
        self._window.append(block)
        while self._end - self._first - len(self._window[0]) >= _WINDOW_BYTES + len(block):
            self._first += len(self._window.popleft())
        return True


class TarMember:
    """Where a member's bytes lie in the archive."""

    def __init__(self, archive: Forward, offset: int, size: int) -> None:
        self.size = size
        self.taken = 0
        self.replayable = archive.replayable
        self._archive = archive
        self._offset = offset

    def blocks(self, size: int, *, keep: bool = False) -> Iterator[bytes]:  # noqa: ARG002 - the window keeps
        """Yield the member's bytes.

        Raises:
            Break: the archive ends or breaks before the member does.
        """
        taken = 0
        while taken < self.size:
            block = self._archive.read(self._offset + taken, min(size, self.size - taken))
            if not block:
                raise Break(f"the archive ends after {taken} of the member's {self.size} bytes")
            taken += len(block)
            self.taken = taken
            yield block


@dataclass(frozen=True, slots=True)
class _Header:
    info: tarfile.TarInfo
    body: int  # offset of the data
    size: int  # of the data, in bytes


def is_tar(head: bytes) -> bool:
    """Whether ``head`` begins with a tar header whose checksum is right."""
    try:
        tarfile.TarInfo.frombuf(head[:_BLOCK], "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        return False
    return True


def tar_members(name: str, archive: Forward) -> Iterator[tuple[str, TarMember] | Unread]:
    """Yield the regular files of ``archive`` (printable name, bytes) and what of it is not read, in order."""
    try:
        for count, entry in enumerate(_entries(archive)):
            if count == ZIP_MEMBERS:
                raise Break(f"it has more than {ZIP_MEMBERS} members")
            path, header, sparse = entry
            text = f"{name}!/{shown(path)}"
            if header.info.isdir():
                continue
            if sparse:
                yield Unread(text, "a sparse file in a tar archive, which is not read: unpack it first")
            elif header.info.isreg():
                yield text, TarMember(archive, header.body, header.size)
            elif header.info.issym() or header.info.islnk():
                yield Unread(text, f"a link to {shown(header.info.linkname)}", by_rule=True)
            else:
                yield Unread(text, "not a regular file", by_rule=header.info.type in _WITHOUT_DATA)
    except Break as stop:
        yield Unread(name, f"{stop.reason}; members after this are not read")


def _entries(archive: Forward) -> Iterator[tuple[str, _Header, bool]]:
    """Yield path, header and whether it is sparse of each member; Break where the walk cannot go on."""
    offset = 0
    long_name: str | None = None
    extended: dict[str, bytes] = {}
    while (header := _header_at(archive, offset)) is not None:
        kind = header.info.type
        body, size = header.body, header.size
        if kind in {b"x", b"g", b"L", b"K"}:
            if size > _EXTENDED_HEADER_BYTES:
                raise Break(f"the tar header at byte {offset} is too large")
            content = archive.exactly(body, size)
            if kind == b"x":
                extended = _pax_records(content)
            elif kind == b"L":
                long_name = _text(content.rstrip(b"\0"))
        else:
            sparse = kind == b"S" or any(key.startswith("GNU.sparse.") for key in extended)
            if kind == b"S":
                body = _after_sparse_map(archive, offset)
            if "size" in extended:
                size = _decimal(extended["size"], offset)
            path = _text(extended["path"]) if "path" in extended else long_name or header.info.name
            if kind in _WITHOUT_DATA:
                size = 0  # as tar does, whatever the header says
            yield path, _Header(header.info, body, size), sparse
            long_name, extended = None, {}
        offset = body + -(-size // _BLOCK) * _BLOCK


def _header_at(archive: Forward, offset: int) -> _Header | None:
    raw = archive.exactly(offset, _BLOCK)
    if len(raw) < _BLOCK:
        raise Break(f"tar data ends early at byte {offset + len(raw)}")
    if not raw.strip(b"\0"):
        return None
    try:
        info = tarfile.TarInfo.frombuf(raw, "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        raise Break(f"tar data is damaged at byte {offset}") from None
    if info.size < 0:
        raise Break(f"the tar header at byte {offset} gives a negative size")
    return _Header(info, offset + _BLOCK, info.size)


def _after_sparse_map(archive: Forward, offset: int) -> int:
    """Return where the data begins after an old GNU sparse header (GNU tar manual, "Old GNU Format")."""
    more = archive.exactly(offset, _BLOCK)[482:483]
    offset += _BLOCK
    while more.strip(b"\0"):
        more = archive.exactly(offset, _BLOCK)[504:505]
        offset += _BLOCK
    return offset


def _pax_records(content: bytes) -> dict[str, bytes]:
    """Return the records "LENGTH KEY=VALUE" and a line feed; reading stops at the first that is none."""
    records: dict[str, bytes] = {}
    at = 0
    while found := _PAX_RECORD.match(content, at):
        end = at + int(found[1])
        if end <= found.end() or end > len(content):
            break
        records[found[2].decode("utf-8", "replace")] = content[found.end() : end - 1]
        at = end
    return records


def _decimal(text: bytes, offset: int) -> int:
    if not re.fullmatch(rb"\d{1,19}", text):
        raise Break(f"the tar header at byte {offset} gives no size")
    return int(text)


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
