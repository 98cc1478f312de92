"""``tocsin incident send``: tell a hub how an attack went, after a preview of the exact bytes."""

from __future__ import annotations

import sys

import click

from tocsin.cli.command import OneOf, Verb
from tocsin.cli.node import node_options, opened
from tocsin.cli.sending import sending_options

__all__ = ["send"]


@click.command(
    cls=Verb,
    examples=(
        'tocsin incident send 3f0c4c53 --to "Water ISAC" --dry-run',
        'tocsin incident send 3f0c4c53 --to "Water ISAC" --as anonymous --tlp green',
        'tocsin incident send 3f0c4c53 --to "Water ISAC" --with summary,actions',
    ),
)
@click.argument("which", metavar="ID|NAME")
@click.option("--to", "hub", required=True, metavar="HUB", help="The hub, by the name that sync shows.")
@click.option(
    "--as",
    "as_whom",
    type=OneOf(["named", "anonymous"]),
    default="named",
    show_default=True,
    help="Under one's own name, or without any: the hub then stands for it.",
)
@click.option(
    "--with",
    "parts",
    multiple=True,
    metavar="PART,...",
    help="What goes besides: name, summary, descriptions, victim, contact, systems, times, money, transactions, "
    "actors, software, actions, operators, indicators.",
)
@click.option(
    "--tlp",
    metavar="LEVEL",
    default="",
    help="Who may see it: amber+strict, amber, green, clear.  [default: the form's]",
)
@sending_options
@node_options
def send(
    which: str,
    hub: str,
    as_whom: str,
    parts: tuple[str, ...],
    tlp: str,
    dry_run: bool,  # noqa: FBT001  click passes it by name
    yes: bool,  # noqa: FBT001  click passes it by name
    data: str | None,
    output_format: str,
) -> int:
    """Send a hub what others can learn from: kinds, sectors, steps by technique, measures, causes, indicators, wallets.

    Names, contacts, systems, texts of your own and what you told whom stay here; times leave as months, anonymously as
    years. Shown first are the exact bytes. At a terminal it asks before it sends; where there is none, only --yes
    sends.
    """
    from tocsin.cli.sending import send_offer
    from tocsin.model.told.escape import one_line
    from tocsin.service.incidents.send import send as service

    with opened(data) as node:
        made = service(
            node,
            which,
            hub,
            parts=[one.strip() for each in parts for one in each.split(",") if one.strip()],
            anonymous=as_whom == "anonymous",
            tlp=tlp,
        )
        for why in made.left_out:
            sys.stderr.write(f"left out: {one_line(why)}\n")
        for note in made.notes:
            sys.stderr.write(f"{note}\n")
        told = {
            "incident": made.incident,
            "tlp": made.tlp.text,
            "left_out": list(made.left_out),
            "notes": list(made.notes),
        }
        return send_offer(node, made.offer, told, output_format, dry_run=dry_run, yes=yes)
