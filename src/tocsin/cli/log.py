"""``tocsin log``: nobody rewrites unseen what was shared."""

from __future__ import annotations

import sys

import click

from tocsin.cli.command import Verb, VerbGroup
from tocsin.cli.node import client_for, node_options, opened, tell

__all__ = ["log"]


@click.group(
    cls=VerbGroup,
    examples=("tocsin log verify", 'tocsin log checkpoint "Water ISAC"', "tocsin log verify HUB --with FILE"),
)
def log() -> None:
    """Verify the log of this node or of a hub, and compare it with what others saw."""


@log.command("verify", cls=Verb, examples=('tocsin log verify "Water ISAC" --with checkpoint-of-another',))
@click.argument("hub", required=False)
@click.option(
    "--with", "checkpoint_file", metavar="CHECKPOINT", help="A checkpoint that another member was given."
)
@node_options
def verify(hub: str | None, checkpoint_file: str | None, data: str | None, output_format: str) -> int:
    """Recompute the log, and hold it to every checkpoint that was seen. Exits 1 if anything was rewritten."""
    from tocsin.cli.whole_input import read_whole
    from tocsin.service.exchange.logs import compare_with, verify_hub, verify_own

    with opened(data) as node:
        done = verify_own(node) if hub is None else verify_hub(node, hub, client_for)
        if checkpoint_file is not None:
            compare_with(node, read_whole(checkpoint_file), hub, client_for)
    tell(
        output_format,
        {"log": done.origin, "size": done.size, "opened": done.opened, "whole": True},
        [f"The log {done.origin} is whole: {done.size:,} entries, none rewritten."],
    )
    return 0


@log.command("checkpoint", cls=Verb, examples=('tocsin log checkpoint "Water ISAC"',))
@click.argument("hub", required=False)
@node_options
def checkpoint(hub: str | None, data: str | None, output_format: str) -> int:
    """Print the signed state of the log, to be compared with another member's."""
    from tocsin.service.exchange.logs import checkpoint as own, known_checkpoint

    with opened(data) as node:
        note = own(node) if hub is None else known_checkpoint(node, hub)
    if output_format == "json":
        tell("json", {"checkpoint": note.decode()}, ())
    else:
        sys.stdout.write(note.decode())
    return 0
