"""``tocsin sync``: take what is new, prove it, send what waits."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import client_for, node_options, opened, table, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tocsin.service.exchange.synced import Synced

__all__ = ["news", "sync"]

DECISIONS: Final = 20
SHOWN: Final = 300


@click.command(cls=Verb, examples=("tocsin sync", 'tocsin sync "Water ISAC"'))
@click.argument("names", nargs=-1, metavar="[NAME]...")
@node_options
def sync(names: tuple[str, ...], data: str | None, output_format: str) -> int:
    """Take what is new from every hub and source, or from those named. It goes on where it stopped.

    What a list, a bundle or a folder no longer holds counts no longer. If one is empty, or less than half is left of a
    long one, what it held still counts, and that is told: remove the source and add it anew if it is meant.

    What waits for a hub is sent, and what it decided on what was sent before is told. The token that a hub gave when it
    was joined is renewed in time.
    """
    from tocsin.cli.problem import problem_text
    from tocsin.service.exchange.sync import sync_all

    with opened(data) as node:
        done = sync_all(node, names, client_for)
    code = 0
    for one in done:
        sys.stderr.writelines(f"{line}\n" for line in _refusals(one))
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
                    "why_refused": [{"id": id, "why": why} for id, why in one.why_refused],
                    "proven": one.proven,
                    "sent": one.sent,
                    "log_size": one.log_size,
                    "decided": [
                        {"id": held.id, "state": held.state, "why": held.why} for held in one.decided
                    ],
                    "token_until": one.token_until or None,
                    "problems": [str(problem) for problem in one.problems],
                }
                for one in done
            ]
        },
        _lines(done),
    )
    return code


def news(done: Sequence[Synced]) -> list[str]:
    """What hubs decided on what was sent before, and the tokens that they renewed, a line each."""
    from tocsin.model.told.escape import one_line

    told = [
        one_line(f"{one.name} {held.state} {held.id}{': ' if held.why else ''}{held.why}", SHOWN)
        for one in done
        for held in one.decided
    ]
    more = [f"and {len(told) - DECISIONS:,} more: tocsin inbox sent"] if len(told) > DECISIONS else []
    renewed = [
        f"{one.name} renewed this node's token: it holds until {one.token_until[:10]}."
        for one in done
        if one.token_until
    ]
    return [*told[:DECISIONS], *more, *renewed]


def _refusals(one: Synced) -> list[str]:
    """The first few that were not taken with the reason, and how many more there are."""
    from tocsin.model.told.escape import one_line

    told = [one_line(f"{one.name}: refused: {id}: {why}", SHOWN) for id, why in one.why_refused]
    more = one.refused - len(told)
    return [*told, *([f"{one.name}: and {more:,} more refused"] if told and more > 0 else [])]


def _lines(done: Sequence[Synced]) -> list[str]:
    return [
        *table(
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
        *news(done),
    ]
