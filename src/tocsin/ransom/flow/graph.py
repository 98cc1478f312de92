"""What a trace reached as a graph: which transaction spends which outputs and pays which, and how far each is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.trace import Reached, Trace

__all__ = ["Graph", "graph_of"]


@dataclass(frozen=True, slots=True)
class Graph:
    """The outputs of a trace, the seeds first, each after what it comes from.

    ``spends`` and ``pays`` are by transaction, of these outputs alone. ``hops`` are transactions passed on the longest
    way from a seed, so that what follows is always further.
    """

    outputs: Mapping[OutPoint, Reached]
    seeds: frozenset[OutPoint]
    spends: Mapping[str, Sequence[OutPoint]]
    pays: Mapping[str, Sequence[OutPoint]]
    hops: Mapping[OutPoint, int]

    def goes_on(self, point: OutPoint) -> bool:
        """Whether a transaction spends the output and pays something of it to another."""
        return self.outputs[point].spent_by in self.pays


def graph_of(trace: Trace, ledger: Ledger) -> Graph:
    """The graph of a trace of ``ledger``, which says what becomes of the seeds."""
    outputs = {point: _seed(trace, ledger, point) for point in trace.seeds}
    outputs |= {one.point: one for one in trace.reached}
    spends: defaultdict[str, list[OutPoint]] = defaultdict(list)
    pays: defaultdict[str, list[OutPoint]] = defaultdict(list)
    hops: dict[OutPoint, int] = {}
    passed: dict[str, int] = {}
    # The order of the ledger has each output after all that its transaction spends.
    for point, one in outputs.items():
        hops[point] = 0 if point in trace.seeds else passed[point.txid]
        if point not in trace.seeds:
            pays[point.txid].append(point)
        if one.spent_by is not None:
            spends[one.spent_by].append(point)
            passed[one.spent_by] = max(passed.get(one.spent_by, 0), hops[point] + 1)
    return Graph(outputs, frozenset(trace.seeds), dict(spends), dict(pays), hops)


def _seed(trace: Trace, ledger: Ledger, point: OutPoint) -> Reached:
    amount, spend = trace.seeds[point], ledger.spend_of(point)
    amounts = dict.fromkeys(trace.methods, amount)
    return Reached(
        point, ledger.address_at(point), amount, amounts, amount, amount, spend.txid if spend else None
    )
