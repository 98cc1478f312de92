"""Records of delimited text: cut at record ends, parsed into string columns."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv as arrow_csv

from tocsin import limits
from tocsin.detect.readers.interface import Batch, Tally
from tocsin.detect.readers.lines import (
    HOLDS_NUL,
    NOT_UTF8,
    Lines,
    blank_lines,
    skip_rows,
    sound_lines,
    torn_lines,
    unsound_lines,
)

__all__ = ["Layout", "RecordParser", "field_pattern", "split_record"]

_NOT_CLOSED = "quote is not closed"
_QUOTE, _NEWLINE, _RETURN = 0x22, 0x0A, 0x0D
_WINDOW_BYTES = 64 << 10
"""Where a block does not parse as a whole, pieces of this size do, save those that are at fault."""
_PARSE_BYTES = 1 << 20
"""What one thread parses at a time."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How records are written: the names of all fields in their order, and what parts them.

    ``quoted`` is RFC 4180 quoting; without it a line is a record. ``nulls`` are
    texts that stand for no value.
    """

    names: tuple[str, ...]
    delimiter: str = ","
    quoted: bool = True
    nulls: tuple[str, ...] = ()


class RecordParser:
    """Parses the records of one layout out of blocks of lines.

    Of ``fields`` those that the layout has become string columns, in the layout's order. A record with
    another number of fields than the layout is counted as skipped, as is one that is not sound text. What
    is a record does not depend on how the lines were blocked.

    The fast way is Arrow's parser, used where every quote stands where it should, and believed only where it
    finds as many records as the quotes' parity gives. What it does not read is read record by record.
    """

    def __init__(self, layout: Layout, fields: Collection[str], tally: Tally) -> None:
        self._layout = layout
        self._tally = tally
        self._field = field_pattern(layout.delimiter)
        positions = {name: index for index, name in reversed([*enumerate(layout.names)])}
        self._columns = sorted((index, name) for name, index in positions.items() if name in fields)
        self._tail: Lines | None = None
        self._parsed: list[tuple[npt.NDArray[np.int64], pa.Table]] = []
        self._bytes = np.empty(0, np.uint8)
        self._quotes = np.empty(0, np.int64)
        self._bad = np.empty(0, np.bool_)
        self._blank = np.empty(0, np.bool_)
        tally.unmapped |= set(layout.names) - set(fields) - {""}

    def feed(self, lines: Lines, *, last: bool = False) -> Iterator[Batch]:
        """Yield the records of ``lines``. One left open at their end waits for more, save in the ``last``."""
        if self._layout.quoted:
            lines = self._tail.followed_by(lines) if self._tail else lines
            done = self._quoted(lines, last=last) if len(lines) else 0
            self._tail = lines.between(done, len(lines)) if done < len(lines) else None
        elif len(lines):
            self._unquoted(sound_lines(lines, self._tally))
        yield from self._batch()

    def close(self) -> Iterator[Batch]:
        """Yield what waited for more lines; none follow."""
        if self._tail:
            tail, self._tail = self._tail, None
            yield from self.feed(tail, last=True)

    def _batch(self) -> Iterator[Batch]:
        if not self._parsed:
            return
        rows = np.concatenate([rows for rows, _ in self._parsed])
        names = [name for _, name in self._columns]
        table = pa.concat_tables([table.select(names) for _, table in self._parsed])
        self._parsed = []
        self._tally.read += len(rows)
        columns = [column.combine_chunks() for column in table.columns]
        yield Batch(rows=pa.array(rows), table=pa.RecordBatch.from_arrays(columns, names=names))

    # -- a line is a record -------------------------------------------------------------------
    def _unquoted(self, lines: Lines) -> None:
        torn = bool(len(torn_lines(lines)))
        table = None if torn else self._arrow(memoryview(lines.data), spans_lines=False)
        if table is None or table.num_rows != len(lines):
            lines = self._of_right_width(lines)
            table = None if torn else self._arrow(memoryview(lines.data), spans_lines=False)
        if table is None or table.num_rows != len(lines):
            # Arrow takes a carriage return for a line end wherever it stands.
            text = (lines[index].rstrip(b"\r\n").decode() for index in range(len(lines)))
            split = [line.split(self._layout.delimiter) for line in text]
            table = self._table([[record[index] for index, _ in self._columns] for record in split])
        if len(lines):
            self._parsed.append((lines.rows, table))

    def _of_right_width(self, lines: Lines) -> Lines:
        delimiters = np.flatnonzero(np.frombuffer(lines.data, np.uint8) == ord(self._layout.delimiter))
        widths = np.diff(np.searchsorted(delimiters, lines.offsets)) + 1
        wanted = len(self._layout.names)
        for width in np.unique(widths[widths != wanted]):
            skip_rows(self._tally, self._wrong_width(int(width)), lines.rows[widths == width])
        return lines.where(widths == wanted)

    def _wrong_width(self, width: int) -> str:
        return f"{width} fields, header has {len(self._layout.names)}"

    # -- quotes may hold delimiters and newlines ----------------------------------------------
    def _quoted(self, lines: Lines, *, last: bool) -> int:
        """Parse ``lines``; return how many were used up."""
        self._quotes = np.empty(0, np.int64)
        if b'"' in lines.data:
            # One byte more, so that there is one behind each quote.
            self._bytes = np.frombuffer(lines.data + b"\n", np.uint8)
            self._quotes = np.flatnonzero(self._bytes == _QUOTE)
        self._bad = np.zeros(len(lines), np.bool_)
        for _, bad in unsound_lines(lines):
            self._bad[bad] = True
        # Arrow takes a carriage return for a line end wherever it stands.
        self._bad[torn_lines(lines)] = True
        self._blank = np.zeros(len(lines), np.bool_)
        self._blank[blank_lines(lines)] = True
        if done := self._fast(lines, 0, len(lines), last=last):
            return done
        start = 0
        while start < len(lines):
            wide = np.searchsorted(lines.offsets, lines.offsets[start] + _WINDOW_BYTES)
            stop = min(max(int(wide), start + 1), len(lines))
            done = self._fast(lines, start, stop, last=last and stop == len(lines))
            start, open_ = (start + done, False) if done else self._exact(lines, start, stop, last=last)
            if open_:
                break
        return start

    def _fast(self, lines: Lines, start: int, stop: int, *, last: bool) -> int:
        """Parse lines ``start`` to ``stop`` with Arrow; return how many were used, 0 if it fails."""
        if self._bad[start:stop].any():
            return 0
        ends = lines.offsets[start + 1 : stop + 1]
        begin = int(lines.offsets[start])
        first = int(np.searchsorted(self._quotes, begin))
        counts = np.searchsorted(self._quotes, ends) - first
        closed = np.flatnonzero(counts % 2 == 0)
        used = int(closed[-1]) + 1 if len(closed) else 0
        left = int(ends[-1] - lines.offsets[start + used])
        # What is left is parsed again: much of it means that a quote is astray.
        too_much = min(limits.LINE_BYTES, (int(ends[-1]) - begin) // 2)
        if not used or (left and (last or left > too_much)):
            return 0
        if counts[used - 1] and not self._well_placed(
            self._quotes[first : first + int(counts[used - 1])], begin
        ):
            return 0
        firsts = np.concatenate([[0], closed[:-1] + 1]) + start
        firsts = firsts[~self._blank[firsts]]
        if not len(firsts):
            return used
        end = int(lines.offsets[start + used])
        table = self._arrow(memoryview(lines.data)[begin:end], spans_lines=len(closed) != used)
        if table is None or table.num_rows != len(firsts):
            return 0
        self._parsed.append((lines.rows[firsts], table))
        return used

    def _well_placed(self, quotes: npt.NDArray[np.int64], begin: int) -> bool:
        """Whether each opening quote begins a value and each closing one ends it: then parity tells all.

        The two quotes that stand for one within a value count as a closing and an opening one.
        """
        opening, closing = quotes[0::2], quotes[1::2]
        before = self._bytes[opening - 1]
        after = self._bytes[closing + 1]
        delimiter = ord(self._layout.delimiter)
        begins = (before == delimiter) | (before == _NEWLINE) | (before == _QUOTE) | (opening == begin)
        ends = (after == delimiter) | (after == _NEWLINE) | (after == _QUOTE) | (after == _RETURN)
        return bool(begins.all() and ends.all())

    def _exact(self, lines: Lines, start: int, stop: int, *, last: bool) -> tuple[int, bool]:
        """Parse the records that begin in ``start`` to ``stop``; return the next line, and if it is open.

        Where a quote is not closed, or closes where the record has another width, its first line alone is
        skipped and the next line is a record again.
        """
        rows: list[int] = []
        records: list[list[str]] = []
        index, open_ = start, False
        while index < stop and not open_:
            begin = int(lines.offsets[index])
            limit = min(begin + limits.LINE_BYTES + 1, len(lines.data))
            found = None if self._blank[index] else split_record(self._field, lines.data, begin, limit)
            after = index + 1
            if found is None:
                open_ = not self._blank[index] and not last and limit == len(lines.data)
                if not self._blank[index] and not open_:
                    self._tally.skip(_NOT_CLOSED, int(lines.rows[index]))
            else:
                values, end = found
                spans_lines = end > int(lines.offsets[after])
                problem = self._problem(lines.data[begin:end], len(values), spans_lines=spans_lines)
                if problem:
                    self._tally.skip(problem, int(lines.rows[index]))
                else:
                    rows.append(int(lines.rows[index]))
                    records.append([values[column].decode() for column, _ in self._columns])
                if spans_lines and problem != _NOT_CLOSED:
                    after = int(np.searchsorted(lines.offsets, end))
            index = index if open_ else after
        if rows:
            self._parsed.append((np.array(rows, np.int64), self._table(records)))
        return index, open_

    def _problem(self, text: bytes, width: int, *, spans_lines: bool) -> str | None:
        if width != len(self._layout.names):
            return _NOT_CLOSED if spans_lines else self._wrong_width(width)
        if b"\0" in text:
            return HOLDS_NUL
        try:
            text.decode()
        except UnicodeDecodeError:
            return NOT_UTF8
        return None

    # -- columns ------------------------------------------------------------------------------
    def _arrow(self, data: memoryview, *, spans_lines: bool) -> pa.Table | None:
        """Parse ``data`` into the asked columns, or None where Arrow finds a record of another width."""
        layout = self._layout
        if not data:
            return self._table([])
        names = [str(index) for index in range(len(layout.names))]
        included = [str(index) for index, _ in self._columns] or names[:1]
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(data),
                read_options=arrow_csv.ReadOptions(column_names=names, block_size=_PARSE_BYTES),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=layout.delimiter,
                    quote_char='"' if layout.quoted else False,
                    newlines_in_values=spans_lines,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=included,
                    column_types=dict.fromkeys(names, pa.string()),
                    check_utf8=False,
                    null_values=list(layout.nulls),
                    strings_can_be_null=bool(layout.nulls),
                ),
            )
        except pa.ArrowInvalid:
            return None
        return table.rename_columns([name for _, name in self._columns]) if self._columns else table

    def _table(self, records: list[list[str]]) -> pa.Table:
        nulls = self._layout.nulls
        columns = [
            pa.array([None if (value := record[i]) in nulls else value for record in records], pa.string())
            for i in range(len(self._columns))
        ]
        return pa.Table.from_arrays(columns, names=[name for _, name in self._columns])


def field_pattern(delimiter: str) -> re.Pattern[bytes]:
    """The pattern of one field and what ends it; possessive, so that it never goes back."""
    mark = re.escape(delimiter.encode())
    return re.compile(rb'(?:"([^"]*+(?:""[^"]*+)*+)("|\Z))?([^%b\n]*+)(%b|\n|\Z)' % (mark, mark))


def split_record(
    field: re.Pattern[bytes], data: bytes, start: int, stop: int
) -> tuple[list[bytes], int] | None:
    """The values of the record that begins at ``start`` in ``data[:stop]``, and where the next begins.

    RFC 4180; a quote within a value that does not begin with one is an ordinary character, as it is to
    Arrow and to spreadsheets. None where a quote is not closed before ``stop``.
    """
    values: list[bytes] = []
    at = start
    while True:
        found = field.match(data, at, stop)
        if found is None:
            return None
        quoted, closing, plain, mark = found.groups()
        if quoted is not None and not closing:
            return None
        at = found.end()
        ends = mark in (b"", b"\n")
        if ends and plain.endswith(b"\r"):
            plain = plain[:-1]
        values.append(plain if quoted is None else quoted.replace(b'""', b'"') + plain)
        if ends:
            return values, at
