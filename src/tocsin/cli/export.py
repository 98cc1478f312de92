"""``tocsin export``: what this node knows, for other tools."""

from __future__ import annotations

import sys

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import acting, opened

__all__ = ["export"]


@click.command(
    cls=Verb,
    examples=("tocsin export --output warnings.json", "tocsin export --format blocklist --output block.txt"),
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["stix", "csv", "misp", "blocklist"]),
    default="stix",
    show_default=True,
)
@click.option("--output", metavar="FILE", default="-", help="Write to FILE; - is stdout.")
@click.option(
    "--data",
    metavar="DIR",
    help="The node's folder.  [default: $TOCSIN_DATA, else the data folder of this user]",
)
def export(output_format: str, output: str, data: str | None) -> int:
    """Write every warning that this node knows and that is not withdrawn. What a format cannot hold is counted."""
    from tocsin.cli.output import check_target, write_output
    from tocsin.service.exchange.export import export as service

    check_target(output)
    with opened(data) as node:
        written, tally = service(node, output_format, person=acting())
    write_output(iter([written.decode()]), output)
    for reason, (count, places) in sorted({**tally.skipped, **tally.not_checked}.items()):
        sys.stderr.write(f"left out: {count:,}: {reason} ({', '.join(places[:3])})\n")
    return 0
