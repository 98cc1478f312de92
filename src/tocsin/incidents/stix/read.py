"""Incidents read from STIX objects, whoever wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.incidents.flow.flow import Edge, Flow, Node
from tocsin.incidents.incident import (
    Determination,
    Impact,
    ImpactCategory,
    Incident,
    Investigation,
    Payment,
    Ransom,
    Source,
)
from tocsin.incidents.moment import Fidelity, Moment
from tocsin.incidents.stix.names import CATEGORY_EXTENSIONS, CORE, FORM, PAID, RANSOM
from tocsin.incidents.stix.write import event_id, standard_objects
from tocsin.model import json_view as view
from tocsin.model.stix import StixObject
from tocsin.model.timestamp import microseconds_of

__all__ = ["ReadIncidents", "read_incidents"]

_ATTACK: Final = "mitre"
_HEAD: Final = frozenset({"type", "spec_version", "id", "created", "modified", "created_by_ref"})
_SPAN: Final = frozenset({"start_time", "start_time_fidelity", "end_time", "end_time_fidelity"})
_OF_EVENT: Final = (
    _HEAD | _SPAN | {"name", "description", "next_event_refs", "extensions", "external_references"}
)
_OF_IMPACT: Final = _HEAD | _SPAN | {"description", "impact_category", "impacted_entity_counts", "extensions"}
_OF_TASK: Final = _HEAD | _SPAN | {"name", "outcome", "task_types", "extensions"}
_OF_INCIDENT: Final = _HEAD | {"name", "description", "external_references", "extensions"}
_OF_CORE: Final = frozenset(
    {
        "extension_type",
        "determination",
        "investigation_status",
        "criticality",
        "incident_types",
        "detection_methods",
        "event_refs",
        "impact_refs",
        "task_refs",
        "events",
        "tasks",
    }
)
_NOT_MERGED: Final = frozenset({"id", "created_us", "changed_us", "foreign", "rest", "flow"})


@dataclass(frozen=True, slots=True)
class ReadIncidents:
    """The incidents that were among the objects, and what of them could not be read, each with its place."""

    incidents: tuple[Incident, ...]
    problems: tuple[BadInput, ...] = ()


def read_incidents(objects: Sequence[StixObject]) -> ReadIncidents:
    """Read every incident among ``objects``; what belongs to none of the extensions stays with the first as it is.

    An incident that we wrote is the form that it carries, but for what somebody changed since in the standard parts:
    there the change counts. An impact or task that says more than the form has a place for stays as it is, too.
    """
    reader = _Reader({one.id: one for one in objects if one.id})
    found: list[Incident] = []
    for one in objects:
        if one.type != "incident":
            continue
        try:
            found.append(reader.incident(one))
        except BadInput as error:
            where = error.where or Place(path=one.place)
            reader.problems.append(BadInput(error.what, where=where, hint=error.hint))
    if found:
        foreign = tuple(
            one.properties
            for one in objects
            if one.id not in reader.used and one.type not in {"bundle", "incident"}
        )
        found[0] = msgspec.structs.replace(found[0], foreign=foreign)
    return ReadIncidents(tuple(found), tuple(reader.problems))


class _Reader:
    def __init__(self, objects: Mapping[str, StixObject]) -> None:
        self.objects = objects
        self.used: set[str] = set()
        self.problems: list[BadInput] = []

    def incident(self, one: StixObject) -> Incident:
        seen = self._standard(one)
        carried = view.mapping(
            view.mapping(view.mapping(one.properties.get("extensions")).get(FORM)).get("form")
        )
        if not carried:
            return seen
        try:
            form = msgspec.convert(carried, Incident)
        except msgspec.ValidationError as error:
            raise BadInput(
                f"the form that it carries cannot be read: {error}", where=Place(path=one.place)
            ) from None
        core = view.mapping(view.mapping(one.properties.get("extensions")).get(CORE))
        missing = {ref for ref in view.texts(core, "event_refs") if ref not in self.objects}
        return _merged(msgspec.structs.replace(form, id=one.id), seen, missing)

    def _standard(self, one: StixObject) -> Incident:
        held = one.properties
        name = held.get("name")
        if not isinstance(name, str):
            raise BadInput("an incident without a name", where=Place(path=one.place))
        core = view.mapping(view.mapping(held.get("extensions")).get(CORE))
        events, edges = self._events(core)
        impacts, ransom = self._impacts(core)
        return Incident(
            id=one.id,
            name=name,
            summary=view.text(held, "description"),
            kinds=view.texts(core, "incident_types"),
            determination=_word(core, "determination", Determination, Determination.SUSPECTED),
            investigation=_word(core, "investigation_status", Investigation, Investigation.NEW),
            criticality=_count(core, "criticality"),
            detected_by=view.texts(core, "detection_methods"),
            flow=Flow(nodes=events, edges=edges),
            impacts=impacts,
            ransom=ransom,
            actions_taken=self._tasks(core),
            sources=tuple(
                Source(
                    title=view.text(each, "description") or view.text(each, "source_name"),
                    publisher=view.text(each, "source_name") if view.text(each, "description") else "",
                    url=view.text(each, "url"),
                )
                for each in view.mappings(held.get("external_references"))
            ),
            created_us=(microseconds_of(one.created_text) or 0),
            changed_us=(microseconds_of(one.modified_text) or 0),
            rest=_rest(held, core),
        )

    def _referred(self, refs: Iterable[str], of: str) -> list[StixObject]:
        found = []
        for ref in refs:
            one = self.objects.get(ref)
            if one is None or one.type != of:
                self.problems.append(
                    BadInput(f"the {of} {ref[:80]} is not there", where=Place(path="$.objects"))
                )
                continue
            self.used.add(ref)
            found.append(one)
        return found

    def _events(self, core: Mapping[str, Any]) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
        entries = view.mappings(core.get("events"))
        refs = [*view.texts(core, "event_refs"), *(view.text(one, "event_ref") for one in entries)]
        events = self._referred(dict.fromkeys(refs), "event")
        known = {one.id for one in events}
        pairs = [(one.id, next_) for one in events for next_ in view.texts(one.properties, "next_event_refs")]
        pairs += [
            (view.text(entry, "event_ref"), view.text(step, "event_ref"))
            for entry in entries
            for step in view.mappings(entry.get("next_steps"))
        ]
        for source, target in pairs:
            if target not in known:
                self.problems.append(BadInput(f"after {source[:80]} comes {target[:80]}, which is not there"))
        order = {one.id: at for at, one in enumerate(events)}
        edges = {Edge(*pair): None for pair in pairs if pair[0] in known and pair[1] in known}
        return tuple(self._node(one) for one in events), tuple(
            sorted(edges, key=lambda edge: order[edge.target])
        )

    def _node(self, one: StixObject) -> Node:
        held = one.properties
        start, end = _span(held)
        technique = self._technique(held)
        beside = {name: each for name, each in held.items() if name not in _OF_EVENT}
        if held.get("status") in {"occurred", "not-occurred"}:
            del beside["status"]
        references = [
            each
            for each in view.mappings(held.get("external_references"))
            if view.text(each, "external_id") != technique
        ]
        if references:
            beside["external_references"] = references
        return Node(
            id=one.id,
            name=view.text(held, "name"),
            description=view.text(held, "description"),
            technique=technique,
            start=start,
            end=end,
            failed=held.get("status") == "not-occurred",
            rest={"event": beside} if beside else {},
        )

    def _technique(self, event: Mapping[str, Any]) -> str:
        patterns = [event]
        for ref in view.texts(event, "sighting_refs"):
            sighting = self.objects.get(ref)
            pattern = (
                self.objects.get(view.text(sighting.properties, "sighting_of_ref")) if sighting else None
            )
            if pattern is not None:
                patterns.append(pattern.properties)
        for held in patterns:
            for each in view.mappings(held.get("external_references")):
                if (
                    view.text(each, "source_name").startswith(_ATTACK)
                    or view.text(each, "source_name") == "technique"
                ):
                    return view.text(each, "external_id")
        return ""

    def _impacts(self, core: Mapping[str, Any]) -> tuple[tuple[Impact, ...], Ransom | None]:
        impacts: list[Impact] = []
        ransom: Ransom | None = None
        for one in self._referred(view.texts(core, "impact_refs"), "impact"):
            impact = _impact(one.properties)
            if impact is None:
                self.problems.append(
                    BadInput("an impact whose category is unknown", where=Place(path=one.place))
                )
                self.used.discard(one.id)
                continue
            asked = impact.kind in {RANSOM, PAID}
            if _says_more(one.properties) or (asked and (impact.description or impact.end)):
                self.used.discard(one.id)
            if asked:
                ransom = _with(ransom or Ransom(), impact)
            else:
                impacts.append(impact)
        return tuple(impacts), ransom

    def _tasks(self, core: Mapping[str, Any]) -> tuple[str, ...]:
        refs = [
            *view.texts(core, "task_refs"),
            *(view.text(one, "task_ref") for one in view.mappings(core.get("tasks"))),
        ]
        tasks = self._referred(refs, "task")
        self.used -= {one.id for one in tasks if not one.properties.keys() <= _OF_TASK}
        return tuple(
            view.text(one.properties, "name") or view.text(one.properties, "description")
            for one in tasks
            if "reported" not in view.texts(one.properties, "task_types")
        )


def _says_more(impact: Mapping[str, Any]) -> bool:
    known = len(view.mapping(impact.get("extensions"))) <= 2 and not view.mapping(
        impact.get("impacted_entity_counts")
    ).keys() - {"individuals"}
    return not (known and impact.keys() <= _OF_IMPACT)


def _rest(held: Mapping[str, Any], core: Mapping[str, Any]) -> dict[str, Any]:
    beside = {name: each for name, each in held.items() if name not in _OF_INCIDENT}
    extensions = {
        name: each for name, each in view.mapping(held.get("extensions")).items() if name not in {CORE, FORM}
    }
    more = {name: each for name, each in core.items() if name not in _OF_CORE}
    return beside | ({"extensions": extensions} if extensions else {}) | ({"core": more} if more else {})


def _merged(form: Incident, seen: Incident, missing: AbstractSet[str]) -> Incident:
    """The form, and what somebody changed in the standard parts since it was written.

    Of an event that is ``missing``, though it is referred to, what the form says stays.
    """
    objects = [StixObject(raw=msgspec.json.encode(one), **_header(one)) for one in standard_objects(form)]
    written = _Reader({one.id: one for one in objects})._standard(objects[0])  # noqa: SLF001  the same reading
    changed = {
        name: getattr(seen, name)
        for name in Incident.__struct_fields__
        if name not in _NOT_MERGED and getattr(seen, name) != getattr(written, name)
    }
    return msgspec.structs.replace(
        form,
        **changed,
        flow=_merged_flow(form, written.flow, seen.flow, missing),
        created_us=seen.created_us,
        changed_us=seen.changed_us,
        rest=seen.rest,
    )


def _merged_flow(form: Incident, written: Flow, seen: Flow, missing: AbstractSet[str]) -> Flow:
    """The form's flow, each step with what was changed in its event since ``written``, new events at the end."""
    if seen == written:
        return form.flow
    ids = {event_id(form.id, node.id): node.id for node in form.flow.actions}
    was = {node.id: node for node in written.nodes}
    now = {node.id: node for node in seen.nodes}
    events = {name: event for event, name in ids.items()}
    nodes = []
    for node in form.flow.nodes:
        event = events.get(node.id)
        if event is None or event in missing:
            nodes.append(node)
        elif event in now:
            nodes.append(_changed(node, was[event], now[event]))
    nodes += [node for event, node in now.items() if event not in ids]
    renamed = [
        {
            Edge(ids.get(edge.source, edge.source), ids.get(edge.target, edge.target), edge.kind)
            for edge in flow.edges
        }
        for flow in (written, seen)
    ]
    kept = {node.id for node in nodes}
    absent = {ids[event] for event in missing if event in ids}
    gone = {edge for edge in renamed[0] - renamed[1] if not {edge.source, edge.target} & absent}
    new = renamed[1] - renamed[0]
    edges = [edge for edge in form.flow.edges if edge not in gone and {edge.source, edge.target} <= kept]
    edges += sorted(new, key=lambda edge: (edge.target, edge.source))
    return msgspec.structs.replace(form.flow, nodes=tuple(nodes), edges=tuple(edges))


def _changed(node: Node, was: Node, now: Node) -> Node:
    said = {
        name: getattr(now, name)
        for name in Node.__struct_fields__
        if name != "id" and getattr(now, name) != getattr(was, name)
    }
    return msgspec.structs.replace(node, **said)


def _header(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": one["type"],
        "id": one["id"],
        "created_text": one["created"],
        "modified_text": one["modified"],
    }


def _with(ransom: Ransom, impact: Impact) -> Ransom:
    if impact.kind == PAID:
        payment = Payment(amount=impact.amount, asset=impact.currency, at=impact.start)
        return msgspec.structs.replace(ransom, payments=(*ransom.payments, payment))
    return msgspec.structs.replace(ransom, amount=impact.amount, asset=impact.currency, at=impact.start)


def _impact(held: Mapping[str, Any]) -> Impact | None:
    extensions = view.mapping(held.get("extensions"))
    found = next(
        (
            (CATEGORY_EXTENSIONS[name], view.mapping(one))
            for name, one in extensions.items()
            if name in CATEGORY_EXTENSIONS
        ),
        None,
    )
    if found is None:
        return None
    category, said = found
    start, end = _span(held)
    counts = view.mapping(held.get("impacted_entity_counts"))
    physical = category is ImpactCategory.PHYSICAL
    return Impact(
        category=category,
        description=view.text(held, "description"),
        degree=_count(said, "availability_impact"),
        information=view.text(said, "asset_type") if physical else view.text(said, "information_type"),
        loss=(view.text(said, "impact_type") if physical else "")
        or view.text(said, "loss_type")
        or view.text(said, "alteration")
        or view.text(said, "traceability_impact"),
        records=_count(said, "record_count"),
        people=_count(counts, "individuals"),
        amount=_amount(said),
        currency=view.text(said, "currency"),
        kind=view.text(said, "variety") or ("" if physical else view.text(said, "impact_type")),
        start=start,
        end=end,
    )


def _amount(said: Mapping[str, Any]) -> str:
    held = said.get("max_amount")
    return f"{held:.15g}" if isinstance(held, int | float) and not isinstance(held, bool) else ""


def _span(held: Mapping[str, Any]) -> tuple[Moment | None, Moment | None]:
    return _moment(held, "start_time"), _moment(held, "end_time")


def _moment(held: Mapping[str, Any], name: str) -> Moment | None:
    us = microseconds_of(view.text(held, name))
    if us is None:
        return None
    return Moment(us, _word(held, f"{name}_fidelity", Fidelity, Fidelity.SECOND))


def _word(held: Mapping[str, Any], name: str, of: Any, default: Any) -> Any:
    try:
        return of(held.get(name))
    except ValueError:
        return default


def _count(held: Mapping[str, Any], name: str) -> int | None:
    one = held.get(name)
    return one if isinstance(one, int) and not isinstance(one, bool) else None
