"""Plain lists of indicators: one value a line, tables (CSV, TSV), and NDJSON of values."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from tocsin.detect.indicator_id import indicator_id
from tocsin.detect.indicator_table import Table, find_table, is_column_name, read_rows
from tocsin.detect.indicator_type import classify_as
from tocsin.detect.list_text import Line, list_lines
from tocsin.detect.observable_kind import Observable, classify
from tocsin.detect.warning import Warning_, WarningTally

__all__ = ["read_list"]

_SAMPLE_LINES: Final = 400
_SAMPLE_CHARS: Final = 1 << 20

_NOT_RECOGNISED: Final = "not recognised as an indicator"
_BLANK_LINE: Final = "blank line"
_COMMENT: Final = "comment"
_COLUMN_NAMES: Final = "column names"
_REPEATED: Final = "same as an earlier line"

_TRAILING_COMMENT = re.compile(r"\s(?:#|;|//)")
_REFERENCE = re.compile(r"(?:references?|sources?|refs?|links?)\s*:\s*(\S.*)", re.IGNORECASE)
_REFERENCES_NAMED: Final = 5
# A hosts file sends names to nowhere; the names are what it warns of.
_NOWHERE: Final = frozenset(["0.0.0.0", "127.0.0.1", "::", "::1"])  # noqa: S104 - read, never bound to


class _Entry(msgspec.Struct, gc=False):
    value: str | None = None
    indicator: str | None = None
    ioc: str | None = None
    type: str | None = None
    kind: str | None = None
    family: str | None = None
    malware: str | None = None
    name: str | None = None
    description: str | None = None
    details: str | None = None
    comment: str | None = None


_entry = msgspec.json.Decoder(_Entry)


def read_list(data: Iterable[bytes] | bytes, name: str, tally: WarningTally) -> Iterator[Warning_]:
    """Yield a warning for each indicator in a plain list, counting into ``tally`` what became of each line.

    ``data`` is the whole text or blocks of it cut anywhere: UTF-8 with or without a byte order mark,
    UTF-16 with one, or, line by line, Latin-1. ``name`` is the file's name, kept as ``source``;
    ``place`` is ``line N``, 1-based. Read are

    - one value a line, with comments (``#``, ``;`` or ``//``, on lines of their own or after a blank); a
      comment after a value is its name, ``# Reference:`` lines above values are their description;
    - tables cut by comma, semicolon, tab or bar: every column that holds indicators, several in one row or
      cell being one warning each (see :mod:`tocsin.detect.indicator_table`);
    - NDJSON with a ``value``, ``indicator`` or ``ioc`` a line.

    Ids are made from patterns (:func:`tocsin.detect.indicator_id.indicator_id`), so a value has the same
    id in every list. Never raises for content; ``seen = read + skipped + not checked``, where a line with
    several values counts as several.
    """
    lines = list_lines([data] if isinstance(data, bytes) else data, tally)
    sample = _sample(lines)
    reader = _ListReader(name, tally)
    lines = itertools.chain(sample, lines)
    if next((text for _, text in sample if text.strip()), "").lstrip().startswith("{"):
        yield from reader.read_objects(lines)
        return
    table = find_table(sample)
    yield from reader.read_values(lines) if table is None else reader.read_table(lines, table)


def _sample(lines: Iterator[Line]) -> list[Line]:
    taken: list[Line] = []
    chars = told = 0
    for line in lines:
        taken.append(line)
        chars += len(line[1])
        # Lists open with pages of comments; they tell nothing of the form.
        told += bool(line[1].strip()) and not line[1].lstrip().startswith(("#", "//"))
        if told >= _SAMPLE_LINES or chars >= _SAMPLE_CHARS:
            break
    return taken


class _ListReader:
    """Makes warnings of one list and counts them."""

    def __init__(self, name: str, tally: WarningTally) -> None:
        self.name = name
        self.tally = tally
        self.patterns: set[str] = set()

    def skip(self, reason: str, number: int) -> None:
        self.tally.seen += 1
        self.tally.skip(reason, f"line {number}")

    def leave_unchecked(self, reason: str, number: int) -> None:
        self.tally.seen += 1
        self.tally.leave_unchecked(reason, f"line {number}")

    def warn(
        self, found: Observable, number: int, title: str = "", description: str = "", tlp: str = ""
    ) -> Warning_ | None:
        pattern = found.pattern
        if pattern in self.patterns:
            self.skip(_REPEATED, number)
            return None
        self.patterns.add(pattern)
        self.tally.seen += 1
        self.tally.read += 1
        return Warning_(
            id=indicator_id(pattern),
            pattern=pattern,
            name=title,
            description=description,
            tlp=tlp,
            source=self.name,
            place=f"line {number}",
        )

    # -- one value a line ---------------------------------------------------------------------

    def read_values(self, lines: Iterator[Line]) -> Iterator[Warning_]:
        references: list[str] = []
        description = ""
        held_values = first = True
        for number, line in lines:
            text = line.strip()
            if not text:
                self.skip(_BLANK_LINE, number)
                continue
            if text[0] in "#;" or text.startswith("//"):
                self.skip(_COMMENT, number)
                if held_values:
                    references, held_values, description = [], False, ""
                reference = _REFERENCE.match(text.lstrip("#;/ \t"))
                if reference is not None and len(references) < _REFERENCES_NAMED:
                    references.append(reference[1])
                    description = f"Reference: {', '.join(references)}"
                continue
            held_values = True
            if first and is_column_name(text):
                self.skip(_COLUMN_NAMES, number)
            else:
                yield from self._value(text, number, description)
            first = False

    def _value(self, text: str, number: int, description: str) -> Iterator[Warning_]:
        found = classify(text)
        if found is not None:
            warning = self.warn(found, number, "", description)
            if warning is not None:
                yield warning
            return
        comment = _TRAILING_COMMENT.search(text)
        title = text[comment.end() :].strip() if comment else ""
        values, words = _words(text[: comment.start()] if comment else text)
        if not values:
            self.leave_unchecked(_NOT_RECOGNISED, number)
        for value in values:
            warning = self.warn(value, number, title or words, description)
            if warning is not None:
                yield warning

    # -- tables -------------------------------------------------------------------------------

    def read_table(self, lines: Iterator[Line], table: Table) -> Iterator[Warning_]:
        titled = table.header is None
        for number, cells in read_rows(lines, table.delimiter):
            lead = cells[0].strip() if cells else ""
            if not any(cell.strip() for cell in cells):
                self.skip(_BLANK_LINE, number)
            elif lead.startswith(("#", "//")) or (lead.startswith(";") and table.delimiter != ";"):
                self.skip(_COMMENT, number)
            elif not titled and cells == table.header:
                titled = True
                self.skip(_COLUMN_NAMES, number)
            else:
                yield from self._row(cells, number, table)

    def _row(self, cells: list[str], number: int, table: Table) -> Iterator[Warning_]:
        row = table.read(cells)
        if row.aside:
            self.skip(row.aside, number)
            return
        for found in row.found:
            warning = self.warn(found, number, row.name, row.description, row.tlp)
            if warning is not None:
                yield warning
        for _ in range(row.unrecognised or not row.found):
            self.leave_unchecked(_NOT_RECOGNISED, number)

    # -- NDJSON -------------------------------------------------------------------------------

    def read_objects(self, lines: Iterator[Line]) -> Iterator[Warning_]:
        for number, line in lines:
            if not line.strip():
                self.skip(_BLANK_LINE, number)
                continue
            try:
                entry = _entry.decode(line)
            except (msgspec.DecodeError, RecursionError) as problem:
                shape = isinstance(problem, msgspec.ValidationError)
                self.leave_unchecked(_NOT_RECOGNISED if shape else "not JSON", number)
                continue
            value = entry.value or entry.indicator or entry.ioc or ""
            values = classify_as((entry.type or entry.kind or "").lower(), value)
            if not values:
                self.leave_unchecked(_NOT_RECOGNISED, number)
                continue
            title = entry.family or entry.malware or entry.name or ""
            description = entry.description or entry.details or entry.comment or ""
            for found in values:
                warning = self.warn(found, number, title, description)
                if warning is not None:
                    yield warning


def _words(text: str) -> tuple[list[Observable], str]:
    """The values that ``text`` begins with, and the words that follow them (a checksum line's file name)."""
    words = text.split()
    if len(words) > 1 and words[0] in _NOWHERE:
        del words[0]
    values: list[Observable] = []
    for position, word in enumerate(words):
        found = classify(word.rstrip(",;"))
        if found is None:
            return values, " ".join(words[position:]).lstrip("*-:| ") if values else ""
        values.append(found)
    return values, ""
