"""Incidents at random: any form that a person could have filled in."""

from __future__ import annotations

import types
import typing
from enum import Enum

import msgspec
from hypothesis import strategies as st

from tocsin.incidents.flow.flow import Edge, EdgeKind, Flow, Node, NodeKind
from tocsin.incidents.incident import Incident
from tocsin.incidents.moment import Fidelity, Moment

_ZONES = ("", "America/New_York", "Europe/Berlin", "Asia/Kolkata")
_CUT = {
    Fidelity.SECOND: 1,
    Fidelity.MINUTE: 60_000_000,
}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@st.composite
def moments(draw):
    """Times to the second or minute, cut to what they say, on some clock."""
    fidelity = draw(st.sampled_from(list(_CUT)))
    us = draw(st.integers(0, 4_000_000_000)) * 1_000_000
    return Moment(us - us % _CUT[fidelity], fidelity, draw(st.sampled_from(_ZONES)))


def of(kind):
    """Values of a type as the form's structs name it."""
    if kind is Moment:
        return moments()
    if isinstance(kind, types.UnionType):
        return st.none() | of(next(one for one in typing.get_args(kind) if one is not types.NoneType))
    if typing.get_origin(kind) is tuple:
        return st.lists(of(typing.get_args(kind)[0]), max_size=3).map(tuple)
    if typing.get_origin(kind) is dict:
        return st.dictionaries(TEXT, TEXT, max_size=2)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return st.builds(kind, **{one.name: of(one.type) for one in msgspec.structs.fields(kind)})
    return {
        str: TEXT,
        int: st.integers(0, 10**9),
        float: st.floats(0, 1e6, allow_nan=False),
        bool: st.booleans(),
    }[kind]


@st.composite
def flows(draw):
    """Graphs of a few nodes with any edges between them, cycles included, each pair once."""
    names = draw(st.lists(st.text("abc(é -1", min_size=1, max_size=4), unique=True, max_size=5))
    nodes = tuple(
        Node(
            id=name,
            kind=draw(st.sampled_from(list(NodeKind))),
            name=draw(TEXT),
            technique=draw(st.sampled_from(["", "T1078", "T0883"])),
            start=draw(st.none() | moments()),
            failed=draw(st.booleans()),
            rest=draw(st.sampled_from([{}, {"confidence": 50}])),
        )
        for name in names
    )
    edges = (
        draw(
            st.lists(
                st.builds(
                    Edge, st.sampled_from(names), st.sampled_from(names), st.sampled_from(list(EdgeKind))
                ),
                unique_by=lambda edge: (edge.source, edge.target),
                max_size=6,
            )
        )
        if names
        else []
    )
    order = {name: at for at, name in enumerate(names)}
    return Flow(nodes=nodes, edges=tuple(sorted(edges, key=lambda edge: order[edge.target])))


@st.composite
def incidents(draw):
    """Incidents of which every field may say something."""
    fields = {
        one.name: of(one.type)
        for one in msgspec.structs.fields(Incident)
        if one.name not in {"id", "name", "flow", "foreign", "rest", "created_us", "changed_us", "tlp"}
    }
    return Incident(
        id="incident--8a7d1f0e-3f0c-4c53-9f0a-6f2f2b0c1d11",
        name=draw(TEXT.filter(bool)),
        flow=draw(flows()),
        created_us=1_620_000_000_000_000,
        changed_us=1_620_000_000_000_000,
        **{name: draw(strategy) for name, strategy in fields.items()},
    )
