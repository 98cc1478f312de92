"""Compression formats, recognised by their first bytes, each with a decoder whose output is bounded a call.

Sources: gzip RFC 1952, deflate RFC 1951, Zstandard RFC 8878, the .xz file format 1.1.0 section 2.1.1, and the
bzip2 stream header (``BZh``, a digit, then the block or end magic).
"""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Protocol

import zstandard

from tocsin.limits import CODEC_MEMORY_BYTES

__all__ = ["BZ2", "CODECS", "CODEC_ERRORS", "DEFLATE", "GZIP", "XZ", "ZSTD"]
__all__ += ["Codec", "Decoder"]


CODEC_ERRORS: Final = (zlib.error, lzma.LZMAError, zstandard.ZstdError, OSError, ValueError)
"""What decoders raise for bytes they cannot read (bz2 raises OSError)."""


class Decoder(Protocol):
    """Decodes one member (gzip), frame (zstd) or stream (bz2, xz), in steps.

    ``eof`` turns true at its end, then ``unused_data`` holds what was given beyond it. While ``needs_input``
    is false more output is had by giving ``b""``.
    """

    @property
    def eof(self) -> bool: ...  # noqa: D102 - told above

    @property
    def needs_input(self) -> bool: ...  # noqa: D102 - told above

    @property
    def unused_data(self) -> bytes: ...  # noqa: D102 - told above

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Take ``data`` and return at most about ``max_length`` bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Codec:
    """A compression format. ``magic`` matches how its data begins, None where nothing tells (raw deflate)."""

    name: str
    decoder: Callable[[], Decoder]
    magic: re.Pattern[bytes] | None = None
    magic_bytes: int = 0

    def begins(self, data: bytes, at: int = 0) -> bool:
        """Whether ``data`` is, from ``at``, as this format begins."""
        return self.magic is not None and self.magic.match(data, at) is not None


class _Inflate:
    """zlib's decoder in the shape of bz2's and lzma's."""

    def __init__(self, window_bits: int) -> None:
        self._inner = zlib.decompressobj(window_bits)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        tail = self._inner.unconsumed_tail
        made = self._inner.decompress(tail + data if tail else data, max_length)
        # A full step may leave output inside zlib even when all input is taken.
        self.needs_input = not self._inner.unconsumed_tail and len(made) < max_length
        return made


_ZSTD_BLOCK_BYTES = 128 << 10  # RFC 8878 section 3.1.1.2.4: the most that one block holds or unpacks to
_ZSTD_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_RLE, _RESERVED = 1, 3  # block types


class _State(Enum):
    HEADER = auto()
    BLOCK = auto()
    CHECKSUM = auto()
    SKIPPED = auto()
    END = auto()


class _Unzstd:
    """One Zstandard frame, given to the library in whole blocks.

    The library bounds its output by nothing but its input. So the block headers are followed here: a block
    unpacks to at most 128 KiB, and the last one is known.
    """

    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor(max_window_size=CODEC_MEMORY_BYTES).decompressobj()
        self._data = b""
        self._at = 0  # what of _data has been passed
        self._state = _State.HEADER
        self._skippable = False
        self._checksum = False
        self._skip_bytes = 0
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._state is _State.END

    @property
    def unused_data(self) -> bytes:
        return self._data[self._at :]

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        rest = self._data[self._at :]
        self._data = rest + data if rest else data
        self._at = 0
        self.needs_input = False
        for _ in range(max(1, max_length // _ZSTD_BLOCK_BYTES)):
            if self._state is _State.END:
                break
            if not self._pass_unit():
                self.needs_input = True
                break
        if self._skippable or not self._at:
            return b""
        return self._inner.decompress(self._data[: self._at])

    def _pass_unit(self) -> bool:
        """Step over the next header, block or checksum; False if it is not all there yet."""
        if self._state is _State.HEADER:
            return self._pass_header()
        if self._state is _State.BLOCK:
            return self._pass_block()
        if self._state is _State.CHECKSUM:
            return self._pass(4, _State.END)
        passed = min(self._skip_bytes, len(self._data) - self._at)
        self._skip_bytes -= passed
        return self._pass(passed, _State.SKIPPED if self._skip_bytes else _State.END) and passed > 0

    def _pass(self, size: int, state: _State) -> bool:
        if self._at + size > len(self._data):
            return False
        self._at += size
        self._state = state
        return True

    def _pass_header(self) -> bool:  # section 3.1.1.1
        head = self._data[self._at : self._at + 8]
        if len(head) < 8:
            return False
        if _ZSTD_SKIPPABLE.match(head):  # section 3.1.2
            self._skippable = True
            self._skip_bytes = int.from_bytes(head[4:], "little")
            return self._pass(8, _State.SKIPPED if self._skip_bytes else _State.END)
        descriptor = head[4]
        single_segment = bool(descriptor & 0x20)
        self._checksum = bool(descriptor & 0x04)
        window = 0 if single_segment else 1
        dictionary = (0, 1, 2, 4)[descriptor & 3]
        content = (int(single_segment), 2, 4, 8)[descriptor >> 6]
        return self._pass(5 + window + dictionary + content, _State.BLOCK)

    def _pass_block(self) -> bool:  # section 3.1.1.2
        head = int.from_bytes(self._data[self._at : self._at + 3], "little")
        kind, size = head >> 1 & 3, head >> 3
        if kind == _RESERVED or size > _ZSTD_BLOCK_BYTES:
            raise ValueError("no such block")
        after = _State.BLOCK if not head & 1 else _State.CHECKSUM if self._checksum else _State.END
        return self._pass(3 + (1 if kind == _RLE else size), after)


def _unxz() -> Decoder:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=CODEC_MEMORY_BYTES)


GZIP: Final = Codec("gzip", lambda: _Inflate(16 + zlib.MAX_WBITS), re.compile(rb"\x1f\x8b\x08"), 3)
DEFLATE: Final = Codec("deflate", lambda: _Inflate(-zlib.MAX_WBITS))
BZ2: Final = Codec("bzip2", bz2.BZ2Decompressor, re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"), 10)
XZ: Final = Codec("xz", _unxz, re.compile(rb"\xfd7zXZ\0"), 6)
ZSTD: Final = Codec("zstd", _Unzstd, re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"), 4)
CODECS: Final = (GZIP, ZSTD, BZ2, XZ)
"""Those that are recognised by how their data begins."""
