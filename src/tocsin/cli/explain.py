"""``tocsin explain``: why a finding is one, as a tree."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import has_node, node_folder, opened
from tocsin.errors import UsageError
from tocsin.model.told.escape import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tocsin.detect.result import Finding
    from tocsin.service.exchange.withdrawals import Withdrawal

__all__ = ["explain"]

MOST_SHOWN = 20
PREFIX = "finding--"
NAMED_AT_MOST = 5
SHORTEST_ID = 4


@click.command(
    cls=Verb,
    examples=(
        "tocsin check logs/ --against feed.json --format jsonl --output findings.jsonl",
        "tocsin explain findings.jsonl",
        "tocsin explain findings.jsonl 3f2a",
        "tocsin explain finding--3f2a",
        "tocsin explain --withdrawn yes",
    ),
)
@click.argument("file", required=False, metavar="[FILE]")
@click.argument("id", required=False, metavar="[ID]")
@click.option(
    "--data",
    metavar="DIR",
    help="The node's folder.  [default: $TOCSIN_DATA, else the data folder of this user]",
)
@click.option(
    "--withdrawn",
    type=click.Choice(["yes", "no"]),
    help="Of the findings that the node keeps, those of warnings that were withdrawn, or the others.",
)
def explain(file: str | None, id: str | None, data: str | None, withdrawn: str | None) -> int:
    """Explain findings: warning, clause, row, value.

    FILE is what `tocsin check` wrote as jsonl or json; - is stdin. ID is a finding's id or the start of one,
    with or without "finding--"; without it the first 20 findings are explained. Where there is a node, the
    findings that it keeps are explained without FILE, and it is said of which the warning was withdrawn since.
    """
    from tocsin.cli.output import write_output

    found = _read(file, id, data, withdrawn)
    chosen = found.findings if found.wanted is None else [_the_one(found.findings, found.wanted, found.name)]
    write_output(_told(chosen, found))
    return 0


@dataclass(frozen=True, slots=True)
class _Found:
    """Findings, what to call where they are, the id to look for, and which of their warnings were withdrawn.

    ``is_asked_of`` is whether only those were asked for that were, or were not.
    """

    findings: Sequence[Finding]
    name: str
    wanted: str | None
    ended: Mapping[str, Withdrawal]
    is_asked_of: bool = False


def _read(file: str | None, id: str | None, data: str | None, withdrawn: str | None) -> _Found:
    """The findings of a file, or those that the node keeps."""
    if file is not None and (id is not None or Path(file).exists() or not _is_id(file)):
        if withdrawn is not None:
            raise UsageError(
                "what was withdrawn since is not known of findings in a file",
                hint="Leave the file away: tocsin explain --withdrawn yes",
            )
        from tocsin.cli.whole_input import read_whole, told_name
        from tocsin.service.detect.explain import read_findings

        name = told_name(file)
        return _Found(read_findings(read_whole(file), name), name, id, {})
    if file is None and not has_node(node_folder(data)):
        raise UsageError("no file is named", hint="Give what `tocsin check --format jsonl` wrote.")
    from tocsin.service.exchange.finding_store import kept
    from tocsin.service.exchange.withdrawals import withdrawn_of

    with opened(data) as node:
        held = [finding for finding, _ in kept(node)]
        ended = withdrawn_of(node, [one.warning for one in held])
    if withdrawn is not None:
        held = [one for one in held if (one.warning in ended) == (withdrawn == "yes")]
    return _Found(held, "this node", file, ended, withdrawn is not None)


def _is_id(text: str) -> bool:
    """Whether ``text`` is a finding's id or the start of one, rather than the name of a file."""
    short = text.removeprefix(PREFIX)
    return len(short) >= SHORTEST_ID and not set(short) - set("0123456789abcdef-")


def _told(findings: Sequence[Finding], found: _Found) -> Iterator[str]:
    from tocsin.cli.formats.explain_tree import render_why

    utf8 = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    for place, finding in enumerate(findings[:MOST_SHOWN]):
        yield "\n" if place else ""
        ended = found.ended.get(finding.warning)
        yield from render_why(finding, withdrawn=_withdrawn(ended) if ended else "", utf8=utf8)
    if not findings:
        yield f"{visible(found.name)} holds no {'such ' if found.is_asked_of else ''}finding.\n"
    if len(findings) > MOST_SHOWN:
        yield f"\n... and {len(findings) - MOST_SHOWN:,} more: name one by its id.\n"


def _withdrawn(ended: Withdrawal) -> str:
    why = f": {ended.why.rstrip('.')}" if ended.why else ""
    told = f"Its warning was withdrawn on {ended.at[:10]}{why}."
    return f"{told} Do not act on it any more, and undo what you did because of it."


def _the_one(findings: Sequence[Finding], wanted: str, file: str) -> Finding:
    start = PREFIX + wanted.removeprefix(PREFIX)
    found = {finding.id: finding for finding in findings if finding.id.startswith(start)}
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise UsageError(
            f"no finding of {file} has an id that starts with {wanted!r}",
            hint="Without an id `tocsin explain` shows those that are there.",
        )
    named = ", ".join(sorted(found)[:NAMED_AT_MOST])
    raise UsageError(
        f"{len(found)} findings of {file} start with {wanted!r}: {named}", hint="Give more of the id."
    )
