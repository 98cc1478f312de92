"""``tocsin wallet trace``: where a ransom went, by every convention, with the range that needs none."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tocsin.cli.command import OneOf, Verb
from tocsin.cli.node import node_options, opened, table, tell
from tocsin.limits import TRACE_OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tocsin.ransom.ledger.ledger import Ledger
    from tocsin.ransom.taint.ends import End
    from tocsin.ransom.taint.trace import Method, Reached, Trace
    from tocsin.service.ransom.ledger_files import FileRead

__all__ = ["tell_slow", "trace"]

_METHODS = ("fifo", "lifo", "haircut", "tiho", "poison")
_SHOWN = 100
_NAMED = 3
_THROUGH = {
    "service": "that a labelled service was paid",
    "coinjoin": "that what looks like a CoinJoin spends",
}


@click.command(
    cls=Verb,
    examples=(
        "tocsin wallet trace 9436dbf0435b15378f309c35754a110db880fa9bb66a062160a25533bb4a212a:0",
        "tocsin wallet trace 15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr --method fifo --format json",
        "tocsin wallet trace 9436dbf0435b15378f309c35754a110db880fa9bb66a062160a25533bb4a212a:0 --from case/*.json",
    ),
)
@click.argument("asked", metavar="TXID:N|ADDRESS")
@click.argument("more", nargs=-1, metavar="[FILE]...")
@click.option(
    "--method",
    type=OneOf([*_METHODS, "all"]),
    default="all",
    show_default=True,
    help="How the satoshi of a transaction's inputs go to its outputs, which no ledger says.",
)
@click.option(
    "--from",
    "files",
    multiple=True,
    metavar="FILE",
    help="The transactions of this file and of those named after it, instead of those loaded; needs no node.",
)
@click.option(
    "--stop-at",
    multiple=True,
    type=OneOf(["services", "coinjoins", "dust"]),
    help="End where it goes on into a labelled service, into a CoinJoin, or with too little; may be repeated.",
)
@click.option(
    "--dust",
    type=click.IntRange(min=1),
    default=546,
    show_default=True,
    metavar="SATOSHI",
    help="What is too little, for --stop-at dust: less than this can be traced.",
)
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=TRACE_OUTPUTS,
    show_default=True,
    help="Tell so many outputs, those with most of it first; how many more there are is said.",
)
@node_options
def trace(
    asked: str,
    more: tuple[str, ...],
    method: str,
    files: tuple[str, ...],
    stop_at: tuple[str, ...],
    dust: int,
    most: int,
    data: str | None,
    output_format: str,
) -> int:
    """Follow the output TXID:N, or all that was paid to ADDRESS, through the transactions that are loaded.

    It is taken as wholly traced. Each amount is by a convention, and stands beside the least and the most that any
    convention could give which neither makes nor loses satoshi. The fee comes after the outputs. Poison counts all that
    was touched and so may be more.

    Exit code: 0, 3 the amount of the output is not known or a file could not be read, 6 nothing loaded knows it.
    """
    from tocsin.errors import UsageError

    if more and not files:
        raise UsageError(f"Got unexpected extra argument ({more[0]})", hint="Files are given with --from.")
    if files and "services" in stop_at:
        raise UsageError(
            "--stop-at services asks for the labels of a node, and --from for none",
            hint="Load the files first.",
        )
    ledger, read, services = _ledger((*files, *more), data)
    tell_slow(len(ledger))
    from msgspec import to_builtins

    from tocsin.service.ransom.trace import ends_of, passed, trace_of
    from tocsin.service.ransom.trace_answer import trace_answer

    ends = ends_of(ledger, stop_at, dust, services)
    done = trace_of(ledger, asked, _METHODS if method == "all" else [method], ends, most)
    tell(output_format, to_builtins(trace_answer(asked, done)), _lines(done, passed(ledger, done, services)))
    return tell_read(read, output_format)


def tell_slow(transactions: int) -> None:
    """Tell on stderr, before it takes long, what would make it quick."""
    from tocsin.ransom.compiled import INSTALL, SLOW_FROM, can_compile

    if transactions > SLOW_FROM and not can_compile():
        sys.stderr.write(f"tocsin: {transactions:,} transactions take long without numba: {INSTALL}\n")


def tell_read(read: Sequence[FileRead], output_format: str) -> int:
    """Tell what could not be read, after the answer; returns the exit code."""
    from tocsin.cli.wallet_load import tell_faults

    return tell_faults(read, as_json=output_format == "json")


def _ledger(files: Sequence[str], data: str | None) -> tuple[Ledger, Sequence[FileRead], Mapping[str, str]]:
    if files:
        from tocsin.service.ransom.ledger_files import read_files
        from tocsin.service.ransom.load import fitting

        fit = fitting(None, read_files(files, sys.stdin.buffer))
        return fit.ledger, fit.files, {}
    from tocsin.service.ransom.labels import known_services
    from tocsin.service.ransom.trace import kept_ledger

    with opened(data) as node:
        ledger = kept_ledger(node)
        return ledger, (), known_services(node, ledger)


def _lines(done: Trace, went_through: Mapping[End, int]) -> list[str]:
    from tocsin.ransom.btc import btc

    names = list(done.methods)
    seeds = ", ".join(map(str, list(done.seeds)[:_NAMED]))
    more = f" and {len(done.seeds) - _NAMED:,} more" if len(done.seeds) > _NAMED else ""
    told = [f"Followed: {btc(done.seeded_sat)} BTC in {seeds}{more}, all of it taken as traced."]
    if done.as_spent:
        told.append(
            "Where it comes from is not loaded: the amount is what the transaction says that spends it."
        )
    told.append("")
    rows = [
        [
            f"{one.point.txid[:12]}:{one.point.n}",
            one.address or "-",
            *(btc(one.amounts_sat[name]) for name in names),
            f"{btc(one.min_sat)} to {btc(one.max_sat)}",
            _becomes(one),
        ]
        for one in done.reached[:_SHOWN]
    ]
    head = ["OUTPUT", "ADDRESS", *(name.upper() for name in names), "BY ANY", "SPENT BY"]
    empty = (
        "It goes into a CoinJoin at once, and was not followed on."
        if done.ended
        else "No transaction that is loaded spends it."
    )
    told += table(head, rows, empty=empty)
    if len(done.reached) > _SHOWN:
        told.append(f"and {len(done.reached) - _SHOWN:,} more: --format json gives them")
    if done.left_out:
        told.append(f"and {done.left_out:,} that can hold less: --most with a larger number gives them, too")
    told.append("")
    for name, one in done.methods.items():
        told += _method(name, one, done.seeded_sat)
    told.append("Amounts are BTC. Spent by -: by no transaction that is loaded.")
    if any(one.ended for one in done.reached):
        told.append(
            "What ends at a service, a CoinJoin or as dust was not followed on, and counts as not spent."
        )
    for end, count in went_through.items():
        told.append(
            f"Careful: it goes on through {count:,} output{'s' * (count != 1)} {_THROUGH[end]}, behind which money is "
            f"nobody's in particular: --stop-at {end.value}s"
        )
    return told


def _becomes(one: Reached) -> str:
    if one.ended is not None:
        return f"ends: {one.ended.value}"
    return one.spent_by[:12] if one.spent_by else "-"


def _method(name: str, one: Method, followed_sat: int) -> list[str]:
    from tocsin.ransom.btc import btc

    of = "" if one.seeded_sat == followed_sat else f"of {btc(one.seeded_sat)} that no seed has from another, "
    told = [f"{name}: {of}{btc(one.held_sat)} not spent, {btc(one.fees_sat)} in fees"]
    if one.stops:
        ids = ", ".join(one.stops[:_NAMED]) + (
            f" and {len(one.stops) - _NAMED:,} more" if one.stops[_NAMED:] else ""
        )
        told[0] += f", {btc(one.stopped_sat)} cannot be told any further (?)"
        told.append(
            f"  for inputs of unknown amount, directly or before, of {ids}: load what they spend from"
        )
    return told
