"""Flows as STIX 2.1 objects of the Attack Flow extension, written and read with every edge.

What an edge has a property for (effects, branches of a condition, assets of an action) stands there; every other edge
is a ``relationship``. Source: Attack Flow 2 (Center for Threat-Informed Defense), extension-definition--fb9c968a.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from tocsin.errors import BadInput, Place
from tocsin.incidents.flow.afb import ReadFlow
from tocsin.incidents.flow.flow import Edge, EdgeKind, Flow, Node, NodeKind
from tocsin.incidents.moment import Fidelity, Moment
from tocsin.model import json_view as view
from tocsin.model.stix import StixObject
from tocsin.model.timestamp import format_microseconds, microseconds_of

__all__ = ["ATTACK_FLOW", "flow_objects", "read_flows"]

ATTACK_FLOW: Final = "extension-definition--fb9c968a-745b-4ade-9b25-c324172197f4"
_NAMESPACE: Final = uuid.UUID("e1d8b0d1-6f0f-4a7e-9a53-2f1f3c1c7a44")
_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ID: Final = re.compile(rf"([a-z0-9-]+)--{_UUID}", re.ASCII)
_TYPES: Final = {
    NodeKind.ACTION: "attack-action",
    NodeKind.CONDITION: "attack-condition",
    NodeKind.AND: "attack-operator",
    NodeKind.OR: "attack-operator",
    NodeKind.ASSET: "attack-asset",
    NodeKind.THING: "attack-asset",
}
_EFFECTS: Final = frozenset({NodeKind.ACTION, NodeKind.CONDITION, NodeKind.AND, NodeKind.OR})
_KINDS: Final = {
    "effect_refs": EdgeKind.NEXT,
    "on_true_refs": EdgeKind.TRUE,
    "on_false_refs": EdgeKind.FALSE,
    "asset_refs": EdgeKind.ABOUT,
}
_RELATIONS: Final = {
    EdgeKind.NEXT: "followed-by",
    EdgeKind.TRUE: "followed-if-true-by",
    EdgeKind.FALSE: "followed-if-false-by",
    EdgeKind.ABOUT: "related-to",
}
_KIND_OF: Final = {name: kind for kind, name in _RELATIONS.items()}
_WORDS: Final = frozenset(kind.value for kind in NodeKind)
_FIDELITIES: Final = frozenset(one.value for one in Fidelity)
_OWN: Final = "x_tocsin_node"


def flow_objects(flow: Flow, *, made_us: int, author: str = "") -> list[dict[str, Any]]:
    """Write a flow as objects, the ``attack-flow`` first. ``made_us`` is when (microseconds since 1970)."""
    head: dict[str, Any] = {"spec_version": "2.1"} | ({"created_by_ref": author} if author else {})
    head |= {"created": format_microseconds(made_us), "modified": format_microseconds(made_us)}
    ids = {node.id: _node_id(flow, node) for node in flow.nodes}
    kinds = {node.id: node.kind for node in flow.nodes}
    extension = {"extensions": {ATTACK_FLOW: {"extension_type": "new-sdo"}}}
    coming = {edge.target for edge in flow.edges if edge.kind is not EdgeKind.ABOUT}
    starts = [ids[node.id] for node in flow.nodes if node.kind in _EFFECTS and node.id not in coming]
    own: dict[str, Any] = {
        "type": "attack-flow",
        **head,
        "id": f"attack-flow--{_made(flow.name, *ids.values())}",
        "name": flow.name or "Attack flow",
        "scope": flow.scope or "other",
        "start_refs": starts or list(ids.values())[:1],
        **extension,
    }
    if flow.description:
        own["description"] = flow.description
    nodes = {node.id: {**_node(node), **head, "id": ids[node.id], **extension} for node in flow.nodes}
    relations = []
    for at, edge in enumerate(flow.edges):
        if not {edge.source, edge.target} <= ids.keys():
            raise BadInput(f"the edge from {edge.source[:60]} to {edge.target[:60]} hangs loose")
        name = _property(edge.kind, kinds[edge.source], kinds[edge.target])
        if name and ids[edge.target] not in nodes[edge.source].get(name, ()):
            nodes[edge.source].setdefault(name, []).append(ids[edge.target])
            continue
        relations.append(
            {
                "type": "relationship",
                **head,
                "id": f"relationship--{_made(str(at), ids[edge.source], ids[edge.target])}",
                "relationship_type": _RELATIONS[edge.kind],
                "source_ref": ids[edge.source],
                "target_ref": ids[edge.target],
            }
        )
    return [own, *nodes.values(), *relations]


def _property(kind: EdgeKind, source: NodeKind, target: NodeKind) -> str:
    """The property that says such an edge; "" if only a relationship can."""
    if kind is EdgeKind.ABOUT:
        return "asset_refs" if (source, target) == (NodeKind.ACTION, NodeKind.ASSET) else ""
    if target not in _EFFECTS:
        return ""
    if source is NodeKind.CONDITION:
        return {EdgeKind.TRUE: "on_true_refs", EdgeKind.FALSE: "on_false_refs"}.get(kind, "")
    return "effect_refs" if kind is EdgeKind.NEXT and source in _EFFECTS else ""


def _node_id(flow: Flow, node: Node) -> str:
    type = _TYPES[node.kind]
    if (found := _ID.fullmatch(node.id)) and found[1] == type:
        return node.id
    return f"{type}--{node.id}" if re.fullmatch(_UUID, node.id) else f"{type}--{_made(flow.name, node.id)}"


def _node(node: Node) -> dict[str, Any]:
    own: dict[str, Any] = {"id": node.id, "kind": node.kind.value} | (
        {"type": node.type} if node.type else {}
    )
    if node.failed:
        own["failed"] = True
    for name, moment in (("start", node.start), ("end", node.end)):
        if moment:
            own[name] = {"fidelity": moment.fidelity.value, "zone": moment.zone}
    said: dict[str, Any] = {"type": _TYPES[node.kind], _OWN: own}
    said |= {
        name: text
        for name, text in (("name", node.name), ("description", node.description))
        if text or (name == "name" and node.kind is NodeKind.ACTION)
    }
    if node.kind in {NodeKind.AND, NodeKind.OR}:
        said["operator"] = node.kind.value
    for name, text in (
        ("technique_id", node.technique),
        ("tactic_id", node.tactic),
        ("x_tocsin_confidence", node.confidence),
    ):
        if text:
            said[name] = text
    for name, moment in (("execution_start", node.start), ("execution_end", node.end)):
        if moment:
            said[name] = format_microseconds(moment.us)
    return said


def read_flows(objects: Sequence[StixObject]) -> list[ReadFlow]:
    """Read the flows among ``objects``; of several each gets the nodes that are joined to its start."""
    known = {one.id: one for one in objects if one.id}
    nodes = {one.id: _read_node(one) for one in objects if one.type in set(_TYPES.values())}
    problems: list[BadInput] = []
    edges = list(_read_edges(objects, nodes, problems))
    flows = [one for one in known.values() if one.type == "attack-flow"]
    groups = _groups(nodes, edges)
    found = []
    for number, one in enumerate(flows):
        held = one.properties
        starts = {groups[ref] for ref in view.texts(held, "start_refs") if ref in groups}
        # Where there is one flow, all that is there is part of it.
        mine = [id for id in nodes if len(flows) == 1 or groups[id] in starts]
        names = {id: nodes[id].id for id in mine}
        flow = Flow(
            nodes=tuple(nodes[id] for id in mine),
            edges=tuple(Edge(names[a], names[b], kind) for a, b, kind in edges if a in names),
            name=view.text(held, "name"),
            description=view.text(held, "description"),
            scope=view.text(held, "scope"),
        )
        found.append(ReadFlow(flow, tuple(problems) if not number else ()))
    return found


def _read_node(one: StixObject) -> Node:
    held = one.properties
    own = held.get(_OWN)
    own = own if isinstance(own, Mapping) else {}
    operator = view.text(held, "operator")
    plain = {"attack-action": "action", "attack-condition": "condition", "attack-asset": "asset"}
    kind = view.text(own, "kind") or plain.get(one.type, operator if operator in {"AND", "OR"} else "OR")
    description = view.text(held, "description")
    named = view.text(held, "name")
    return Node(
        id=view.text(own, "id") or one.id,
        kind=NodeKind(kind) if kind in _WORDS else NodeKind.THING,
        name=named,
        description=description,
        technique=view.text(held, "technique_id"),
        tactic=view.text(held, "tactic_id"),
        start=_moment(held, own, "execution_start", "start"),
        end=_moment(held, own, "execution_end", "end"),
        confidence=view.text(held, "x_tocsin_confidence"),
        failed=own.get("failed") is True,
        type=view.text(own, "type"),
    )


def _read_edges(
    objects: Iterable[StixObject], nodes: Mapping[str, Node], problems: list[BadInput]
) -> Iterator[tuple[str, str, EdgeKind]]:
    for one in objects:
        held = one.properties
        if one.id in nodes:
            for name, kind in _KINDS.items():
                for ref in view.texts(held, name):
                    if ref in nodes:
                        yield one.id, ref, kind
                    else:
                        problems.append(
                            BadInput(f"{ref[:80]} is not there", where=Place(path=f"{one.place}.{name}"))
                        )
        elif one.type == "relationship":
            source, target = view.text(held, "source_ref"), view.text(held, "target_ref")
            if source in nodes and target in nodes:
                yield source, target, _KIND_OF.get(view.text(held, "relationship_type"), EdgeKind.ABOUT)


def _groups(nodes: Iterable[str], edges: Iterable[tuple[str, str, EdgeKind]]) -> dict[str, str]:
    """For each node the name of the connected part that it is in."""
    above = {id: id for id in nodes}

    def top(id: str) -> str:
        while above[id] != id:
            above[id] = above[above[id]]
            id = above[id]
        return id

    for source, target, _ in edges:
        above[top(source)] = top(target)
    return {id: top(id) for id in above}


def _moment(held: Mapping[str, Any], own: Mapping[str, Any], name: str, short: str) -> Moment | None:
    us = microseconds_of(view.text(held, name))
    if us is None:
        return None
    beside = view.mapping(own.get(short))
    word = view.text(beside, "fidelity")
    return Moment(us, Fidelity(word) if word in _FIDELITIES else Fidelity.SECOND, view.text(beside, "zone"))


def _made(*parts: str) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, "\n".join(parts))
