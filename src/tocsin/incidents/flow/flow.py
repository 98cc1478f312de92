"""The steps of an attack: nodes and every edge between them.

The kinds of nodes are those of Attack Flow 2 (Center for Threat-Informed Defense): an action is what the attacker
did, a condition what had to hold, an operator joins several. Anything else that a flow draws (an account, a file, a
note) is a node of kind THING, with its own type.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from typing import Any

import msgspec

from tocsin.incidents.moment import Moment

__all__ = ["EMPTY_FLOW", "Edge", "EdgeKind", "Flow", "Node", "NodeKind", "following"]


class NodeKind(Enum):
    """What a node of a flow is."""

    ACTION = "action"
    CONDITION = "condition"
    AND = "AND"
    OR = "OR"
    ASSET = "asset"
    THING = "thing"


class EdgeKind(Enum):
    """What an edge says: what comes NEXT; what follows if a condition is TRUE or FALSE; what else is ABOUT a node."""

    NEXT = "next"
    TRUE = "true"
    FALSE = "false"
    ABOUT = "about"


class Node(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A node. ``id`` is unique within its flow.

    ``technique`` and ``tactic`` are ATT&CK ids as they were written ("" if none): whether they are known, or were
    revoked, is for who looks them up. ``failed``: the action was tried and did not work. ``type`` is the kind of a
    THING in the words of where it came from (``user-account``). ``rest`` is what else its source says of it, as it
    stands there.
    """

    id: str
    kind: NodeKind = NodeKind.ACTION
    name: str = ""
    description: str = ""
    technique: str = ""
    tactic: str = ""
    start: Moment | None = None
    end: Moment | None = None
    confidence: str = ""
    failed: bool = False
    type: str = ""
    rest: dict[str, Any] = {}


class Edge(msgspec.Struct, frozen=True, omit_defaults=True):
    """From ``source`` to ``target``, both ids of nodes."""

    source: str
    target: str
    kind: EdgeKind = EdgeKind.NEXT


class Flow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The whole graph, nodes in the order that they were written in.

    ``name``, ``description`` and ``scope`` are the flow's own; ``rest`` is what else its source says, to be written
    again.
    """

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    name: str = ""
    description: str = ""
    scope: str = ""
    rest: dict[str, Any] = {}

    @property
    def actions(self) -> tuple[Node, ...]:
        """What the attacker did, in the order that it was written in."""
        return tuple(each for each in self.nodes if each.kind is NodeKind.ACTION)


EMPTY_FLOW = Flow()


def following(flow: Flow, kept: Collection[str]) -> list[tuple[str, str]]:
    """Which of the nodes ``kept`` (ids) comes after which, over whatever lies between them, by the order of nodes."""
    after: dict[str, list[str]] = {}
    for edge in flow.edges:
        if edge.kind is not EdgeKind.ABOUT:
            after.setdefault(edge.source, []).append(edge.target)
    found: dict[tuple[str, str], None] = {}
    for source in (node.id for node in flow.nodes if node.id in kept):
        seen: set[str] = set()
        open_ = list(reversed(after.get(source, [])))
        while open_:
            target = open_.pop()
            if target in kept:
                found[source, target] = None
            elif target not in seen:
                seen.add(target)
                open_ += reversed(after.get(target, []))
    order = {node.id: at for at, node in enumerate(flow.nodes)}
    return sorted(
        (pair for pair in found if pair[1] in order), key=lambda pair: (order[pair[1]], order[pair[0]])
    )
