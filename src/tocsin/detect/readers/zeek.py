"""Zeek's tab-separated logs (the ASCII writer's default form).

Source: Zeek manual, "Zeek Log Formats and Inspection".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.detect.readers.delimited import Layout
from tocsin.detect.readers.directives import DirectedReader, Segment
from tocsin.detect.readers.interface import Batch, Reader, Tally

__all__ = ["PATH", "unescape", "zeek_tsv_reader"]

PATH = "@path"
"""The field that holds what ``#path`` says: the log's stream (``conn``, ``dns``)."""

_ESCAPE = re.compile(rb"\\x([0-9A-Fa-f]{2})")


def zeek_tsv_reader(fields: Sequence[str]) -> Reader:
    r"""A reader of Zeek TSV. Unset and empty fields are no value, vectors and sets are arrays of JSON.

    ``\xHH`` escapes are undone.
    Several logs may stand one after another; each ``#fields`` line begins another layout. ``@path`` may be
    asked for. Zeek escapes a ``#`` that begins a record, so each line that starts with one is a directive.
    """

    def read(chunks: Iterable[bytes], tally: Tally) -> Iterator[Batch]:
        return _Zeek(fields, tally).read(chunks)

    return read


def unescape(text: str) -> str:
    r"""``text`` with each ``\xHH`` made the byte it stands for; as it is where that is not UTF-8."""
    plain = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), text.encode())
    try:
        return plain.decode()
    except UnicodeDecodeError:
        return text


class _Zeek(DirectedReader):
    def __init__(self, fields: Sequence[str], tally: Tally) -> None:
        super().__init__(fields, tally)
        self._separator = "\t"
        self._settings = {"set_separator": ",", "unset_field": "-", "empty_field": "(empty)", "path": ""}
        self._names: tuple[str, ...] = ()
        self._lists: frozenset[str] = frozenset()

    @property
    def segment(self) -> Segment | None:
        if not self._names:
            return None
        nulls = (self._settings["unset_field"], self._settings["empty_field"])
        layout = Layout(self._names, self._separator, quoted=False, nulls=nulls)
        path = self._settings["path"]
        return Segment(layout, ((PATH, path),) if path else ())

    def is_directive(self, line: bytes) -> bool:  # noqa: ARG002 - each is
        return True

    def apply(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip("\r\n")
        if text.startswith("#separator "):
            separator = unescape(text.removeprefix("#separator ").strip(" "))
            # A separator of several bytes, or one that cannot part a line, is none.
            self._separator = separator if len(separator) == 1 and " " <= separator <= "~" else "\t"
            return
        name, *values = text[1:].split(self._separator)
        if name == "fields":
            self._names = tuple(values)
        elif name == "types":
            pairs = zip(self._names, values, strict=False)
            self._lists = frozenset(field for field, type_ in pairs if type_.startswith(("vector", "set")))
        elif name in self._settings and values:
            self._settings[name] = values[0]

    def finish(self, table: pa.Table) -> pa.Table:
        for index, name in enumerate(table.column_names):
            if name in self._lists:
                table = table.set_column(index, name, self._array(table[name]))
                continue
            escaped = pc.fill_null(pc.match_substring(table[name], "\\x"), fill_value=False)
            if not pc.any(escaped, min_count=0).as_py():
                continue
            plain = [unescape(value) for value in table[name].filter(escaped).to_pylist()]
            column, mask = table[name].combine_chunks(), escaped.combine_chunks()
            column = pc.replace_with_mask(column, mask, pa.array(plain, pa.string()))
            table = table.set_column(index, name, column)
        return table

    def _array(self, values: pa.ChunkedArray) -> pa.Array:
        """A vector or set as an array of JSON. What parts its elements is escaped within them."""
        mark = self._settings["set_separator"]
        return pa.array(
            [
                None
                if text is None
                else msgspec.json.encode([unescape(one) for one in text.split(mark)]).decode()
                for text in values.to_pylist()
            ],
            pa.string(),
        )
