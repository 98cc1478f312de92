"""``tocsin init``: make a node."""

from __future__ import annotations

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import database_of, database_option, node_folder, node_options, surroundings, tell

__all__ = ["init"]


@click.command(
    cls=Verb,
    examples=(
        'tocsin init --name "Riverton Water" --sector water',
        'tocsin init --name "Energy ISAC" --sector energy --database postgresql://tocsin@db/tocsin',
    ),
)
@click.option("--name", required=True, metavar="NAME", help="The organisation that runs this node.")
@click.option(
    "--sector",
    "sectors",
    multiple=True,
    required=True,
    metavar="S",
    help="One of the 16 sectors; may be repeated.",
)
@database_option
@node_options
def init(
    name: str, sectors: tuple[str, ...], database: str | None, data: str | None, output_format: str
) -> int:
    """Make a node: an organisation, its keys, an empty log. No account and no password."""
    from tocsin.service.exchange.init import init_node

    folder = node_folder(data)
    node = init_node(folder, surroundings(), name=name, sector_names=sectors, database=database_of(database))
    own, log_key = node.own, node.log_signer.verifier_key
    node.close()
    tell(
        output_format,
        {
            "organisation": own.id,
            "name": own.name,
            "sectors": list(own.sectors),
            "data": str(folder),
            "log": log_key,
        },
        [
            f"{own.name} has a node in {folder}.",
            f"Its log is verified with {log_key}",
            "",
            "Next: tocsin inventory add /var/lib/dpkg/status   what runs here: are we exposed?",
            "      tocsin incident profile > us.toml           which reporting rules are for you",
            "      tocsin sync ofac                            before a ransom is paid: tocsin wallet screen ADDRESS",
            "      tocsin join URL INVITATION                  take the warnings of a hub",
            "      tocsin publish warnings.json --tlp green    be a hub: tocsin member add NAME --sector S",
            "      tocsin serve                                pages, and TAXII for others; then tocsin signin",
        ],
    )
    return 0
