"""Tables of indicators: which delimiter cuts them, which columns hold indicators, what a row says.

CSV as in RFC 4180, with the delimiters that are met. A quoted cell may hold line ends, within bounds: a
quote that is opened and never closed must not swallow the rest of the list.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import msgspec

from tocsin.detect.indicator_type import NO_INDICATORS, classify_as
from tocsin.detect.list_text import Line
from tocsin.detect.observable_kind import Observable, classify
from tocsin.model.tlp import Tlp, parse_tlp
from tocsin.model.told.cell import may_run

__all__ = ["Row", "Table", "find_table", "guarded", "is_column_name", "read_rows", "says_something"]

_DELIMITERS: Final = ",;\t|"
_CELL_LINES: Final = 64
_CELL_CHARS: Final = 64 << 10
_OPEN_QUOTES: Final = 100
_SAMPLE_ROWS: Final = 64

_VALUE_NAMES = (
    "indicator indicators indicatorvalue ioc iocs iocvalue value value1 observable artifact sha256 sha1 md5"
    " sha512 sha256hash sha1hash md5hash hash hashes filehash ip ips ipaddress ipaddresses ipv4 ipv6 srcip"
    " dstip sourceip destinationip address cidr network netblock domain domains domainname fqdn hostname"
    " hostnames host dns url urls uri email emailaddress sender target c2 c2server"
)
_TITLE_NAMES = (
    "malwarefamily family malware associatedmalware malwareprintable threatname threat campaign actor"
    " threatactor name title details detail description detection signature role comment comments note notes"
    " tags"
)
_OTHER_NAMES = (
    "source sources permalink report reporturl reporter author version filename file filepath path mime"
    " mimetype compiletime signingtime date time timestamp created modified updated firstseen lastseen"
    " firstseenutc lastseenutc lastonline port dstport srcport uuid id eventid iocid asn as country category"
    " toids confidence confidencelevel status ssdeep tlsh vhash telfhash imphash ja3 ja3s authentihash"
    " indicatorid validfrom validuntil tlp"
    " objectrelation attributetag objectuuid objectname objectmetacategory recordtype dnsrecordtype"
)
# Names of columns, in lower case and without what is no letter or digit.
_VALUES: Final = frozenset(_VALUE_NAMES.split())
_TITLES: Final = _TITLE_NAMES.split()
_OTHER: Final = frozenset(_OTHER_NAMES.split())
_TYPES: Final = frozenset(["type", "indicatortype", "ioctype", "attributetype", "observabletype", "kind"])
_NO_VALUE: Final = frozenset(["", "-", "--", "n/a", "na", "none", "null", "nil", "unknown", "?"])
_NOT_LETTERS = re.compile(r"[\W_]+")
_COMMENT = re.compile("[' ]*(?:[#;]|//)")
_BETWEEN_VALUES = re.compile(r"[\s,;|]+")
_BETWEEN_URLS = re.compile(r"(?<![\s,;|])[\s,;|]+(?=[A-Za-z][A-Za-z0-9+.*-]{1,15}(?:://|\[:))")


class Row(msgspec.Struct, frozen=True, gc=False):
    """What one row says. ``aside`` is the reason why it is no warning, "" if it may be one.

    ``unrecognised`` counts values in columns of indicators that are none. ``tlp`` is as in a warning; a label that
    is not understood is red.
    """

    found: tuple[Observable, ...] = ()
    unrecognised: int = 0
    name: str = ""
    description: str = ""
    aside: str = ""
    tlp: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """How a table is read.

    ``header`` is its row of column names as it stands, None where it has none (or a comment holds it).
    ``named`` are columns of indicators by name, ``found`` by content, ``titles`` those with words, best
    first.
    """

    delimiter: str
    columns: int
    header: list[str] | None
    named: frozenset[int]
    found: frozenset[int]
    titles: tuple[int, ...]
    type: int | None = None
    to_ids: int | None = None
    tlp: int | None = None

    def read(self, cells: Sequence[str]) -> Row:
        """Say what the row ``cells`` holds."""
        if self.to_ids is not None and self._cell(cells, self.to_ids).lower() in ("0", "false"):
            return Row(aside="not meant for detection")
        type = "" if self.type is None else self._cell(cells, self.type).lower()
        if type in NO_INDICATORS:
            return Row(aside=f"not an indicator: {type}")
        values: list[Observable] = []
        unrecognised = 0
        named, found, columns = self.named, self.found, self.columns
        for position, cell in enumerate(cells):
            if position in named or position in found or position >= columns:
                text = _unguarded(cell.strip())
                if says_something(text):
                    inside, strange = _values(text, type)
                    values += inside
                    unrecognised += strange if inside or position in named else 0
        words = [text for text in [self._cell(cells, title) for title in self.titles] if says_something(text)]
        if self.header is None:
            words = [text for text in words if any(map(str.isalpha, text))]
        label = "" if self.tlp is None else self._label(cells)
        return Row(tuple(values), unrecognised, words[0] if words else "", "; ".join(words[1:]), tlp=label)

    def _label(self, cells: Sequence[str]) -> str:
        text = self._cell(cells, self.tlp or 0)
        if not says_something(text):
            return ""
        label = parse_tlp(text)
        return (Tlp.RED if label is None else label).text

    @staticmethod
    def _cell(cells: Sequence[str], position: int) -> str:
        return _unguarded(cells[position].strip()) if position < len(cells) else ""


def guarded(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet could run as a formula or a reader take for a comment."""
    return f"'{cell}" if _is_risky(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:].strip() if cell.startswith("'") and _is_risky(cell) else cell


def _is_risky(cell: str) -> bool:
    return may_run(cell) or _COMMENT.match(cell) is not None


def says_something(text: str) -> bool:
    """Whether ``text`` is more than a word for *nothing*."""
    return text.lower() not in _NO_VALUE


def is_column_name(text: str) -> bool:
    """Whether ``text`` is a name that columns of indicators bear."""
    return _folded(text) in _VALUES


def find_table(lines: Sequence[Line]) -> Table | None:
    """Say how the list that begins with ``lines`` is cut into columns; None if it is no table."""
    texts = [(number, text) for number, text in lines if text.strip()]
    data = [line for line in texts if not line[1].lstrip().startswith(("#", "//"))][:_SAMPLE_ROWS]
    before = [text for number, text in texts if data and number < data[0][0]]
    best: tuple[float, int] = (0.0, 0)
    table = None
    for delimiter in _DELIMITERS:
        rows = [cells for _, cells in read_rows(iter(data), delimiter)]
        if not rows:
            continue
        columns, count = Counter(map(len, rows)).most_common(1)[0]
        share = count / len(rows)
        if columns >= 2 and share >= 0.8 and (share, columns) > best:
            candidate = _table(rows, delimiter, columns, before)
            if candidate is not None:
                best, table = (share, columns), candidate
    return table


def _table(rows: list[list[str]], delimiter: str, columns: int, before: list[str]) -> Table | None:
    header = rows[0] if _is_header(rows[0]) else None
    names = header
    if names is None and before:
        cells = next((cells for _, cells in read_rows(iter([(1, before[-1].lstrip("#/ "))]), delimiter)), [])
        names = cells if len(cells) == columns and _is_header(cells) else None
    body = rows[1:] if header is not None else rows
    folded = [_folded(name) for name in names] if names is not None else []
    named = frozenset(i for i, name in enumerate(folded) if name in _VALUES)
    titles = tuple(
        sorted(
            (i for i, name in enumerate(folded) if name in _TITLES), key=lambda i: _TITLES.index(folded[i])
        )
    )
    known = {i for i, name in enumerate(folded) if _tells_something_else(name)} | named | set(titles)
    found = frozenset(
        i for i in range(columns) if i not in known and _holds_values([r[i] for r in body if len(r) > i])
    )
    if not named and not found:
        return None
    if names is None:
        if _is_list_of_urls(body, delimiter, columns):
            return None
        titles = tuple(i for i in range(columns) if i not in found)
    return Table(
        delimiter=delimiter,
        columns=columns,
        header=header,
        named=named,
        found=found,
        titles=titles,
        type=next((i for i, name in enumerate(folded) if name in _TYPES), None),
        to_ids=folded.index("toids") if "toids" in folded else None,
        tlp=folded.index("tlp") if "tlp" in folded else None,
    )


def _is_header(cells: Sequence[str]) -> bool:
    names = [_folded(cell) for cell in cells]
    known = sum(name in _VALUES or name in _TITLES or _tells_something_else(name) for name in names)
    return known * 3 >= len(names) and not any(classify(cell) for cell in cells)


def _tells_something_else(name: str) -> bool:
    return name in _OTHER or name in _TYPES or name.endswith(("link", "links", "reference", "references"))


def _holds_values(cells: Sequence[str]) -> bool:
    texts = [text for text in (cell.strip() for cell in cells) if text.lower() not in _NO_VALUE]
    recognised = sum(bool(_values(text, "")[0]) for text in texts)
    return recognised > 0 and recognised * 2 >= len(texts)


def _is_list_of_urls(rows: Sequence[Sequence[str]], delimiter: str, columns: int) -> bool:
    """Whether the delimiter lies inside URLs: whole lines are values, too few or too uneven for a table."""
    whole = sum(classify(delimiter.join(row)) is not None for row in rows)
    even = all(len(row) == columns for row in rows)
    return whole * 2 >= len(rows) and not (even and len(rows) >= 3)


def _values(text: str, type: str) -> tuple[list[Observable], int]:
    """The indicators of one cell, and how many words beside them are none."""
    if text.count("://") + text.count("[:") > 1:
        parts = _BETWEEN_URLS.split(text)
    else:
        whole = classify_as(type, text)
        if whole:
            return whole, 0
        parts = _BETWEEN_VALUES.split(text)
    values = [classify(part) for part in parts if part]
    recognised = [value for value in values if value is not None]
    return (recognised, len(values) - len(recognised)) if recognised else ([], 1)


def _folded(name: str) -> str:
    return _NOT_LETTERS.sub("", name).lower()


# -- rows -------------------------------------------------------------------------------------


def read_rows(lines: Iterator[Line], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row's first line number and its cells.

    A quoted cell may run over 64 lines and 64 KiB; one that does not end by then, or that is no CSV with the
    lines after it, is read as if its own line ended it. After a hundred of these, quotes no longer join lines.
    """
    waiting: list[Line] = []
    left_open = 0
    while True:
        line = waiting.pop() if waiting else next(lines, None)
        if line is None:
            return
        number, text = line
        if '"' not in text or text.lstrip().startswith(("#", "//")):
            yield number, text.split(delimiter)
            continue
        cells, state = _cells(text, delimiter)
        taken: list[Line] = []
        size = len(text)
        while (
            state is _State.OPEN
            and left_open < _OPEN_QUOTES
            and len(taken) < _CELL_LINES
            and size < _CELL_CHARS
        ):
            following = waiting.pop() if waiting else next(lines, None)
            if following is None:
                break
            taken.append(following)
            size += len(following[1]) + 1
            # Only a line with a quote can end the cell.
            if '"' in following[1]:
                joined, state = _cells("\n".join([text, *(piece for _, piece in taken)]), delimiter)
                if state is _State.SOUND:
                    cells = joined
        if state is not _State.SOUND:
            left_open += state is _State.OPEN or bool(taken)
            waiting += reversed(taken)
        yield number, cells


class _State(Enum):
    SOUND = 0
    OPEN = 1  # the text ends within quotes
    ODD = 2  # a quote stands where RFC 4180 has none


def _cells(text: str, delimiter: str) -> tuple[list[str], _State]:
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), []), _State.SOUND
    except csv.Error as problem:
        state = _State.OPEN if "unexpected end" in str(problem) else _State.ODD
    try:
        return next(csv.reader([text], delimiter=delimiter, skipinitialspace=True), []), state
    except csv.Error:
        # A cell beyond the module's limit of 128 KiB: quotes are taken for letters.
        return text.split(delimiter), _State.ODD
