"""``tocsin wallet links``: which cases lead to the same hands, and how."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import node_options, opened, tell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tocsin.ransom.ledger.ledger import Ledger
    from tocsin.ransom.links.case import Case
    from tocsin.service.exchange.node import Node

__all__ = ["links"]


@click.command(
    cls=Verb,
    examples=(
        "tocsin wallet links",
        "tocsin wallet links --incidents cases.toml",
        "tocsin wallet links ADDRESS OTHER --format json",
    ),
)
@click.argument("named", nargs=-1, metavar="[CASE-FILE|ADDRESS|TXID:N]...")
@click.option(
    "--incidents",
    is_flag=True,
    help="The incidents that are known here, besides.  [default: if none is named]",
)
@click.option("--mine", is_flag=True, help="Of incidents this node's own alone, without those of others.")
@click.option(
    "--key", "keys", multiple=True, metavar="FILE", help="Read what a hub tells by a key of the members, too."
)
@node_options
def links(
    named: tuple[str, ...],
    incidents: bool,  # noqa: FBT001  click passes it by name
    mine: bool,  # noqa: FBT001  click passes it by name
    keys: tuple[str, ...],
    data: str | None,
    output_format: str,
) -> int:
    """Say which cases lead to the same hands: by an address, a cluster, a transaction, a cash-out, a share.

    A case is an incident with addresses or payments, one of a CASE-FILE, or an ADDRESS or output by itself. Money is
    followed by FIFO through the transactions that are loaded, up to a CoinJoin. Each link says how strong it is, what
    makes it weaker and what would. It never says who it was: hands are lent and sold. With incidents stands what hubs
    tell of cases that were shared with them.

    Exit code: 0, 3 an address or a file is none, 6 there are not two cases.
    """
    from msgspec import to_builtins

    from tocsin.cli.formats.links_table import given_lines, links_lines
    from tocsin.cli.wallet_key import read_key
    from tocsin.errors import NothingToCheck
    from tocsin.model.told.escape import one_line
    from tocsin.service.ransom.labels import known_services
    from tocsin.service.ransom.links import linked, nothing_linked
    from tocsin.service.ransom.links_answer import links_answer
    from tocsin.service.ransom.told import given_links
    from tocsin.service.ransom.trace import kept_ledger

    incidents = incidents or not named
    held = [read_key(one) for one in keys]
    with opened(data) as node:
        ledger = kept_ledger(node)
        services = known_services(node, ledger)
        names, cases, unclear = _cases(node, ledger, named, incidents=incidents, mine=mine)
        given = given_links(node, ledger, held) if incidents else []
    for name, texts in unclear.items():
        sys.stderr.writelines(f"{name}: {one_line(text)}\n" for text in texts)
    try:
        done = linked(ledger, cases, services)
    except NothingToCheck:
        if not given:
            raise
        # One case by itself can be linked with those of others all the same.
        done = nothing_linked(cases)
    answer = to_builtins(links_answer(done, names, given))
    tell(output_format, answer, [*given_lines(given), *links_lines(done, names)])
    return 0


def _cases(
    node: Node, ledger: Ledger, named: Sequence[str], *, incidents: bool, mine: bool
) -> tuple[Mapping[str, str], list[Case], Mapping[str, Sequence[str]]]:
    """The cases, what to call each, and what of an incident does not fit or cannot be followed."""
    from tocsin.model.told.escape import visible
    from tocsin.service.ransom.known_cases import known_cases

    found: dict[str, Case] = {}
    names: dict[str, str] = {}
    unclear: dict[str, Sequence[str]] = {}
    if incidents:
        for one in known_cases(node, ledger, mine=mine):
            if one.case is not None:
                found[one.case.id] = one.case
                names[one.case.id] = one.name
            if one.doubts:
                unclear[one.name] = one.doubts
    for text in named:
        for case in _named(text):
            found[case.id] = case
            names[case.id] = visible(case.id)
    return names, list(found.values()), unclear


def _named(text: str) -> list[Case]:
    from tocsin.cli.whole_input import STDIN, read_whole, told_name
    from tocsin.service.ransom.cases import case_named, cases_in

    if text == STDIN or Path(text).is_file():
        return cases_in(read_whole(text), told_name(text))
    return [case_named(text)]
