"""``tocsin sync``: take what is new, prove it, send what waits."""

from __future__ import annotations

import sys

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import client_for, node_options, opened, table, tell

__all__ = ["sync"]


@click.command(cls=Verb, examples=("tocsin sync", 'tocsin sync "Water ISAC"'))
@click.argument("names", nargs=-1, metavar="[NAME]...")
@node_options
def sync(names: tuple[str, ...], data: str | None, output_format: str) -> int:
    """Take what is new from every hub and source, or from those named. It goes on where it stopped.

    What a list, a bundle or a folder no longer holds counts no longer. If one is empty, or less than half is left of a
    long one, what it held still counts, and that is told: remove the source and add it anew if it is meant.
    """
    from tocsin.cli.problem import problem_text
    from tocsin.service.exchange.sync import sync_all

    with opened(data) as node:
        done = sync_all(node, names, client_for)
    code = 0
    for one in done:
        for problem in one.problems:
            sys.stderr.write(problem_text(problem))
            # That a log was rewritten outranks all else that went wrong.
            code = problem.exit_code if problem.exit_code == 1 else code or problem.exit_code
    tell(
        output_format,
        {
            "synced": [
                {
                    "name": one.name,
                    "new": one.new,
                    "known": one.known,
                    "no_longer_listed": one.no_longer_listed,
                    "refused": one.refused,
                    "proven": one.proven,
                    "sent": one.sent,
                    "log_size": one.log_size,
                    "problems": [str(problem) for problem in one.problems],
                }
                for one in done
            ]
        },
        table(
            ("FROM", "NEW", "KNOWN", "NO LONGER LISTED", "REFUSED", "PROVEN", "SENT"),
            [
                (
                    one.name,
                    f"{one.new:,}",
                    f"{one.known:,}",
                    f"{one.no_longer_listed:,}",
                    f"{one.refused:,}",
                    f"{one.proven:,}",
                    f"{one.sent:,}",
                )
                for one in done
            ],
            empty="There is nothing to sync with. Join a hub (tocsin join) or add a source (tocsin source add).",
        ),
    )
    return code
