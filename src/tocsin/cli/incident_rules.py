"""``tocsin incident rules``: which reporting rules are looked at here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import acting, node_options, opened, tell
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tocsin.incidents.rules.rule import Rule

__all__ = ["rules"]

_WIDTH = 96
_LONGEST = 1_000


@click.command(
    cls=Verb,
    examples=(
        "tocsin incident rules",
        "tocsin incident rules --take hipaa",
        "tocsin incident rules --add insurer.toml",
        "tocsin incident rules --leave hipaa",
    ),
)
@click.option("--take", metavar="NAME", help="Take on rules that are offered.")
@click.option("--add", metavar="FILE", help="Add rules of your own (TOML); a file of that name is replaced.")
@click.option("--leave", metavar="NAME", help="Put what was taken on or added out of force.")
@node_options
def rules(take: str | None, add: str | None, leave: str | None, data: str | None, output_format: str) -> int:
    """List the reporting rules: those that ship, those that are offered, and your own. Take on what is for you.

    Offered rules concern few, or differ from state to state; nothing of them is asked or due until you take them on.
    """
    from tocsin.model.told.escape import visible
    from tocsin.service.incidents.rulebook import add_rules, leave_rules, offers, shipped_rulebook, take_rules

    if sum(each is not None for each in (take, add, leave)) > 1:
        raise UsageError("one of --take, --add and --leave at a time")
    with opened(data) as node:
        if take is not None:
            return _changed(output_format, take, take_rules(node, take, by=acting()))
        if add is not None:
            from tocsin.cli.whole_input import read_whole, told_name

            name = told_name(add).replace("\\", "/").rpartition("/")[2]
            return _changed(output_format, name, add_rules(node, name, read_whole(add), by=acting()))
        if leave is not None:
            leave_rules(node, leave, by=acting())
            tell(output_format, {"name": leave, "taken": False}, [f"{visible(leave)}: out of force."])
            return 0
        found = offers(node)
    shipped: dict[str, list[Rule]] = {}
    for rule in shipped_rulebook().rules:
        shipped.setdefault(rule.family, []).append(rule)
    rows = [
        *((name, "ships", held) for name, held in shipped.items()),
        *((one.name, _state(one.kind, taken=one.taken), one.rules) for one in found),
    ]
    tell(
        output_format,
        {
            "files": [
                {"name": name, "state": state, "rules": [one.id for one in held]}
                for name, state, held in rows
            ]
        },
        [
            *(line for name, state, held in rows for line in _told(name, state, held)),
            "",
            "Take on what is for you: tocsin incident rules --take NAME",
        ],
    )
    return 0


def _state(kind: str, *, taken: bool) -> str:
    return "your own" if kind == "own" else "taken on" if taken else "offered"


def _told(name: str, state: str, held: Sequence[Rule]) -> list[str]:
    from tocsin.model.told.escape import one_line, visible
    from tocsin.model.told.number import number
    from tocsin.model.told.wrap import wrap

    first = [one for one in held if not one.supplements]
    whom = wrap(one_line(first[0].who, _LONGEST), _WIDTH) if first else ["replaced by other rules"]
    return [f"{visible(name)}: {state}, {number(len(first), 'rule')}", *(f"  {line}" for line in whom)]


def _changed(output_format: str, name: str, held: tuple[Rule, ...]) -> int:
    from tocsin.model.told.escape import visible

    tell(
        output_format,
        {"name": name, "taken": True, "rules": [one.id for one in held]},
        [
            f"{visible(name)}: in force from now on.",
            *(f"  {one.id}: {one.name}; {one.clock.words}" for one in held),
            "Answer what they ask: tocsin incident profile > us.toml, then --from us.toml",
        ],
    )
    return 0
