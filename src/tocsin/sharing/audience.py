"""Audiences: for whom an object is meant, besides what its TLP says.

An audience is a set of names, and who has one of them belongs to it:

- ``sector:energy``: organisations of one of the 16 sectors (:mod:`tocsin.model.sectors`);
- ``community:NAME``: a group that the node keeps;
- ``organisation:identity--...``: one organisation, by its identity's id;
- ``person:NAME``: one person who has signed in.

In STIX it is a ``marking-definition`` with an extension of ours, so that it travels with the object and
binds at every node that it reaches.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from tocsin.errors import BadInput
from tocsin.model.canonical_json import canonical_json
from tocsin.model.json_text import parts_of
from tocsin.model.sectors import find_sector
from tocsin.model.tlp import Tlp, marking_id, tlp_of

__all__ = [
    "AUDIENCE_EXTENSION",
    "NOBODY",
    "audience_marking",
    "audience_marking_id",
    "audience_name",
    "narrowed",
    "with_markings",
]

AUDIENCE_EXTENSION: Final = "extension-definition--a378bbaa-f0ff-4d4d-a2ec-0a239b80371c"
"""The extension of ``marking-definition`` that says an audience: ``{"audience": ["sector:energy"]}``."""

NOBODY: Final = frozenset({"nobody"})
"""An audience that no one belongs to: what two audiences without a name in common leave over."""

_NAMESPACE: Final = uuid.UUID("3242b812-3474-4a78-bb84-05f99e4e9a0e")
"""Of the ids of audiences: equal audiences are one ``marking-definition``, at every node."""

_CREATED: Final = "2026-01-01T00:00:00.000Z"
_REFS: Final = "object_marking_refs"
_IDENTITY = re.compile(r"identity--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME_CHARACTERS = 128


def audience_name(text: str) -> str:
    """``text`` as an audience is written: the sector by its id, the rest as it stands without blanks around it.

    Raises:
        BadInput: it is none.
    """
    kind, _, name = text.partition(":")
    kind, name = kind.strip(), name.strip()
    if kind == "sector":
        sector = find_sector(name)
        if sector is None:
            raise BadInput(
                f"{name[:60]!r} is none of the 16 sectors",
                hint="Write its id, for example sector:energy or sector:water-and-wastewater.",
            )
        return f"sector:{sector.id}"
    if kind == "organisation" and not _IDENTITY.fullmatch(name):
        raise BadInput(
            f"{name[:60]!r} is not the id of an identity",
            hint="Write organisation:identity--... with the id of the organisation's STIX identity.",
        )
    if kind not in {"community", "organisation", "person"}:
        raise BadInput(
            f"{text[:60]!r} is no audience",
            hint="An audience begins with sector:, community:, organisation: or person:.",
        )
    if not name or len(name) > _NAME_CHARACTERS or not name.isprintable():
        raise BadInput(f"{text[:60]!r} names nobody: 1 to {_NAME_CHARACTERS} printable characters are needed")
    return f"{kind}:{name}"


def narrowed(audiences: Iterable[frozenset[str]]) -> frozenset[str]:
    """One audience that shows nothing to anybody whom one of ``audiences`` leaves out.

    An empty audience is everybody. The names in common are taken: who has one of them belongs to all. Who
    belongs to each by another name is left out as well, because one set of names cannot say it; where there
    is no name in common the answer is ``NOBODY``. So of two of which one holds the other, it is the smaller.
    """
    held = [audience for audience in audiences if audience]
    if not held:
        return frozenset()
    return frozenset.intersection(*held) or NOBODY


def audience_marking_id(audience: Iterable[str]) -> str:
    """The id of the ``marking-definition`` of ``audience``, made from its names: their order does not matter.

    Raises:
        BadInput: a name is none, or there is none.
    """
    return f"marking-definition--{uuid.uuid5(_NAMESPACE, canonical_json(_names(audience)).decode())}"


def audience_marking(audience: Iterable[str]) -> bytes:
    """The ``marking-definition`` (STIX 2.1 section 7.2.1, with an extension of ours) that says ``audience``.

    Equal audiences give equal bytes; ``created`` is a fixed time, so that it tells nothing about who made it when.

    Raises:
        BadInput: a name is none, or there is none.
    """
    names = _names(audience)
    return canonical_json(
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": audience_marking_id(names),
            "created": _CREATED,
            "extensions": {AUDIENCE_EXTENSION: {"extension_type": "property-extension", "audience": names}},
        }
    )


def with_markings(raw: bytes, tlp: Tlp, audience: Iterable[str] = ()) -> bytes:
    """The object ``raw`` marked with a level and, where it names somebody, an audience; for publishing one's own.

    Only ``object_marking_refs`` changes; all other bytes stay as they were. Nothing is taken off: a level that
    is there and at least as strict stays alone, any other marking stays beside the new one, and the strictest
    governs. ``modified`` is the caller's to set: an object that was published before needs a new version.

    Raises:
        BadInput: ``raw`` is no JSON object, its markings are no list, or a name of ``audience`` is none.
    """
    refs = _marking_refs(raw)
    there = [Tlp[text.upper().replace("+", "_")] for text in (tlp_of(refs),) if text]
    added = [] if there and there[0] >= tlp else [marking_id(tlp)]
    names = list(audience)
    if names:
        added.append(audience_marking_id(names))
    added = [ref for ref in added if ref not in refs]
    return _with_refs(raw, [*refs, *added]) if added else raw


def _names(audience: Iterable[str]) -> list[str]:
    names = sorted({audience_name(name) for name in audience})
    if not names:
        raise BadInput("an audience needs a name", hint="An object for everybody has no audience at all.")
    return names


def _marking_refs(raw: bytes) -> list[str]:
    try:
        held: Any = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"is no JSON object: {error}") from None
    if not isinstance(held, dict):
        raise BadInput("is no JSON object")
    refs = held.get(_REFS, [])
    if not isinstance(refs, list) or not all(isinstance(ref, str) for ref in refs):
        raise BadInput(f"its {_REFS} are no list of ids")
    return refs


def _with_refs(raw: bytes, refs: list[str]) -> bytes:
    written = msgspec.json.encode(refs)
    spans = parts_of(raw).spans
    keys = [json.loads(raw[begin:end]) for begin, end in spans[::2]]
    if _REFS in keys:
        # Of a key that is given twice the last counts.
        begin, end = spans[2 * (len(keys) - 1 - keys[::-1].index(_REFS)) + 1]
        return raw[:begin] + written + raw[end:]
    close = raw.rindex(b"}")
    comma = b"," if spans else b""
    return raw[:close] + comma + msgspec.json.encode(_REFS) + b":" + written + raw[close:]
