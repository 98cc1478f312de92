"""``tocsin incident learned``: something of substance became known after somebody was told."""

from __future__ import annotations

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import acting, node_options, opened, tell

__all__ = ["learned"]


@click.command(
    cls=Verb,
    examples=(
        'tocsin incident learned 3f0c4c53 "Records of 12,000 customers were copied"',
        'tocsin incident learned 3f0c4c53 "They came in by the VPN" --rule nerc --at "2026-05-09 08:00Z"',
    ),
)
@click.argument("which", metavar="ID|NAME")
@click.argument("what")
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="RULE",
    help="The rule, or family of rules, that it matters to; may be given again.  [default: all]",
)
@click.option("--at", "when", metavar="TIME", help="When it became known.  [default: now]")
@node_options
def learned(
    which: str, what: str, rules: tuple[str, ...], when: str | None, data: str | None, output_format: str
) -> int:
    """Note what became known: the clock of each supplement to what was told before starts with that."""
    from tocsin.incidents.incident import Learned
    from tocsin.incidents.moment import parse_moment
    from tocsin.incidents.rules.duty import State
    from tocsin.incidents.rules.rule import LEARNED
    from tocsin.incidents.rules.told.words import state_words
    from tocsin.model.told.escape import visible
    from tocsin.service.incidents.duties import duties, learn_of, now_here

    with opened(data) as node:
        at = parse_moment(when) if when else now_here(node)
        made = learn_of(node, which, Learned(what=what, at=at, rules=rules), by=acting())
        owed = [
            one
            for one in duties(node, made.id)
            if one.rule.clock.starts == LEARNED
            and not one.dormant
            and one.state in {State.RUNNING, State.OVERDUE, State.UNKNOWN}
            and one.deadline is not None
        ]
    tell(
        output_format,
        {"incident": made.id, "learned": what, "supplements": [one.rule.id for one in owed]},
        [
            f"{visible(made.name)}: noted.",
            *(f"{one.rule.id}: {state_words(one)} ({one.deadline.words})" for one in owed if one.deadline),
            *(
                []
                if owed
                else ["It goes into the reports that were not sent yet; no supplement is owed for it."]
            ),
        ],
    )
    return 0
