"""CSV and TSV with a header row (RFC 4180)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from tocsin import limits
from tocsin.detect.readers.delimited import Layout, RecordParser, field_pattern, split_record
from tocsin.detect.readers.interface import Batch, Reader, Tally
from tocsin.detect.readers.lines import Lines, blank_lines, cut_lines

__all__ = [
    "csv_reader",
    "delimited_reader",
    "most_frequent_delimiter",
    "read_header",
    "split_names",
    "tsv_reader",
]

_QUOTED = re.compile(rb'"[^"]*"')
_DELIMITERS = (",", ";", "\t", "|")


def csv_reader(fields: Sequence[str]) -> Reader:
    """A reader of CSV; its delimiter (comma, semicolon, tab, bar) is the one that the header holds most."""
    return delimited_reader(fields, None)


def tsv_reader(fields: Sequence[str]) -> Reader:
    """A reader of tab-separated values with a header row."""
    return delimited_reader(fields, "\t")


def delimited_reader(fields: Sequence[str], delimiter: str | None) -> Reader:
    """A reader of delimited text with a header row; the delimiter is found in the header if None.

    A row's number is that of its first line. Lines before the header that start with ``#`` are comments.
    """

    def read(chunks: Iterable[bytes], tally: Tally) -> Iterator[Batch]:
        parser: RecordParser | None = None
        top: Lines | None = None
        for lines in cut_lines(chunks, tally):
            if parser is not None:
                yield from parser.feed(lines)
                continue
            top = top.followed_by(lines) if top else lines
            if found := read_header(top, delimiter, whole=len(top.data) > limits.LINE_BYTES):
                parser = RecordParser(found[0], fields, tally)
                yield from parser.feed(top.between(found[1], len(top)))
        if parser is None and top and (found := read_header(top, delimiter, whole=True)):
            parser = RecordParser(found[0], fields, tally)
            yield from parser.feed(top.between(found[1], len(top)))
        if parser is not None:
            yield from parser.close()

    return read


def read_header(lines: Lines, delimiter: str | None, *, whole: bool) -> tuple[Layout, int] | None:
    """The layout that the first record of ``lines`` gives, and the line behind it.

    None if there is no record, or if it is left open and more lines may follow (``whole`` says that none do).
    """
    other = lines.first_bytes() != ord("#")
    other[blank_lines(lines)] = False
    start = int(np.argmax(other))
    if not other[start]:
        return None
    chosen = delimiter or most_frequent_delimiter(lines[start])
    begin = int(lines.offsets[start])
    stop = min(begin + limits.LINE_BYTES, len(lines.data))
    if found := split_record(field_pattern(chosen), lines.data, begin, stop):
        return Layout(_names(found[0]), chosen), int(np.searchsorted(lines.offsets, found[1]))
    return (Layout(split_names(lines[start], chosen), chosen), start + 1) if whole else None


def split_names(line: bytes, delimiter: str) -> tuple[str, ...]:
    """The names in one header line, whose quotes need not be closed."""
    found = split_record(field_pattern(delimiter), line, 0, len(line))
    return _names(found[0] if found else line.rstrip(b"\r\n").split(delimiter.encode()))


def _names(values: list[bytes]) -> tuple[str, ...]:
    return tuple(value.decode(errors="replace").strip() for value in values)


def most_frequent_delimiter(line: bytes) -> str:
    """The delimiter that ``line`` holds most outside quotes; a comma where it holds none."""
    bare = _QUOTED.sub(b"", line)
    return max(_DELIMITERS, key=lambda mark: bare.count(mark.encode()))
