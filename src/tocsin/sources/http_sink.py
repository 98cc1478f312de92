"""Where an answer goes that is too large for memory, and how a broken transfer goes on (RFC 9110 section 14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import IO, Final

__all__ = ["Sink"]

_RANGE: Final = re.compile(r"bytes (\d{1,18})-\d{1,18}/(?:\d{1,18}|\*)")


class Sink:
    """A file into which an answer is written; ``max_bytes`` and ``timeout_s`` bound it in place of the client's own.

    Only what came under a strong validator is gone on with: else the parts might be of two files.
    """

    def __init__(self, file: IO[bytes], max_bytes: int, timeout_s: float) -> None:
        self.max_bytes = max_bytes
        self.timeout_s = timeout_s
        self.taken = 0
        self._file = file
        self._etag = ""

    @property
    def headers(self) -> dict[str, str]:
        """What asks for the rest; none if it is to come from its beginning."""
        if not self.taken or not self._etag:
            return {}
        return {"Range": f"bytes={self.taken}-", "If-Range": self._etag}

    def begin(self, status: int, headers: Mapping[str, str], *, packed: bool) -> bool:
        """Make ready for the body of an answer; False if it is another part than was asked for."""
        found = _RANGE.fullmatch(headers.get("Content-Range", "").strip())
        goes_on = status == 206 and found is not None and int(found[1]) == self.taken
        if not goes_on:
            self.restart()
            etag = headers.get("ETag", "").strip()
            # Bytes that were unpacked on the way have other places than those that are asked for.
            self._etag = etag if etag.startswith('"') and not packed else ""
        return goes_on or status != 206

    def restart(self) -> None:
        """Drop what came."""
        self._file.seek(0)
        self._file.truncate()
        self.taken = 0
        self._etag = ""

    def write(self, block: bytes) -> None:
        """Take the next bytes."""
        self._file.write(block)
        self.taken += len(block)
