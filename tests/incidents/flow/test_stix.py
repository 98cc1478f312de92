"""Flows as STIX of the Attack Flow extension: no edge is lost on the way out or in."""

from __future__ import annotations

import gzip
import json

import msgspec
import pytest
from hypothesis import given, settings

from drawn_incidents import flows
from real_data import shared
from tocsin.errors import BadInput
from tocsin.incidents.flow.afb import read_afb
from tocsin.incidents.flow.flow import Edge, EdgeKind, Flow, Node, NodeKind
from tocsin.incidents.flow.stix import flow_objects, read_flows
from tocsin.model.stix import read_objects

MADE_US = 1_620_000_000_000_000


def through_stix(*written):
    objects = [one for flow in written for one in flow_objects(flow, made_us=MADE_US)]
    data = json.dumps({"type": "bundle", "id": "bundle--1", "objects": objects}).encode()
    return read_flows(read_objects(data).objects)


def without_rest(flow):
    nodes = tuple(msgspec.structs.replace(node, rest={}) for node in flow.nodes)
    return msgspec.structs.replace(
        flow,
        nodes=nodes,
        edges=tuple(sorted(flow.edges, key=str)),
        rest={},
        name=flow.name or "Attack flow",
        scope=flow.scope or "other",
    )


def test_every_published_flow_goes_out_and_comes_in_with_nothing_lost():
    lines = gzip.decompress(shared("intel/attack-flow.jsonl.gz").read_bytes()).splitlines()
    edges = 0
    for line in lines:
        flow = read_afb(json.loads(line)["flow"]).flow
        (again,) = through_stix(flow)
        assert again.problems == ()
        assert without_rest(again.flow) == without_rest(flow)
        edges += len(again.flow.edges)
    assert (len(lines), edges) == (35, 1785)


@settings(max_examples=80)
@given(flows())
def test_any_flow_comes_back_as_it_was(flow):
    (again,) = through_stix(flow)
    assert without_rest(again.flow) == without_rest(flow)


def test_a_step_leads_to_the_next_by_its_own_property():
    flow = Flow(
        nodes=(Node(id="a", name="in"), Node(id="c", kind=NodeKind.CONDITION), Node(id="b", name="on")),
        edges=(Edge("a", "c"), Edge("c", "b", EdgeKind.TRUE)),
    )
    own, action, condition, after = flow_objects(flow, made_us=MADE_US)
    assert own["start_refs"] == [action["id"]]
    assert action["effect_refs"] == [condition["id"]]
    assert condition["on_true_refs"] == [after["id"]]


def test_two_flows_in_one_bundle_stay_two():
    one = Flow(name="one", nodes=(Node(id="a"), Node(id="b")), edges=(Edge("a", "b"),))
    two = Flow(name="two", nodes=(Node(id="a"), Node(id="b")), edges=(Edge("b", "a"),))
    assert [without_rest(each.flow) for each in through_stix(one, two)] == [
        without_rest(one),
        without_rest(two),
    ]


def test_an_effect_that_is_not_there_is_told_with_its_place():
    objects = flow_objects(Flow(nodes=(Node(id="a"), Node(id="b")), edges=(Edge("a", "b"),)), made_us=MADE_US)
    (read,) = read_flows(read_objects(json.dumps(objects[:2]).encode()).objects)
    assert [one.where.path for one in read.problems] == ["$[1].effect_refs"]
    assert len(read.flow.nodes) == 1


def test_an_edge_to_nowhere_is_not_written():
    with pytest.raises(BadInput, match="hangs loose"):
        flow_objects(Flow(nodes=(Node(id="a"),), edges=(Edge("a", "b"),)), made_us=MADE_US)
