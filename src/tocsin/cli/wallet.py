"""``tocsin wallet``: whom a ransom would pay, and where one that was paid went."""

from __future__ import annotations

import click

from tocsin.cli.command import VerbGroup

__all__ = ["wallet"]


@click.group(
    cls=VerbGroup,
    verbs={
        "screen": "tocsin.cli.wallet_screen:screen_",
        "demands": "tocsin.cli.wallet_demands:demands",
        "lists": "tocsin.cli.wallet_lists:lists",
        "load": "tocsin.cli.wallet_load:load",
        "cluster": "tocsin.cli.wallet_cluster:cluster",
        "trace": "tocsin.cli.wallet_trace:trace",
        "links": "tocsin.cli.wallet_links:links",
        "key": "tocsin.cli.wallet_key:key",
        "share": "tocsin.cli.wallet_share:share",
        "publish": "tocsin.cli.wallet_publish:publish",
        "statement": "tocsin.cli.wallet_statement:statement",
        "dossier": "tocsin.cli.wallet_dossier:dossier",
    },
    examples=(
        "tocsin sync ofac",
        "tocsin wallet screen bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 --payer private --where US-TX",
        "tocsin wallet demands",
        "tocsin wallet load case/*.json blocks/blk00000.dat",
        "tocsin wallet cluster bc1qq2euq8pw950klpjcawuy4uj39ym43hs6cfsegq",
        "tocsin wallet trace 9436dbf0435b:0",
        "tocsin wallet links --incidents",
        'tocsin wallet dossier "Colonial Pipeline 2021" --output dossier.html',
    ),
)
def wallet() -> None:
    """Look whom a ransom would pay before it is paid, and follow one that was. It is not legal advice."""
