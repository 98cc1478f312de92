"""``tocsin source``: feeds that this node reads besides its hubs."""

from __future__ import annotations

import click

from tocsin.cli.command import Verb, VerbGroup
from tocsin.cli.node import acting, node_options, opened, table, tell
from tocsin.errors import BadInput, Place, UsageError

__all__ = ["source"]


@click.group(
    cls=VerbGroup,
    examples=("tocsin source add botvrij https://www.botvrij.eu/data/feed-osint/", "tocsin source list"),
)
def source() -> None:
    """Add, list and remove sources: TAXII servers, STIX bundles, MISP events, lists; by URL, file or folder."""


@source.command(
    "add",
    cls=Verb,
    examples=(
        "tocsin source add mirror /srv/mirror/feeds --as stix",
        "tocsin source add partner https://taxii.example.org/taxii2/ --token-file token.txt",
    ),
)
@click.argument("name")
@click.argument("location", metavar="URL|FILE|DIR")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["taxii", "stix", "misp", "csv"]),
    help="What it is.  [default: recognised]",
)
@click.option(
    "--token-file",
    metavar="FILE",
    help="Holds the token, or the password of --user; - is stdin. Kept encrypted.",
)
@click.option("--user", default="", metavar="NAME", help="The name that goes with a password.")
@click.option("--plain-http", is_flag=True, help="Send the token without TLS beyond this machine.")
@node_options
def add(
    name: str,
    location: str,
    kind: str | None,
    token_file: str | None,
    user: str,
    plain_http: bool,  # noqa: FBT001  click passes it by name
    data: str | None,
    output_format: str,
) -> int:
    """Add a source; `tocsin sync` reads it."""
    if user and token_file is None:
        raise UsageError("--user needs --token-file, which holds the password")

    from tocsin.cli.whole_input import read_whole
    from tocsin.service.exchange.source import add_source

    token = "" if token_file is None else _one_line(read_whole(token_file), token_file)
    with opened(data) as node:
        add_source(
            node,
            name=name,
            location=location,
            kind=kind or "",
            by=acting(),
            token=token,
            user=user,
            plain_http=plain_http,
        )
    tell(output_format, {"added": name}, [f"{name} is added. Next: tocsin sync {name}"])
    return 0


def _one_line(data: bytes, name: str) -> str:
    text = data.decode("ascii", "replace").strip()
    if not text or not text.isascii() or not text.isprintable():
        raise BadInput("holds no token: one line of printable ASCII", where=Place(name))
    return text


@source.command("list", cls=Verb, examples=("tocsin source list",))
@node_options
def list_(data: str | None, output_format: str) -> int:
    """List the sources, hubs and feeds of advisories, when each was last read, and of which day a feed is."""
    from tocsin.service.exchange.node import moment
    from tocsin.service.exchange.source import list_hubs, list_sources
    from tocsin.service.inventory.feeds import feeds_and_ages

    with opened(data) as node:
        rows = [(one.name, "hub", one.url, one.synced_us, "") for one in list_hubs(node)]
        rows += [
            (one.name, one.kind or "recognised", one.location, one.synced_us, "")
            for one in list_sources(node)
        ]
        rows += [
            (
                feed.name,
                "feed",
                feed.location,
                feed.read_us,
                f"{age.dated or 'unknown'}{', old' if age.stale else ''}",
            )
            for feed, age in feeds_and_ages(node)
        ]
    tell(
        output_format,
        {
            "sources": [
                {
                    "name": name,
                    "as": kind,
                    "location": place,
                    "synced": None if at is None else moment(at),
                    **(
                        {"dated": day.partition(",")[0], "stale": day.endswith("old")}
                        if kind == "feed"
                        else {}
                    ),
                }
                for name, kind, place, at, day in rows
            ]
        },
        table(
            ("NAME", "AS", "WHERE", "LAST READ", "OF"),
            [
                (name, kind, place, "never" if at is None else moment(at)[:16].replace("T", " "), day)
                for name, kind, place, at, day in rows
            ],
            empty="There is none yet. Add one: tocsin source add NAME URL|FILE|DIR",
        ),
    )
    return 0


@source.command("remove", cls=Verb, examples=("tocsin source remove mirror",))
@click.argument("name")
@node_options
def remove(name: str, data: str | None, output_format: str) -> int:
    """Forget a source. What came from it stays, and counts, but for advisories: they go, as those of a feed (kev, ...).

    Added again under its name, it is believed: what it does not list then counts no longer.
    """
    from tocsin.service.exchange.source import remove_source
    from tocsin.service.inventory.feed_list import known_feeds
    from tocsin.service.inventory.feeds import remove_named_feed

    with opened(data) as node:
        gone = remove_named_feed(node, name, by=acting()) if name in known_feeds() else None
        if gone is None:
            remove_source(node, name, by=acting())
            gone = remove_named_feed(node, name, by=acting())
    told = (
        f"{name} is removed." if gone is None else f"{name} is removed, and its {gone:,} advisories with it."
    )
    tell(output_format, {"removed": name}, [told])
    return 0
