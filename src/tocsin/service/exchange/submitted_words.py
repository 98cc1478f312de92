"""What an object that was submitted says, in plain words: one line each, for who decides on many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tocsin.detect.pattern_values import values_of
from tocsin.model.told.number import number
from tocsin.model.told.type_words import an, type_words

__all__ = ["counted_types", "headline", "object_of", "pattern_words", "text_of", "words_of"]

_KINDS: Final = {
    "ipv4": "the address",
    "ipv6": "the address",
    "cidr": "the network",
    "ip:port": "the address",
    "domain": "the domain",
    "domain:port": "the domain",
    "suffix": "every domain below",
    "url": "the URL",
    "path": "URLs that end in",
    "email": "the e-mail address",
    "filename": "the file",
    "mutex": "the mutex",
    "regkey": "the registry key",
    "user-agent": "the user agent",
    **dict.fromkeys(("md5", "sha1", "sha256", "sha512", "imphash"), "the file hash"),
}
_RULES: Final = {
    "sigma": "a Sigma rule",
    "snort": "a Snort rule",
    "suricata": "a Suricata rule",
    "yara": "a YARA rule",
}
MARKING: Final = "marking-definition"
_VALUES: Final = 2
_PATTERN: Final = 1_000
"""A longer pattern is not taken apart for one line of a list."""


def words_of(said: Mapping[str, Any], about: Mapping[str, Any] | None = None) -> str:
    """What the object ``said`` says; ``about`` is what a sighting is of, where it is known.

    It holds what whoever sent it wrote: it is shown as text, never as markup.
    """
    type, name = text_of(said, "type"), text_of(said, "name")
    match type:
        case "sighting":
            return _sighting(said, about)
        case "indicator":
            return _indicator(said)
        case "posture":
            return "Which measures a member has"
    article = an(type_words(type) or "object")
    article = article[:1].upper() + article[1:]
    if not name:
        return f"{article} without a name"
    return f"{article}: {name}"


def pattern_words(pattern: str, pattern_type: str = "stix", version: str = "2.1") -> str:
    """What an indicator looks for, as *the domain a.example and 3 more values*."""
    if pattern_type != "stix":
        return _RULES.get(pattern_type, f"a rule of {pattern_type}" if pattern_type else "a rule")
    values = values_of(pattern, version) if len(pattern) <= _PATTERN else ()
    if not values:
        return f"the pattern {pattern}"
    shown = [f"{_KINDS.get(one.kind, 'the ' + one.kind)} {one.value}" for one in values[:_VALUES]]
    more = len(values) - len(shown)
    return " or ".join(shown) + (f" or {number(more, 'more value')}" if more else "")


def counted_types(types: Mapping[str, int], more: str = "") -> str:
    """How many objects of each type there are, as *1 incident, 20 indicators*; of the type ``more``, *20 more*."""
    return ", ".join(number(count, *_one_and_many(type, more)) for type, count in types.items() if count)


def headline(says: str, lead: str, types: Mapping[str, int]) -> str:
    """What a submission is about: what its first object, of the type ``lead``, says, and what was sent with that.

    The definitions of markings are not counted: they say how the rest is marked.
    """
    rest = {**types, lead: types[lead] - 1} | ({} if lead == MARKING else {MARKING: 0})
    others = counted_types(rest, lead)
    return f"{says}, with {others}" if others else says


def _one_and_many(type: str, more: str) -> tuple[str, str]:
    one = type_words(type)
    many = one if type == "observed-data" else f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    return (f"more {one}", f"more {many}") if type == more else (one, many)


def _sighting(said: Mapping[str, Any], about: Mapping[str, Any] | None) -> str:
    ref = text_of(said, "sighting_of_ref")
    flaw = ref.startswith("vulnerability--")
    count = said.get("count", 1)
    times = count if type(count) is int else 1
    if not times:
        head = "Not affected" if flaw else "Looked for and not seen"
    elif flaw:
        head = f"Affected ({number(times, 'product')})"
    else:
        head = "Seen once" if times == 1 else f"Seen {times:,} times"
    return f"{head}: {_called(about) or ref}"


def _indicator(said: Mapping[str, Any]) -> str:
    pattern, name = text_of(said, "pattern"), text_of(said, "name")
    looks = pattern_words(
        pattern, text_of(said, "pattern_type") or "stix", text_of(said, "spec_version") or "2.1"
    )
    if name and name != pattern:
        return f"{name}: look for {looks}"
    return f"Look for {looks}"


def _called(about: Mapping[str, Any] | None) -> str:
    if about is None:
        return ""
    name = text_of(about, "name")
    pattern = text_of(about, "pattern")
    return name or (pattern_words(pattern, text_of(about, "pattern_type") or "stix") if pattern else "")


def object_of(body: bytes) -> dict[str, Any]:
    """The object that ``body`` is, for its words; an empty one where it is none."""
    try:
        held = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    return held if isinstance(held, dict) else {}


def text_of(said: Mapping[str, Any], key: str) -> str:
    """The text under ``key``; empty where there is none."""
    value = said.get(key)
    return value if isinstance(value, str) else ""
