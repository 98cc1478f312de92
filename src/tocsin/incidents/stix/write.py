"""An incident written as STIX objects."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from tocsin.incidents.flow.flow import Node, following
from tocsin.incidents.incident import Impact, ImpactCategory, Incident, Payment, Ransom
from tocsin.incidents.moment import Moment
from tocsin.incidents.stix.names import CORE, EVENT, FORM, IMPACT, PAID, RANSOM, TASK
from tocsin.model import json_view as view
from tocsin.model.timestamp import format_microseconds

__all__ = ["event_id", "incident_objects", "standard_objects"]

_NAMESPACE: Final = uuid.UUID("b4b8c3d2-3a43-4f44-8f65-2a3c2f1f8f0a")
_TECHNIQUE: Final = re.compile(r"T\d{4}(?:\.\d{3})?", re.ASCII)
_EVENT_ID: Final = re.compile(r"event--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_LOSSES: Final = frozenset({"confirmed-loss", "contained", "exploited-loss", "suspected-loss", "none"})
_ALTERATIONS: Final = frozenset(
    {
        "potential-destruction",
        "potential-modification",
        "partial-destruction",
        "partial-modification",
        "full-destruction",
        "full-modification",
        "none",
    }
)
_DAMAGES: Final = frozenset({"damaged-functional", "damaged-nonfunctional", "destruction", "none"})
_TRACES: Final = frozenset({"accountability-lost", "partial-accountability", "provable-accountability"})


def incident_objects(incident: Incident, *, author: str = "") -> list[dict[str, Any]]:
    """Write an incident as STIX objects, the incident first; ``author`` is the id of the ``identity`` that says it.

    What STIX has no place for is in an extension of ours on the incident; what came with it from elsewhere comes last,
    as it was.
    """
    objects = standard_objects(incident, author=author)
    form = msgspec.to_builtins(msgspec.structs.replace(incident, foreign=(), rest={}))
    objects[0]["extensions"][FORM] = {"extension_type": "property-extension", "form": form}
    return [*objects, *incident.foreign]


def standard_objects(incident: Incident, *, author: str = "") -> list[dict[str, Any]]:
    """Write only what the OASIS extensions have a place for."""
    head: dict[str, Any] = {"spec_version": "2.1"} | ({"created_by_ref": author} if author else {})
    head |= {
        "created": format_microseconds(incident.created_us),
        "modified": format_microseconds(incident.changed_us),
    }
    events = _events(incident, head)
    impacts = _impacts(incident, head)
    tasks = _tasks(incident, head)
    core: dict[str, Any] = {
        "extension_type": "property-extension",
        "determination": incident.determination.value,
        "investigation_status": incident.investigation.value,
    }
    if incident.criticality is not None and 0 <= incident.criticality <= 100:
        core["criticality"] = incident.criticality
    for name, held in (("incident_types", incident.kinds), ("detection_methods", incident.detected_by)):
        if held:
            core[name] = list(held)
    for name, objects in (("event_refs", events), ("impact_refs", impacts), ("task_refs", tasks)):
        if objects:
            core[name] = [one["id"] for one in objects]
    own: dict[str, Any] = {"type": "incident", **head, "id": incident.id, "name": incident.name}
    if incident.summary:
        own["description"] = incident.summary
    references = [
        {"source_name": source.publisher or source.title, "description": source.title}
        | ({"url": source.url} if source.url else {})
        for source in incident.sources
        if source.publisher or source.title
    ]
    if references:
        own["external_references"] = references
    beside = dict(incident.rest)
    extensions = {**beside.pop("extensions", {}), CORE: {**beside.pop("core", {}), **core}}
    return [{**beside, **own, "extensions": extensions}, *events, *impacts, *tasks]


def event_id(incident: str, node: str) -> str:
    """The id of the ``event`` that a step of an incident is written as: its own, if it came as one."""
    return node if _EVENT_ID.fullmatch(node) else _made("event", incident, node)


def _made(type: str, *parts: str) -> str:
    return f"{type}--{uuid.uuid5(_NAMESPACE, chr(10).join((type, *parts)))}"


def _times(start: Moment | None, end: Moment | None) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, moment in (("start_time", start), ("end_time", end)):
        if moment is not None:
            said[name] = format_microseconds(moment.us)
            said[f"{name}_fidelity"] = moment.fidelity.value
    return said


def _events(incident: Incident, head: dict[str, Any]) -> list[dict[str, Any]]:
    actions = incident.flow.actions
    ids = {node.id: event_id(incident.id, node.id) for node in actions}
    # The standard has no AND, OR or condition: it is told what comes after what.
    after: dict[str, list[str]] = {}
    for source, target in following(incident.flow, ids.keys()):
        after.setdefault(source, []).append(ids[target])
    objects = []
    for node in actions:
        said = view.mapping(node.rest.get("event"))
        one: dict[str, Any] = {**said, "type": "event", **head, "id": ids[node.id]}
        if node.failed or "status" not in said:
            one["status"] = "not-occurred" if node.failed else "occurred"
        if node.name:
            one["name"] = node.name
        if node.description:
            one["description"] = node.description
        one |= _times(node.start, node.end)
        if node.id in after:
            one["next_event_refs"] = after[node.id]
        if node.technique and not said.get("sighting_refs"):
            one["external_references"] = [*said.get("external_references", ()), _technique(node)]
        one["extensions"] = {EVENT: {"extension_type": "new-sdo"}}
        objects.append(one)
    return objects


def _technique(node: Node) -> dict[str, str]:
    if _TECHNIQUE.fullmatch(node.technique) is None:
        return {"source_name": "technique", "external_id": node.technique}
    return {
        "source_name": "mitre-attack",
        "external_id": node.technique,
        "url": f"https://attack.mitre.org/techniques/{node.technique.replace('.', '/')}",
    }


def _impacts(incident: Incident, head: dict[str, Any]) -> list[dict[str, Any]]:
    objects = []
    for number, impact in enumerate((*incident.impacts, *_of_ransom(incident.ransom))):
        extension = _category(impact)
        if extension is None:
            continue
        one: dict[str, Any] = {
            "type": "impact",
            **head,
            "id": _made("impact", incident.id, str(number)),
            "impact_category": impact.category.value,
        }
        if impact.description:
            one["description"] = impact.description
        if impact.people is not None:
            one["impacted_entity_counts"] = {"individuals": impact.people}
        one |= _times(impact.start, impact.end)
        one["extensions"] = {
            IMPACT: {"extension_type": "new-sdo"},
            f"{impact.category.value}-ext": extension,
        }
        objects.append(one)
    return objects


def _of_ransom(ransom: Ransom | None) -> Iterator[Impact]:
    if ransom is None:
        return
    yield _asked(ransom, RANSOM)
    for payment in ransom.payments:
        yield _asked(payment, PAID)


def _asked(one: Ransom | Payment, kind: str) -> Impact:
    return Impact(
        category=ImpactCategory.ECONOMIC, kind=kind, amount=one.amount, currency=one.asset, start=one.at
    )


def _category(impact: Impact) -> dict[str, Any] | None:
    """The category's own extension; None where the schema needs what nobody said: nothing is made up."""
    match impact.category:
        case ImpactCategory.AVAILABILITY:
            known = impact.degree is not None and 0 <= impact.degree <= 100
            return {"availability_impact": impact.degree} if known else None
        case ImpactCategory.CONFIDENTIALITY:
            return _data(impact, "loss_type", _LOSSES)
        case ImpactCategory.INTEGRITY:
            return _data(impact, "alteration", _ALTERATIONS)
        case ImpactCategory.ECONOMIC:
            return {"variety": impact.kind, **_amount(impact)} if impact.kind else None
        case ImpactCategory.EXTERNAL:
            return {"impact_type": impact.kind} if impact.kind else None
        case ImpactCategory.PHYSICAL:
            if impact.loss not in _DAMAGES or not (impact.information or impact.loss == "none"):
                return None
            return {"impact_type": impact.loss} | (
                {"asset_type": impact.information} if impact.information else {}
            )
        case ImpactCategory.TRACEABILITY:
            return {"traceability_impact": impact.loss} if impact.loss in _TRACES else None


def _data(impact: Impact, name: str, words: frozenset[str]) -> dict[str, Any] | None:
    if impact.loss not in words or not (impact.information or impact.loss == "none"):
        return None
    said: dict[str, Any] = {name: impact.loss}
    if impact.information:
        said["information_type"] = impact.information
    if impact.records is not None:
        said["record_count"] = impact.records
    return said


def _amount(impact: Impact) -> dict[str, Any]:
    try:
        amount = float(impact.amount)
    except ValueError:
        return {}
    if not (impact.currency and 0 <= amount < float("inf")):
        return {}
    return {"currency": impact.currency, "min_amount": amount, "max_amount": amount}


def _tasks(incident: Incident, head: dict[str, Any]) -> list[dict[str, Any]]:
    said = [({"name": text} if text else {}, "successful", ()) for text in incident.actions_taken]
    told = [
        ({"name": f"Told {one.whom}", **_times(None, one.at)}, "successful", ("reported",))
        for one in incident.told
    ]
    return [_task(incident.id, number, head, *one) for number, one in enumerate((*said, *told))]


def _task(
    incident: str, number: int, head: dict[str, Any], said: dict[str, str], outcome: str, types: Sequence[str]
) -> dict[str, Any]:
    return {
        "type": "task",
        **head,
        "id": _made("task", incident, str(number)),
        **said,
        "outcome": outcome,
        **({"task_types": list(types)} if types else {}),
        "extensions": {TASK: {"extension_type": "new-sdo"}},
    }
