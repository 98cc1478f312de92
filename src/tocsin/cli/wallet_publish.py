"""``tocsin wallet publish``: at a hub, tell members which of their cases lead to the same hands as another member's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import acting, node_options, opened, tell
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.service.ransom.telling import Telling

__all__ = ["publish"]


@click.command(cls=Verb, examples=("tocsin wallet publish --dry-run", "tocsin wallet publish --yes"))
@click.option("--dry-run", is_flag=True, help="Show what would be told, and tell nothing.")
@click.option("--yes", is_flag=True, help="Tell without asking.")
@node_options
def publish(
    dry_run: bool,  # noqa: FBT001  click passes it by name
    yes: bool,  # noqa: FBT001  click passes it by name
    data: str | None,
    output_format: str,
) -> int:
    """Hold the cases that members shared against each other, and tell each member of its own links alone.

    Of whose case the other is it is told what that member allowed: nothing, the sector, the name, a contact. What was
    taken back or refused is told no more. Shown first is what each would be told; at a terminal it asks.
    """
    import sys

    from tocsin.cli.sending import is_agreed
    from tocsin.service.ransom.telling import publish_links, telling

    with opened(data) as node:
        found = telling(node)
        shown = list(_lines(found))
        if not found.objects or dry_run:
            told = "Nothing was told (--dry-run)." if dry_run else "Nothing new is to be told."
            tell(output_format, _json(found, published=False), [*shown, told])
            return 0
        if output_format != "json":
            tell(output_format, {}, shown)
        if not yes and not is_agreed("Tell them?", shown if output_format == "json" else ()):
            tell(output_format, _json(found, published=False), ["Nothing was told."])
            if not sys.stdin.isatty():
                raise UsageError(
                    "there is no terminal to ask at, so nothing was told", hint="--yes tells it."
                )
            return 0
        made = publish_links(node, by=acting())
    done = bool(made.objects)
    tell(
        output_format,
        _json(made, published=done),
        ["Told; members see it after their next sync." if done else "Nothing new is to be told."],
    )
    return 0


def _lines(found: Telling) -> Iterator[str]:
    from tocsin.model.told.escape import visible
    from tocsin.model.told.number import number
    from tocsin.ransom.links.words import SAME

    yield f"{number(found.cases, 'case')} of {number(found.senders, 'member')} can be compared."
    if found.unread:
        yield f"{number(found.unread, 'case')} cannot be read."
    if found.unnamed:
        yield f"{number(found.unnamed, 'case')} came anonymously: nobody could be told of a link, so they are left out."
    if found.left_out:
        yield f"{number(found.left_out, 'case')} are left out: their member sent too many; its last ones count."
    for member in found.members:
        yield ""
        yield f"{visible(member.name)} would be told:"
        if not member.links:
            yield "  that there is no link any more"
        for link in member.links:
            what = f"{link.case[-12:]} leads to {SAME[link.kind]} as a case of {visible(link.other.words)}"
            yield f"  {link.strength.value}: {what}"
    if found.objects:
        yield ""
        yield from (body.decode() for body in found.objects)
        yield ""


def _json(found: Telling, *, published: bool) -> dict[str, Any]:
    import msgspec

    return {
        "cases": found.cases,
        "senders": found.senders,
        "published": published,
        "unread": found.unread,
        "anonymous": found.unnamed,
        "left_out": found.left_out,
        "members": [
            {
                "name": one.name,
                "links": msgspec.to_builtins(one.links),
                "before": msgspec.to_builtins(one.before),
            }
            for one in found.members
        ],
        "objects": [body.decode() for body in found.objects],
    }
