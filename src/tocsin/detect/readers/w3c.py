"""Logs in the W3C extended form: IIS (blanks between fields) and Exchange (commas, quotes).

Source: W3C Extended Log File Format, WD-logfile-960323. ``#Fields:`` may come again with other fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from tocsin.detect.readers.csv import split_names
from tocsin.detect.readers.delimited import Layout
from tocsin.detect.readers.directives import DirectedReader, Segment
from tocsin.detect.readers.interface import Batch, Reader, Tally

__all__ = ["DATE_TIME", "directive", "exchange_reader", "w3c_reader"]

DATE_TIME = "date-time"
"""The field that joins ``date`` and ``time`` as ``2021-03-02T08:15:00Z``; IIS writes UTC."""

_DIRECTIVE = re.compile(rb"#([A-Za-z][A-Za-z-]*):[ \t]*([^\r\n]*)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def w3c_reader(fields: Sequence[str]) -> Reader:
    """A reader of W3C extended logs as IIS writes them: ``-`` is no value, ``+`` for a blank stays as it is.

    The field ``date-time`` may be asked for; where a log has ``time`` alone, the date is that of its
    ``#Date`` line. Every line that starts with ``#`` is a directive or comment, and no row.
    """

    def read(chunks: Iterable[bytes], tally: Tally) -> Iterator[Batch]:
        return _W3c(fields, tally).read(chunks)

    return read


def exchange_reader(fields: Sequence[str]) -> Reader:
    """A reader of Exchange's CSV logs (HttpProxy, ECP): ``#Fields: a,b,c``, or a header line first."""

    def read(chunks: Iterable[bytes], tally: Tally) -> Iterator[Batch]:
        return _Exchange(fields, tally).read(chunks)

    return read


def directive(line: bytes) -> tuple[str, str] | None:
    """The name (lower case) and text of a directive line ``#Name: text``, or None."""
    found = _DIRECTIVE.match(line)
    return (found[1].decode().lower(), found[2].decode(errors="replace").strip()) if found else None


class _W3c(DirectedReader):
    def __init__(self, fields: Sequence[str], tally: Tally) -> None:
        super().__init__(fields, tally)
        if DATE_TIME in self.fields:
            self.parsed_fields |= {"date", "time"}
        self._layout: Layout | None = None
        self._date = ""

    @property
    def segment(self) -> Segment | None:
        if self._layout is None:
            return None
        lacks_date = self._date and "time" in self._layout.names and "date" not in self._layout.names
        return Segment(self._layout, (("date", self._date),) if lacks_date else ())

    def is_directive(self, line: bytes) -> bool:  # noqa: ARG002 - each is
        return True

    def apply(self, line: bytes) -> None:
        name, text = directive(line) or ("", "")
        if name == "fields":
            self._layout = Layout(tuple(text.split()), " ", quoted=False, nulls=("-",))
        elif name == "date" and (found := _DATE.match(text)):
            self._date = found[0]

    def finish(self, table: pa.Table) -> pa.Table:
        if DATE_TIME not in self.fields or not {"date", "time"} <= set(table.column_names):
            return table
        zone = pc.binary_join_element_wise(table["time"], "Z", "")
        return table.append_column(DATE_TIME, pc.binary_join_element_wise(table["date"], zone, "T"))


class _Exchange(DirectedReader):
    def __init__(self, fields: Sequence[str], tally: Tally) -> None:
        super().__init__(fields, tally)
        self._layout: Layout | None = None

    @property
    def segment(self) -> Segment | None:
        return Segment(self._layout) if self._layout else None

    def is_directive(self, line: bytes) -> bool:
        return directive(line) is not None

    def apply(self, line: bytes) -> None:
        name, text = directive(line) or ("", "")
        if name == "fields":
            self._layout = Layout(split_names(text.encode(), ","))

    def is_header(self, line: bytes) -> bool:
        self._layout = Layout(split_names(line, ","))
        return True
