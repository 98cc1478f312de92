"""Compiled or not, the same transactions join the same holders for the same reasons; networkx says so, too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from tocsin.ransom.clusters.forest import grown

JOINS = st.lists(st.lists(st.integers(-1, 9), max_size=4), max_size=12)


def forest(joins, left_out, alarm=2):
    starts = np.cumsum([0, *map(len, joins)]).astype(np.int32)
    flat = np.array([holder for some in joins for holder in some], np.int32)
    return grown(10, starts, flat, np.array([at in left_out for at in range(len(joins))], np.bool_), alarm)


@given(JOINS, st.sets(st.integers(0, 11), max_size=3))
def test_the_clusters_are_those_of_a_graph_library(joins, left_out):
    networkx = pytest.importorskip("networkx")
    graph = networkx.Graph()
    graph.add_nodes_from(range(10))
    for at, some in enumerate(joins):
        known = [holder for holder in some if holder >= 0]
        if at not in left_out:
            graph.add_edges_from((known[0], other) for other in known[1:])
    found = forest(joins, left_out)
    for component in networkx.connected_components(graph):
        for holder in component:
            assert set(found.members(holder).tolist()) == component
            assert found.size[found.find(holder)] == len(component)


@given(JOINS)
def test_each_edge_on_a_way_is_a_pair_of_its_transaction(joins):
    found = forest(joins, ())
    for one in range(10):
        for other in found.members(one).tolist():
            edges = found.edges_between(one, other)
            assert all({edge.one, edge.other} <= set(joins[edge.by]) for edge in edges)
            ends = [edges[0].one, edges[-1].other] if edges else [one, one]
            assert ends == [one, other]


@given(JOINS, st.sets(st.integers(0, 11), max_size=3))
def test_compiled_the_forest_is_the_same(joins, left_out):
    pytest.importorskip("numba")
    plain = forest(joins, left_out)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tocsin.ransom.clusters.forest._COMPILED_FROM", -1)
        other = forest(joins, left_out)
    for name in ("size", "toward", "by", "merges"):
        assert np.array_equal(getattr(plain, name), getattr(other, name))


@given(JOINS, st.sets(st.integers(0, 11), max_size=3))
def test_the_clusters_are_those_of_graphsense(joins, left_out):
    peer = pytest.importorskip("gs_clustering").Clustering(9)
    peer.process_transactions(
        [[one for one in some if one >= 0] for at, some in enumerate(joins) if at not in left_out]
    )
    theirs = peer.get_mapping().column("cluster_id").to_pylist()
    found = forest(joins, left_out)
    for holder in range(10):
        same = [other for other in range(10) if theirs[other] == theirs[holder]]
        assert found.members(holder).tolist() == same
