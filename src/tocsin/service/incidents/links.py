"""``incident links``: which of the known incidents belong together, with the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from tocsin.detect.observable_kind import Observable, classify
from tocsin.detect.pattern_values import values_of
from tocsin.incidents.incident import Incident
from tocsin.incidents.links import Link, links
from tocsin.service.known_good_lists import known_good_lists
from tocsin.service.measures.known import known

__all__ = ["actor", "indicator_values", "is_common", "links_of", "software"]

_LISTED: Final = {"ipv4": "ipv4", "ipv6": "ipv6", "cidr": "cidr", "domain": "domain", "url": "url"}
_TELLING: Final = frozenset(
    {"ipv4", "ipv6", "cidr", "ip:port", "domain", "domain:port", "suffix", "url", "email", "mutex", "imphash"}
    | {"md5", "sha1", "sha256", "sha512"}
)
_HASHES: Final = frozenset({"md5", "sha1", "sha256", "sha512"})


def links_of(incidents: Sequence[Incident]) -> list[Link]:
    """The links among ``incidents``; how rare something is, ATT&CK's campaigns and groups tell as well."""
    adversaries = known().adversaries
    attempts = [{technique(id) for id in one.techniques} for one in adversaries if one.techniques]
    tools = {one.id: one.name for one in known().software}
    return links(
        incidents,
        values=indicator_values,
        technique=technique,
        attempts=attempts,
        actor=actor,
        software=software,
        arms=[{tools[id] for id in one.software} for one in adversaries if one.software],
    )


def actor(name: str) -> str:
    """The name by which ATT&CK knows a group; "" for one that it does not know, or knows twice."""
    return _actors().get(_plain_name(name), "")


def software(name: str) -> str:
    """The same for malware and tools."""
    return _tools().get(_plain_name(name), "")


@cache
def _actors() -> dict[str, str]:
    groups = [one for one in known().adversaries if one.kind == "group"]
    return _names((one.name, one.aliases) for one in groups)


@cache
def _tools() -> dict[str, str]:
    return _names((one.name, one.aliases) for one in known().software)


def _names(known_as: Iterable[tuple[str, Sequence[str]]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for name, aliases in known_as:
        for one in (name, *aliases):
            found.setdefault(_plain_name(one), set()).add(name)
    return {one: next(iter(names)) for one, names in found.items() if one and len(names) == 1}


def _plain_name(text: str) -> str:
    """``Ocean Lotus`` and ``OceanLotus`` are one."""
    return "".join(one for one in text.casefold() if one.isalnum())


@cache
def technique(id: str) -> str:
    """The technique as it is today; "" if ATT&CK does not know it."""
    found = known().technique(id) if id else None
    return found.id if found else ""


def indicator_values(text: str) -> tuple[str, ...]:
    """What an indicator (a value, defanged or not, or a STIX pattern) stands for, each with its kind before it.

    None for what many have: a value on any known-good list; the name of a file, a path, a command or whatever else
    describes how something is done, for that is copied from one attacker to the next.
    """
    if text.lstrip().startswith(("[", "(")):
        values = values_of(text.strip())
    else:
        found = classify(text)
        values = (found,) if found else ()
    return tuple(f"{one.kind} {one.value}" for one in values if one.kind in _TELLING and not is_common(one))


def is_common(value: Observable) -> bool:
    """Whether it is on a list of what many use."""
    kind = "hash" if value.kind in _HASHES else _LISTED.get(value.kind, "")
    return bool(kind) and bool(known_good_lists().notes(kind, value.value))
