"""Export as CSV (RFC 4180): one row a value, for spreadsheets and for programs that read lists."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from tocsin.detect.exports.entry import entries
from tocsin.detect.indicator_table import guarded, says_something
from tocsin.detect.warning import WarningTally
from tocsin.model.stix import StixObject

__all__ = ["COLUMNS", "write_csv"]

COLUMNS: Final = ("value", "type", "indicator_id", "name", "valid_from", "valid_until", "tlp", "confidence")


def write_csv(objects: Iterable[StixObject], tally: WarningTally) -> bytes:
    """Write a row for each value of each indicator, in UTF-8, with a row of column names.

    A cell that a spreadsheet could run as a formula, or that a reader could take for a comment, begins with an
    apostrophe (our own reader takes it away). Names are one line. An indicator whose pattern asks for more than
    values is counted as not checked: a STIX bundle holds it.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries(objects, tally):
        if not entry.values or not all(says_something(one.value) for one in entry.values):
            tally.leave_unchecked("the pattern is more than values, which is all that CSV holds", entry.id)
            continue
        tally.read += 1
        confidence = str(entry.confidence) if entry.confidence >= 0 else ""
        about = (
            entry.id,
            " ".join(entry.name.split()),
            entry.valid_from,
            entry.valid_until,
            entry.tlp,
            confidence,
        )
        for one in entry.values:
            writer.writerow([guarded(_visible(cell)) for cell in (one.value, one.kind, *about)])
    return text.getvalue().encode()


def _visible(text: str) -> str:
    """``text`` without what would not be seen as itself; the values here are printable as they are."""
    return text if text.isprintable() else "".join(mark if mark.isprintable() else "\ufffd" for mark in text)
