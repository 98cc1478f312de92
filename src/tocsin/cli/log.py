"""``tocsin log``: nobody rewrites unseen what was shared."""

from __future__ import annotations

import sys

import click

from tocsin.cli.command import Verb, VerbGroup
from tocsin.cli.node import acting, client_for, node_options, opened, tell
from tocsin.errors import UsageError

__all__ = ["log"]


@click.group(
    cls=VerbGroup,
    examples=(
        "tocsin log verify",
        'tocsin log checkpoint "Water ISAC"',
        "tocsin log verify HUB --with FILE",
        'tocsin log erase 17 --why "names a person"',
    ),
)
def log() -> None:
    """Verify the log of this node or of a hub, compare it with what others saw, and erase what must not stay."""


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


@log.command(
    "erase", cls=Verb, examples=('tocsin log erase 17 --why "names a person who asked for it" --yes',)
)
@click.argument("entry", type=click.IntRange(min=0))
@click.option("--why", required=True, metavar="TEXT", help="What the log says of the erasure.")
@click.option("--yes", is_flag=True, help="Erase without asking.")
@node_options
def erase(entry: int, why: str, yes: bool, data: str | None, output_format: str) -> int:  # noqa: FBT001
    """Forget for good what the entry with the number ENTRY says. The page of the log shows the numbers.

    The log stays whole and can still be verified; that the entry was erased, by whom and why is an entry of its own.
    An entry about an object that is still published is not erased. Backups that were made before still hold it.

    At a terminal it asks first. Where there is none, only --yes erases.
    """
    from tocsin.service.exchange.logs import entry_to_erase, erase_entry

    why = " ".join(why.split())
    if not why:
        raise UsageError("an erasure needs a reason", hint="--why TEXT")
    with opened(data) as node:
        held = entry_to_erase(node, entry)
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError(
                    "there is no terminal to ask at, so nothing was erased", hint="--yes erases it."
                )
            sys.stderr.write(
                f"Entry {entry:,} is of {held.at[:16].replace('T', ' ')} UTC: {held.act.value}.\n"
            )
            if not click.confirm("Erase it for good?", err=True):
                tell(output_format, {"erased": None}, ["Nothing was erased."])
                return 0
        leaf = erase_entry(node, entry, why=why, by=acting())
    tell(
        output_format,
        {"erased": entry, "entry": leaf},
        [f"Entry {entry:,} is erased; the log is whole, and says so in entry {leaf:,}."],
    )
    return 0
