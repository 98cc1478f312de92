"""``tocsin share``: tell a hub what was seen, after a preview of the exact bytes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import client_for, node_options, opened, tell
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tocsin.detect.result import Finding
    from tocsin.service.exchange.node import Node

__all__ = ["share"]


@click.command(
    cls=Verb,
    examples=(
        'tocsin share findings.jsonl --to "Water ISAC" --dry-run',
        'tocsin share finding--3f2a9c --to "Water ISAC"',
        'tocsin share findings.jsonl --to "Water ISAC" --as anonymous',
    ),
)
@click.argument("findings", nargs=-1, required=True)
@click.option("--to", "hub", required=True, metavar="HUB", help="The hub, by the name that sync shows.")
@click.option(
    "--as",
    "as_whom",
    type=click.Choice(["named", "anonymous"]),
    default="named",
    show_default=True,
    help="Under one's own name, or without any: the hub then stands for it.",
)
@click.option("--dry-run", is_flag=True, help="Show what would leave, and send nothing.")
@click.option("--yes", is_flag=True, help="Send without asking.")
@node_options
def share(
    findings: tuple[str, ...],
    hub: str,
    as_whom: str,
    dry_run: bool,  # noqa: FBT001  click passes it by name
    yes: bool,  # noqa: FBT001  click passes it by name
    data: str | None,
    output_format: str,
) -> int:
    """Share FINDINGS (a file that `check` wrote, or ids of kept findings) with a hub, as sightings.

    Shown first are the exact bytes: that a warning was seen, when and how often. No host, address or log line is in
    them. What may not go to this hub, because its warning came from elsewhere, is held back and named.

    At a terminal it asks before it sends. Where there is none, only --yes sends.
    """
    from tocsin.cli.problem import problem_text
    from tocsin.cli.sync import news
    from tocsin.service.exchange.share import is_waiting, offer, queue
    from tocsin.service.exchange.sync import sync_all

    with opened(data) as node:
        offered = offer(node, _findings(node, findings), hub, anonymous=as_whom == "anonymous")
        for id, why in offered.held_back:
            sys.stderr.write(f"held back: {id}: {why}\n")
        told = {
            "hub": hub,
            "anonymous": offered.anonymous,
            "bytes": len(offered.body),
            "body": offered.body.decode(),
            "findings": list(offered.findings),
            "held_back": [{"id": id, "why": why} for id, why in offered.held_back],
        }
        preview = [f"These {len(offered.body):,} bytes go to {hub}:", "", offered.body.decode(), ""]
        if dry_run:
            tell(output_format, {**told, "sent": False}, [*preview, "Nothing was sent (--dry-run)."])
            return 0
        if output_format != "json":
            tell(output_format, told, preview)
        if not yes and not _is_agreed(preview if output_format == "json" else ()):
            tell(output_format, {**told, "sent": False}, ["Nothing was sent."])
            if not sys.stdin.isatty():
                raise UsageError(
                    "there is no terminal to ask at, so nothing was sent", hint="--yes sends it."
                )
            return 0
        number = queue(node, offered)
        done = sync_all(node, [hub], client_for)[0]
        waits = is_waiting(node, number)
    for line in news([done]):
        sys.stderr.write(f"{line}\n")
    for problem in done.problems:
        sys.stderr.write(problem_text(problem))
    if waits:
        sys.stderr.write("What was to be sent is kept, and the next tocsin sync sends it.\n")
    tell(
        output_format,
        {**told, "sent": not waits},
        [] if waits else [f"Sent; {hub} gave a receipt, and it is kept."],
    )
    return done.problems[0].exit_code if done.problems else 0


def _is_agreed(preview: Sequence[str]) -> bool:
    """Whether the person at the terminal agrees; without one nobody does. ``preview`` is what was not shown yet."""
    if not sys.stdin.isatty():
        return False
    sys.stderr.writelines(f"{line}\n" for line in preview)
    return click.confirm("Send them?", err=True)


def _findings(node: Node, named: Sequence[str]) -> list[Finding]:
    from tocsin.cli.whole_input import read_whole
    from tocsin.service.detect.explain import read_findings
    from tocsin.service.exchange.finding_store import kept_by_id

    found: list[Finding] = []
    for one in named:
        if one == "-" or Path(one).exists():
            found += read_findings(read_whole(one), one)
        else:
            found += kept_by_id(node, [one])
    return found
