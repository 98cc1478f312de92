"""``tocsin wallet lists``: the versions of sanctions lists that are kept, and what changed between two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import node_options, opened, table, tell
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

__all__ = ["lists", "parse_day"]


@click.command(
    cls=Verb,
    examples=("tocsin wallet lists", "tocsin wallet lists --diff 2025-03-04 2025-03-21"),
)
@click.option(
    "--diff", nargs=2, metavar="FROM TO", help="What changed between OFAC's lists of these two days."
)
@node_options
def lists(diff: tuple[str, str] | None, data: str | None, output_format: str) -> int:
    """Show the versions of sanctions lists that are kept, or what changed between those of two days."""
    from datetime import date

    from tocsin.service.ransom.lists import changes_between, versions

    with opened(data) as node:
        if diff:
            first, last = (parse_day(one, "--diff") or date.min for one in diff)
            changes = changes_between(node, first, last)
            tell(output_format, changes.document(), changes.lines())
            return 0
        held = versions(node)
    rows = [
        (one.list, one.issued, f"{one.parties:,}", f"{one.addresses:,}", one.form, one.sha256[:16])
        for one in held
    ]
    document: dict[str, Any] = {
        "lists": [
            {
                "list": one.list,
                "issued": one.issued,
                "parties": one.parties,
                "addresses": one.addresses,
                "form": one.form,
                "sha256": one.sha256,
            }
            for one in held
        ]
    }
    empty = "No list is kept. Bring one: tocsin sync ofac"
    tell(
        output_format,
        document,
        table(("LIST", "ISSUED", "PARTIES", "ADDRESSES", "FORM", "SHA-256"), rows, empty=empty),
    )
    return 0


def parse_day(text: str, option: str) -> date | None:
    """The day that ``text`` names; None for none.

    Raises:
        UsageError: it is no day.
    """
    from datetime import date

    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r} is no day", hint="Write it as 2025-03-04.") from None
