"""What a hub tells a member: which of its cases lead where another's do, and of whose those are what that one allowed.

It is an object of a type of ours (STIX 2.1 section 7.3, ``new-sdo``), one a member, meant for that member alone. What
is told anew is a later version of it; one that tells of nothing takes back what was told.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from tocsin.errors import BadInput
from tocsin.limits import LINKS_TOLD
from tocsin.model.sectors import find_sector
from tocsin.model.strength import Strength
from tocsin.ransom.links.link import Kind
from tocsin.ransom.links.shared import SharedCase, Tell

__all__ = ["LINKS_TYPE", "Other", "ToldLink", "links_id", "links_object", "other_of", "read_links"]

LINKS_TYPE: Final = "ransom-links"
"""The type of the object."""

_EXTENSION: Final = "extension-definition--b0c3d5a2-6f0e-4e0b-8a55-1c9d84a0f7d1"
_NAMESPACE: Final = uuid.UUID("0b9f6c43-6f1a-4c1c-9a0c-2f6d5b7e8a90")
_CHARACTERS: Final = 300


class Other(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a member may know of another: its sectors (ids), name, whom to write to; as far as that one allowed."""

    sectors: tuple[str, ...] = ()
    name: str = ""
    contact: str = ""

    @property
    def words(self) -> str:
        """Who it is, in words."""
        known = [find_sector(one) for one in self.sectors]
        named = " and ".join(one.name for one in known if one)
        who = self.name or "another member"
        more = "; ".join(one for one in (named, self.contact) if one)
        return f"{who} ({more})" if more else who


class ToldLink(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The case (the id under which it was sent) leads where another's does; ``hash`` is of the mark that both have."""

    case: str
    kind: Kind
    strength: Strength
    hash: str
    other: Other = Other()


class _Object(msgspec.Struct, kw_only=True):
    links: tuple[ToldLink, ...]


def other_of(case: SharedCase, name: str, sectors: Sequence[str]) -> Other:
    """What of a member may be told, by what it allowed with its case."""
    match case.tell:
        case Tell.NOTHING:
            return Other()
        case Tell.SECTOR:
            return Other(sectors=tuple(sectors))
        case Tell.NAME:
            return Other(sectors=tuple(sectors), name=name)
        case Tell.CONTACT:
            return Other(sectors=tuple(sectors), name=name, contact=case.contact)


def links_id(hub: str, member: str, time: int) -> str:
    """The id of what the hub (id of its identity) tells a member, the ``time``-th after it was withdrawn."""
    return f"{LINKS_TYPE}--{uuid.uuid5(_NAMESPACE, f'{hub} {member} {time}')}"


def links_object(id: str, author: str, links: Sequence[ToldLink], times: tuple[str, str]) -> bytes:
    """The object that tells of ``links``, not marked yet; ``times`` are created and modified."""
    return msgspec.json.encode(
        {
            "type": LINKS_TYPE,
            "spec_version": "2.1",
            "id": id,
            "created_by_ref": author,
            "created": times[0],
            "modified": times[1],
            "links": links,
            "extensions": {_EXTENSION: {"extension_type": "new-sdo"}},
        }
    )


def read_links(body: bytes | Mapping[str, Any]) -> tuple[ToldLink, ...]:
    """What such an object tells.

    Raises:
        BadInput: it is none, or tells too much.
    """
    try:
        held = (
            msgspec.json.decode(body, type=_Object)
            if isinstance(body, bytes)
            else msgspec.convert(body, _Object)
        )
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadInput(f"it tells of no links: {error}") from None
    if len(held.links) > LINKS_TOLD:
        raise BadInput(f"it tells of {len(held.links):,} links; {LINKS_TOLD:,} are taken at most")
    for one in held.links:
        texts = (one.case, one.hash, one.other.name, one.other.contact, *one.other.sectors)
        if any(len(text) > _CHARACTERS for text in texts):
            raise BadInput("it tells something that no link tells")
    return held.links
