"""``incident links``: which of the known incidents belong together, with the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from tocsin.detect.observable_kind import Observable, classify
from tocsin.detect.pattern_values import values_of
from tocsin.incidents.incident import Incident
from tocsin.incidents.links import Link, links
from tocsin.service.known_good_lists import known_good_lists
from tocsin.service.measures.known import known

__all__ = ["indicator_values", "is_common", "links_of"]

_LISTED: Final = {"ipv4": "ipv4", "ipv6": "ipv6", "cidr": "cidr", "domain": "domain", "url": "url"}
_HASHES: Final = frozenset({"md5", "sha1", "sha256", "sha512"})


def links_of(incidents: Sequence[Incident]) -> list[Link]:
    """The links among ``incidents``; how rare a row of techniques is, ATT&CK's campaigns and groups tell as well."""
    attempts = [
        {technique(id) for id in adversary.techniques}
        for adversary in known().adversaries
        if adversary.techniques
    ]
    return links(incidents, values=indicator_values, technique=technique, attempts=attempts)


@cache
def technique(id: str) -> str:
    """The technique as it is today; "" if ATT&CK does not know it."""
    found = known().technique(id) if id else None
    return found.id if found else ""


def indicator_values(text: str) -> tuple[str, ...]:
    """What an indicator (a value, defanged or not, or a STIX pattern) stands for, each with its kind before it.

    None for what many use: a value on any known-good list. A pattern that asks for more than values is its own text.
    """
    if text.lstrip().startswith(("[", "(")):
        values = values_of(text.strip())
        return _plain(values) if values else (" ".join(text.split()),)
    found = classify(text)
    return _plain([found]) if found else tuple(filter(None, [" ".join(text.split())]))


def _plain(values: Sequence[Observable]) -> tuple[str, ...]:
    return tuple(f"{one.kind} {one.value}" for one in values if not is_common(one))


def is_common(value: Observable) -> bool:
    """Whether it is on a list of what many use."""
    kind = "hash" if value.kind in _HASHES else _LISTED.get(value.kind, "")
    return bool(kind) and bool(known_good_lists().notes(kind, value.value))
