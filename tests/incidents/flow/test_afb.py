"""Files of the Attack Flow Builder: every action and edge comes in, and goes out again."""

from __future__ import annotations

import gzip
import json

import msgspec
import pytest
from hypothesis import given, settings

from drawn_incidents import flows
from real_data import shared
from tocsin.errors import BadInput
from tocsin.incidents.flow.afb import read_afb, write_afb
from tocsin.incidents.flow.flow import Edge, EdgeKind, Flow, Node, NodeKind


@pytest.fixture(scope="module")
def published():
    lines = gzip.decompress(shared("intel/attack-flow.jsonl.gz").read_bytes()).splitlines()
    return [json.loads(line) for line in lines]


def naive(document):
    """Actions, and lines by the blocks at their ends, found by walking every block for every line."""
    actions = [one["instance"] for one in document["objects"] if one["id"] == "action"]

    def block(latch):
        anchor = next(one["instance"] for one in document["objects"] if latch in one.get("latches", ()))
        return next(
            one["instance"] for one in document["objects"] if anchor in one.get("anchors", {}).values()
        )

    lines = [
        (block(one["source"]), block(one["target"]))
        for one in document["objects"]
        if one["id"] == "dynamic_line"
    ]
    return actions, lines


def test_every_published_flow_is_read_with_every_action_and_edge(published):
    lost = []
    for one in published:
        read = read_afb(one["flow"])
        actions, lines = naive(one["flow"])
        flow = read.flow
        if (
            read.problems
            or [node.id for node in flow.actions] != actions
            or [(edge.source, edge.target) for edge in flow.edges] != lines
        ):
            lost.append(one["file"])
    assert lost == []
    assert sum(len(read_afb(one["flow"]).flow.actions) for one in published) == 818
    assert sum(len(read_afb(one["flow"]).flow.edges) for one in published) == 1785


def test_every_published_flow_is_written_again_with_nothing_lost(published):
    for one in published:
        flow = read_afb(one["flow"]).flow
        written = json.loads(write_afb(flow))
        again = read_afb(written)
        assert again.problems == ()
        assert again.flow == flow
        assert naive(written) == naive(one["flow"])


def test_a_branch_of_a_condition_says_which_it_is(published):
    kinds = [edge.kind for one in published for edge in read_afb(one["flow"]).flow.edges]
    assert (kinds.count(EdgeKind.TRUE), kinds.count(EdgeKind.FALSE)) == (135, 2)


def plain(flow):
    """What the Builder has a place for: a time to the second, in UTC; nothing of what failed."""
    nodes = tuple(
        msgspec.structs.replace(
            node,
            failed=False,
            rest={},
            type="note" if node.kind is NodeKind.THING else "",
            technique=node.technique if node.kind is NodeKind.ACTION else "",
            start=None,
        )
        for node in flow.nodes
    )
    return msgspec.structs.replace(flow, nodes=nodes, rest={})


@settings(max_examples=60)
@given(flows())
def test_any_flow_comes_back_with_its_steps_and_edges(flow):
    flow = plain(flow)
    steps = {NodeKind.ACTION, NodeKind.CONDITION, NodeKind.AND, NodeKind.OR}
    kinds = {node.id: node.kind for node in flow.nodes}
    edges = tuple(msgspec.structs.replace(edge, kind=kind_of(edge, kinds, steps)) for edge in flow.edges)
    flow = msgspec.structs.replace(flow, edges=edges)
    read = read_afb(json.loads(write_afb(flow)))
    assert read.problems == ()
    assert plain(read.flow) == flow


def kind_of(edge, kinds, steps):
    if edge.kind in {EdgeKind.TRUE, EdgeKind.FALSE} and kinds[edge.source] is NodeKind.CONDITION:
        return edge.kind
    return EdgeKind.NEXT if {kinds[edge.source], kinds[edge.target]} <= steps else EdgeKind.ABOUT


def test_a_line_that_hangs_loose_is_told_with_its_place_and_the_rest_is_read():
    flow = Flow(nodes=(Node(id="a"), Node(id="b")), edges=(Edge("a", "b"), Edge("b", "a")))
    document = json.loads(write_afb(flow))
    line = next(at for at, one in enumerate(document["objects"]) if one["id"] == "dynamic_line")
    document["objects"][line]["source"] = "nothing"
    document["objects"].append({"instance": "x"})
    read = read_afb(document)
    assert read.flow.edges == (Edge("b", "a"),)
    assert [(one.what, one.where.path) for one in read.problems] == [
        ("an object without id and instance", f"$.objects[{len(document['objects']) - 1}]"),
        ("a line that hangs loose", f"$.objects[{line}]"),
    ]


@pytest.mark.parametrize(
    "document", [{}, {"schema": "attack_flow_v2"}, {"schema": "attack_flow_v1", "objects": []}]
)
def test_what_is_no_flow_is_refused(document):
    with pytest.raises(BadInput, match="is no flow of the Attack Flow Builder"):
        read_afb(document)


def test_an_edge_to_nowhere_is_not_written():
    with pytest.raises(BadInput, match="hangs loose"):
        write_afb(Flow(nodes=(Node(id="a"),), edges=(Edge("a", "b"),)))
