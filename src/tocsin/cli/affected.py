"""``tocsin affected``: which of what is here one vulnerability or advisory concerns."""

from __future__ import annotations

import sys

import click

from tocsin.cli.check_inventory import FORMATS
from tocsin.cli.command import OneOf, Verb

__all__ = ["affected"]


@click.command(
    cls=Verb,
    examples=("tocsin affected CVE-2021-26855", "tocsin affected icsa-24-046-11.json --format json"),
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
@click.option("--color", type=OneOf(["auto", "always", "never"]), help="Colour the table.  [default: auto]")
@click.option("--data", metavar="DIR", help="The node's folder.  [default: $TOCSIN_DATA, else of this user]")
def affected(
    what: str,
    output_format: str,
    output: str,
    fail_on: str,
    allow_unchecked: bool,  # noqa: FBT001  click passes it by name
    color: str | None,
    data: str | None,
) -> int:
    """Say which products here a vulnerability, or the advisories in a file, concern: where, why and by when.

    The inventory is the node's (see `tocsin inventory add`). Exit code: 1 something is affected, 7 nothing is but part
    could not be told, 0 nothing is, 6 no advisory speaks of it.
    """
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
