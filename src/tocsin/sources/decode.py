"""From packed bytes to plain ones: layers over an origin, in bounded steps, with a guard against bombs."""

from __future__ import annotations

import re
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
# Doubled as a member goes on: what a decoder does not use of its input it copies, at the end of each member.
_FIRST_GULP_BYTES = 4 << 10
_ZEROS = re.compile(rb"\0*")


class Meter:
    """What one file on disk has unpacked to, over all its layers and members, each byte counted once."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._peaks: dict[str, int] = {}
        self._total = 0

    def room(self, key: str, made: int) -> int:
        """Return how many bytes the layer ``key``, which has made ``made``, may still make."""
        size = self._origin.size if self._origin.size >= 0 else self._origin.taken
        limit = max(DECOMPRESSION_FLOOR_BYTES, DECOMPRESSION_RATIO * size)
        return limit - self._total + max(0, self._peaks.get(key, 0) - made)

    def note(self, key: str, made: int) -> None:
        """Note that the layer ``key`` has made ``made`` bytes; those of an earlier pass count once."""
        peak = self._peaks.get(key, 0)
        if made > peak:
            self._peaks[key] = made
            self._total += made - peak


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
        run = _Run(self, step)
        for block in blocks:
            yield from run.take(block)
        run.end()


class _Run:
    """One pass of a decompressing layer."""

    def __init__(self, layer: Unpacked, step: int) -> None:
        self._codec = layer.codec
        self._meter = layer.meter
        self._key = layer.key
        self._step = step
        self._decoder: Decoder | None = None
        self._members = self._made = 0
        self._start = 0  # offset of _data in the layer's input
        self._data = b""
        self._at = 0  # what of _data has been given to a decoder
        self._gulp = _FIRST_GULP_BYTES

    def take(self, block: bytes) -> Iterator[bytes]:
        """Yield what can be unpacked now that ``block`` has come."""
        self._start += self._at
        self._data = self._data[self._at :] + block if self._at < len(self._data) else block
        self._at = 0
        while self._decoder is not None or self._begin_member():
            decoder = self._decoder
            assert decoder is not None
            if decoder.needs_input and self._at == len(self._data):
                return
            if piece := self._decode(decoder):
                self._made += len(piece)
                self._meter.note(self._key, self._made)
                yield piece
            if decoder.eof:
                self._at -= len(decoder.unused_data)
                self._decoder = None

    def end(self) -> None:
        """Break unless the input may end here."""
        if self._decoder is not None or not self._members:
            raise Break(f"{self._codec.name} data ends early at byte {self._start + len(self._data)}")
        if self._at < len(self._data):
            raise self._foreign()

    def _begin_member(self) -> bool:
        """Make a decoder if another member begins; False if that cannot be told yet."""
        if self._members:
            # gzip(1) and xz(1) pass over zeros between members: tapes and xz's padding have them.
            zeros = _ZEROS.match(self._data, self._at)
            self._at = zeros.end() if zeros else self._at
            if len(self._data) - self._at < max(1, self._codec.magic_bytes):
                return False
            if not self._codec.begins(self._data, self._at):
                raise self._foreign()
        elif not self._data:
            return False
        self._decoder = self._codec.decoder()
        self._members += 1
        self._gulp = _FIRST_GULP_BYTES
        return True

    def _decode(self, decoder: Decoder) -> bytes:
        given = b""
        if decoder.needs_input:
            given = self._data[self._at : self._at + self._gulp]
            self._at += len(given)
            self._gulp *= 2
        room = self._meter.room(self._key, self._made)
        try:
            piece = decoder.decompress(given, min(self._step, room + 1))
        except CODEC_ERRORS as error:
            place = f"near byte {self._start + self._at}"
            raise Break(f"{self._codec.name} data is damaged {place} ({error})", damaged=True) from error
        if len(piece) > room:
            ratio = f"unpacks to more than {DECOMPRESSION_RATIO} times its size"
            raise Break(f"{ratio}; stopped at {self._made} bytes")
        return piece

    def _foreign(self) -> Break:
        place = f"byte {self._start + self._at}"
        return Break(f"what follows {place} is not {self._codec.name} data and is not read")


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
