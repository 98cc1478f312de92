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

import re
from collections.abc import Iterable
from typing import Final

from tocsin.errors import BadInput
from tocsin.model.sectors import find_sector

__all__ = ["AUDIENCE_EXTENSION", "NOBODY", "audience_name", "narrowed"]

AUDIENCE_EXTENSION: Final = "extension-definition--a378bbaa-f0ff-4d4d-a2ec-0a239b80371c"
"""The extension of ``marking-definition`` that says an audience: ``{"audience": ["sector:energy"]}``."""

NOBODY: Final = frozenset({"nobody"})
"""An audience that no one belongs to: what two audiences without a name in common leave over."""

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
