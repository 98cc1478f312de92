"""``tocsin share``: tell a hub what was seen, after a preview of the exact bytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import node_options, opened
from tocsin.cli.sending import sending_options

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
@sending_options
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
    them. What may not go to this hub, because its warning came from elsewhere or was withdrawn, is held back and named.

    At a terminal it asks before it sends. Where there is none, only --yes sends.
    """
    from tocsin.cli.sending import send_offer
    from tocsin.service.exchange.share import offer

    with opened(data) as node:
        offered = offer(node, _findings(node, findings), hub, anonymous=as_whom == "anonymous")
        told = {"findings": list(offered.findings)}
        return send_offer(node, offered, told, output_format, dry_run=dry_run, yes=yes)


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
