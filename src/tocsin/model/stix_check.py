"""Whether a STIX object may be taken in: its id, its times and its references (STIX 2.1 sections 2 and 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from tocsin.errors import BadInput
from tocsin.limits import OBJECT_BYTES, OBJECT_REFERENCES
from tocsin.model.stix import SCO_TYPES, StixObject
from tocsin.model.timestamp import parse_timestamp

__all__ = ["UNVERSIONED", "check_object", "references_of", "shown_version", "version_key", "version_of"]

UNVERSIONED: Final = "1970-01-01T00:00:00.000Z"
"""The version that is named where an object has none: one for all (TAXII 2.1 section 3.4.1)."""


_ID: Final = re.compile(r"([a-z0-9][a-z0-9-]{1,248}[a-z0-9])--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NO_MODIFIED: Final = frozenset({"marking-definition"})
_MARKINGS: Final = frozenset({"object_marking_refs", "granular_markings"})
_NEEDED: Final = {
    "indicator": ("pattern",),
    "relationship": ("relationship_type", "source_ref", "target_ref"),
    "sighting": ("sighting_of_ref",),
    "identity": ("name",),
}


def check_object(one: StixObject) -> None:
    """Refuse an object that cannot be kept as a version of something.

    Raises:
        BadInput: what is wrong, and at which property.
    """
    if len(one.raw) > OBJECT_BYTES:
        raise BadInput(f"has {len(one.raw):,} bytes; {OBJECT_BYTES:,} are taken at most")
    found = _ID.fullmatch(one.id)
    if found is None:
        raise BadInput(f"{one.id[:80]!r} is no STIX id" if one.id else "has no id")
    if found[1] != one.type:
        raise BadInput(f"the id {one.id[:80]} is not of the type {one.type[:40]!r}")
    observable = one.type in SCO_TYPES
    if not observable:
        _check_times(one)
    properties = one.properties
    for name in _NEEDED.get(one.type, ()):
        if not isinstance(properties.get(name), str) or not properties[name]:
            raise BadInput(f"a {one.type} needs {name}")
    count = 0
    for name, held in properties.items():
        refs = (
            held
            if name.endswith("_refs") and isinstance(held, list)
            else [held]
            if name.endswith("_ref")
            else []
        )
        for ref in refs:
            if not isinstance(ref, str) or _ID.fullmatch(ref) is None:
                raise BadInput(f"{name} is no reference: {str(ref)[:80]!r}")
    for _ in references_of(one):
        count += 1
    if count > OBJECT_REFERENCES:
        raise BadInput(f"refers to {count:,} objects; {OBJECT_REFERENCES:,} are taken at most")


def _check_times(one: StixObject) -> None:
    if not one.created_text:
        raise BadInput("needs created")
    created = parse_timestamp(one.created_text)
    if not one.modified_text:
        if one.type not in _NO_MODIFIED:
            raise BadInput("needs modified")
        return
    if parse_timestamp(one.modified_text) < created:
        raise BadInput("was modified before it was created")


def version_of(one: StixObject) -> str:
    """What TAXII calls an object's version (TAXII 2.1 section 3.4): modified, else created, else nothing."""
    return one.modified_text or one.created_text


def shown_version(version: str) -> str:
    """``version`` where one has to be named; a manifest's versions can be asked for again."""
    return version or UNVERSIONED


def version_key(text: str) -> str:
    """A spelling of a timestamp that sorts as the instants do: no Z, no zeros at the end of the fraction.

    Raises:
        BadInput: it is no timestamp.
    """
    if not text:
        return ""
    parse_timestamp(text)
    whole, _, fraction = text.removesuffix("Z").partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def references_of(one: StixObject) -> tuple[str, ...]:
    """The ids that an object refers to, each once; its markings are not among them."""
    if _names_none(one.raw):
        return ()
    found = (ref for ref in _references(one.properties) if isinstance(ref, str) and _ID.fullmatch(ref))
    return tuple(dict.fromkeys(found))


def _names_none(raw: bytes) -> bool:
    """Whether the text shows that no property but those of markings ends like a reference's name.

    Most objects have none, and this takes a tenth of the time of looking at each property.
    """
    return (
        b'_ref"' not in raw
        and raw.count(b'_refs"') == raw.count(b'"object_marking_refs"')
        and b"\\u" not in raw  # a letter of a name may be escaped
    )


def _references(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, held in value.items():
            if key in _MARKINGS:
                continue
            if key.endswith("_ref"):
                yield held
            elif key.endswith("_refs") and isinstance(held, list):
                yield from held
            else:
                yield from _references(held)
    elif isinstance(value, list):
        for held in value:
            yield from _references(held)
