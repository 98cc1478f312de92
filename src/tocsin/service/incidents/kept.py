"""The incidents that this node keeps, read back."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput, NothingToCheck
from tocsin.incidents.incident import Incident
from tocsin.store.incidents import incident_versions, incidents

__all__ = ["body_of", "kept_incidents", "newest", "short_id", "versions"]

_SHORT: Final = 8
_decoder: Final = msgspec.json.Decoder(Incident)


def body_of(incident: Incident) -> bytes:
    """An incident as it is kept."""
    return msgspec.json.encode(incident)


def kept_incidents(connection: Connection) -> list[Incident]:
    """The newest version of each incident, the last changed first."""
    return [_decoder.decode(one.body) for one in incidents(connection)]


def versions(connection: Connection, id: str) -> list[tuple[Incident, str]]:
    """All that was noted of the incident with this id and by whom, the oldest first; empty if there is none."""
    return [(_decoder.decode(one.body), one.changed_by) for one in incident_versions(connection, id)]


def newest(connection: Connection, which: str) -> Incident:
    """The incident that ``which`` names: its id, the beginning of its id's last part, or its name.

    Raises:
        NothingToCheck: none is called so.
        BadInput: several are.
    """
    kept = kept_incidents(connection)
    wanted = which.removeprefix("incident--").lower()
    # An id is one: that another incident bears it as its name hides nothing.
    found = [one for one in kept if one.id == which] or [one for one in kept if one.name == which]
    found = found or [one for one in kept if wanted and one.id.removeprefix("incident--").startswith(wanted)]
    if not found:
        raise NothingToCheck(f"no incident here is called {which}", hint="See them: tocsin incident list")
    if len(found) > 1:
        named = ", ".join(f"{short_id(one)} ({one.name})" for one in found[:5])
        raise BadInput(f"{len(found)} incidents are called {which}", hint=f"Name one by its id: {named}")
    return found[0]


def short_id(incident: Incident) -> str:
    """As much of the id as a person needs to type."""
    return incident.id.removeprefix("incident--")[:_SHORT]
