"""The indicators of an incident that leaves, as objects that the checks of others look for."""

from __future__ import annotations

import uuid
from typing import Any, Final

from tocsin.detect.observable_kind import classify
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern_values import values_of
from tocsin.errors import PatternError
from tocsin.incidents.incident import Incident
from tocsin.model.timestamp import format_microseconds
from tocsin.service.incidents.links import is_common

__all__ = ["indicator_objects"]

_NAMESPACE: Final = uuid.UUID("2d3f5a0e-6a86-4c0e-9f0b-0d1c6d1a4b77")
_SHOWN: Final = 120


def indicator_objects(incident: Incident, *, author: str = "") -> tuple[list[dict[str, Any]], list[str]]:
    """An ``indicator`` and what relates it to the incident for each value or pattern; and in words what is left out.

    It is looked for from the time on at which the attack began, as far as that leaves: whoever lacks the logs of
    then is not to be told "not seen". Where the form does not say when it began, it is from when it was noted.

    What no check can look for, and what many use (known-good lists), makes none: a check of others that finds it would
    tell them of nothing.
    """
    objects: list[dict[str, Any]] = []
    left_out: list[str] = []
    made = format_microseconds(incident.created_us)
    began = incident.moments.began
    valid_from = made if began is None else format_microseconds(min(began.us, incident.created_us))
    head: dict[str, Any] = {"spec_version": "2.1"} | ({"created_by_ref": author} if author else {})
    head |= {"created": made, "modified": format_microseconds(incident.changed_us)}
    for text in dict.fromkeys(incident.indicators):
        pattern, why = _pattern(text)
        if why:
            left_out.append(f"an object for the indicator {text[:80]}: {why}")
            continue
        id = _made("indicator", incident.id, pattern)
        objects += [
            {
                "type": "indicator",
                **head,
                "id": id,
                "name": f"{incident.name}: {_seen_as(text)}",
                "pattern": pattern,
                "pattern_type": "stix",
                "valid_from": valid_from,
            },
            {
                "type": "relationship",
                **head,
                "id": _made("relationship", incident.id, pattern),
                "relationship_type": "related-to",
                "source_ref": id,
                "target_ref": incident.id,
            },
        ]
    return objects, left_out


def _pattern(text: str) -> tuple[str, str]:
    """The pattern that finds an indicator, and why there is none."""
    if _is_pattern(text):
        try:
            parse_pattern(text.strip())
        except PatternError:
            return "", "its pattern does not compile"
        values, pattern = values_of(text.strip()) or (), text.strip()
    else:
        found = classify(text)
        if found is None:
            return "", "it is no value that a check can look for"
        values, pattern = (found,), found.pattern
    if any(map(is_common, values)):
        return "", "it is on a list of what many use"
    return pattern, ""


def _seen_as(text: str) -> str:
    """An indicator as a person names it: its value, or those that its pattern looks for."""
    if not _is_pattern(text):
        return text
    values = [one.value for one in values_of(text.strip()) or ()]
    more = f" and {len(values) - 1:,} more" if len(values) > 1 else ""
    return f"{values[0]}{more}" if values else text.strip()[:_SHOWN]


def _is_pattern(text: str) -> bool:
    return text.lstrip().startswith(("[", "("))


def _made(type: str, *parts: str) -> str:
    return f"{type}--{uuid.uuid5(_NAMESPACE, chr(10).join((type, *parts)))}"
