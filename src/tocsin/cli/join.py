"""``tocsin join``: become a member of a hub."""

from __future__ import annotations

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import acting, client_for, node_options, opened, tell

__all__ = ["join"]


@click.command(cls=Verb, examples=("tocsin join https://hub.example.org/ tocsin-invitation_...",))
@click.argument("url")
@click.argument("invitation")
@node_options
def join(url: str, invitation: str, data: str | None, output_format: str) -> int:
    """Join the hub at URL with the one-use INVITATION that it wrote."""
    from tocsin.service.exchange import joining

    with opened(data) as node, client_for(url) as http:
        joined = joining.join(node, http, url, invitation, by=acting())
    tell(
        output_format,
        {
            "hub": joined.hub,
            "organisation": joined.organisation,
            "member": joined.member,
            "log": joined.log_origin,
        },
        [f"This node is a member of {joined.hub}, which calls it {joined.member}.", "Next: tocsin sync"],
    )
    return 0
