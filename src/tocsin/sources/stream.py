"""A stream of evidence, and what is there but not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tocsin.sources.decode import Layer, begin, decoded
from tocsin.sources.origin import Break, Origin

__all__ = ["HEAD_BYTES", "Stream", "Unread"]

HEAD_BYTES: Final = 64 << 10
"""How much of a stream is looked at to recognise its format."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that was found and is not read: its name, why, and for how many things it stands.

    ``by_rule`` says that it is left out by a rule and no evidence is lost by it that was asked for (a hidden
    file, a device, a file that is read under another name); otherwise evidence is missing. ``unopened`` says that
    not one byte of it could be had: it is not there, may not be read, or is no file.
    """

    name: str
    reason: str
    count: int = 1
    by_rule: bool = False
    unopened: bool = False


class Stream:
    """The plain bytes of one file, of standard input, or of one member of an archive.

    ``name`` is the path as the person gave it, of a member ``archive.zip!/member``, of standard input ``stdin``; it
    is printable text.
    ``size`` is the size in bytes as stored (packed, if it is packed), -1 if unknown. ``local_path`` is set
    only for a plain regular file, which may then be read by other means.
    """

    def __init__(
        self,
        name: str,
        size: int,
        origin: Origin,
        layers: Sequence[Layer] = (),
        local_path: Path | None = None,
    ) -> None:
        self.name = name
        self.size = size
        self.local_path = local_path
        self.problem = ""
        """Why the latest pass ended before the end of the data; "" if it did not."""
        self._origin = origin
        self._layers = tuple(layers)

    def __repr__(self) -> str:
        return f"Stream({self.name!r}, size={self.size})"

    @property
    def taken(self) -> int:
        """How many of the stored bytes the latest pass has taken, for showing how far it is."""
        return self._origin.taken

    @property
    def replayable(self) -> bool:
        """Whether it can be read more than once."""
        return self._origin.replayable

    def chunks(self) -> Iterator[bytes]:
        """Yield the plain bytes in blocks of about 8 MiB; then ``problem`` tells if that was not all."""
        self.problem = ""
        given = 0
        try:
            for block in decoded(self._origin, self._layers):
                given += len(block)
                yield block
        except Break as stop:
            self.problem = stop.reason
        except OSError as error:
            self.problem = f"it cannot be read past byte {given}: {error.strerror or error}"

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """Return the first ``size`` plain bytes, fewer if there are no more or they cannot be read."""
        try:
            return begin(self._origin, self._layers, size)
        except OSError:
            return b""  # chunks() tells why
