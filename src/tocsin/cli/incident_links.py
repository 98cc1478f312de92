"""``tocsin incident links``: which incidents have something in common, and what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import node_options, opened, tell

if TYPE_CHECKING:
    from tocsin.incidents.links import Evidence

__all__ = ["links"]

_SHOWN = 5


@click.command(
    cls=Verb,
    examples=(
        "tocsin incident links",
        "tocsin incident links 3f0c4c53",
        "tocsin incident links --format json",
    ),
)
@click.argument("which", required=False, default="", metavar="[ID|NAME]")
@click.option("--mine", is_flag=True, help="Among this node's own alone, without those of others.")
@node_options
def links(which: str, mine: bool, data: str | None, output_format: str) -> int:  # noqa: FBT001  click passes it by name
    """Say which incidents have a wallet, a payment, an indicator, a flaw or a rare row of techniques in common.

    A link is something to look at: it does not say who was behind it. What many use links nobody: values on
    known-good lists, and rows of techniques that other attacks hold, too.
    """
    from tocsin.model.told.escape import one_line, visible
    from tocsin.model.told.number import number
    from tocsin.service.incidents.kept import chosen_of, short_id
    from tocsin.service.incidents.links import links_of
    from tocsin.service.incidents.received import known_incidents

    with opened(data) as node, node.reading() as connection:
        known = known_incidents(node, connection, mine=mine)
    about = chosen_of(known, which).id if which else ""
    names = {one.id: one for one in known}
    found = [link for link in links_of(known) if not about or about in {link.first, link.second}]
    lines = []
    for link in found:
        first, second = names[link.first], names[link.second]
        lines.append(
            f"{link.strength.value}: {visible(first.name)} ({short_id(first)})"
            f" and {visible(second.name)} ({short_id(second)})"
        )
        lines += [f"  {one_line(_words(each))}" for each in link.evidence[:_SHOWN]]
        if len(link.evidence) > _SHOWN:
            lines.append(f"  and {len(link.evidence) - _SHOWN:,} more; --format json lists all")
    tell(
        output_format,
        {
            "incidents": len(known),
            "links": [
                {
                    "incidents": [
                        {"incident": id, "name": names[id].name} for id in (link.first, link.second)
                    ],
                    "strength": link.strength.value,
                    "evidence": [
                        {
                            "kind": each.kind.value,
                            "value": each.value,
                            "strength": each.strength.value,
                            "held_by_others": each.held,
                            "others": each.of,
                        }
                        for each in link.evidence
                    ],
                }
                for link in found
            ],
        },
        lines or [f"Of {number(len(known), 'incident')} none has anything in common with another."],
    )
    return 0


def _words(evidence: Evidence) -> str:
    held = (
        f", which {evidence.held} of {evidence.of} other known attacks hold"
        if evidence.of is not None
        else ""
    )
    kinds = {
        "sequence": "the same rare row of techniques",
        "vulnerability": "the same flaw, which many use",
        "actor": "the same attacker is named",
        "software": "the same rare software",
    }
    what = kinds.get(evidence.kind.value, f"the same {evidence.kind.value}")
    return f"{what}: {evidence.value}{held}"
