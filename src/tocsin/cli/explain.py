"""``tocsin explain``: why a finding is one, as a tree."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tocsin.cli.command import Verb
from tocsin.detect.told.escape import visible
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tocsin.detect.result import Finding

__all__ = ["explain"]

MOST_SHOWN = 20
PREFIX = "finding--"
NAMED_AT_MOST = 5


@click.command(
    cls=Verb,
    examples=(
        "tocsin check logs/ --against feed.json --format jsonl --output findings.jsonl",
        "tocsin explain findings.jsonl",
        "tocsin explain findings.jsonl 3f2a",
    ),
)
@click.argument("file")
@click.argument("id", required=False, metavar="[ID]")
def explain(file: str, id: str | None) -> int:
    """Explain findings: warning, clause, row, value.

    FILE is what `tocsin check` wrote as jsonl or json; - is stdin. ID is a finding's id or the start of one,
    with or without "finding--"; without it the first 20 findings are explained.
    """
    from tocsin.cli.output import write_output
    from tocsin.cli.whole_input import read_whole
    from tocsin.service.detect.explain import read_findings

    findings = read_findings(read_whole(file), file)
    chosen = findings if id is None else [_the_one(findings, id, file)]
    write_output(_told(chosen, file))
    return 0


def _told(findings: Sequence[Finding], file: str) -> Iterator[str]:
    from tocsin.cli.formats.explain_tree import render_why

    utf8 = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    for place, finding in enumerate(findings[:MOST_SHOWN]):
        yield "\n" if place else ""
        yield from render_why(finding, utf8=utf8)
    if not findings:
        yield f"{visible(file)} holds no finding.\n"
    if len(findings) > MOST_SHOWN:
        yield f"\n... and {len(findings) - MOST_SHOWN:,} more: name one by its id.\n"


def _the_one(findings: Sequence[Finding], wanted: str, file: str) -> Finding:
    start = PREFIX + wanted.removeprefix(PREFIX)
    found = {finding.id: finding for finding in findings if finding.id.startswith(start)}
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise UsageError(
            f"no finding of {file} has an id that starts with {wanted!r}",
            hint=f"`tocsin explain {file}` shows those that are there.",
        )
    named = ", ".join(sorted(found)[:NAMED_AT_MOST])
    raise UsageError(
        f"{len(found)} findings of {file} start with {wanted!r}: {named}", hint="Give more of the id."
    )
