"""``tocsin publish``: tell the members."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import acting, node_options, opened, tell

if TYPE_CHECKING:
    from tocsin.service.inventory.publishing import PublishedAdvisory

__all__ = ["publish"]

_LINE: Final = 300


@click.command(
    cls=Verb,
    examples=(
        "tocsin publish warnings.json --tlp green",
        "tocsin publish campaign.json --tlp amber --to sector:energy --to sector:water",
        "tocsin publish icsa-24-046-11.json --tlp green",
    ),
)
@click.argument("file")
@click.option(
    "--tlp",
    type=click.Choice(["clear", "green", "amber", "amber+strict", "red"]),
    help="Mark what is not marked as strictly.  [default: amber, for what has no marking]",
)
@click.option(
    "--to",
    "audience",
    multiple=True,
    metavar="WHOM",
    help="Only for sector:NAME, community:NAME, organisation:ID or person:NAME; may be repeated.",
)
@click.option(
    "--known-good",
    type=click.Choice(["block", "inform", "off"]),
    default="block",
    show_default=True,
    help="What to do with an indicator that is widely known to be harmless, such as 8.8.8.8.",
)
@node_options
def publish(
    file: str,
    tlp: str | None,
    audience: tuple[str, ...],
    known_good: str,
    data: str | None,
    output_format: str,
) -> int:
    """Publish the STIX objects in FILE (- is stdin), or the advisory that it is, to the members of this hub.

    An advisory (CSAF, CVE, OSV, OpenVEX) goes as it is: each member holds it against its own inventory, and may answer
    how many of its products are affected. A later revision takes its place.
    """
    from tocsin.cli.problem import problem_text
    from tocsin.cli.whole_input import read_whole
    from tocsin.model.tlp import parse_tlp
    from tocsin.service.exchange.publish import publish as service

    with opened(data) as node:
        done = service(
            node,
            read_whole(file),
            name=file,
            by=acting(),
            tlp=parse_tlp(tlp) if tlp else None,
            audience=audience,
            known_good=known_good,
        )
    taken = done.intake
    for problem in done.problems:
        sys.stderr.write(problem_text(problem))
    for one in taken.refused:
        sys.stderr.write(f"{one.id or file}: {one.why}\n")
    for note in done.notes:
        sys.stderr.write(f"{note}\n")
    refused = len(taken.refused) + len(done.problems)
    tell(
        output_format,
        {
            "published": len(taken.stored),
            "known": len(taken.present),
            "refused": [{"id": one.id, "why": one.why} for one in taken.refused]
            + [{"id": "", "why": str(problem)} for problem in done.problems],
            **(
                {"advisory": {"id": held.id, "report": held.report, "vulnerabilities": held.vulnerabilities}}
                if (held := done.advisory) is not None
                else {}
            ),
        },
        [
            f"{len(taken.stored):,} published, {len(taken.present):,} known before, {refused:,} refused.",
            *(_advisory_lines(done.advisory) if done.advisory is not None and not refused else []),
        ],
    )
    return 3 if refused else 0


def _advisory_lines(one: PublishedAdvisory) -> list[str]:
    """Under which ids an advisory was published: by them answers are read, and it is withdrawn."""
    from tocsin.model.told.escape import one_line

    return [
        one_line(
            f"{one.id}: members hold it against their inventories. To take it back: tocsin withdraw {one.report}",
            _LINE,
        ),
        *("  " + one_line(f"{name}: {id}", _LINE) for name, id in one.vulnerabilities.items()),
    ]
