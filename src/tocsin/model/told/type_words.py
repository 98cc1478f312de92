"""STIX types in plain words, for somebody who reads no standard."""

from __future__ import annotations

from typing import Final

__all__ = ["an", "type_words"]

_TYPES: Final = {
    "attack-pattern": "way of attacking",
    "campaign": "campaign",
    "course-of-action": "measure",
    "grouping": "grouping",
    "identity": "organisation or person",
    "incident": "incident",
    "indicator": "indicator",
    "infrastructure": "attackers' infrastructure",
    "intrusion-set": "intrusion set",
    "malware": "malware",
    "malware-analysis": "malware analysis",
    "marking-definition": "marking",
    "note": "note",
    "observed-data": "observed data",
    "opinion": "opinion",
    "posture": "word on which measures are in place",
    "posture-benchmark": "benchmark of a sector's measures",
    "ransom-case": "case of ransom, to be compared",
    "ransom-links": "links of a member's cases",
    "relationship": "relationship",
    "report": "report",
    "sighting": "sighting",
    "threat-actor": "threat actor",
    "tool": "tool",
    "vulnerability": "vulnerability",
}


def type_words(type: str) -> str:
    """A STIX type in plain words; one that there are no words for stays as it is."""
    return _TYPES.get(type, type.replace("-", " "))


def an(words: str) -> str:
    """``words`` after the article that they have, as in *an indicator*."""
    return f"{'an' if words[:1].lower() in set('aeiou') else 'a'} {words}"
