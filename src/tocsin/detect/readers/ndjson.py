"""JSON objects, one a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin import limits
from tocsin.detect.readers.interface import Batch, Reader, Tally
from tocsin.detect.readers.json_keys import flat_keys
from tocsin.detect.readers.lines import Lines, cut_lines, skip_rows, sound_lines

__all__ = ["NOT_AN_OBJECT", "TOO_DEEP", "ndjson_reader", "nested_too_deep", "shallow"]

NOT_AN_OBJECT = "not a JSON object"
TOO_DEEP = "nested too deep"

_BLANKS = b" \t\r\n"
_BRACE = 0x7B
_CASE_BIT = 0x20
_STRING = re.compile(rb'"[^"]*"')
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'"{}[]'))
_STEP = np.zeros(256, np.int64)
_STEP[list(b"{[")] = 1
_STEP[list(b"}]")] = -1


def ndjson_reader(fields: Sequence[str]) -> Reader:
    """A reader of NDJSON (JSON Lines): a JSON object a line, the row number its line number.

    Only what costs nothing is looked at here: a line that does not start with ``{`` and one nested
    deeper than ``limits.JSON_NESTING`` are skipped. Whether the rest is JSON is found where its fields
    are extracted; until then such a row counts as read.
    """
    asked = frozenset(fields)

    def read(chunks: Iterable[bytes], tally: Tally) -> Iterator[Batch]:
        first = True
        for block in cut_lines(chunks, tally):
            lines = shallow(_objects(sound_lines(block, tally), tally), tally)
            if not len(lines):
                continue
            if first:
                tally.unmapped |= set(flat_keys([lines[0]])) - asked
                first = False
            tally.read += len(lines)
            yield Batch(rows=pa.array(lines.rows), json=lines.text)

    return read


def _objects(lines: Lines, tally: Tally) -> Lines:
    if not len(lines):
        return lines
    first = lines.first_bytes()
    keep = first == _BRACE
    if keep.all():
        return lines
    refused = ~keep
    for index in np.flatnonzero(np.isin(first, list(_BLANKS))):
        text = lines[index].lstrip(_BLANKS)
        keep[index] = text.startswith(b"{")
        refused[index] = bool(text) and not keep[index]
    skip_rows(tally, NOT_AN_OBJECT, lines.rows[refused])
    return lines.where(keep)


def shallow(lines: Lines, tally: Tally) -> Lines:
    """``lines`` without those nested deeper than ``limits.JSON_NESTING``, which are counted as skipped."""
    suspects = _with_many_brackets(lines)
    deep = np.array([i for i in suspects if nested_too_deep(lines[i])], np.int64)
    if not len(deep):
        return lines
    skip_rows(tally, TOO_DEEP, lines.rows[deep])
    keep = np.ones(len(lines), np.bool_)
    keep[deep] = False
    return lines.where(keep)


def _with_many_brackets(lines: Lines) -> npt.NDArray[np.int64]:
    """Indices of lines that open more than ``JSON_NESTING`` brackets; each line opens one at least."""
    most = limits.JSON_NESTING
    # "[" and "{" differ in one bit, so one comparison finds both.
    is_open = (np.frombuffer(lines.data, np.uint8) | _CASE_BIT) == _BRACE
    if np.count_nonzero(is_open) - len(lines) < most:
        return np.empty(0, np.int64)
    opens = np.flatnonzero(is_open)
    longest = int(np.diff(lines.offsets).max())
    at = np.flatnonzero(opens[most:] - opens[:-most] < longest)
    line = np.searchsorted(lines.offsets, opens[at], side="right") - 1
    last = opens[at + most]
    return np.unique(line[last < lines.offsets[line + 1]])


def nested_too_deep(text: bytes) -> bool:
    """Whether ``text`` nests objects and arrays deeper than ``limits.JSON_NESTING`` (RFC 8259)."""
    # Escapes go first, so that each quote left begins or ends a string; then all but structure.
    bare = text.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, _NOT_STRUCTURE)
    brackets = np.frombuffer(_STRING.sub(b"", bare), np.uint8)
    return bool(len(brackets)) and int(np.max(np.cumsum(_STEP[brackets]))) > limits.JSON_NESTING
