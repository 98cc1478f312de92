"""JSON objects in a document: an array of them, one after another, or under a top-level key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin import limits
from tocsin.detect.readers.encoding import utf8_chunks
from tocsin.detect.readers.interface import Batch, Reader, Tally
from tocsin.detect.readers.json_keys import flat_keys
from tocsin.detect.readers.lines import HOLDS_NUL, NOT_UTF8
from tocsin.detect.readers.ndjson import NOT_AN_OBJECT, TOO_DEEP, nested_too_deep

__all__ = ["CONTAINER_KEYS", "json_reader"]

CONTAINER_KEYS = frozenset({"records", "events", "value", "results", "logs", "items"})
"""Top-level keys, in lower case, whose array holds the rows (CloudTrail ``Records``, Azure ``value``)."""

_KEY = re.compile(rb'"([A-Za-z_]{1,32})"\s*:\s*\Z')
_KEY_BYTES = 128
_BLANKS_AND_COMMAS = b" \t\r\n,"
_QUOTE, _BACKSLASH = 0x22, 0x5C
_OPEN_OBJECT, _OPEN_ARRAY, _CASE_BIT = 0x7B, 0x5B, 0x20
_CLOSE_OBJECT = 0x7D
_NOWHERE = -1


def json_reader(fields: Sequence[str]) -> Reader:
    """A reader of JSON documents; the row number is the object's number in the file, 1-based.

    Rows are the objects of a top-level array, objects one after another (also pretty-printed), or the
    objects of the array under one of ``CONTAINER_KEYS`` of a top-level object. Memory is bounded: an object
    longer than ``limits.LINE_BYTES`` is counted as skipped and its bytes dropped.
    """
    asked = frozenset(fields)

    def read(chunks: Iterable[bytes], tally: Tally) -> Iterator[Batch]:
        rows = _Rows(tally)
        first = True
        for objects, numbers in rows.read(chunks):
            if first:
                tally.unmapped |= set(flat_keys([objects[0]])) - asked
                first = False
            tally.read += len(objects)
            text = pa.array(objects, pa.binary()).view(pa.string())
            yield Batch(rows=pa.array(numbers, pa.int64()), json=text)

    return read


@dataclass(slots=True)
class _Structure:
    """Finds brackets outside strings in pieces of JSON, and how deep each is."""

    in_string: bool = False
    escaped: bool = False
    depth: int = 0

    def brackets(self, piece: bytes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Offsets of the brackets in ``piece``, and the depth behind each (never below 0)."""
        data = np.frombuffer(piece, np.uint8)
        quotes = self._unescaped_quotes(data)
        folded = data | _CASE_BIT
        at = np.flatnonzero((folded == _OPEN_OBJECT) | (folded == _CLOSE_OBJECT))
        before = np.searchsorted(quotes, at) + self.in_string
        at = at[before % 2 == 0]
        self.in_string ^= bool(len(quotes) % 2)
        steps = np.where(folded[at] == _OPEN_OBJECT, 1, -1)
        walk = self.depth + np.cumsum(steps)
        # A bracket that closes nothing leaves the depth at 0.
        depths = walk - np.minimum(np.minimum.accumulate(walk), 0) if len(walk) else walk
        if len(depths):
            self.depth = int(depths[-1])
        return at, depths

    def _unescaped_quotes(self, data: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
        quotes = np.flatnonzero(data == _QUOTE)
        slashes = np.flatnonzero(data == _BACKSLASH)
        was_escaped, self.escaped = self.escaped, False
        if was_escaped and len(data):
            quotes = quotes[quotes > 0]
            slashes = slashes[slashes > 0]
        if not len(slashes):
            return quotes
        # Of a run of backslashes each second one is escaped; an odd run escapes what follows it.
        begins = np.flatnonzero(np.diff(slashes, prepend=-2) != 1)
        lengths = np.diff(begins, append=len(slashes))
        ends = slashes[begins] + lengths
        escaped = ends[lengths % 2 == 1]
        self.escaped = bool(len(escaped)) and int(escaped[-1]) == len(data)
        return quotes[~np.isin(quotes, escaped, assume_unique=True)]


class _Rows:
    """Cuts a document into its rows.

    ``_base`` is the depth that rows stand at: 0 by themselves, 1 in a top-level array, 2 in a container's
    array, and ``_NOWHERE`` in what else a container holds.
    """

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._row = 0
        self._objects: list[bytes] = []
        self._numbers: list[int] = []
        self._base = 0
        self._start: int | None = None
        self._used = 0
        self._too_long = False
        self._stray = False

    def read(self, chunks: Iterable[bytes]) -> Iterator[tuple[list[bytes], list[int]]]:
        """Yield objects and their row numbers."""
        structure = _Structure()
        held = b""
        for piece in _pieces(utf8_chunks(chunks, self._tally), max(1, limits.BLOCK_BYTES // 16)):
            at, depths = structure.brackets(piece)
            # Deeper brackets never begin or end a row.
            shallow = depths <= 3
            text = held + piece
            self._used = 0
            self._walk(text, at[shallow] + len(held), depths[shallow])
            held = self._rest(text)
            yield from self._batch()
        self._end(structure.depth)
        yield from self._batch()

    def _batch(self) -> Iterator[tuple[list[bytes], list[int]]]:
        if self._objects:
            yield self._objects, self._numbers
            self._objects, self._numbers = [], []

    def _walk(self, text: bytes, at: npt.NDArray[np.int64], depths: npt.NDArray[np.int64]) -> None:
        kinds = np.frombuffer(text, np.uint8)[at]
        for position, depth, kind in zip(at.tolist(), depths.tolist(), kinds.tolist(), strict=True):
            if kind in (_OPEN_OBJECT, _OPEN_ARRAY):
                self._open(text, position, depth, is_object=kind == _OPEN_OBJECT)
            else:
                self._close(text, position, depth)

    def _open(self, text: bytes, position: int, depth: int, *, is_object: bool) -> None:
        if depth == 1:
            self._gap(text, position)
            self._base = 0 if is_object else 1
            if is_object:
                self._start = position
            self._used = position + 1
        elif self._base == 0:
            if depth == 2 and not is_object and _is_container(text[max(0, position - _KEY_BYTES) : position]):
                self._base, self._start, self._too_long = 2, None, False
                self._used = position + 1
        elif is_object and depth == self._base + 1:
            self._gap(text, position)
            self._start = position

    def _close(self, text: bytes, position: int, depth: int) -> None:
        if self._start is not None:
            if depth == self._base:
                self._emit(text[self._start : position + 1])
                self._start, self._used = None, position + 1
        elif depth < self._base:
            # An array of rows ends; in a container nothing else is a row.
            self._gap(text, position)
            self._base = _NOWHERE if depth else 0
            self._used = position + 1
        elif depth == 0:
            if self._base == 0:
                self._stray = True
            self._base, self._used = 0, position + 1

    def _gap(self, text: bytes, position: int) -> None:
        """Count what stands between two rows and is none."""
        if self._base != _NOWHERE and (self._stray or text[self._used : position].strip(_BLANKS_AND_COMMAS)):
            self._row += 1
            self._tally.skip(NOT_AN_OBJECT, self._row)
        self._stray = False

    def _emit(self, text: bytes) -> None:
        self._row += 1
        if problem := self._problem(text):
            self._tally.skip(problem, self._row)
        else:
            self._objects.append(text)
            self._numbers.append(self._row)
        self._too_long = False

    def _problem(self, text: bytes) -> str | None:
        if self._too_long or len(text) > limits.LINE_BYTES:
            return f"longer than {limits.LINE_BYTES >> 20} MiB"
        if b"\0" in text:
            return HOLDS_NUL
        if not text.isascii():
            try:
                text.decode()
            except UnicodeDecodeError:
                return NOT_UTF8
        brackets = text.count(b"{") + text.count(b"[")
        return TOO_DEEP if brackets > limits.JSON_NESTING and nested_too_deep(text) else None

    def _rest(self, text: bytes) -> bytes:
        """What has to be kept of ``text``: the row that is open."""
        if self._start is None:
            self._stray |= self._base != _NOWHERE and bool(text[self._used :].strip(_BLANKS_AND_COMMAS))
            return b""
        self._too_long |= len(text) - self._start > limits.LINE_BYTES
        rest = b"" if self._too_long else text[self._start :]
        self._start = 0
        return rest

    def _end(self, depth: int) -> None:
        if self._start is not None:
            self._row += 1
            self._tally.skip("cut off at the end", self._row)
        else:
            self._used = 0
            self._gap(b"", 0)
        if depth:
            self._tally.notes.append("the JSON is not closed at its end")


def _is_container(before: bytes) -> bool:
    found = _KEY.search(before)
    return found is not None and found[1].decode().lower() in CONTAINER_KEYS


def _pieces(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """``chunks``, joined and cut to about ``size``."""
    pending: list[bytes] = []
    held = 0
    for chunk in chunks:
        pending.append(chunk)
        held += len(chunk)
        if held >= size:
            text = b"".join(pending)
            yield from (text[start : start + size] for start in range(0, len(text), size))
            pending, held = [], 0
    if held:
        yield b"".join(pending)
