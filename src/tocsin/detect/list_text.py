"""The lines of a list's bytes, whatever their encoding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from tocsin.detect.readers.interface import Tally
from tocsin.detect.readers.lines import Lines, cut_lines
from tocsin.detect.warning import WarningTally

__all__ = ["Line", "list_lines"]

Line: TypeAlias = tuple[int, str]
"""A line's number, 1-based, and its text without its end."""


def list_lines(chunks: Iterable[bytes], tally: WarningTally) -> Iterator[Line]:
    """Yield the lines of ``chunks`` (cut anywhere) as text.

    A line that is not UTF-8 is read as Latin-1, which holds every byte. Lines that hold NUL bytes or are
    longer than ``limits.LINE_BYTES`` are counted as not checked.
    """
    counted = Tally()
    for lines in cut_lines(chunks, counted):
        for number, text in _texts(lines):
            if "\0" in text:
                counted.skip("holds NUL bytes", number)
            else:
                yield number, text
    for reason, skipped in counted.skipped.items():
        tally.seen += skipped.count
        for position in range(skipped.count):
            row = skipped.rows[min(position, len(skipped.rows) - 1)]
            tally.leave_unchecked(reason, f"line {row}")
    for note in counted.notes:
        tally.seen += 1
        tally.leave_unchecked(note, "the end")


def _texts(lines: Lines) -> Iterable[Line]:
    first = int(lines.rows[0])
    try:
        text = lines.data.decode()
    except UnicodeDecodeError:
        return ((first + position, _decoded(lines[position])) for position in range(len(lines)))
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        if "\n" not in text:
            # The line ends of old Macs: nothing else parts this text.
            text = text.replace("\r", "\n")
    return enumerate(text.removesuffix("\n").split("\n"), first)


def _decoded(line: bytes) -> str:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    return text.rstrip("\r\n")
