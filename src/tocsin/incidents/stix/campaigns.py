"""Campaigns of a STIX bundle (a playbook, a report) read as incidents: what was done, but in no order."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any, Final

from tocsin.incidents.flow.flow import Flow, Node
from tocsin.incidents.incident import Incident, Moments, Source
from tocsin.incidents.moment import Fidelity, Moment
from tocsin.model import json_view as view
from tocsin.model.stix import StixObject
from tocsin.model.timestamp import microseconds_of

__all__ = ["campaign_incidents"]

_NAMESPACE: Final = uuid.UUID("7f2f1c10-7a54-4a4e-8f2c-1f3d2a6b9c55")
_TECHNIQUE: Final = re.compile(r"T\d{4}(?:\.\d{3})?", re.ASCII)


def campaign_incidents(objects: Sequence[StixObject]) -> list[Incident]:
    """One incident a campaign: its techniques as steps without edges, indicators as patterns, software and attackers.

    STIX 2.0 and 2.1. A technique is known by its ATT&CK id, in its external references or at the beginning of its name.
    """
    known = {one.id: one for one in objects if one.id}
    joined: dict[tuple[str, str], dict[str, None]] = {}
    for one in objects:
        if one.type != "relationship":
            continue
        held = one.properties
        source, kind, target = (held.get(name) for name in ("source_ref", "relationship_type", "target_ref"))
        if isinstance(source, str) and isinstance(kind, str) and isinstance(target, str):
            joined.setdefault((source, kind), {})[target] = None
            joined.setdefault((target, f"is {kind}"), {})[source] = None
    return [_incident(one, known, joined) for one in objects if one.type == "campaign" and one.id]


def _incident(
    one: StixObject, known: dict[str, StixObject], joined: dict[tuple[str, str], dict[str, None]]
) -> Incident:
    held = one.properties

    def others(kind: str, *types: str) -> list[StixObject]:
        return [known[id] for id in joined.get((one.id, kind), ()) if id in known and known[id].type in types]

    return Incident(
        id=f"incident--{uuid.uuid5(_NAMESPACE, one.id)}",
        name=view.text(held, "name") or one.id,
        summary=view.text(held, "description"),
        kinds=("campaign",),
        moments=_moments(held),
        flow=Flow(nodes=tuple(_node(each) for each in others("uses", "attack-pattern"))),
        indicators=tuple(
            pattern
            for each in others("is indicates", "indicator")
            if (pattern := view.text(each.properties, "pattern"))
        ),
        actors=tuple(
            name
            for each in others("attributed-to", "intrusion-set")
            if (name := view.text(each.properties, "name"))
        ),
        software=tuple(
            name for each in others("uses", "malware", "tool") if (name := view.text(each.properties, "name"))
        ),
        sources=_sources(held),
        created_us=(microseconds_of(one.created_text) or 0),
        changed_us=(microseconds_of(one.modified_text) or 0),
    )


def _moments(held: dict[str, Any]) -> Moments:
    first = microseconds_of(view.text(held, "first_seen")) or 0
    return Moments(began=Moment(first, Fidelity.DAY)) if first else Moments()


def _node(one: StixObject) -> Node:
    held = one.properties
    named = [view.text(each, "external_id") for each in view.mappings(held.get("external_references"))]
    named += view.text(held, "name").split(":")[:1]
    technique = next((each for each in named if _TECHNIQUE.fullmatch(each)), "")
    return Node(
        id=one.id,
        name=view.text(held, "name"),
        description=view.text(held, "description"),
        technique=technique,
    )


def _sources(held: dict[str, Any]) -> tuple[Source, ...]:
    return tuple(
        Source(title=view.text(each, "source_name"), url=view.text(each, "url"))
        for each in view.mappings(held.get("external_references"))
        if view.text(each, "source_name")
    )
