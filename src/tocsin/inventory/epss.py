"""How likely a vulnerability is to be exploited within 30 days: the daily file of EPSS.

Source: FIRST's Exploit Prediction Scoring System, the CSV of a day: a comment with the model and the day, a heading,
and ``cve,epss,percentile``. It says nothing of what is exploited for sure; a catalogue of that goes before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from struct import Struct
from typing import Final

from tocsin.errors import BadInput, Place
from tocsin.inventory.component import Unread

__all__ = ["Chance", "Scores", "are_scores", "read_scores"]

_HEADING: Final = b"cve,epss,percentile"
_CVE: Final = re.compile(r"CVE-([0-9]{4})-([0-9]{4,9})", re.ASCII)
_COMMENT: Final = re.compile(r"#.*?\bscore_date:([0-9]{4}-[0-9]{2}-[0-9]{2})", re.ASCII)
_ENTRY: Final = Struct(">III")
_ONE: Final = 1_000_000_000
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Chance:
    """``probability`` (0 to 1) of being exploited within 30 days, as of the day ``dated`` ("": it does not say).

    ``percentile`` is the part of all vulnerabilities (0 to 1) that are less or as likely, None where nobody says.
    """

    probability: float
    percentile: float | None = None
    dated: str = ""


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of a day. ``len()`` is how many there are.

    ``years`` holds those of each year's CVEs as 12 bytes each, in order: the number after the year, probability and
    percentile in billionths. All 300,000 are 4 MB so.
    """

    dated: str
    years: Mapping[int, bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(len(block) // _ENTRY.size for block in self.years.values())

    def chance(self, vulnerability: str) -> Chance | None:
        """What is said of a CVE; None of all else, and where nothing is."""
        named = _CVE.fullmatch(vulnerability)
        block = self.years.get(int(named[1]), b"") if named else b""
        low, high = 0, len(block) // _ENTRY.size
        wanted = int(named[2]) if named else 0
        while low < high:
            middle = (low + high) // 2
            number, probability, percentile = _ENTRY.unpack_from(block, middle * _ENTRY.size)
            if number == wanted:
                return Chance(probability / _ONE, percentile / _ONE, self.dated)
            low, high = (middle + 1, high) if number < wanted else (low, middle)
        return None


def are_scores(data: bytes) -> bool:
    """Whether ``data`` begins as a day's file does."""
    head = data[:1_000].removeprefix(b"\xef\xbb\xbf")
    if head.startswith(b"#"):
        head = head.partition(b"\n")[2]
    return head.startswith(_HEADING)


def read_scores(data: bytes, name: str) -> tuple[Scores, int, tuple[Unread, ...]]:
    """Read a day's file; beside it how many lines could not be read, and the first of them.

    Raises:
        BadInput: it is none, or is no text.
    """
    if not are_scores(data):
        raise BadInput(
            "holds no EPSS scores", where=Place(name), hint="Give FIRST's epss_scores-current.csv.gz."
        )
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise BadInput("is not UTF-8", where=Place(name)) from error
    said = _COMMENT.match(lines[0])
    years: dict[int, dict[int, tuple[int, int]]] = {}
    lost = 0
    unread: list[Unread] = []
    for place, line in enumerate(lines, 1):
        if not line or line.startswith(("#", _HEADING.decode())):
            continue
        read = _read(line)
        if read is None:
            lost += 1
            if len(unread) < _NAMED:
                unread.append(Unread(f"line {place}", "it is no CVE with a probability and a percentile"))
            continue
        year, number, *values = read
        years.setdefault(year, {})[number] = (values[0], values[1])
    packed = {year: _packed(held.items()) for year, held in sorted(years.items())}
    return Scores(_day(said[1]) if said else "", packed), lost, tuple(unread)


def _read(line: str) -> tuple[int, int, int, int] | None:
    name, _, rest = line.partition(",")
    named = _CVE.fullmatch(name)
    try:
        values = [float(text) for text in rest.split(",")]
    except ValueError:
        return None
    if named is None or len(values) != 2 or not all(0 <= value <= 1 for value in values):
        return None
    return int(named[1]), int(named[2]), round(values[0] * _ONE), round(values[1] * _ONE)


def _packed(held: Iterable[tuple[int, tuple[int, int]]]) -> bytes:
    return b"".join(_ENTRY.pack(number, *values) for number, values in sorted(held))


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
