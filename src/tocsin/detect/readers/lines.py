"""Whole lines cut out of byte chunks, without copying a line."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin import limits
from tocsin.detect.readers.encoding import utf8_chunks
from tocsin.detect.readers.interface import Tally

__all__ = [
    "HOLDS_NUL",
    "NOT_UTF8",
    "Lines",
    "blank_lines",
    "cut_lines",
    "skip_rows",
    "sound_lines",
    "torn_lines",
    "unsound_lines",
]

HOLDS_NUL = "holds NUL bytes"
NOT_UTF8 = "not UTF-8"
_NEWLINE = 0x0A
_RETURN = 0x0D


@dataclass(frozen=True, slots=True)
class Lines:
    """Consecutive pieces of one buffer, a line each.

    ``data`` holds the lines and nothing else; line *i* is ``data[offsets[i]:offsets[i + 1]]``, *with* its
    line end (taking it off would copy every byte; JSON and the other readers take it for a blank).
    ``offsets`` is int32 and one longer than ``rows``, the int64 line numbers, 1-based.
    """

    data: bytes
    offsets: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int | np.signedinteger) -> bytes:
        return self.data[self.offsets[index] : self.offsets[int(index) + 1]]

    @property
    def text(self) -> pa.StringArray:
        """The lines as an Arrow array over the same bytes."""
        return pa.StringArray.from_buffers(len(self), pa.py_buffer(self.offsets), pa.py_buffer(self.data))

    def first_bytes(self) -> npt.NDArray[np.uint8]:
        """Each line's first byte. No line is empty: each has its line end, or is an unfinished last one."""
        return np.frombuffer(self.data, np.uint8)[self.offsets[:-1]]

    def where(self, keep: npt.NDArray[np.bool_]) -> Lines:
        """The lines where ``keep`` is true; copies their bytes unless all are kept."""
        if keep.all():
            return self
        binary = pa.BinaryArray.from_buffers(
            pa.binary(), len(self), [None, pa.py_buffer(self.offsets), pa.py_buffer(self.data)]
        )
        kept = binary.filter(pa.array(keep))
        _, offsets, data = kept.buffers()
        ends = np.frombuffer(offsets, np.int32)[: len(kept) + 1]
        return Lines(data.to_pybytes()[: int(ends[-1])] if data else b"", ends, self.rows[keep])

    def between(self, start: int, stop: int) -> Lines:
        """Lines ``start`` to ``stop`` (exclusive); copies their bytes unless it is all of them."""
        if start == 0 and stop == len(self):
            return self
        offsets = self.offsets[start : stop + 1]
        data = self.data[int(offsets[0]) : int(offsets[-1])]
        return Lines(data, offsets - offsets[0], self.rows[start:stop])

    def followed_by(self, other: Lines) -> Lines:
        """These lines and ``other`` in one buffer."""
        if not len(self):
            return other
        shifted = other.offsets[1:] + self.offsets[-1]
        return Lines(
            self.data + other.data,
            np.concatenate([self.offsets, shifted]),
            np.concatenate([self.rows, other.rows]),
        )


def skip_rows(tally: Tally, reason: str, rows: npt.NDArray[np.int64]) -> None:
    """Count ``rows`` (line numbers) as skipped for ``reason``, without a call for each."""
    for row in rows[: limits.SKIPPED_EXAMPLES]:
        tally.skip(reason, int(row))
    rest = rows[limits.SKIPPED_EXAMPLES :]
    if len(rest):
        tally.skip(reason, int(rest[0]), len(rest))


def cut_lines(chunks: Iterable[bytes], tally: Tally) -> Iterator[Lines]:
    """Yield the lines of ``chunks`` (cut anywhere) in blocks of an eighth of ``BLOCK_BYTES`` or more.

    A final line without a line end is a line. A line longer than ``limits.LINE_BYTES`` is counted as
    skipped; its bytes are dropped as they come, so memory stays bounded whatever its length. Line
    numbers count physical lines. A byte order mark is removed and UTF-16 transcoded.
    """
    too_long = f"longer than {limits.LINE_BYTES >> 20} MiB"
    target = max(1, limits.BLOCK_BYTES // 8)
    row = 1
    ready: list[memoryview] = []
    tail: list[memoryview] = []
    ready_bytes = tail_bytes = 0
    dropping = False
    for piece in _pieces(utf8_chunks(chunks, tally), target):
        cut = _after_last_newline(piece)
        if dropping:
            if not cut:
                continue
            start = bytes(piece).find(b"\n") + 1
            tally.skip(too_long, row)
            row += 1
            dropping = False
            piece, cut = piece[start:], cut - start  # noqa: PLW2901 - the rest of it
        if cut:
            ready += [*tail, piece[:cut]]
            ready_bytes += tail_bytes + cut
            tail, tail_bytes = [], 0
        if len(piece) > cut:
            tail.append(piece[cut:])
            tail_bytes += len(piece) - cut
        dropping = tail_bytes > limits.LINE_BYTES
        if dropping:
            tail, tail_bytes = [], 0
        if ready and (dropping or ready_bytes >= target):
            block = b"".join(ready)
            ready, ready_bytes = [], 0
            row = yield from _split(block, row, too_long, tally)
    if rest := b"".join([*ready, *tail]):
        row = yield from _split(rest, row, too_long, tally)
    if dropping:
        tally.skip(too_long, row)


def _pieces(chunks: Iterable[bytes], size: int) -> Iterator[memoryview]:
    for chunk in chunks:
        view = memoryview(chunk)
        for start in range(0, len(view), size):
            yield view[start : start + size]


def _after_last_newline(piece: memoryview) -> int:
    """The offset behind the last newline of ``piece``, 0 if it has none."""
    # Nearly always in the last 64 KiB: looking there first spares copying the piece.
    near = max(0, len(piece) - (64 << 10))
    found = bytes(piece[near:]).rfind(b"\n") + 1
    return near + found if found else bytes(piece[:near]).rfind(b"\n") + 1


def _split(block: bytes, row: int, too_long: str, tally: Tally) -> Generator[Lines, None, int]:
    """Yield the lines of ``block``, parted where one is too long; return the next row."""
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == _NEWLINE) + 1
    if not len(ends) or ends[-1] != len(block):
        ends = np.append(ends, len(block))
    offsets = np.zeros(len(ends) + 1, np.int32)
    offsets[1:] = ends
    lines = Lines(block, offsets, np.arange(row, row + len(ends), dtype=np.int64))
    if len(block) <= limits.LINE_BYTES:
        yield lines
        return row + len(lines)
    # An unfinished last line is never too long here: it would have been dropped as it came.
    lengths = np.diff(offsets) - 1
    long = np.flatnonzero(lengths > limits.LINE_BYTES)
    start = 0
    for index in [*map(int, long), len(lines)]:
        if index > start:
            yield lines.between(start, index)
        if index < len(lines):
            tally.skip(too_long, int(lines.rows[index]))
        start = index + 1
    return row + len(lines)


def sound_lines(lines: Lines, tally: Tally) -> Lines:
    """``lines`` without the blank ones, and without those that hold NUL bytes or are not UTF-8 (counted)."""
    keep = np.ones(len(lines), np.bool_)
    keep[blank_lines(lines)] = False
    for reason, bad in unsound_lines(lines):
        skip_rows(tally, reason, lines.rows[bad])
        keep[bad] = False
    return lines.where(keep)


def unsound_lines(lines: Lines) -> list[tuple[str, npt.NDArray[np.int64]]]:
    """Why lines cannot be read as text, and the indices of those; a line is named once."""
    found = []
    nul = np.empty(0, np.int64)
    if b"\0" in lines.data:
        at = np.flatnonzero(np.frombuffer(lines.data, np.uint8) == 0)
        nul = np.unique(np.searchsorted(lines.offsets, at, side="right") - 1)
        found.append((HOLDS_NUL, nul))
    if not _is_utf8(lines):
        high = np.flatnonzero(np.frombuffer(lines.data, np.uint8) >= 0x80)
        suspects = np.unique(np.searchsorted(lines.offsets, high, side="right") - 1)
        suspects = suspects[~np.isin(suspects, nul)]
        found.append((NOT_UTF8, np.array([i for i in suspects if not _decodes(lines[i])], np.int64)))
    return found


def torn_lines(lines: Lines) -> npt.NDArray[np.int64]:
    """Indices of the lines that hold a carriage return anywhere but before their newline."""
    if b"\r" not in lines.data:
        return np.empty(0, np.int64)
    data = np.frombuffer(lines.data, np.uint8)
    returns = np.flatnonzero(data == _RETURN)
    alone = returns[np.append(data, 0)[returns + 1] != _NEWLINE]
    return np.unique(np.searchsorted(lines.offsets, alone, side="right") - 1)


def blank_lines(lines: Lines) -> npt.NDArray[np.int64]:
    """Indices of the lines that hold a line end, or carriage returns, and nothing else."""
    if not len(lines):
        return np.empty(0, np.int64)
    suspects = np.flatnonzero(np.isin(lines.first_bytes(), (_NEWLINE, _RETURN)))
    return np.array([index for index in suspects if not lines[index].strip(b"\r\n")], np.int64)


def _is_utf8(lines: Lines) -> bool:
    try:
        lines.text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
