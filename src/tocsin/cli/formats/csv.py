"""``--format csv``: one row a finding, for a spreadsheet (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from tocsin.detect.result import CheckResult, Finding
from tocsin.model.told.cell import cell

__all__ = ["COLUMNS", "render"]

COLUMNS = (
    "id", "severity", "title", "where", "actor", "seen_by", "first_seen", "last_seen", "count", "confidence", "tlp",
    "warning", "kind", "source", "file", "row", "values", "notes", "pattern", "description",
)  # fmt: skip
FINDINGS_PER_CHUNK = 1_000


def render(result: CheckResult) -> Iterator[str]:
    """Write a heading and a row a finding; each row is one line.

    ``file``, ``row`` and ``values`` are those of the first example. A cell that a spreadsheet could run
    begins with an apostrophe; invisible characters are spelled out (``<U+000A>``). Exact values are in jsonl.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for place, finding in enumerate(result.findings, start=1):
        writer.writerow(_row(finding))
        if place % FINDINGS_PER_CHUNK == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def _row(finding: Finding) -> list[str | int]:
    example = finding.examples[0] if finding.examples else None
    values = "; ".join(f"{path} = {value}" for path, value in example.values.items()) if example else ""
    notes = "; ".join(f"{note.kind}: {note.text}" for note in finding.notes)
    return [
        cell(finding.id), finding.severity, cell(finding.title), cell(finding.where), cell(finding.actor),
        cell("; ".join(finding.seen_by)), cell(finding.first_seen), cell(finding.last_seen), finding.count,
        "" if finding.confidence is None else finding.confidence, cell(finding.tlp), cell(finding.warning),
        cell(finding.kind), cell(finding.source), cell(example.file) if example else "",
        example.row if example else "", cell(values), cell(notes), cell(finding.pattern),
        cell(finding.description),
    ]  # fmt: skip
