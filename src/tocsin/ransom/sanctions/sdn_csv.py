"""OFAC's SDN list as CSV: no header, "-0- " for nothing, remarks that go on in a second file, a byte 0x1A at the end.

Form: OFAC's "SDN data format" specification (dat_spec.txt).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from hashlib import sha256
from io import StringIO
from typing import Final

from tocsin.errors import BadInput, Place
from tocsin.ransom.sanctions.party import OFAC_SDN, ListedAddress, ListVersion, Party

__all__ = ["FORM", "is_overflow", "is_sdn_csv", "read_sdn_csv"]

FORM: Final = "sdn-csv"
_NOTHING: Final = "-0-"
_FIELDS: Final = 12
_OVERFLOW_FIELDS: Final = 2
_REMARKS: Final = 11
_ROW: Final = re.compile(rb'^\d+,"')
_ADDRESS: Final = re.compile(r"(?:alt\. )?Digital Currency Address - (\S+) (\S+)")
_ALIAS: Final = re.compile(r"a\.k\.a\. '(.+)'")


def is_sdn_csv(head: bytes) -> bool:
    """Whether what begins so may be the list as CSV."""
    line = head.partition(b"\n")[0]
    return _ROW.match(line) is not None and b"-0-" in line


def is_overflow(head: bytes) -> bool:
    """Whether what begins so may be the remarks that go on."""
    return _ROW.match(head) is not None and not is_sdn_csv(head)


def read_sdn_csv(data: bytes, overflow: bytes | None, issued: str, name: str = "") -> ListVersion:
    """Read one issue of the list; the file does not say of which day it is.

    Raises:
        BadInput: a row has not its fields, the end is cut off, or a remark goes on in ``overflow`` which is not given
            or has no more of it; with the line.
    """
    if not data.rstrip(b" \t").endswith((b"\n", b"\x1a")):
        raise BadInput("the list is cut off", where=Place(name or None, data.count(b"\n") + 1))
    more: dict[str, str] = {}
    for _, row in _rows(overflow or b"", _OVERFLOW_FIELDS, f"{name}: its remarks" if name else ""):
        more[row[0]] = more.get(row[0], "") + row[1]
    parties = []
    for line, row in _rows(data, _FIELDS, name):
        remarks = row[_REMARKS] + more.pop(row[0], "")
        if remarks and not remarks.endswith("."):
            raise BadInput(
                f"the remarks of party {row[0]} go on in sdn_comments.csv, which is not beside the list"
                if overflow is None
                else f"the remarks of party {row[0]} are cut off, and sdn_comments.csv has no more of them",
                where=Place(name or None, line),
                hint="Give a folder that holds both files.",
            )
        parties.append(_party(row, remarks))
    if not parties:
        raise BadInput("the list names no party", where=Place(name or None))
    digest = sha256(overflow).hexdigest() if overflow is not None else ""
    return ListVersion(OFAC_SDN, issued, sha256(data).hexdigest(), FORM, tuple(parties), digest)


def _rows(data: bytes, fields: int, name: str) -> Iterator[tuple[int, list[str]]]:
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("windows-1252", "replace")  # what older issues were written in
    reader = csv.reader(StringIO(text.rstrip("\x1a \r\n"), newline=""))
    try:
        for row in reader:
            if not row:
                continue
            if len(row) != fields or not row[0].strip().isdecimal():
                raise BadInput(
                    f"a row has {fields} fields and begins with a number, and this has {len(row)}",
                    where=Place(name or None, reader.line_num),
                )
            yield reader.line_num, ["" if one.strip() == _NOTHING else one for one in row]
    except csv.Error as error:
        raise BadInput(f"is no CSV: {error}", where=Place(name or None, reader.line_num)) from None


def _party(row: list[str], remarks: str) -> Party:
    parts = [one.strip() for one in remarks.removesuffix(".").split(";")]
    addresses = [ListedAddress(*found.groups()) for one in parts if (found := _ADDRESS.fullmatch(one))]
    aliases = [found[1] for one in parts if (found := _ALIAS.fullmatch(one))]
    programmes = row[3].replace("[", "").replace("]", " ").split()
    return Party(
        row[0],
        row[1].strip(),
        tuple(dict.fromkeys(aliases)),
        tuple(dict.fromkeys(programmes)),
        "",
        tuple(dict.fromkeys(addresses)),
    )
