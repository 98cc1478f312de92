"""``tocsin posture publish``: the benchmark of each sector, from what members shared, in bands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import acting, node_options, opened, tell
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.service.measures.benchmark import Release

__all__ = ["publish"]


@click.command(cls=Verb, examples=("tocsin posture publish --dry-run", "tocsin posture publish --yes"))
@click.option("--dry-run", is_flag=True, help="Show what would be published, and publish nothing.")
@click.option("--yes", is_flag=True, help="Publish without asking.")
@node_options
def publish(
    dry_run: bool,  # noqa: FBT001  click passes it by name
    yes: bool,  # noqa: FBT001  click passes it by name
    data: str | None,
    output_format: str,
) -> int:
    """Tell the members of each sector how many of them have which measure, in bands; once a quarter.

    Counted is what members shared before the quarter began, from 10 of a sector on. A measure of which fewer than 5
    say something else than in an earlier release stays as it was told then. Shown first is what would be published; at
    a terminal it asks.
    """
    import sys

    from tocsin.cli.formats.benchmark_table import render_release
    from tocsin.cli.sending import is_agreed
    from tocsin.service.measures.benchmark import publish_release, release

    with opened(data) as node:
        found = release(node)
        shown = render_release(found)
        if found.is_made or not found.objects or dry_run:
            told = "Nothing was published (--dry-run)." if dry_run else "Nothing is published."
            tell(output_format, _json(found, published=False), [*shown, told])
            return 0
        if output_format != "json":
            tell(output_format, {}, shown)
        if not yes and not is_agreed("Publish it?", shown if output_format == "json" else ()):
            tell(output_format, _json(found, published=False), ["Nothing was published."])
            if not sys.stdin.isatty():
                raise UsageError(
                    "there is no terminal to ask at, so nothing was published", hint="--yes publishes it."
                )
            return 0
        made = publish_release(node, by=acting())
    done = bool(made.objects)
    told = "Published; members see it after their next sync." if done else "Nothing is published."
    tell(output_format, _json(made, published=done), [told])
    return 0


def _json(found: Release, *, published: bool) -> dict[str, Any]:
    return {
        "day": found.day.isoformat(),
        "next": found.next_day.isoformat(),
        "made": found.is_made,
        "published": published,
        "unread": found.unread,
        "sectors": [
            {
                "sector": one.sector,
                "responders": one.responders,
                "new": [
                    {
                        "measure": cell.measure,
                        "band": list(dict.fromkeys((cell.band.low, cell.band.high))),
                        "responders_at_least": cell.size,
                    }
                    for cell in one.cells
                ],
                "standing": sorted(cell.measure for cell in one.standing),
                "withheld": dict(one.withheld),
            }
            for one in found.sectors
        ],
        "objects": [body.decode() for body in found.objects],
    }
