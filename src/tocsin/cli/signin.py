"""``tocsin signin``: a one-use link to the pages."""

from __future__ import annotations

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import acting, node_options, opened, tell

__all__ = ["signin"]

DEFAULT_URL = "http://127.0.0.1:8470/"


@click.command(cls=Verb, examples=("tocsin signin", "tocsin signin --url https://hub.example.org/"))
@click.option(
    "--url",
    metavar="URL",
    help="Where the node is served.  [default: where it was served last, else http://127.0.0.1:8470/]",
)
@click.option("--as", "person", metavar="NAME", help="The name that the log shows.  [default: this user]")
@node_options
def signin(url: str | None, person: str | None, data: str | None, output_format: str) -> int:
    """Print a link that signs this person in, once, within 15 minutes."""
    from tocsin.service.exchange.node import moment
    from tocsin.service.exchange.signing_in import make_link, served_at

    with opened(data) as node:
        link = make_link(node, person or acting(), by=acting())
        url = url or served_at(node) or DEFAULT_URL
    address = f"{url.rstrip('/')}/signin/{link.secret}"
    tell(
        output_format,
        {"url": address, "person": link.person, "expires": moment(link.expires_us)},
        [address, "", f"It signs {link.person} in, once, within 15 minutes."],
    )
    return 0
