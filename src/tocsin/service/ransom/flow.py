"""A trace with its picture, as far as a page can show it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tocsin.limits import TRACE_DRAWN, TRACE_DRAWN_A_HOP, TRACE_OUTPUTS
from tocsin.ransom.flow.graph import Graph, graph_of
from tocsin.ransom.flow.layers import Layers, layers_of
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.taint.trace import METHODS, Trace
from tocsin.service.ransom.trace import trace_of

__all__ = ["Flow", "flow_of"]


@dataclass(frozen=True, slots=True)
class Flow:
    """A trace by all conventions, and its picture by one of them; no picture where there is too much to draw."""

    trace: Trace
    graph: Graph | None
    layers: Layers | None


def flow_of(ledger: Ledger, asked: str, method: str, opened: Collection[str] = ()) -> Flow:
    """Follow ``asked`` by every convention and draw it by ``method``; chains that begin with ``opened`` stay unfolded.

    Raises:
        NothingToCheck: nothing that is loaded knows what is asked for.
        BadInput: it is no outpoint, or its amount is not known.
    """
    trace = trace_of(ledger, asked, METHODS, most=TRACE_OUTPUTS)
    if trace.left_out:
        return Flow(trace, None, None)
    graph = graph_of(trace, ledger)
    layers = layers_of(graph, method, most=TRACE_DRAWN, most_a_layer=TRACE_DRAWN_A_HOP, opened=opened)
    return Flow(trace, graph, layers)
