"""``--format stix``: a STIX 2.1 bundle of sightings, with what was observed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid5

import msgspec

from tocsin.cli.formats.observable import NAMESPACE, observables_of
from tocsin.detect.result import CheckResult, Finding
from tocsin.errors import BadInput
from tocsin.model.timestamp import parse_timestamp
from tocsin.model.tlp import TLP_2_EXTENSION, Tlp, marking_id, parse_tlp

__all__ = ["render"]

MOST_COUNTED: Final = 999_999_999
"""The largest count that a sighting or observed data may bear (sections 4.14.1 and 5.2.1)."""

TLP_2_CREATED: Final = "2022-10-01T00:00:00.000Z"

_INDICATOR_ID = re.compile(
    r"indicator--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)


def render(result: CheckResult) -> Iterator[str]:
    """Write, for each finding, a ``sighting``, its ``observed-data`` and the objects of its example rows.

    Ids are UUIDv5, ``created`` is when the finding was first seen and ``modified`` when it was last seen, so
    that the same finding gives the same bytes, and one that has grown is a newer version of the same object.
    A finding without times has no ``observed-data``, which must bear some (section 4.14), and the time of the
    check as ``created``. A warning that has no STIX id is written as an ``indicator`` of its own. Hosts are
    left out: the bundle is made to be shared.
    """
    observables: dict[str, dict[str, Any]] = {}
    strictest: dict[str, Tlp] = {}
    references = [_observe(finding, observables, strictest) for finding in result.findings]
    labels = {label for finding in result.findings if (label := parse_tlp(finding.tlp)) is not None}
    for id_, label in strictest.items():
        observables[id_]["object_marking_refs"] = [marking_id(label)]
    ids = hashlib.sha256("\n".join(finding.id for finding in result.findings).encode()).hexdigest()
    yield f'{{"type":"bundle","id":"bundle--{uuid5(NAMESPACE, ids)}"'
    if result.findings:
        yield ',\n"objects":[\n'
        before = ""
        for obj in _objects(result, observables, references, labels):
            yield before + msgspec.json.encode(obj).decode()
            before = ",\n"
        yield "\n]"
    yield "}\n"


def _observe(
    finding: Finding, observables: dict[str, dict[str, Any]], strictest: dict[str, Tlp]
) -> tuple[list[str], int]:
    """Add what the finding's examples show; return the ids, and how many values could not be written."""
    label = parse_tlp(finding.tlp)
    held: dict[str, None] = {}
    unwritten = 0
    # Objects that no observed-data lists would say nothing.
    for place, example in enumerate(finding.examples if _times(finding)[0] else ()):
        made = observables_of(example.values, f"{finding.id} {place}")
        unwritten += made.unwritten
        for id_, obj in made.objects.items():
            # Equal ids may come with different properties that the id does not depend on.
            observables[id_] = obj | observables.get(id_, {})
            held[id_] = None
            if label is not None:
                strictest[id_] = max(label, strictest.get(id_, label))
    return list(held), unwritten


def _objects(
    result: CheckResult,
    observables: dict[str, dict[str, Any]],
    references: list[tuple[list[str], int]],
    labels: set[Tlp],
) -> Iterator[dict[str, Any]]:
    yield from (_marking(label) for label in sorted(labels))
    yield from observables.values()
    earliest = _earliest(result)
    for finding, (refs, unwritten) in zip(result.findings, references, strict=True):
        first, last = _times(finding)
        common: dict[str, Any] = {
            "spec_version": "2.1",
            "created": _millisecond(first or result.checked_at),
            "modified": _millisecond(last or result.checked_at),
        }
        label = parse_tlp(finding.tlp)
        marked = common | ({"object_marking_refs": [marking_id(label)]} if label is not None else {})
        if finding.confidence is not None:
            marked["confidence"] = finding.confidence
        indicator = finding.warning
        if not _INDICATOR_ID.fullmatch(indicator):
            indicator = f"indicator--{uuid5(NAMESPACE, finding.warning)}"
            if finding.warning in earliest:
                yield _indicator(finding, indicator, marked, earliest.pop(finding.warning))
        observed = ""
        if first and refs:
            observed = f"observed-data--{uuid5(NAMESPACE, finding.id)}"
            yield {
                "type": "observed-data",
                "id": observed,
                **marked,
                "first_observed": first,
                "last_observed": last,
                "number_observed": min(max(finding.count, 1), MOST_COUNTED),
                "object_refs": refs,
            }
        yield _sighting(finding, indicator, observed, unwritten, marked)


def _sighting(
    finding: Finding, indicator: str, observed: str, unwritten: int, common: dict[str, Any]
) -> dict[str, Any]:
    first, last = _times(finding)
    drawn: dict[str, Any] = {"type": "sighting", "id": f"sighting--{uuid5(NAMESPACE, finding.id)}", **common}
    told = [finding.title] if finding.title else []
    if unwritten:
        told.append(f"(Values of the example rows that STIX has no place for: {unwritten}.)")
    if told:
        drawn["description"] = " ".join(told)
    if first:
        drawn |= {"first_seen": first, "last_seen": last}
    drawn |= {"count": min(max(finding.count, 0), MOST_COUNTED), "sighting_of_ref": indicator}
    if observed:
        drawn["observed_data_refs"] = [observed]
    return drawn


def _earliest(result: CheckResult) -> dict[str, str]:
    """Return, for each warning, when it was first seen; the time of the check where that is not known."""
    times: dict[str, str] = {}
    for finding in result.findings:
        first = _times(finding)[0]
        known = times.setdefault(finding.warning, first)
        if first and (not known or parse_timestamp(first) < parse_timestamp(known)):
            times[finding.warning] = first
    return {warning: _millisecond(first or result.checked_at) for warning, first in times.items()}


def _indicator(finding: Finding, id_: str, common: dict[str, Any], since: str) -> dict[str, Any]:
    drawn = {"type": "indicator", "id": id_, **common, "created": since, "modified": since}
    drawn |= {"pattern": finding.pattern, "pattern_type": "stix", "valid_from": since}
    return drawn | ({"name": finding.title} if finding.title else {})


def _marking(label: Tlp) -> dict[str, Any]:
    """Return the OASIS marking definition of a TLP 2.0 label, so that the bundle can be read by itself."""
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": marking_id(label),
        "created": TLP_2_CREATED,
        "name": label.label,
        "extensions": {TLP_2_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": label.text}},
    }


def _times(finding: Finding) -> tuple[str, str]:
    """Return first and last time, the last not before the first; both "" where none is known."""
    known = [text for text in (finding.first_seen, finding.last_seen) if _is_timestamp(text)]
    if not known:
        return "", ""
    first, last = known[0], known[-1]
    return (first, last) if parse_timestamp(first) <= parse_timestamp(last) else (first, first)


def _is_timestamp(text: str) -> bool:
    try:
        parse_timestamp(text)
    except BadInput:
        return False
    return True


def _millisecond(text: str) -> str:
    """Return a timestamp with three decimals, the fewest that section 3.2 allows; the rest is cut off."""
    whole, _, decimals = text.removesuffix("Z").partition(".")
    return f"{whole}.{decimals[:3]:0<3}Z"
