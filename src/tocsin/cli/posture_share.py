"""``tocsin posture share``: tell a hub which measures are in place, after a preview of the exact bytes."""

from __future__ import annotations

import sys

import click

from tocsin.cli.command import OneOf, Verb
from tocsin.cli.node import node_options, opened
from tocsin.cli.sending import sending_options

__all__ = ["share"]


@click.command(
    cls=Verb,
    examples=(
        'tocsin posture share --to "Water ISAC" --dry-run',
        'tocsin posture share --to "Water ISAC" --as anonymous',
        'tocsin posture share --to "Water ISAC" --take-back',
    ),
)
@click.option("--to", "hub", required=True, metavar="HUB", help="The hub, by the name that sync shows.")
@click.option(
    "--as",
    "as_whom",
    type=OneOf(["named", "anonymous"]),
    default="named",
    show_default=True,
    help="Anonymously the hub's people are not shown who it was; its machine knows, to count each once.",
)
@click.option("--take-back", is_flag=True, help="Say nothing any more: no later release counts you.")
@sending_options
@node_options
def share(
    hub: str,
    as_whom: str,
    take_back: bool,  # noqa: FBT001  click passes it by name
    dry_run: bool,  # noqa: FBT001  click passes it by name
    yes: bool,  # noqa: FBT001  click passes it by name
    data: str | None,
    output_format: str,
) -> int:
    """Tell a hub of each measure whether it is in place (with evidence, or by word alone), in part or not.

    The evidence itself, its day and who noted it stay here, and so do measures of your own. Of what you said nothing
    of, nothing leaves. The hub tells its members bands of each sector, from 10 organisations on. Shown first are the
    exact bytes. At a terminal it asks before it sends; where there is none, only --yes sends.
    """
    from tocsin.cli.sending import send_offer
    from tocsin.model.told.escape import one_line
    from tocsin.service.measures.share import share as service

    with opened(data) as node:
        made = service(node, hub, anonymous=as_whom == "anonymous", take_back=take_back)
        for note in made.notes:
            sys.stderr.write(f"{one_line(note)}\n")
        told = {
            "measures": {measure: state.value for measure, state in made.states.items()},
            "notes": list(made.notes),
        }
        return send_offer(node, made.offer, told, output_format, dry_run=dry_run, yes=yes)
