"""From packed bytes to plain ones: layers over an origin, in bounded steps, with a guard against bombs."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tocsin.limits import DECOMPRESSION_FLOOR_BYTES, DECOMPRESSION_RATIO
from tocsin.sources.codec import CODEC_ERRORS, Codec, Decoder
from tocsin.sources.origin import CHUNK_BYTES, Break, Origin

__all__ = ["Checked", "Layer", "Meter", "Unpacked", "begin", "decoded"]

Layer = Callable[[Iterator[bytes], int], Iterator[bytes]]
"""Turns blocks into other blocks, in steps of at most about so many bytes of output."""

_INPUT_BYTES = 1 << 20
_PIPE_STEP_BYTES = 64 << 10  # of a pipe no more than this is lost before damage: it cannot be gone over again
_FINE_STEP_BYTES = 1 << 10
_HEAD_STEP_BYTES = 64 << 10
_JOIN_BELOW_BYTES = 1 << 20


class Meter:
    """What one file on disk has unpacked to, over all its layers and members, each byte counted once."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._peaks: dict[str, int] = {}
        self._total = 0

    def allows(self, key: str, made: int) -> bool:
        """Whether the layer ``key`` may make ``made`` bytes; False if that makes the file a bomb."""
        grown = made - self._peaks.get(key, 0)
        if grown <= 0:
            return True
        size = self._origin.size if self._origin.size >= 0 else self._origin.taken
        if self._total + grown > max(DECOMPRESSION_FLOOR_BYTES, DECOMPRESSION_RATIO * size):
            return False
        self._peaks[key] = made
        self._total += grown
        return True


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The layer that decompresses. Members, frames or streams one after another are read as one."""

    codec: Codec
    meter: Meter
    key: str

    def __call__(self, blocks: Iterator[bytes], step: int) -> Iterator[bytes]:
        """Yield what ``blocks`` unpack to.

        Raises:
            Break: the data ends early, is damaged, is followed by something else, or is a bomb.
        """
        name = self.codec.name
        decoder: Decoder | None = None
        members = taken = made = 0
        between = b""
        for block in blocks:
            taken += len(block)
            data = between + block if between else block
            between = b""
            while data or (decoder is not None and not decoder.needs_input):
                if decoder is None:
                    # gzip(1) and xz(1) pass over zeros between members: tapes and xz's padding have them.
                    data = data.lstrip(b"\0") if members else data
                    if members and len(data) < self.codec.magic_bytes:
                        between = data
                        break
                    if members and not self.codec.begins(data):
                        raise Break(self._not_read(taken - len(data)))
                    decoder = self.codec.decoder()
                    members += 1
                try:
                    piece = decoder.decompress(data, step)
                except CODEC_ERRORS as error:
                    place = f"near byte {taken}"
                    raise Break(f"{name} data is damaged {place} ({error})", damaged=True) from error
                data = b""
                if piece:
                    if not self.meter.allows(self.key, made + len(piece)):
                        ratio = f"unpacks to more than {DECOMPRESSION_RATIO} times its size"
                        raise Break(f"{ratio}; stopped at {made} bytes")
                    made += len(piece)
                    yield piece
                if decoder.eof:
                    data = decoder.unused_data
                    decoder = None
        if decoder is not None or not members:
            raise Break(f"{name} data ends early at byte {taken}")
        if between:
            raise Break(self._not_read(taken - len(between)))

    def _not_read(self, offset: int) -> str:
        return f"what follows byte {offset} is not {self.codec.name} data and is not read"


@dataclass(frozen=True, slots=True)
class Checked:
    """The layer that compares an archive member with the length and CRC-32 that the archive gives for it."""

    size: int
    crc: int

    def __call__(self, blocks: Iterator[bytes], step: int) -> Iterator[bytes]:  # noqa: ARG002 - adds no step
        """Yield ``blocks`` as they are.

        Raises:
            Break: after the last block, if the length or the sum differ.
        """
        crc = length = 0
        for block in blocks:
            crc = zlib.crc32(block, crc)
            length += len(block)
            yield block
        if length != self.size:
            raise Break(f"the member holds {length} bytes, where the archive promises {self.size}")
        if crc != self.crc:
            raise Break("the member differs from the checksum in the archive")


def decoded(origin: Origin, layers: Sequence[Layer]) -> Iterator[bytes]:
    """Yield the plain bytes of ``origin`` in blocks of about CHUNK_BYTES.

    A decoder loses what it made in the step in which it meets damage. So damage is approached twice, the
    second time in small steps, to hand over all but the last kibibyte before it. A pipe, which runs once, is
    read in rather small steps from the start.

    Raises:
        Break: after the last good byte, if that is not the end.
        OSError: the origin cannot be opened or read on.
    """
    if not layers:
        yield from origin.blocks(CHUNK_BYTES)
        return
    input_bytes = _INPUT_BYTES if origin.replayable else _PIPE_STEP_BYTES
    step = CHUNK_BYTES if origin.replayable else _PIPE_STEP_BYTES
    given = 0
    try:
        for block in _joined(_through(origin.blocks(input_bytes), layers, step)):
            given += len(block)
            yield block
    except Break as stop:
        if stop.damaged and origin.replayable:  # the second time tells the place more exactly, too
            again = _through(origin.blocks(4 * _FINE_STEP_BYTES), layers, _FINE_STEP_BYTES)
            yield from _joined(_after(given, again))
        raise


def begin(origin: Origin, layers: Sequence[Layer], size: int) -> bytes:
    """Return up to ``size`` bytes of the beginning, fewer if the stream is shorter or breaks before.

    Raises:
        OSError: the origin cannot be opened or read.
    """
    head = b""
    with suppress(Break):  # whoever reads the stream is told
        for block in _through(origin.blocks(_HEAD_STEP_BYTES, keep=True), layers, _HEAD_STEP_BYTES):
            head += block
            if len(head) >= size:
                break
    return head[:size]


def _through(blocks: Iterator[bytes], layers: Sequence[Layer], step: int) -> Iterator[bytes]:
    for layer in layers:
        blocks = layer(blocks, step)
    return blocks


def _after(skip: int, blocks: Iterator[bytes]) -> Iterator[bytes]:
    for block in blocks:
        if skip < len(block):
            yield block[skip:]
        skip = max(0, skip - len(block))


def _joined(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Join small blocks to large ones; what was gathered is handed over before an error passes."""
    held: list[bytes] = []
    total = 0
    try:
        for block in blocks:
            if held and total + len(block) > CHUNK_BYTES:
                yield b"".join(held)
                held, total = [], 0
            if not held and len(block) >= _JOIN_BELOW_BYTES:
                yield block
                continue
            held.append(block)
            total += len(block)
    except (Break, OSError):
        if held:
            yield b"".join(held)
        raise
    if held:
        yield b"".join(held)
