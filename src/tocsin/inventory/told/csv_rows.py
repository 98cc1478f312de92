"""``--format csv``: a row an exposure, for a spreadsheet (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from tocsin.inventory.exposure import InventoryResult
from tocsin.inventory.told.json_rows import row
from tocsin.inventory.told.product import Deeds
from tocsin.model.told.cell import cell

__all__ = ["COLUMNS", "render"]

COLUMNS: Final = (
    "due", "outcome", "verdict", "release", "site", "exposed", "vulnerability", "title", "do", "do_all",
    "compensating",
    "rule", "why", "basis",
    "exploited", "epss", "epss_dated", "sectors", "score", "state", "until", "lapsed", "owner", "approved", "note",
    "advisory", "publisher", "feed", "data_age_s", "purl", "bill", "place",
)  # fmt: skip


def render(result: InventoryResult) -> Iterator[str]:
    """Write a heading and a row an exposure; a cell that a spreadsheet could run begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    deeds = Deeds(result.exposures)
    for one in result.exposures:
        values = row(one, deeds)
        for name in ("exploited", "exposed", "approved"):
            values[name] = "yes" if values[name] else "no"
        values["sectors"] = ", ".join(values["sectors"])
        writer.writerow("" if values[name] is None else cell(str(values[name])) for name in COLUMNS)
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    yield text.getvalue()
