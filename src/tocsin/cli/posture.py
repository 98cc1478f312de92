"""``tocsin posture``: which measures are in place here, by what that is known, and of which day that is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from tocsin.cli.command import OneOf, Verb, VerbGroup
from tocsin.cli.node import acting, node_options, opened, tell
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tocsin.measures.assessment import Assessment
    from tocsin.measures.catalogue import Catalogue
    from tocsin.measures.posture import Said
    from tocsin.service.measures.benchmark import Beside, Given

__all__ = ["posture"]

_guesses = click.option("--guesses", metavar="FILE", help="Your own measures beside those that ship (TOML).")


@click.group(
    cls=VerbGroup,
    verbs={
        "share": "tocsin.cli.posture_share:share",
        "publish": "tocsin.cli.posture_publish:publish",
    },
    examples=(
        'tocsin posture assess second-factor --state in-place --evidence "VPN settings, page 3"',
        "tocsin posture show",
        'tocsin posture share --to "Water ISAC" --dry-run',
    ),
)
def posture() -> None:
    """Note which measures are in place, with the evidence. It stays on this node until you share it."""


@posture.command(
    "assess",
    cls=Verb,
    examples=(
        'tocsin posture assess second-factor --state in-place --evidence "VPN settings, page 3" --day 2026-03-01',
        "tocsin posture assess backups --state absent",
        "tocsin posture assess --from ours.toml",
    ),
)
@click.argument("measure", required=False, default="", metavar="[MEASURE]")
@click.option(
    "--state", type=OneOf(["in-place", "partly", "absent", "unknown"]), help="Whether the measure is there."
)
@click.option(
    "--evidence", default="", metavar="TEXT", help="By what that is known: a file and page, a check, a visit."
)
@click.option("--day", default="", metavar="DATE", help="The day of the evidence.  [default: today, in UTC]")
@click.option(
    "--from",
    "file",
    metavar="FILE",
    help="Many at once, as `posture show --format toml` writes it; - is stdin.",
)
@_guesses
@node_options
def assess(
    measure: str,
    state: str | None,
    evidence: str,
    day: str,
    file: str | None,
    guesses: str | None,
    data: str | None,
    output_format: str,
) -> int:
    """Note whether a measure is there. What was said before is kept; without evidence nothing counts as standing."""
    from tocsin.service.measures.posture import assess as service, assess_from

    if (file is not None) == bool(measure) or bool(measure) != (state is not None):
        raise UsageError(
            "say a measure with its state, or a file", hint="tocsin posture assess MEASURE --state in-place"
        )
    if file is not None and (evidence or day):
        raise UsageError("the file says the evidence and its day", hint="Leave --evidence and --day out.")
    catalogue = _catalogue(guesses)
    held = _bytes(file) if file is not None else None
    with opened(data) as node:
        if held is not None:
            noted = assess_from(node, held, _told(file or ""), catalogue=catalogue, by=acting())
        else:
            noted = service(
                node, measure, state or "", evidence=evidence, day=day, catalogue=catalogue, by=acting()
            )
        today_us = node.now_us
    tell(output_format, {"noted": _noted_json(noted, today_us)}, _noted_lines(noted, today_us))
    return 0


@posture.command(
    "show",
    cls=Verb,
    examples=(
        "tocsin posture show",
        "tocsin posture show second-factor",
        "tocsin posture show --sector energy",
        "tocsin posture show --format toml > ours.toml",
    ),
)
@click.argument("measure", required=False, default="", metavar="[MEASURE]")
@click.option("--all", "everything", is_flag=True, help="Name also those of which nothing is known.")
@click.option(
    "--sector", metavar="NAME", help="Beside it the benchmark of this sector.  [default: your own sectors]"
)
@click.option(
    "--old-after",
    "old_days",
    type=click.IntRange(min=1),
    metavar="DAYS",
    help="Call evidence old after so many days.  [default: 365]",
)
@_guesses
@click.option(
    "--format",
    "output_format",
    type=OneOf(["table", "json", "toml"]),
    default="table",
    show_default=True,
    help="toml is a file to fill in for `posture assess --from`.",
)
@click.option(
    "--data",
    metavar="DIR",
    help="The node's folder.  [default: $TOCSIN_DATA, else the data folder of this user]",
)
def show(
    measure: str,
    everything: bool,  # noqa: FBT001  click passes it by name
    sector: str | None,
    old_days: int | None,
    guesses: str | None,
    data: str | None,
    output_format: str,
) -> int:
    """Show which measures are in place with their evidence, which are not, and of which that is not known.

    Beside what persons said stands what this node knows by itself; that overrides nothing, and where the two contradict
    each other it is told. Of one MEASURE all is shown that was ever said of it. Where a hub tells how many of your
    sector have a measure, that stands beside yours.
    """
    from msgspec import to_builtins

    from tocsin.cli.formats.posture_table import render
    from tocsin.limits import EVIDENCE_OLD_DAYS
    from tocsin.service.measures.benchmark import benchmarks, beside
    from tocsin.service.measures.posture import history, posture as service, posture_text
    from tocsin.service.measures.posture_answer import posture_answer

    catalogue = _catalogue(guesses)
    asked = _sector(sector)
    with opened(data) as node:
        if output_format == "toml":
            sys.stdout.write(posture_text(node, catalogue, measure))
            return 0
        found = service(node, catalogue, measure, old_days=old_days or EVIDENCE_OLD_DAYS)
        before = history(node, measure) if measure else []
        others = [(one, beside(one.benchmark, found)) for one in benchmarks(node, asked)]
    if output_format == "json":
        tell(output_format, to_builtins(posture_answer(found, before, others)), ())
        return 0
    lines = render(found, everything=everything or bool(measure))
    told = [*lines[1:], *_history(before)] if measure else lines
    tell(output_format, {}, [*told, *_beside(others, asked)])
    return 0


def _sector(name: str | None) -> str:
    """The id of the sector with this name, "" for none.

    Raises:
        BadInput: it is none of the 16.
    """
    from tocsin.service.exchange.init import read_sectors

    return read_sectors([name])[0] if name else ""


def _beside(others: Sequence[tuple[Given, Sequence[Beside]]], asked: str) -> list[str]:
    from tocsin.cli.formats.benchmark_table import render_beside, sector_name

    if asked and not others:
        return ["", f"No benchmark of {sector_name(asked)} is known here."]
    return [
        line for one, rows in others if rows for line in render_beside(one.benchmark.sector, one.by, rows)
    ]


def _catalogue(guesses: str | None) -> Catalogue:
    from tocsin.service.measures.known import catalogue_of

    return catalogue_of(own=_bytes(guesses) if guesses is not None else None, own_name=guesses or "")


def _bytes(file: str) -> bytes:
    from tocsin.cli.whole_input import read_whole

    return read_whole(file)


def _told(file: str) -> str:
    from tocsin.cli.whole_input import told_name

    return told_name(file)


def _counts(today_us: int) -> Callable[[Assessment], str]:
    from datetime import UTC, datetime

    from tocsin.measures.standing import why_not_counted

    today = datetime.fromtimestamp(today_us / 1_000_000, UTC).date()
    return lambda one: why_not_counted(one, today)


def _noted_json(noted: Sequence[Assessment], today_us: int) -> list[dict[str, Any]]:
    why = _counts(today_us)
    return [
        {
            "measure": one.measure,
            "state": one.state.value,
            "evidence": one.evidence or None,
            "day": one.day or None,
            "counts": not why(one),
        }
        for one in noted
    ]


def _noted_lines(noted: Sequence[Assessment], today_us: int) -> list[str]:
    from tocsin.measures.assessment import State

    why = _counts(today_us)
    told = []
    for one in noted:
        line = f"{one.measure}: {one.state.value}"
        if one.evidence:
            line += f", by evidence of {one.day or 'no day'}"
        if one.state is State.IN_PLACE:
            line += f"; it does not count as standing: {why(one)}" if why(one) else "; it counts as standing"
        told.append(line + ".")
    return told or ["Nothing new is said; nothing was noted."]


def _history(before: Sequence[Said]) -> list[str]:
    from tocsin.model.told.escape import one_line, visible

    if not before:
        return []
    told = ["", "All that was said of it:"]
    for one in before:
        held = one.assessment
        evidence = f": {one_line(held.evidence)} ({held.day})" if held.evidence else ""
        told.append(f"  {one.noted[:10]} {visible(one.by)}: {held.state.value}{evidence}")
    return told
