"""``tocsin wallet cluster``: the addresses that seem to have one holder, and the transactions that join them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import node_options, opened, tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tocsin.service.ransom.cluster import Cluster, Proof

__all__ = ["cluster"]

_SHOWN = 100
_NAMED = 3
_HEURISTIC = (
    "That who spends from two addresses in one transaction holds both is a heuristic, not a fact. "
    "Only what is loaded counts."
)


@click.command(
    cls=Verb,
    examples=(
        "tocsin wallet cluster bc1qq2euq8pw950klpjcawuy4uj39ym43hs6cfsegq",
        "tocsin wallet cluster ADDRESS --prove OTHER",
        "tocsin wallet cluster ADDRESS --without TXID --format json",
    ),
)
@click.argument("address")
@click.option("--prove", metavar="OTHER", help="Show the transactions that join ADDRESS to this one.")
@click.option(
    "--without",
    multiple=True,
    metavar="TXID",
    help="Leave out the joins of this transaction; may be repeated.",
)
@click.option(
    "--by-change",
    is_flag=True,
    help="Join what seems to be the change of a payment, too. That is a guess, and each such step says so.",
)
@node_options
def cluster(
    address: str,
    prove: str | None,
    without: tuple[str, ...],
    by_change: bool,  # noqa: FBT001  click gives flags so
    data: str | None,
    output_format: str,
) -> int:
    """Find the addresses that are taken to have one holder with ADDRESS, by the transactions that are loaded.

    Who spends from two addresses in one transaction is taken to hold both. That is a heuristic, not a fact. What looks
    like a CoinJoin, in which several persons spend together, joins nobody and is counted.

    Exit code: 0, 3 a TXID is none, 6 nothing loaded knows an address or a TXID.
    """
    from msgspec import to_builtins

    from tocsin.cli.wallet_trace import tell_slow
    from tocsin.service.ransom.cluster import cluster_of
    from tocsin.service.ransom.cluster_answer import cluster_answer
    from tocsin.service.ransom.trace import kept_ledger

    with opened(data) as node:
        ledger = kept_ledger(node)
    tell_slow(len(ledger))
    done = cluster_of(ledger, address, prove=prove, without=without, by_change=by_change)
    tell(output_format, to_builtins(cluster_answer(done)), _lines(done))
    return 0


def _lines(done: Cluster) -> list[str]:
    from tocsin.model.told.escape import visible

    parts = [_members(done)]
    if done.proof is not None:
        parts.append(_proved(done.address, done.proof))
    parts.append([*_alarms(done), *_left_out(done)])
    parts.append([_HEURISTIC])
    return [visible(line) for line in _spaced(parts)]


def _spaced(parts: Sequence[Sequence[str]]) -> Iterator[str]:
    told = [part for part in parts if part]
    for place, part in enumerate(told):
        if place:
            yield ""
        yield from part


def _members(done: Cluster) -> list[str]:
    others = [one for one in done.addresses if one != done.address]
    if not others:
        return [f"{done.address} is joined to no other address."]
    many = len(others) > 1
    told = [f"{done.address} is taken to have one holder with {len(others):,} other address{'es' * many}:"]
    told += [f"  {one}" for one in others[:_SHOWN]]
    if len(others) > _SHOWN:
        told.append(f"  and {len(others) - _SHOWN:,} more: --format json gives all")
    count = len(done.joined_by)
    which = "" if done.proof else "; --prove OTHER shows which"
    return [*told, f"{count:,} transaction{'s' * (count != 1)} joined them{which}."]


def _proved(address: str, proof: Proof) -> list[str]:
    if proof.other == address:
        return [f"{proof.other} is the address itself."]
    if not proof.joined:
        return [f"{address} and {proof.other} are not joined."]
    count = len(proof.steps)
    return [
        f"From {address} to {proof.other} in {count:,} step{'s' * (count != 1)}:",
        *(
            f"  {one.one} and {one.other}: joined by transaction {one.txid}, "
            + ("of which one seems to be the change: a guess" if one.by_change else "which spends from both")
            for one in proof.steps
        ),
    ]


def _alarms(done: Cluster) -> list[str]:
    from tocsin.limits import CLUSTER_ALARM_ADDRESSES

    told = []
    if done.is_large:
        told.append(
            f"Careful: more than {CLUSTER_ALARM_ADDRESSES:,} addresses. "
            "This may be a service, or strangers joined by a CoinJoin that was not seen."
        )
    return told + [
        f"Careful: transaction {one.txid} joined {one.smaller:,} addresses to {one.larger:,} others. "
        "Look at it; --without leaves it out."
        for one in done.merges
    ]


def _left_out(done: Cluster) -> list[str]:
    told = []
    if done.coinjoins:
        told.append(
            f"Left out as CoinJoins, which join nobody: {len(done.coinjoins):,} of all that is loaded, "
            f"{len(done.coinjoins_here):,} of them from these addresses"
            + (f": {_named(done.coinjoins_here)}" if done.coinjoins_here else ".")
        )
    if done.without:
        told.append(f"Left out as asked: {_named(done.without)}")
    return told


def _named(txids: Sequence[str]) -> str:
    more = f" and {len(txids) - _NAMED:,} more" if len(txids) > _NAMED else ""
    return ", ".join(txids[:_NAMED]) + more
