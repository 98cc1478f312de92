"""``tocsin incident due``, ``report``, ``told`` and ``profile``: whom an incident has to be told to, and what."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tocsin.cli.command import OneOf, Verb
from tocsin.cli.node import acting, node_options, opened, tell

if TYPE_CHECKING:
    from typing import Any

    from tocsin.incidents.rules.rulebook import Rulebook

__all__ = ["due", "profile", "report", "told"]


@click.command(cls=Verb, examples=("tocsin incident due", "tocsin incident due 3f0c4c53 --format json"))
@click.argument("which", required=False, default="", metavar="[ID|NAME]")
@click.option("--rules", metavar="FILE", help="Rules of your own beside those that ship (TOML).")
@node_options
def due(which: str, rules: str | None, data: str | None, output_format: str) -> int:
    """Say whom each incident has to be told to, by when, what is still missing, and what has been told.

    Exit code: 1 a report is overdue, 7 a rule may be for you and nobody said so far, 0 neither.
    """
    from shutil import get_terminal_size

    from tocsin.cli.formats.incident_due_table import render
    from tocsin.incidents.rules.duty import State
    from tocsin.incidents.rules.told import duties_json
    from tocsin.service.incidents.duties import duties, open_others
    from tocsin.service.incidents.rulebook import offers

    with opened(data) as node:
        found = duties(node, which, _rulebook(node, rules))
        now_us = node.now_us
        offered = sum(not one.taken for one in offers(node))
        others = 0 if which else len(open_others(node))
    if output_format == "json":
        sys.stdout.writelines(duties_json.render(found, now_us))
    elif not found:
        sys.stdout.write('No incident of yours is open. Note one: tocsin incident new "What happened"\n')
    else:
        colour = sys.stdout.isatty()
        sys.stdout.writelines(
            render(found, width=get_terminal_size().columns if colour else 100, colour=colour)
        )
    if others and output_format != "json":
        are = "incident of others is" if others == 1 else "incidents of others are"
        sys.stdout.write(f"\n{others:,} open {are} left out; see whose: tocsin incident list\n")
    binding = {one.state for one in found if one.rule.binding}
    if State.UNKNOWN in binding and output_format != "json":
        sys.stdout.write(
            "\nAnswer what is asked of your organisation once, and this list gets short:\n"
            "  tocsin incident profile > us.toml    then    tocsin incident profile --from us.toml\n"
        )
    if found and offered and output_format != "json":
        sys.stdout.write(
            f"\nNot looked at: {offered} files of rules that concern few (health, defence, products, one state).\n"
            "  tocsin incident rules\n"
        )
    return 1 if State.OVERDUE in binding else 7 if State.UNKNOWN in binding else 0


@click.command(
    cls=Verb,
    examples=(
        "tocsin incident report 3f0c4c53 --rule circia-incident",
        "tocsin incident report 3f0c4c53 --rule nis2-notification --format html --output report.html",
    ),
)
@click.argument("which", metavar="ID|NAME")
@click.option("--rule", required=True, metavar="RULE", help="The id of a rule, as `incident due` shows it.")
@click.option("--rules", metavar="FILE", help="Rules of your own beside those that ship (TOML).")
@click.option(
    "--format", "output_format", type=OneOf(["md", "html", "json"]), default="md", show_default=True
)
@click.option("--output", metavar="FILE", default="-", help="Write to FILE; - is stdout.")
@click.option(
    "--data",
    metavar="DIR",
    help="The node's folder.  [default: $TOCSIN_DATA, else the data folder of this user]",
)
def report(
    which: str, rule: str, rules: str | None, output_format: str, output: str, data: str | None
) -> int:
    """Write what a rule asks, answered from the incident. Nothing is sent: you look through it and send it yourself.

    Exit code: 0 it is complete, 7 something that the rule asks for is missing.
    """
    from tocsin.cli.output import check_target, write_output
    from tocsin.service.incidents.duties import report as service

    check_target(output)
    with opened(data) as node:
        made = service(node, which, rule, _rulebook(node, rules))
    if output_format == "html":
        from tocsin.web.incident_report import render
    elif output_format == "json":
        from tocsin.incidents.rules.told.report_json import render
    else:
        from tocsin.incidents.rules.told.report_markdown import render
    write_output(render(made), output)
    return 0 if made.complete else 7


@click.command(
    cls=Verb,
    examples=(
        'tocsin incident told 3f0c4c53 --whom CISA --rule circia-incident --at "2026-05-08 14:00 America/New_York"',
    ),
)
@click.argument("which", metavar="ID|NAME")
@click.option("--whom", required=True, metavar="NAME", help="Who has been told.")
@click.option(
    "--rule", default="", metavar="RULE", help="The rule that asked for it, as `incident due` shows it."
)
@click.option("--at", "when", metavar="TIME", help="When.  [default: now]")
@click.option("--reference", default="", metavar="TEXT", help="Their number for it.")
@node_options
def told(
    which: str, whom: str, rule: str, when: str | None, reference: str, data: str | None, output_format: str
) -> int:
    """Note that somebody has been told: the duty of that rule is done, until something of substance is new."""
    from tocsin.incidents.incident import Told
    from tocsin.incidents.moment import parse_moment
    from tocsin.service.incidents.duties import now_here, rule_of, tell_of
    from tocsin.service.incidents.kept import short_id
    from tocsin.service.incidents.rulebook import node_rulebook

    with opened(data) as node:
        named = rule_of(node_rulebook(node), rule).id if rule else ""
        at = parse_moment(when) if when else now_here(node)
        made = tell_of(node, which, Told(whom=whom, at=at, rule=named, reference=reference), by=acting())
    tell(
        output_format,
        {"whom": whom, "rule": named or None},
        [
            f"Noted: {whom} has been told.",
            f'When something of substance becomes known: tocsin incident learned {short_id(made)} "What it is"',
        ],
    )
    return 0


@click.command(
    cls=Verb,
    examples=("tocsin incident profile > us.toml", "tocsin incident profile --from us.toml"),
)
@click.option("--from", "file", metavar="FILE", help="What your organisation says of itself; - is stdin.")
@click.option(
    "--data",
    metavar="DIR",
    help="The node's folder.  [default: $TOCSIN_DATA, else the data folder of this user]",
)
def profile(file: str | None, data: str | None) -> int:
    """Show, or keep, what your organisation says of itself: by that it is told which reporting rules are for it."""
    from tocsin.service.incidents.duties import keep_profile, profile_as_text

    with opened(data) as node:
        if file is not None:
            from tocsin.cli.whole_input import read_whole, told_name

            keep_profile(node, read_whole(file), told_name(file), by=acting())
            sys.stdout.write("Kept. What follows from it: tocsin incident due\n")
        else:
            sys.stdout.write(profile_as_text(node))
    return 0


def _rulebook(node: Any, file: str | None) -> Rulebook | None:
    if file is None:
        return None
    from tocsin.cli.whole_input import read_whole, told_name
    from tocsin.service.incidents.rulebook import node_rulebook

    return node_rulebook(node, {told_name(file): read_whole(file)})
