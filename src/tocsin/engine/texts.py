"""The values of an Arrow string array as the bytes they are, eight of them a number."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.engine.casts import ABSENT

__all__ = ["NO_ROWS", "WORD", "WORD_MASK", "Rows", "Texts", "Words", "bytes_equal", "folded"]

Words = npt.NDArray[np.uint64]
"""Eight bytes of each row, the first of them the lowest."""

Rows = npt.NDArray[np.int64]
"""Numbers of rows in an array, from 0."""

NO_ROWS: Rows = np.empty(0, np.int64)
WORD = 8
WORD_MASK = np.array([(1 << 8 * n) - 1 for n in range(WORD + 1)], np.uint64)
"""By how many bytes there are, what keeps these of a word."""

_FOLD = np.uint64(0x2020202020202020)
_LOW = np.uint64(0x0101010101010101)
_SEVEN = np.uint64(0x7F7F7F7F7F7F7F7F)


class Texts:
    """The values of an Arrow string array as the bytes they are."""

    def __init__(self, values: pa.StringArray) -> None:
        self.values = values
        _, offsets, data = values.buffers()
        whole = np.frombuffer(offsets, np.int32)[values.offset : values.offset + len(values) + 1]
        self.start, self.end = whole[:-1], whole[1:]
        self.length = self.end - self.start
        self._data = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
        self._first, self._last = int(whole[0]), int(whole[-1])

    @cached_property
    def head(self) -> Words:
        """The first eight bytes of each value, letters folded (:func:`folded`)."""
        return folded(self.words(self.start, self.length))

    @cached_property
    def tail(self) -> Words:
        """The last eight bytes of each value, of a shorter one all, letters folded."""
        return folded(self.words(np.maximum(self.end - WORD, self.start), self.length))

    def __len__(self) -> int:
        return len(self.start)

    @property
    def data(self) -> npt.NDArray[np.uint8]:
        """The bytes of all values, one after another."""
        return self._data[self._first : self._last]

    @cached_property
    def all_there(self) -> bool:
        """Whether each is a value: none is empty or what logs write for no value."""
        short = np.flatnonzero(self.length < WORD)
        return not (
            len(short) and (~self.length[short].astype(bool) | np.isin(self.head[short], _ABSENT)).any()
        )

    def rows_of(self, places: npt.NDArray[np.int64]) -> Rows:
        """The rows whose bytes stand at ``places`` of :attr:`data`, each once."""
        return np.unique(np.searchsorted(self.end, places + self._first, side="right"))

    def holding(self, byte: int) -> Rows:
        """The rows that hold ``byte``."""
        found = self.data == byte
        return self.rows_of(np.flatnonzero(found)) if found.any() else NO_ROWS

    def words(self, at: npt.NDArray[np.int32], length: npt.NDArray[np.int32]) -> Words:
        """The ``length`` bytes (as many as eight) that begin ``at``, as little-endian numbers.

        ``at`` does not decrease from row to row.
        """
        words = self._unmasked(at)
        if len(length) and np.min(length) < WORD:
            words &= WORD_MASK[np.clip(length, 0, WORD)]
        return words

    def _unmasked(self, at: npt.NDArray[np.int32]) -> Words:
        safe = len(self._data) - WORD
        cut = int(np.searchsorted(at, safe, side="right"))
        if cut == len(at):
            return _overlapping(self._data)[at] if cut else np.empty(0, np.uint64)
        # The last values end too near the buffer's end for eight bytes to be read.
        begin = int(at[cut])
        rest = np.zeros(len(self._data) - begin + 2 * WORD, np.uint8)
        rest[: len(self._data) - begin] = self._data[begin:]
        words = np.empty(len(at), np.uint64)
        words[cut:] = _overlapping(rest)[at[cut:] - begin]
        if cut:
            words[:cut] = _overlapping(self._data)[at[:cut]]
        return words

    def ending_with(self, characters: bytes) -> Rows:
        """The rows whose last byte is one of ``characters``."""
        if not len(self._data):
            return NO_ROWS
        last = self._data[np.maximum(self.end - 1, 0)]
        wanted = np.zeros(256, np.bool_)
        wanted[list(characters)] = True
        return np.flatnonzero(wanted[last] & (self.length > 0))


def folded(words: Words) -> Words:
    """Words with the bit set by which letters differ in case; ``words`` itself is changed.

    Other characters that it makes one only let more through.
    """
    words |= _FOLD
    return words


def _overlapping(data: npt.NDArray[np.uint8]) -> Words:
    """The bytes as a number of eight bytes at each place, the next beginning one byte further."""
    return np.ndarray((len(data) - WORD + 1,), "<u8", data, strides=(1,))


_ABSENT = [int.from_bytes(text.ljust(WORD).lower().encode(), "little") for text in ABSENT]


def bytes_equal(words: Words, characters: bytes) -> Words:
    """0x80 in each byte that is one of ``characters`` (S. E. Anderson, Bit Twiddling Hacks: zero in a word)."""
    found = np.zeros(len(words), np.uint64)
    for character in characters:
        other = words ^ (_LOW * np.uint64(character))
        found |= ~(((other & _SEVEN) + _SEVEN) | other | _SEVEN)
    return found
