"""``tocsin withdraw``: what was published turns out wrong."""

from __future__ import annotations

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import acting, node_options, opened, tell

__all__ = ["withdraw"]


@click.command(cls=Verb, examples=('tocsin withdraw indicator--... --why "shared hosting, false alarm"',))
@click.argument("id")
@click.option("--why", required=True, metavar="TEXT", help="What the members are told.")
@node_options
def withdraw(id: str, why: str, data: str | None, output_format: str) -> int:
    """Withdraw a published object: members learn so at their next sync, and their checks no longer hit."""
    from tocsin.service.exchange.withdraw import withdraw as service

    with opened(data) as node:
        service(node, id, why=why, by=acting())
    tell(output_format, {"withdrawn": id}, [f"{id} is withdrawn; members learn so when they sync."])
    return 0
