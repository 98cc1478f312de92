"""``tocsin affected``: which of what is here one vulnerability or advisory concerns."""

from __future__ import annotations

import sys

import click

from tocsin.cli.check_inventory import FORMATS
from tocsin.cli.command import OneOf, Verb
from tocsin.errors import UsageError

__all__ = ["affected"]


@click.command(
    cls=Verb,
    examples=(
        "tocsin affected CVE-2021-26855",
        "tocsin affected icsa-24-046-11.json --format json",
        'tocsin affected CVE-2021-26855 --answer "Water ISAC" --dry-run',
    ),
)
@click.argument("what", metavar="CVE|ADVISORY.json")
@click.option("--format", "output_format", type=OneOf(list(FORMATS)), default="table", show_default=True)
@click.option("--output", metavar="FILE", default="-", help="Write the result to FILE; - is stdout.")
@click.option(
    "--fail-on",
    type=OneOf(["affected", "unknown", "never"]),
    default="affected",
    show_default=True,
    help="What makes the exit code 1; what is mitigated or accepted does not.",
)
@click.option(
    "--allow-unchecked", is_flag=True, help="Exit 0, not 7, when nothing is affected but part is unknown."
)
@click.option(
    "--answer", metavar="HUB", help="Tell a hub that warns of it how many products here are affected."
)
@click.option(
    "--as",
    "as_whom",
    type=OneOf(["named", "anonymous"]),
    default="named",
    show_default=True,
    help="With --answer: under one's own name, or without any.",
)
@click.option(
    "--count",
    type=click.IntRange(min=0),
    metavar="N",
    help="With --answer: so many are affected, by your own word.",
)
@click.option("--dry-run", is_flag=True, help="With --answer: show what would leave, and send nothing.")
@click.option("--yes", is_flag=True, help="With --answer: send without asking.")
@click.option("--color", type=OneOf(["auto", "always", "never"]), help="Colour the table.  [default: auto]")
@click.option(
    "--data",
    metavar="DIR",
    help="The node's folder.  [default: $TOCSIN_DATA, else the data folder of this user]",
)
def affected(
    what: str,
    output_format: str,
    output: str,
    fail_on: str,
    allow_unchecked: bool,  # noqa: FBT001  click passes it by name
    answer: str | None,
    as_whom: str,
    count: int | None,
    dry_run: bool,  # noqa: FBT001  click passes it by name
    yes: bool,  # noqa: FBT001  click passes it by name
    color: str | None,
    data: str | None,
) -> int:
    """Say which products here a vulnerability, or the advisories in a file, concern: where, why and by when.

    The inventory is the node's (see `tocsin inventory add`). Exit code: 1 something is affected, 7 nothing is but part
    could not be told, 0 nothing is, 6 no advisory speaks of it.

    With --answer a hub that warns of it is told how many products here are affected, 0 for none, after a preview of
    the exact bytes; which they are, their versions and sites stay here. 0 is not said where part could not be told:
    say --count then, if you looked yourself. Answered again, it takes the place of the answer before.
    """
    if answer is not None:
        return _answer(what, answer, as_whom, count, output_format, data, dry_run=dry_run, yes=yes)
    if count is not None or dry_run or yes or as_whom != "named":
        raise UsageError(
            "--as, --count, --dry-run and --yes are for an answer", hint="Say to whom: --answer HUB."
        )
    from tocsin.cli.check_inventory import drawn, inventory_exit_code
    from tocsin.cli.node import opened
    from tocsin.cli.output import check_target, keep_inputs, write_output
    from tocsin.config import load_config
    from tocsin.service.inventory.check_node import affected as service

    check_target(output)
    keep_inputs([output], (what,))
    config = load_config({"color": color, "data": data})
    with opened(str(config.data)) as node:
        result = service(node, what, sys.stdin.buffer)
        write_output(drawn(result, output_format, config, output), output)
    return inventory_exit_code(result, fail_on=fail_on, allow_unchecked=allow_unchecked)


def _answer(
    what: str,
    hub: str,
    as_whom: str,
    count: int | None,
    output_format: str,
    data: str | None,
    *,
    dry_run: bool,
    yes: bool,
) -> int:
    from tocsin.cli.node import opened
    from tocsin.cli.sending import send_offer
    from tocsin.service.inventory.answer import answer

    if output_format not in {"table", "json"}:
        raise UsageError(f"an answer has no format {output_format!r}", hint="Formats are table and json.")
    with opened(data) as node:
        made = answer(node, what, hub, count=count, anonymous=as_whom == "anonymous")
        for note in made.notes:
            sys.stderr.write(f"{note}\n")
        also = {
            "vulnerability": made.vulnerability,
            "count": made.count,
            "by_hand": made.by_hand,
            "notes": list(made.notes),
        }
        return send_offer(node, made.offer, also, output_format, dry_run=dry_run, yes=yes)
