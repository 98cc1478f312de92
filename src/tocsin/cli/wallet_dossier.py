"""``tocsin wallet dossier``: a file for an authority in which each claim stands with its evidence and its doubt."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

from tocsin.cli.command import OneOf, Verb
from tocsin.cli.node import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.ransom.dossier.dossier import Dossier

__all__ = ["dossier"]


@click.command(
    cls=Verb,
    examples=(
        "tocsin wallet dossier 15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr --format html --output dossier.html",
        'tocsin wallet dossier "Colonial Pipeline 2021" --format stix --output dossier.json',
        "tocsin wallet dossier ADDRESS --seed TXID:0 --format csv",
    ),
)
@click.argument("asked", metavar="INCIDENT|ADDRESS")
@click.option(
    "--seed",
    "seeds",
    multiple=True,
    metavar="TXID:N",
    help="Follow this output instead of all that was paid to it; may be given again.",
)
@click.option(
    "--as-of", "as_of", default="", metavar="DATE", help="Screen as of that day.  [default: today, in UTC]"
)
@click.option(
    "--tlp",
    type=OneOf(["red", "amber+strict", "amber", "green", "clear"]),
    help="The label that it bears.  [default: the incident's; of an address, red]",
)
@click.option(
    "--format",
    "output_format",
    type=OneOf(["html", "stix", "misp", "csv", "md", "json"]),
    default="html",
    show_default=True,
)
@click.option("--output", metavar="FILE", default="-", help="Write to FILE; - is stdout.")
@click.option(
    "--data",
    metavar="DIR",
    help="The node's folder.  [default: $TOCSIN_DATA, else the data folder of this user]",
)
def dossier(
    asked: str,
    seeds: tuple[str, ...],
    as_of: str,
    tlp: str | None,
    output_format: str,
    output: str,
    data: str | None,
) -> int:
    """Write what is known of an address, or of the demand and payments of an incident, in one file.

    Screening, cluster, trace with its range, statements of persons, what would change the conclusion, what is not
    known, and what it was made from, with hashes. The file is the preview: nothing is sent. It is not legal advice.

    Exit code: 0 it is written, whatever it says, 3 an address with a typing error, 6 nothing here knows it.
    """
    from tocsin.cli.output import check_target, write_output
    from tocsin.cli.wallet_lists import parse_day
    from tocsin.service.ransom.dossier import dossier as service

    check_target(output)
    day = parse_day(as_of, "--as-of")
    with opened(data) as node:
        made = service(node, asked, seeds=seeds, as_of=day, tlp=tlp or "")
    write_output(_written(made, output_format), output)
    return 0


def _written(made: Dossier, output_format: str) -> Iterator[str]:
    modules = {
        "html": "tocsin.web.dossier_report",
        "stix": "tocsin.service.ransom.dossier_stix",
        "misp": "tocsin.ransom.dossier.misp",
        "csv": "tocsin.ransom.dossier.csv",
        "md": "tocsin.ransom.dossier.markdown",
        "json": "tocsin.ransom.dossier.document",
    }
    written: Iterator[str] = import_module(modules[output_format]).render(made)
    return written
