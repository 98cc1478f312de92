"""What comes after what, over whatever lies between."""

from __future__ import annotations

from itertools import pairwise, permutations

from hypothesis import given

from drawn_incidents import flows
from tocsin.incidents.flow.flow import Edge, EdgeKind, Flow, Node, NodeKind, following


def naive(flow, kept):
    """Every row of nodes between two that are kept is tried."""
    edges = {(edge.source, edge.target) for edge in flow.edges if edge.kind is not EdgeKind.ABOUT}
    between = [node.id for node in flow.nodes if node.id not in kept]
    found = set()
    for first in kept:
        for last in kept:
            for size in range(len(between) + 1):
                for middle in permutations(between, size):
                    row = (first, *middle, last)
                    if all(pair in edges for pair in pairwise(row)):
                        found.add((first, last))
    return found


@given(flows())
def test_it_is_what_trying_every_way_finds_in_the_order_of_the_nodes(flow):
    kept = {node.id for node in flow.nodes if node.kind in {NodeKind.ACTION, NodeKind.AND}}
    found = following(flow, kept)
    assert set(found) == naive(flow, kept)
    assert len(set(found)) == len(found)
    order = {node.id: at for at, node in enumerate(flow.nodes)}
    assert found == sorted(found, key=lambda pair: (order[pair[1]], order[pair[0]]))


def test_an_edge_into_nothing_leads_nowhere():
    flow = Flow(nodes=(Node(id="a"),), edges=(Edge("a", "b"),))
    assert following(flow, {"a", "b"}) == []
