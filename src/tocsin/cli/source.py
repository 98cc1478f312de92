"""``tocsin source``: feeds that this node reads besides its hubs."""

from __future__ import annotations

import click

from tocsin.cli.command import Verb, VerbGroup
from tocsin.cli.node import acting, node_options, opened, table, tell

__all__ = ["source"]


@click.group(
    cls=VerbGroup,
    examples=("tocsin source add botvrij https://www.botvrij.eu/data/feed-osint/", "tocsin source list"),
)
def source() -> None:
    """Add, list and remove sources: TAXII servers, STIX bundles, MISP events, lists; by URL, file or folder."""


@source.command("add", cls=Verb, examples=("tocsin source add mirror /srv/mirror/feeds --as stix",))
@click.argument("name")
@click.argument("location", metavar="URL|FILE|DIR")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["taxii", "stix", "misp", "csv"]),
    help="What it is.  [default: recognised]",
)
@node_options
def add(name: str, location: str, kind: str | None, data: str | None, output_format: str) -> int:
    """Add a source; `tocsin sync` reads it."""
    from tocsin.service.exchange.source import add_source

    with opened(data) as node:
        add_source(node, name=name, location=location, kind=kind or "", by=acting())
    tell(output_format, {"added": name}, [f"{name} is added. Next: tocsin sync {name}"])
    return 0


@source.command("list", cls=Verb, examples=("tocsin source list",))
@node_options
def list_(data: str | None, output_format: str) -> int:
    """List the sources and hubs, and when each was last read."""
    from tocsin.service.exchange.node import moment
    from tocsin.service.exchange.source import list_hubs, list_sources

    with opened(data) as node:
        rows = [(one.name, "hub", one.url, one.synced_us) for one in list_hubs(node)]
        rows += [
            (one.name, one.kind or "recognised", one.location, one.synced_us) for one in list_sources(node)
        ]
    tell(
        output_format,
        {
            "sources": [
                {"name": name, "as": kind, "location": place, "synced": None if at is None else moment(at)}
                for name, kind, place, at in rows
            ]
        },
        table(
            ("NAME", "AS", "WHERE", "LAST READ"),
            [
                (name, kind, place, "never" if at is None else moment(at)[:16].replace("T", " "))
                for name, kind, place, at in rows
            ],
            empty="There is none yet. Add one: tocsin source add NAME URL|FILE|DIR",
        ),
    )
    return 0


@source.command("remove", cls=Verb, examples=("tocsin source remove mirror",))
@click.argument("name")
@node_options
def remove(name: str, data: str | None, output_format: str) -> int:
    """Forget a source. What came from it stays."""
    from tocsin.service.exchange.source import remove_source

    with opened(data) as node:
        remove_source(node, name, by=acting())
    tell(output_format, {"removed": name}, [f"{name} is removed."])
    return 0
