"""``tocsin wallet``: whom a ransom would pay, and where one that was paid went."""

from __future__ import annotations

import click

from tocsin.cli.command import VerbGroup

__all__ = ["wallet"]


@click.group(
    cls=VerbGroup,
    verbs={
        "load": "tocsin.cli.wallet_load:load",
        "trace": "tocsin.cli.wallet_trace:trace",
    },
    examples=(
        "tocsin wallet load case/*.json blocks/blk00000.dat",
        "tocsin wallet trace 9436dbf0...212a:0",
    ),
)
def wallet() -> None:
    """Follow ransoms that were paid through the transactions that you have."""
