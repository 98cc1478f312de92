"""Sending what a node tells a hub: the exact bytes first, and nothing without a person's word."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tocsin.cli.node import client_for, tell
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tocsin.service.exchange.node import Node
    from tocsin.service.exchange.share import Offer

__all__ = ["is_agreed", "send_offer", "sending_options"]

_LATER = "Sent later, its created (the first time) and modified are of that moment; nothing else is another."
"""A dry run keeps nothing, and an object that says it was made when it was only looked at would not be true."""

F = TypeVar("F", bound="Callable[..., Any]")


def sending_options(function: F) -> F:
    """Give a verb that sends something ``--dry-run`` and ``--yes``, which :func:`send_offer` keeps to."""
    function = click.option("--yes", is_flag=True, help="Send without asking.")(function)
    return click.option("--dry-run", is_flag=True, help="Show what would leave, and send nothing.")(function)


def send_offer(
    node: Node, offered: Offer, also: Mapping[str, Any], output_format: str, *, dry_run: bool, yes: bool
) -> int:
    """Show what would leave, ask, and send it; returns the exit code. ``also`` stands in the JSON beside it.

    Raises:
        UsageError: there is no terminal to ask at, and ``yes`` was not given.
    """
    from tocsin.cli.problem import problem_text
    from tocsin.cli.sync import news
    from tocsin.service.exchange.share import is_waiting, queue
    from tocsin.service.exchange.sync import sync_all

    for id, why in offered.held_back:
        sys.stderr.write(f"held back: {id}: {why}\n")
    told = {
        "hub": offered.hub,
        "anonymous": offered.anonymous,
        "bytes": len(offered.body),
        "body": offered.body.decode(),
        **also,
        "held_back": [{"id": id, "why": why} for id, why in offered.held_back],
    }
    preview = [f"These {len(offered.body):,} bytes go to {offered.hub}:", "", offered.body.decode(), ""]
    if dry_run:
        later = {"sent": False, "of_the_moment_of_sending": ["created", "modified"]}
        tell(output_format, {**told, **later}, [*preview, _LATER, "Nothing was sent (--dry-run)."])
        return 0
    if output_format != "json":
        tell(output_format, told, preview)
    if not yes and not is_agreed("Send them?", preview if output_format == "json" else ()):
        tell(output_format, {**told, "sent": False}, ["Nothing was sent."])
        if not sys.stdin.isatty():
            raise UsageError("there is no terminal to ask at, so nothing was sent", hint="--yes sends it.")
        return 0
    number = queue(node, offered)
    done = sync_all(node, [offered.hub], client_for)[0]
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
        [] if waits else [f"Sent; {offered.hub} gave a receipt, and it is kept."],
    )
    return done.problems[0].exit_code if done.problems else 0


def is_agreed(question: str, preview: Sequence[str] = ()) -> bool:
    """Whether the person at the terminal agrees; without one nobody does. ``preview`` is what was not shown yet."""
    if not sys.stdin.isatty():
        return False
    sys.stderr.writelines(f"{line}\n" for line in preview)
    return click.confirm(question, err=True)
