"""Advisories for a person at a terminal: a list, and one of them whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from tocsin.cli.node import table
from tocsin.model.told.cell import cell
from tocsin.model.told.escape import one_line, visible
from tocsin.model.told.number import number

if TYPE_CHECKING:
    from tocsin.service.inventory.advisory_list import AdvisoryList, AdvisoryRow
    from tocsin.service.inventory.advisory_view import ToldAdvisory

__all__ = ["CSV_COLUMNS", "list_csv", "list_lines", "show_lines"]

_TITLE: Final = 60
_TEXT: Final = 600
_CLAIMS: Final = 20
_SHOWN: Final = 3

CSV_COLUMNS: Final = (
    "id", "form", "feed", "title", "publisher", "publisher_category", "namespace", "category", "status", "version",
    "form_version", "tlp", "initial", "current", "severity", "score", "vulnerabilities", "read", "affected", "unknown",
)  # fmt: skip


def list_lines(found: AdvisoryList, *, asked: bool) -> list[str]:
    """The list as a table, and how many more there are."""
    judged = any(one.affected is not None for one in found.advisories)
    head = ("", "ADVISORY", "FORM", "CHANGED", "CVSS", "PUBLISHER", "TITLE", *(("HERE",) if judged else ()))
    rows = [
        (
            " " if one.read else "*",
            one.id,
            one.form,
            one.current[:10],
            "-" if one.score is None else f"{one.score:.1f}",
            one_line(one.publisher, 24),
            one_line(one.title or ", ".join(one.vulnerabilities[:_SHOWN]), _TITLE),
            *((_here(one),) if judged else ()),
        )
        for one in found.advisories
    ]
    empty = (
        "Nothing is like that." if asked else "There is none yet. Bring some: tocsin sync kev cve osv csaf"
    )
    lines = table(head, rows, empty=empty)
    if rows:
        shown = f", {len(rows):,} of them shown" if len(rows) < found.found else ""
        lines.append(f"{number(found.found, 'advisory', 'advisories')}{shown}; {found.unread:,} unread (*).")
    return lines


def _here(one: AdvisoryRow) -> str:
    affected = [f"{one.affected:,} affected"] if one.affected else []
    return ", ".join([*affected, *([f"{one.unknown:,} unknown"] if one.unknown else [])]) or "-"


def list_csv(rows: Sequence[AdvisoryRow]) -> str:
    """The list as CSV (RFC 4180); a cell that a spreadsheet could run begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for one in rows:
        values = (getattr(one, name) for name in CSV_COLUMNS)
        writer.writerow(
            [
                cell(" ".join(value))
                if isinstance(value, list)
                else ""
                if value is None
                else cell(str(value))
                for value in values
            ]
        )
    return text.getvalue()


def show_lines(one: ToldAdvisory) -> Iterator[str]:
    """One advisory: what it is, what was noted about it, what it claims."""
    yield visible(f"{one.id}: {one.title}" if one.title else one.id)
    facts = (
        ("form", ", ".join(filter(None, (one.form, one.category, one.status)))),
        ("publisher", one.publisher),
        ("version", one.version),
        ("published", one.published),
        ("changed", one.modified),
        ("withdrawn", one.withdrawn),
        ("severity", one.severity),
        ("TLP", one.tlp),
        ("sectors", ", ".join(one.sectors)),
        ("also called", ", ".join(one.aliases)),
        ("address", one.url),
        ("feed", f"{one.feed['name']}, first read {one.read[:10]}"),
        ("read", f"by {one.marked_by}, {one.marked[:10]}" if one.marked else "not yet"),
        ("kept", ", ".join(held.name for held in one.versions) if len(one.versions) > 1 else ""),
    )
    yield from (f"  {name + ':':<13}{one_line(text)}" for name, text in facts if text)
    if one.text:
        yield f"  {one_line(one.text, _TEXT)}"
    for name, stakes in one.stakes.items():
        scored = f"CVSS {stakes['score']}" if stakes["score"] is not None else ""
        exploited = "known to be exploited" if stakes["exploited"] else ""
        words = ", ".join(filter(None, (scored, exploited)))
        if words:
            yield f"  {visible(name)}: {words}"
    for claim in one.claims[:_CLAIMS]:
        versions = "; ".join(claim.versions)
        status = claim.status.replace("_", " ")
        yield f"  {one_line(f'{claim.vulnerability}: {claim.product[0]} is {status}: {versions}')}"
        yield from (
            f"    {one_line(f'{remedy.kind}: {remedy.text}', _TEXT)}" for remedy in claim.remedies[:_SHOWN]
        )
    if len(one.claims) > _CLAIMS:
        yield f"  and {number(len(one.claims) - _CLAIMS, 'more claim')}: --format json"
    for said in one.comments:
        yield f"  {visible(said.by)}, {said.at[:10]}: {one_line(said.text)}"
