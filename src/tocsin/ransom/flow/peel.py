"""Peel chains: a large amount that is spent again and again, a small part of it going aside each time.

S. Meiklejohn and others, "A fistful of bitcoins", 2013, section 5, describe them. They are found here by their shape
alone, which says nothing of who holds what: an ordinary wallet that pays out of one large output looks the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tocsin.ransom.flow.graph import Graph
from tocsin.ransom.ledger.transaction import OutPoint

__all__ = ["PEEL_RUN", "PEEL_SHARE", "Chain", "chains_in"]

PEEL_SHARE: Final = 5
"""What goes aside is at most one in so many of what a transaction of a chain pays."""

PEEL_RUN: Final = 3
"""Fewer transactions in a row are no chain: drawn one by one they take no more room."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Transactions in a row; of each the small output that was peeled off, and the large one that was carried on."""

    txids: tuple[str, ...]
    peeled: tuple[OutPoint, ...]
    carried: tuple[OutPoint, ...]


def chains_in(graph: Graph) -> list[Chain]:
    """The longest runs of transactions that each spend what the one before carried on, and peel something off."""
    steps = {txid: step for txid in graph.pays if (step := _step(graph, txid)) is not None}
    after = {
        txid: then for txid, (_, large) in steps.items() if (then := graph.outputs[large].spent_by) in steps
    }
    followed = set(after.values())
    chains = []
    for txid in steps:
        if txid in followed:
            continue
        run = [txid]
        while (then := after.get(run[-1])) is not None:
            run.append(then)
        if len(run) >= PEEL_RUN:
            peeled, carried = zip(*(steps[one] for one in run), strict=True)
            chains.append(Chain(tuple(run), peeled, carried))
    return chains


def _step(graph: Graph, txid: str) -> tuple[OutPoint, OutPoint] | None:
    """The small and the large output of a transaction that peels; None if it does not."""
    spent, paid = graph.spends.get(txid, ()), graph.pays[txid]
    if len(spent) != 1 or len(paid) != 2:
        return None
    small, large = sorted(paid, key=lambda point: graph.outputs[point].value_sat)
    aside, on = graph.outputs[small].value_sat, graph.outputs[large].value_sat
    # A trace does not tell the inputs that hold nothing of it. Where they bring something, more is paid than came.
    alone = aside + on <= graph.outputs[spent[0]].value_sat
    return (small, large) if alone and aside * PEEL_SHARE <= aside + on else None
