"""SHA-256 of files, remembered while a file stays as it is."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Final

import msgspec

from tocsin.errors import SourceUnavailable
from tocsin.limits import MEMO_ENTRIES
from tocsin.sources.origin import shown

__all__ = ["MEMO_NAME", "sha256_of"]

MEMO_NAME: Final = "digests.json"

_MEMO_BYTES: Final = 4 << 20
_RACY_NS: Final = 2_000_000_000


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int
    recorded_ns: int
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]

    def still_holds(self, status: os.stat_result) -> bool:
        """Whether a file of ``status`` is surely the one that was hashed.

        A file may change without its times changing if that happens within their grain, so an entry recorded
        within 2 s of the file's times proves nothing (git, "racy-git").
        """
        same = (self.size, self.mtime_ns, self.ctime_ns, self.inode, self.device) == _identity(status)
        return same and max(self.mtime_ns, self.ctime_ns) + _RACY_NS <= self.recorded_ns


def sha256_of(path: Path, cache: Path | None = None) -> str:
    """Return the SHA-256 of the regular file ``path`` as 64 lower-case hexadecimal digits.

    With ``cache``, a folder, it is remembered there by the file's size, times, inode and device, and the file
    is read again only if one of them changed. The memo may be deleted at any time; one that is broken or
    cannot be written only costs time.

    Raises:
        SourceUnavailable: the file cannot be read, or is none.
    """
    key = shown(os.path.realpath(path))
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise SourceUnavailable(f"{shown(str(path))!r} is not a regular file")
        entry = _load(cache).get(key) if cache else None
        if entry is not None and entry.still_holds(status):
            return entry.sha256
        with _draft(cache) as draft, path.open("rb", buffering=0) as handle:
            before = _identity(os.fstat(handle.fileno()))
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
            if cache and draft and before == _identity(os.fstat(handle.fileno())):
                draft.keep(cache, key, _Entry(*before, draft.time_ns, digest))
    except OSError as error:
        raise SourceUnavailable(f"{shown(str(path))!r} cannot be read: {error.strerror or error}") from error
    return digest


def _identity(status: os.stat_result) -> tuple[int, int, int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev


def _load(cache: Path) -> dict[str, _Entry]:
    memo = cache / MEMO_NAME
    try:
        if memo.stat().st_size > _MEMO_BYTES:
            return {}
        return msgspec.json.decode(memo.read_bytes(), type=dict[str, _Entry])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}


class _Draft:
    """The next memo. It is begun before the file is read: its own time is the clock that counts.

    It comes from the same kind of clock as the file's times, and a change while the file is read looks racy.
    """

    def __init__(self, cache: Path) -> None:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{MEMO_NAME}.", dir=cache)  # of mode 0600
        self._memo = os.fdopen(descriptor, "wb")
        self._path = Path(name)
        self.time_ns = os.fstat(descriptor).st_mtime_ns

    def keep(self, cache: Path, key: str, entry: _Entry) -> None:
        """Put the memo with ``entry`` in the place of the last one; where that fails, the last one stays."""
        entries = sorted((_load(cache) | {key: entry}).items(), key=lambda item: item[1].recorded_ns)
        with suppress(OSError):
            self._memo.write(msgspec.json.encode(dict(entries[-MEMO_ENTRIES:])))
            self._memo.close()
            self._path.replace(cache / MEMO_NAME)

    def drop(self) -> None:
        """Remove what was not kept."""
        with suppress(OSError):
            self._memo.close()
            self._path.unlink(missing_ok=True)


@contextmanager
def _draft(cache: Path | None) -> Iterator[_Draft | None]:
    """Give a draft, None where no memo can be written: it saves time, nothing else."""
    draft: _Draft | None = None
    if cache:
        with suppress(OSError):
            draft = _Draft(cache)
    try:
        yield draft
    finally:
        if draft:
            draft.drop()
