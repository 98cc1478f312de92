"""``tocsin wallet demands``: whom the demands that stand unpaid here would pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import node_options, opened, table, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tocsin.service.ransom.demands import Demand

__all__ = ["about_to_pay", "demand_rows", "demands"]


@click.command(cls=Verb, examples=("tocsin wallet demands", "tocsin wallet demands --format json"))
@node_options
def demands(data: str | None, output_format: str) -> int:
    """Screen every address that an incident of your own is asked to pay to and has not paid, as of now.

    It is held against the kept lists, labels, the loaded ledger, the names of the note, and the addresses that other
    incidents name, your own and those that hubs told of. Nothing leaves the machine. An incident that was paid, or is
    closed, asks for nothing any more. All reasons, and what to do: tocsin wallet screen ADDRESS.

    Exit code: 0 no match in current lists or nothing unpaid, 1 a hit or a link, 7 nothing found, but an address that
    cannot be screened, or a list that is missing or older than 7 days.
    """
    from tocsin.model.told.escape import one_line
    from tocsin.ransom.screening.screening import Verdict
    from tocsin.service.ransom.demands import demands as demands_of
    from tocsin.service.ransom.trace import kept_ledger

    with opened(data) as node:
        found = demands_of(node, lambda: kept_ledger(node))
    rows = [
        (one_line(one.incident.name, 60), one.address, one.verdict.value, one.reason or "-") for one in found
    ]
    empty = "No incident of your own is asked to pay to an address and has not paid."
    tell(
        output_format,
        {"demands": demand_rows(found)},
        table(("INCIDENT", "ADDRESS", "VERDICT", "WHY"), rows, empty=empty),
    )
    if any(one.is_criminal for one in found):
        return 1
    return 7 if any(one.verdict is Verdict.NOT_SCREENABLE or not one.is_current for one in found) else 0


def demand_rows(found: Sequence[Demand]) -> list[dict[str, Any]]:
    """Demands as JSON."""
    return [
        {
            "incident": one.incident.id,
            "name": one.incident.name,
            "address": one.address,
            "verdict": one.verdict.value,
            "reason": one.reason or None,
            "lists_are_current": one.is_current,
        }
        for one in found
    ]


def about_to_pay(found: Sequence[Demand]) -> list[str]:
    """A line on the gravest of the demands that would pay a criminal; none if there is none."""
    from tocsin.model.told.escape import one_line

    if not found:
        return []
    one, more = found[0], len(found) - 1
    besides = f" And {more:,} more." if more else ""
    name = one_line(one.incident.name, 80)
    return [
        f"About to be paid for {name}: {one_line(one.address, 120)} {one.reason}.{besides} See: tocsin wallet demands"
    ]
