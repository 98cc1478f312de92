"""Lists of assets as people keep them in a spreadsheet, saved as CSV: one row a device or program."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Final

from tocsin.errors import BadInput, Place
from tocsin.inventory.bom.collected import Collected, literal
from tocsin.inventory.bom.document import lines_of
from tocsin.inventory.component import BillOfMaterials, Component, Kind
from tocsin.inventory.identity import Identity

__all__ = ["is_asset_header", "read_asset_csv"]

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "name": (
        *("product", "product name", "name", "software", "software name", "application"),
        *("component", "component name", "title", "device name", "device", "asset name", "asset"),
    ),
    "ref": (
        *("id", "asset id", "asset tag", "asset number", "tag", "inventory number", "hostname", "host"),
        *("device name", "asset name", "asset"),
    ),
    "vendor": (
        *("vendor", "vendor name", "manufacturer", "manufacturer name", "make", "supplier"),
        *("publisher", "brand", "oem"),
    ),
    "family": ("family", "product family", "series", "product line", "product series"),
    "version": (
        *("version", "product version", "firmware version", "firmware", "fw version", "fw"),
        *("software version", "sw version", "installed version", "firmware revision", "release"),
    ),
    "model": (
        *("model", "model number", "model no", "model name", "type number"),
        *("device model", "hardware model"),
    ),
    "sku": (
        *("part number", "part no", "partnumber", "sku", "order number", "order no", "order code"),
        *("ordering code", "article number", "article no", "catalog number", "catalogue number"),
        *("catalog no", "product code", "mlfb"),
    ),
    "serial": ("serial", "serial number", "serial no", "serialnumber", "s n", "sn"),
    "purl": ("purl", "package url"),
    "cpe": ("cpe", "cpe23", "cpe 2 3", "cpe name", "cpe22", "cpe uri"),
    "type": ("type", "kind", "category", "class", "asset type", "device type", "component type"),
}
"""What each column may be called, the word that says most first: lower case, no punctuation."""

_ENOUGH: Final = ("name", "model", "sku", "purl", "cpe")
_DELIMITERS: Final = ",;\t|"
_PUNCTUATION: Final = re.compile(r"[\s_./#:*-]+")
_IN_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_UNSAID: Final = frozenset(
    ["-", "--", "?", "n/a", "na", "none", "null", "tbd", "unknown", "not known", "not available"]
)
_KINDS: Final = (
    (Kind.FIRMWARE, ("firmware",)),
    (Kind.OPERATING_SYSTEM, ("operating system", "os")),
    (Kind.LIBRARY, ("library", "package", "framework")),
    (Kind.APPLICATION, ("software", "application", "app", "program", "scada", "historian")),
    (
        Kind.DEVICE,
        (
            *(
                "device",
                "hardware",
                "plc",
                "rtu",
                "hmi",
                "controller",
                "switch",
                "router",
                "firewall",
                "gateway",
            ),
            *(
                "sensor",
                "actuator",
                "drive",
                "camera",
                "meter",
                "server",
                "workstation",
                "relay",
                "ied",
                "modem",
            ),
            *("printer", "panel"),
        ),
    ),
)


def is_asset_header(line: str) -> bool:
    """Whether ``line`` is the header of a list of assets that names at least two columns that are known."""
    columns = _columns(_cells(line, _delimiter(line)))
    return len({at for places in columns.values() for at in places}) >= 2 and any(
        columns[key] for key in _ENOUGH
    )


def read_asset_csv(data: bytes, name: str) -> BillOfMaterials:
    """Read a list of assets with a header row; cells are separated by commas, semicolons, tabs or bars.

    The columns are known by their names in any case (:data:`COLUMNS`). Of several that mean the same, the first that
    has a value counts. A part or order number is a model number too, since makers use the words for one thing.

    Raises:
        BadInput: it is no text, or no column says what a row is about.
    """
    found = Collected(name)
    lines = lines_of(data, name)
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    delimiter = _delimiter(lines[first])
    header = _cells(lines[first], delimiter)
    columns = _columns(header)
    if not any(columns[key] for key in _ENOUGH):
        raise BadInput(
            "has no column that says what a row is about",
            where=Place(file=name or None, line=first + 1),
            hint="call one of its columns name, model, part number, purl or cpe",
        )
    known = {at for places in columns.values() for at in places}
    strange = [cell.strip() for at, cell in enumerate(header) if at not in known and cell.strip()]
    if strange:
        found.notes.append("columns that are not read: " + ", ".join(each[:60] for each in strange[:50]))
    for number, cells in _rows(found, lines, first + 1, delimiter, len(header)):
        if any(cell.strip() for cell in cells):
            _add(found, _Row(columns, header, cells), f"line {number}", len(header))
    return found.bill("asset-csv")


class _Row:
    """One row, by what its columns mean."""

    def __init__(self, columns: dict[str, list[int]], header: Sequence[str], cells: Sequence[str]) -> None:
        self.columns = columns
        self.header = header
        self.cells = cells

    def all(self, key: str) -> list[tuple[str, str]]:
        """The values of the columns that mean ``key``, each with its column's name, without what says nothing."""
        values = (
            (self.header[at].strip(), self.cells[at].strip())
            for at in self.columns[key]
            if at < len(self.cells)
        )
        return [(column, value) for column, value in values if value and value.lower() not in _UNSAID]

    def first(self, key: str) -> str:
        """The first of these values, "" if there is none."""
        return next((value for _, value in self.all(key)), "")


def _add(found: Collected, row: _Row, place: str, width: int) -> None:
    purls = tuple(value for _, value in row.all("purl") if found.purl(value, place))
    cpes = tuple(value for _, value in row.all("cpe") if found.cpe(value, place))
    name = row.first("name")
    skus = tuple(dict.fromkeys(literal(value) for _, value in row.all("sku")))
    models = tuple(dict.fromkeys([*(literal(value) for _, value in row.all("model")), *skus]))
    if not (name or models or purls or cpes):
        found.lose(place, "names neither a product nor a model, a part number, a purl or a CPE")
        return
    if len(row.cells) != width:
        found.doubt(place, f"has {len(row.cells)} cells where the header has {width}")
    versions = dict.fromkeys(value for _, value in row.all("version"))
    if len(versions) > 1:
        found.doubt(
            place, f"gives several versions, of which the first is taken: {', '.join(versions)[:120]}"
        )
    ref = row.first("ref")
    vendor = row.first("vendor")
    found.add(
        Component(
            Identity(
                name=name,
                vendor=vendor,
                family=row.first("family"),
                purls=purls,
                cpes=cpes,
                models=models,
                skus=skus,
                serials=tuple(literal(value) for _, value in row.all("serial")),
            ),
            next(iter(versions), ""),
            _kind(row),
            place,
            ref=ref if ref != name else "",
            supplier=vendor,
        )
    )


def _kind(row: _Row) -> Kind:
    said = f" {_plain(row.first('type'))} "
    for kind, words in _KINDS:
        if any(f" {word} " in said or f" {word}s " in said for word in words):
            return kind
    versions = row.all("version")
    firmware = bool(versions) and _plain(versions[0][0]).startswith(("firmware", "fw"))
    return Kind.DEVICE if firmware or row.first("serial") else Kind.OTHER


def _rows(
    found: Collected, lines: list[str], start: int, delimiter: str, width: int
) -> Iterator[tuple[int, list[str]]]:
    """The rows after the header with the number of their first line.

    A quote that is never closed would swallow all that follows. So a row that spans lines and has not as many cells as
    the header is read line by line.
    """
    reader = csv.reader((line + "\n" for line in lines[start:]), delimiter=delimiter)
    while True:
        before = start + reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            for at in range(before, start + reader.line_num):
                found.lose(f"line {at + 1}", f"is no row of a CSV: {error}")
            continue
        after = start + reader.line_num
        if after - before == 1 or len(cells) == width:
            yield before + 1, cells
            continue
        for at in range(before, after):
            if lines[at].strip():
                yield at + 1, [cell.strip('"') for cell in lines[at].split(delimiter)]


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _columns(header: Sequence[str]) -> dict[str, list[int]]:
    """Which columns mean what, those whose name says most first. A column means one thing, but a name may be a ref."""
    places: dict[str, list[int]] = {}
    for at, cell in enumerate(header):
        places.setdefault(_plain(_IN_BRACKETS.sub(" ", cell)), []).append(at)
    columns = {key: [at for word in words for at in places.get(word, ())] for key, words in COLUMNS.items()}
    columns["ref"] = [at for at in columns["ref"] if at not in columns["name"][:1]]
    return columns


def _plain(text: str) -> str:
    return _PUNCTUATION.sub(" ", text.lower()).strip()
