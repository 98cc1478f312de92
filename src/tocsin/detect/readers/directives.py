"""Logs whose layout is told by directive lines (``#...``) and may change on the way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tocsin.detect.readers.delimited import Layout, RecordParser
from tocsin.detect.readers.interface import Batch, Tally
from tocsin.detect.readers.lines import Lines, blank_lines, cut_lines, skip_rows, sound_lines

__all__ = ["NO_FIELDS", "DirectedReader", "Segment"]

NO_FIELDS = "no line naming the fields before it"
_MARK = 0x23


@dataclass(frozen=True, slots=True)
class Segment:
    """What directives say of the records that follow: their layout, and fields of one value."""

    layout: Layout
    constants: tuple[tuple[str, str], ...] = ()


class DirectedReader(ABC):
    """Reads one stream. A subclass says what a directive is and what it changes."""

    def __init__(self, fields: Sequence[str], tally: Tally) -> None:
        self.fields = frozenset(fields)
        self.parsed_fields = self.fields
        self._tally = tally
        self._parser: RecordParser | None = None
        self._current: Segment | None = None

    @property
    @abstractmethod
    def segment(self) -> Segment | None:
        """What the directives applied so far say; None while they name no fields."""

    @abstractmethod
    def is_directive(self, line: bytes) -> bool:
        """Whether ``line``, which starts with ``#``, is no record."""

    @abstractmethod
    def apply(self, line: bytes) -> None:
        """Take in a directive."""

    def is_header(self, line: bytes) -> bool:  # noqa: ARG002 - for those that take it
        """Take in a first line that is no directive, where such a line names the fields."""
        return False

    def finish(self, table: pa.Table) -> pa.Table:
        """The asked columns, made of those parsed."""
        return table

    def read(self, chunks: Iterable[bytes]) -> Iterator[Batch]:
        """Yield batches; each holds records of one layout."""
        for lines in cut_lines(chunks, self._tally):
            keep = np.ones(len(lines), np.bool_)
            start = 0
            for index in map(int, np.flatnonzero(lines.first_bytes() == _MARK)):
                line = lines[index]
                if not self.is_directive(line):
                    continue
                keep[index] = False
                before = self.segment
                if before is None:
                    # What stands before the first directive may be a header, which the directive overrules.
                    yield from self._records(lines.between(start, index).where(keep[start:index]), None)
                    start = index
                    before = self.segment
                self.apply(line)
                if self.segment != before:
                    yield from self._records(lines.between(start, index).where(keep[start:index]), before)
                    yield from self._end()
                    start = index + 1
            yield from self._records(lines.between(start, len(lines)).where(keep[start:]), self.segment)
        yield from self._end()

    def _records(self, lines: Lines, segment: Segment | None) -> Iterator[Batch]:
        if not len(lines):
            return
        if segment is None:
            filled = np.setdiff1d(np.arange(len(lines)), blank_lines(lines), assume_unique=True)
            if not len(filled):
                return
            if not self.is_header(lines[filled[0]]):
                skip_rows(self._tally, NO_FIELDS, sound_lines(lines, self._tally).rows)
                return
            segment = self.segment
            lines = lines.between(int(filled[0]) + 1, len(lines))
        if self._parser is None and segment is not None:
            self._parser = RecordParser(segment.layout, self.parsed_fields, self._tally)
            self._current = segment
        if self._parser is not None:
            yield from map(self._finished, self._parser.feed(lines))

    def _end(self) -> Iterator[Batch]:
        if self._parser is not None:
            yield from map(self._finished, self._parser.close())
            self._parser = None

    def _finished(self, batch: Batch) -> Batch:
        """``batch`` with the constants, and with the asked columns only."""
        table = pa.Table.from_batches([batch.table])
        for name, value in self._current.constants if self._current else ():
            if name in self.parsed_fields:
                table = table.append_column(name, pa.repeat(pa.scalar(value), len(batch.rows)))
        table = self.finish(table)
        table = table.select([name for name in table.column_names if name in self.fields])
        columns = [column.combine_chunks() for column in table.columns]
        return Batch(
            rows=batch.rows,
            table=pa.RecordBatch.from_arrays(columns, names=table.column_names),
        )
