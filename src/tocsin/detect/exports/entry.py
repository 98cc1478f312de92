"""What all exports say of one indicator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from tocsin.detect.observable_kind import Observable
from tocsin.detect.pattern_values import values_of
from tocsin.detect.warning import WarningTally
from tocsin.errors import BadInput
from tocsin.model.stix import StixObject
from tocsin.model.timestamp import parse_timestamp
from tocsin.model.tlp import Tlp, tlp_of, tlp_of_marking

__all__ = ["Entry", "entries", "is_over"]

_UNMARKED: Final = Tlp.AMBER.text
_NOT_UNDERSTOOD: Final = Tlp.RED.text


class Entry(msgspec.Struct, frozen=True):
    """One indicator. ``values`` are those of its pattern, none where it asks for more than a value.

    ``tlp`` is what governs it: what is not marked is amber, what is marked in a way not known here is red.
    ``confidence`` is 0 to 100, -1 where none is given.
    """

    id: str
    name: str
    description: str
    modified: str
    valid_from: str
    valid_until: str
    tlp: str
    confidence: int
    pattern: str
    values: tuple[Observable, ...]


def entries(objects: Iterable[StixObject], tally: WarningTally) -> Iterator[Entry]:
    """Yield the newest version of each indicator among ``objects``, in their order, counting the rest.

    Left out as none to act on (``skipped``) are other objects, older versions and revoked indicators; those of
    another pattern language are ``not_checked``. Each entry that is yielded counts as seen, and is the format's to
    count as read.
    """
    newest: dict[str, StixObject] = {}
    markings: dict[str, Tlp | None] = {}
    for one in objects:
        tally.seen += 1
        if one.type == "marking-definition":
            markings[one.id] = tlp_of_marking(one.properties)
        if one.type != "indicator":
            tally.skip("not an indicator", one.id or one.place)
            continue
        before = newest.get(one.id)
        if before is not None:
            older, newer = (one, before) if (before.modified or 0) >= (one.modified or 0) else (before, one)
            tally.skip("older version of the same object", older.place)
            newest[one.id] = newer
        else:
            newest[one.id] = one
    for one in newest.values():
        properties = one.properties
        pattern = properties.get("pattern")
        if properties.get("revoked") is True:
            tally.skip("revoked", one.id)
        elif not isinstance(pattern, str) or properties.get("pattern_type", "stix") != "stix":
            tally.leave_unchecked("not a STIX pattern", one.id)
        else:
            version = "2.1" if one.spec_version == "2.1" else "2.0"
            yield _entry(one.id, properties, pattern, values_of(pattern, version), markings)


def is_over(entry: Entry, now: str) -> bool:
    """Whether ``entry`` is not valid any more at ``now``, a STIX timestamp."""
    try:
        return bool(entry.valid_until) and parse_timestamp(entry.valid_until) <= parse_timestamp(now)
    except BadInput:
        return False


def _entry(
    id: str,
    properties: dict[str, Any],
    pattern: str,
    values: tuple[Observable, ...],
    markings: dict[str, Tlp | None],
) -> Entry:
    confidence: Any = properties.get("confidence")
    is_given = type(confidence) is int and 0 <= confidence <= 100
    texts = {
        key: value if isinstance(value := properties.get(key), str) else ""
        for key in ("name", "description", "modified", "valid_from", "valid_until")
    }
    return Entry(
        id=id,
        tlp=_tlp(properties, markings),
        confidence=confidence if is_given else -1,
        pattern=pattern,
        values=values,
        **texts,
    )


def _tlp(properties: dict[str, Any], markings: dict[str, Tlp | None]) -> str:
    refs = [ref for ref in _listed(properties.get("object_marking_refs")) if isinstance(ref, str)]
    # Of an object that is marked in parts, the strictest governs the whole.
    for part in _listed(properties.get("granular_markings")):
        ref = part.get("marking_ref") if isinstance(part, dict) else None
        refs += [ref] if isinstance(ref, str) else []
    known = {id: label for id, label in markings.items() if label is not None}
    if any(ref not in markings and not tlp_of((ref,)) for ref in refs):
        return _NOT_UNDERSTOOD
    return tlp_of(refs, _UNMARKED, known)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
