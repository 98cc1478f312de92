"""The rows of a dossier's traces, for a spreadsheet (RFC 4180). In whole satoshi; an empty amount is not known."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from tocsin.model.told.cell import cell
from tocsin.ransom.dossier.dossier import Dossier
from tocsin.ransom.taint.trace import METHODS

__all__ = ["COLUMNS", "render"]

COLUMNS: Final = (
    "followed", "is_seed", "txid", "n", "address", "value_sat", "min_sat", "max_sat",
    *(f"{name}_sat" for name in METHODS), "spent_by",
)  # fmt: skip


def render(made: Dossier) -> Iterator[str]:
    """Write a heading and a row for each output, the seeds of a trace first."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    spent = {
        each.spent: (address, flow.transaction.txid)
        for flow in made.given.flows
        for each, (_, address) in zip(flow.transaction.inputs, flow.inputs, strict=True)
    }
    for part in made.given.traces:
        asked = cell(part.asked)
        for point, amount in part.trace.seeds.items():
            # What is taken as wholly traced is all of it by any convention.
            address, by = spent.get(point, ("", ""))
            amounts = [amount] * (3 + len(METHODS))
            writer.writerow([asked, 1, point.txid, point.n, cell(address), *amounts, by])
        for one in part.trace.reached:
            told = ["" if (held := one.amounts_sat.get(name)) is None else held for name in METHODS]
            writer.writerow(
                [asked, 0, one.point.txid, one.point.n, cell(one.address), one.value_sat, one.min_sat, one.max_sat,
                 *told, one.spent_by or ""]
            )  # fmt: skip
    yield text.getvalue()
