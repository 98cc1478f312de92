"""A case as a hub is told of it: its marks, hashed or in full, and what another victim may be told of whose it is.

It is an object of a type of ours (STIX 2.1 section 7.3, ``new-sdo``), built up from nothing: no amount, time, text or
name of the incident is in it. The hub compares it and never publishes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import msgspec

from tocsin.errors import BadInput
from tocsin.limits import LINK_MARKS_READ
from tocsin.ransom.links.link import Kind
from tocsin.ransom.links.marks import KINDS, PUBLIC, Key, Mark, mark_hash

__all__ = ["CASE_TYPE", "SharedCase", "SharedMark", "Tell", "case_object", "read_case", "shared_marks"]

CASE_TYPE: Final = "ransom-case"
"""The type of the object; its ``marks`` are what it is compared by."""

_EXTENSION: Final = "extension-definition--5a7f7c1e-95f3-4a58-9d0f-3b6de0a1c9e4"
_MOST_DOUBTS: Final = 9
_CHARACTERS: Final = 200


class Tell(Enum):
    """What another victim is told of whose case it is that leads where its own does."""

    NOTHING = "nothing"
    SECTOR = "sector"
    NAME = "name"
    CONTACT = "contact"


class SharedMark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A mark as it leaves: ``value`` only in full. ``doubts`` as in :class:`Mark`."""

    kind: str
    hash: str
    value: str = ""
    doubts: int = 0


@dataclass(frozen=True, slots=True)
class SharedCase:
    """What leaves of a case. ``key`` names that of its hashes, ``contact`` is whom to write to, "" for none."""

    key: str
    marks: tuple[SharedMark, ...]
    tell: Tell = Tell.NOTHING
    contact: str = ""


class _Object(msgspec.Struct, kw_only=True):
    key: str
    marks: tuple[SharedMark, ...]
    tell: Tell
    contact: str = ""


def shared_marks(marks: Sequence[Mark], key: Key, *, full: bool) -> tuple[SharedMark, ...]:
    """``marks`` as they leave."""
    return tuple(
        SharedMark(
            kind=one.kind.value,
            hash=mark_hash(one, key),
            value=one.value if full else "",
            doubts=min(one.doubts, _MOST_DOUBTS),
        )
        for one in marks
    )


def case_object(
    id: str, shared: SharedCase, times: tuple[str, str], marking: str, *, author: str
) -> dict[str, Any]:
    """The object that says it; without marks it takes back what was said.

    ``times`` are created and modified, ``author`` is the id of who says it.
    """
    return {
        "type": CASE_TYPE,
        "spec_version": "2.1",
        "id": id,
        "created_by_ref": author,
        "created": times[0],
        "modified": times[1],
        "key": shared.key,
        "marks": [msgspec.to_builtins(one) for one in shared.marks],
        "tell": shared.tell.value,
        **({"contact": shared.contact} if shared.contact else {}),
        "object_marking_refs": [marking],
        "extensions": {_EXTENSION: {"extension_type": "new-sdo"}},
    }


def read_case(properties: Mapping[str, Any]) -> SharedCase:
    """What such an object says. Of a mark in full the hash under the public key is not taken on trust.

    Raises:
        BadInput: it is none, or says too much.
    """
    try:
        held = msgspec.convert(properties, _Object)
    except msgspec.ValidationError as error:
        raise BadInput(f"it is no case: {error}") from None
    if len(held.marks) > LINK_MARKS_READ:
        raise BadInput(f"it has {len(held.marks):,} marks; {LINK_MARKS_READ:,} are taken at most")
    known = {kind.value for kind in KINDS}
    texts = [held.contact, held.key, *(text for one in held.marks for text in (one.hash, one.value))]
    if any(len(text) > _CHARACTERS for text in texts) or any(one.doubts < 0 for one in held.marks):
        raise BadInput("it says something that no case says")
    marks = tuple(_checked(one, held.key) for one in held.marks if one.kind in known)
    return SharedCase(held.key, marks, held.tell, held.contact)


def _checked(one: SharedMark, key: str) -> SharedMark:
    if not one.value or key != PUBLIC.name:
        return one
    return msgspec.structs.replace(one, hash=mark_hash(Mark(Kind(one.kind), one.value), PUBLIC))
