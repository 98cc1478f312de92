"""The incidents that this node keeps, read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput, NothingToCheck
from tocsin.incidents.incident import Incident
from tocsin.store.incidents import incidents

__all__ = ["body_of", "chosen_of", "kept_incidents", "newest", "short_id"]

_SHORT: Final = 8
_decoder: Final = msgspec.json.Decoder(Incident)


def body_of(incident: Incident) -> bytes:
    """An incident as it is kept."""
    return msgspec.json.encode(incident)


def kept_incidents(connection: Connection) -> list[Incident]:
    """The newest version of each incident, the last changed first."""
    return [_decoder.decode(one.body) for one in incidents(connection)]


def newest(connection: Connection, which: str) -> Incident:
    """The incident that ``which`` names: its id, the beginning of its id's last part, or its name.

    Raises:
        NothingToCheck: none is called so.
        BadInput: several are.
    """
    return chosen_of(kept_incidents(connection), which)


def chosen_of(incidents: Sequence[Incident], which: str) -> Incident:
    """The one of ``incidents`` that ``which`` names, as :func:`newest` does.

    Raises:
        NothingToCheck: none is called so.
        BadInput: several are.
    """
    wanted = which.removeprefix("incident--").lower()
    found = [one for one in incidents if which in {one.id, one.name}]
    found = found or [
        one for one in incidents if wanted and one.id.removeprefix("incident--").startswith(wanted)
    ]
    if not found:
        raise NothingToCheck(f"no incident here is called {which}", hint="See them: tocsin incident list")
    if len(found) > 1:
        named = ", ".join(f"{short_id(one)} ({one.name})" for one in found[:5])
        raise BadInput(f"{len(found)} incidents are called {which}", hint=f"Name one by its id: {named}")
    return found[0]


def short_id(incident: Incident) -> str:
    """As much of the id as a person needs to type."""
    return incident.id.removeprefix("incident--")[:_SHORT]
