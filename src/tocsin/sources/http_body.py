"""A body that was packed for the way, unpacked in small steps and with a guard against bombs (RFC 1952)."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPException
from typing import Final

from tocsin.limits import DECOMPRESSION_RATIO, HTTP_PACKED_FLOOR_BYTES
from tocsin.sources.codec import CODEC_ERRORS, GZIP

__all__ = ["Bomb", "unpacked"]

_CHUNK_BYTES: Final = 64 << 10


class Bomb(Exception):
    """An answer unpacks to more than any honest one."""


def unpacked(blocks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    """Yield what gzip members, one after another, unpack to, in small steps; stops soon after ``limit``.

    Raises:
        Bomb: they unpack to more than ``limits.DECOMPRESSION_RATIO`` times their size.
        HTTPException: they are damaged or end early.
    """
    decoder = None
    taken = made = 0
    for block in blocks:
        taken += len(block)
        data = block
        while data or (decoder is not None and not decoder.needs_input):
            decoder = decoder or GZIP.decoder()
            try:
                piece = decoder.decompress(data, _CHUNK_BYTES)
            except CODEC_ERRORS as error:
                raise HTTPException(f"its gzip data is damaged ({error})") from error
            made += len(piece)
            if made > max(HTTP_PACKED_FLOOR_BYTES, DECOMPRESSION_RATIO * taken):
                raise Bomb
            yield piece
            if made > limit:
                return
            data = b""
            if decoder.eof:
                data, decoder = decoder.unused_data, None
    if decoder is not None or not taken:
        raise HTTPException("its gzip data ends early")
