"""Flows as files of the Attack Flow Builder (``.afb``, schema ``attack_flow_v2``), read and written with every edge.

In such a file an edge is a line between two latches; a latch hangs on an anchor, an anchor on a block. Source: the
files that the Builder (Center for Threat-Informed Defense, version 3) writes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.incidents.flow.flow import Edge, EdgeKind, Flow, Node, NodeKind
from tocsin.incidents.moment import Fidelity, Moment, zone_of
from tocsin.model import json_view as view
from tocsin.model.timestamp import format_instant

__all__ = ["ReadFlow", "is_afb", "read_afb", "write_afb"]

SCHEMA: Final = "attack_flow_v2"
_KINDS: Final = {
    "action": NodeKind.ACTION,
    "condition": NodeKind.CONDITION,
    "AND_operator": NodeKind.AND,
    "OR_operator": NodeKind.OR,
    "asset": NodeKind.ASSET,
}
_BLOCKS: Final = {kind: name for name, kind in _KINDS.items()}
_NOT_BLOCKS: Final = frozenset(
    {"flow", "dynamic_line", "generic_latch", "generic_handle", "vertical_anchor", "horizontal_anchor"}
)
_STEPS: Final = frozenset({NodeKind.ACTION, NodeKind.CONDITION, NodeKind.AND, NodeKind.OR})
_BRANCHES: Final = {"branch:True": EdgeKind.TRUE, "branch:False": EdgeKind.FALSE}
_ANGLES: Final = tuple(str(angle) for angle in range(0, 360, 30))
_OF_CONDITION: Final = ("0", "30", "60", "90", "120", "150", "180", "210", "330", *_BRANCHES)
_UPRIGHT: Final = frozenset({"60", "90", "120", "240", "270", "300", *_BRANCHES})
_NAMESPACE: Final = uuid.UUID("c0c2a7b3-5f0e-4a1d-9c77-2f6f0d5a8e11")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OLDER: Final = frozenset({"technique_id", "tactic_id"})
"""What older versions say beside ``ttp``; written where it is said already."""
_APART: Final = (500, 400)


@dataclass(frozen=True, slots=True)
class ReadFlow:
    """A flow, and what of it could not be read, each with its place."""

    flow: Flow
    problems: tuple[BadInput, ...] = ()


def is_afb(document: object) -> bool:
    """Whether a JSON document is a file of the Builder."""
    return isinstance(document, Mapping) and document.get("schema") == SCHEMA


def read_afb(document: Mapping[str, Any]) -> ReadFlow:
    """Read a document of the Builder.

    Raises:
        BadInput: it is no such document.
    """
    objects = document.get("objects")
    if not is_afb(document) or not isinstance(objects, list):
        raise BadInput(f"is no flow of the Attack Flow Builder ({SCHEMA})", where=Place(path="$.schema"))
    return _Reader(document, objects).read()


class _Reader:
    def __init__(self, document: Mapping[str, Any], objects: list[Any]) -> None:
        self.document = document
        self.layout = view.mapping(document.get("layout"))
        self.problems: list[BadInput] = []
        self.objects: list[tuple[str, Mapping[str, Any]]] = []
        for at, one in enumerate(objects):
            path = f"$.objects[{at}]"
            if (
                isinstance(one, Mapping)
                and isinstance(one.get("id"), str)
                and isinstance(one.get("instance"), str)
            ):
                self.objects.append((path, one))
            else:
                self._problem("an object without id and instance", path)

    def read(self) -> ReadFlow:
        nodes: dict[str, Node] = {}
        own: Mapping[str, Any] = {}
        for path, one in self.objects:
            if one["id"] == "flow":
                own = _properties(one)
            elif one["id"] not in _NOT_BLOCKS:
                if one["instance"] in nodes:
                    self._problem(f"two objects are {one['instance']}", path)
                nodes[one["instance"]] = self._node(one)
        flow = Flow(
            nodes=tuple(nodes.values()),
            edges=tuple(self._edges(nodes)),
            name=_text(own.get("name")),
            description=_text(own.get("description")),
            scope=_text(own.get("scope")),
            rest={"afb": self._beside()},
        )
        return ReadFlow(flow, tuple(self.problems))

    def _beside(self) -> dict[str, Any]:
        """What is the flow's own and what the drawing needs."""
        held = {name: self.document[name] for name in ("theme", "camera") if name in self.document}
        for _, one in self.objects:
            if one["id"] == "flow":
                held["instance"] = one["instance"]
                held["properties"] = one.get("properties", [])
                held["at"] = self.layout.get(one["instance"])
        return held

    def _node(self, one: Mapping[str, Any]) -> Node:
        said = _properties(one)
        kind = _KINDS.get(one["id"], NodeKind.THING)
        ttp = view.mapping(dict(_pairs(said.get("ttp"))))
        return Node(
            id=one["instance"],
            kind=kind,
            name=_text(said.get("name")),
            description=_text(said.get("description")),
            technique=_text(said.get("technique_id")) or _text(ttp.get("technique")),
            tactic=_text(said.get("tactic_id")) or _text(ttp.get("tactic")),
            start=_moment(said.get("execution_start")),
            end=_moment(said.get("execution_end")),
            confidence=_text(said.get("confidence")),
            type=one["id"] if kind is NodeKind.THING else "",
            rest={"afb": {"properties": one.get("properties", []), "at": self.layout.get(one["instance"])}},
        )

    def _edges(self, nodes: Mapping[str, Node]) -> Iterator[Edge]:
        ends = self._ends()
        for path, one in self.objects:
            if one["id"] != "dynamic_line":
                continue
            source, target = ends.get(one.get("source", "")), ends.get(one.get("target", ""))
            if source is None or target is None or source[0] not in nodes or target[0] not in nodes:
                self._problem("a line that hangs loose", path)
                continue
            steps = {nodes[source[0]].kind, nodes[target[0]].kind} <= _STEPS
            kind = _BRANCHES.get(source[1]) or (EdgeKind.NEXT if steps else EdgeKind.ABOUT)
            yield Edge(source[0], target[0], kind)

    def _ends(self) -> dict[str, tuple[str, str]]:
        """The block and the anchor's name that each latch hangs on."""
        anchors = {
            anchor: (one["instance"], name)
            for _, one in self.objects
            for name, anchor in view.mapping(one.get("anchors")).items()
        }
        return {
            latch: anchors[one["instance"]]
            for _, one in self.objects
            if one["id"].endswith("_anchor") and one["instance"] in anchors
            for latch in one.get("latches") or ()
        }

    def _problem(self, what: str, path: str) -> None:
        self.problems.append(BadInput(what, where=Place(path=path)))


def write_afb(flow: Flow) -> bytes:
    """Write a flow as a file of the Builder; :func:`read_afb` gives it back with every node and edge.

    Blocks that were drawn stay where they were; the others are laid out in the order of the steps.
    """
    beside = view.mapping(flow.rest.get("afb"))
    own = _text(beside.get("instance")) or _made(flow.name, "flow")
    blocks: list[dict[str, Any]] = []
    anchors: dict[tuple[str, str], dict[str, Any]] = {}
    for node in flow.nodes:
        names = _OF_CONDITION if node.kind is NodeKind.CONDITION else _ANGLES
        made = {name: _made(node.id, f"anchor {name}") for name in names}
        blocks.append(
            {
                "id": _BLOCKS.get(node.kind) or node.type or "note",
                "instance": node.id,
                "properties": _written(node),
                "anchors": made,
            }
        )
        for name, id in made.items():
            kind = "vertical_anchor" if name in _UPRIGHT else "horizontal_anchor"
            anchors[node.id, name] = {"id": kind, "instance": id, "latches": []}
    lines, loose = _lines(flow, anchors)
    places = _places(flow)
    drawn = {own: beside.get("at", [0, 0])} if beside.get("at", [0, 0]) else {}
    document = {
        "schema": SCHEMA,
        "theme": beside.get("theme", "dark_theme"),
        "objects": [
            {
                "id": "flow",
                "instance": own,
                "properties": _over(
                    beside.get("properties"),
                    {"name": flow.name, "description": flow.description, "scope": flow.scope},
                ),
                "objects": [*(node.id for node in flow.nodes), *(line["instance"] for line in lines)],
            },
            *blocks,
            *lines,
            *anchors.values(),
            *loose,
        ],
        "layout": {**drawn, **places, **_latch_places(lines, places, flow)},
        "camera": beside.get("camera", {"x": 0, "y": 0, "k": 1}),
    }
    return msgspec.json.encode(document)


def _lines(
    flow: Flow, anchors: Mapping[tuple[str, str], dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    lines: list[dict[str, Any]] = []
    loose: list[dict[str, Any]] = []
    branches = {kind: name for name, kind in _BRANCHES.items()}
    known = {node.id for node in flow.nodes}
    for at, edge in enumerate(flow.edges):
        if not {edge.source, edge.target} <= known:
            raise BadInput(f"the edge from {edge.source[:60]} to {edge.target[:60]} hangs loose")
        source, target, handle = (_made(flow.name, f"{part} {at}") for part in ("source", "target", "handle"))
        leaving = branches.get(edge.kind, "")
        if (edge.source, leaving) not in anchors:
            leaving = "210" if (edge.source, "270") not in anchors else "270"
        anchors[edge.source, leaving]["latches"].append(source)
        anchors[edge.target, "90"]["latches"].append(target)
        lines.append(
            {
                "id": "dynamic_line",
                "instance": _made(flow.name, f"line {at}"),
                "source": source,
                "target": target,
                "handles": [handle],
            }
        )
        loose += [{"id": "generic_latch", "instance": one} for one in (source, target)]
        loose.append({"id": "generic_handle", "instance": handle})
    return lines, loose


def _places(flow: Flow) -> dict[str, list[float]]:
    """Where each block stands: where it was drawn, else a row for each step from the first on."""
    rows = _rows(flow)
    taken: dict[int, int] = {}
    places: dict[str, list[float]] = {}
    for node in flow.nodes:
        beside = view.mapping(node.rest.get("afb"))
        if "at" in beside:
            if isinstance(beside["at"], list) and len(beside["at"]) == 2:
                places[node.id] = beside["at"]
            continue
        row = rows[node.id]
        column = taken.get(row, 0)
        taken[row] = column + 1
        places[node.id] = [column * _APART[0], row * _APART[1]]
    return places


def _rows(flow: Flow) -> dict[str, int]:
    """How far each node is from a first one; round a cycle nothing gets further than there are nodes."""
    rows = {node.id: 0 for node in flow.nodes}
    for _ in flow.nodes:
        moved = False
        for edge in flow.edges:
            further = rows[edge.source] + 1
            if edge.source != edge.target and rows[edge.target] < further < len(rows):
                rows[edge.target] = further
                moved = True
        if not moved:
            break
    return rows


def _latch_places(
    lines: list[dict[str, Any]], places: Mapping[str, list[float]], flow: Flow
) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for line, edge in zip(lines, flow.edges, strict=True):
        start, end = places.get(edge.source), places.get(edge.target)
        if start is None or end is None:
            continue
        found[line["source"]] = start
        found[line["target"]] = end
        found[line["handles"][0]] = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2]
    return found


def _written(node: Node) -> list[Any]:
    said: dict[str, Any] = {"name": node.name, "description": node.description}
    if node.kind is NodeKind.ACTION:
        said |= {
            "ttp": [["tactic", node.tactic or None], ["technique", node.technique or None]],
            "technique_id": node.technique,
            "tactic_id": node.tactic,
            "confidence": node.confidence,
            "execution_start": _time(node.start),
            "execution_end": _time(node.end),
        }
    elif node.kind in {NodeKind.AND, NodeKind.OR}:
        said["operator"] = node.kind.value
    return _over(view.mapping(node.rest.get("afb")).get("properties"), said)


def _over(before: Any, said: Mapping[str, Any]) -> list[Any]:
    """The properties as they were, with what is said now in its place; what is new and empty is not added."""
    held = [list(pair) for pair in before] if isinstance(before, list) else []
    names = {pair[0] for pair in held}
    told = []
    for pair in held:
        now = said.get(pair[0], pair[1])
        told.append([pair[0], now if now != "" or pair[1] == "" else None])
    if names:
        return told
    return [[name, value] for name, value in said.items() if value and name not in _OLDER]


def _time(moment: Moment | None) -> Any:
    if moment is None:
        return None
    if moment.zone:
        return {"time": moment.local.isoformat(timespec="milliseconds"), "zone": moment.zone}
    return format_instant(moment.us * 1000)


def _made(*parts: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "\n".join(parts)))


def _properties(one: Mapping[str, Any]) -> dict[str, Any]:
    return dict(_pairs(one.get("properties")))


def _pairs(held: Any) -> Iterator[tuple[str, Any]]:
    for pair in held if isinstance(held, list) else ():
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str):
            yield pair[0], pair[1]


def _moment(held: Any) -> Moment | None:
    """A time, as a text in UTC or, in newer files, with its offset and zone."""
    said = held if isinstance(held, Mapping) else {"time": held}
    try:
        at = datetime.fromisoformat(_text(said.get("time")))
        us = (at - _EPOCH) // timedelta(microseconds=1)
        return Moment(us, Fidelity.SECOND, _zone(_text(said.get("zone"))))
    except (ValueError, TypeError, OverflowError):  # TypeError: it has no offset
        return None


def _zone(name: str) -> str:
    try:
        zone_of(name)
    except BadInput:
        return ""
    return "" if name == "UTC" else name


def _text(held: Any) -> str:
    return held if isinstance(held, str) else ""
