"""The incidents that this node keeps, read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput, NothingToCheck
from tocsin.incidents.incident import Incident, Told
from tocsin.incidents.moment import Fidelity
from tocsin.store.incidents import incident_versions, incidents

__all__ = [
    "Version",
    "as_told",
    "body_of",
    "chosen_of",
    "kept_incidents",
    "newest",
    "own_incidents",
    "short_id",
    "version",
    "versions",
]

_SHORT: Final = 8
# Of a day it is not known which hour: what was noted in its course may be new to them.
_SPAN_US: Final = {Fidelity.SECOND: 1_000_000, Fidelity.MINUTE: 60_000_000}
_decoder: Final = msgspec.json.Decoder(Incident)


@dataclass(frozen=True, slots=True)
class Version:
    """An incident as somebody noted it. ``number`` counts from 1, the oldest.

    ``changed_us`` is microseconds since 1970, ``changed`` the fields that are not as in the version before.
    """

    number: int
    changed_us: int
    changed_by: str
    changed: tuple[str, ...]
    incident: Incident


def body_of(incident: Incident) -> bytes:
    """An incident as it is kept."""
    return msgspec.json.encode(incident)


def kept_incidents(connection: Connection) -> list[Incident]:
    """The newest version of each incident, the last changed first."""
    return [_decoder.decode(one.body) for one in incidents(connection)]


def own_incidents(connection: Connection) -> list[Incident]:
    """Those of them that are this organisation's own: what was imported of others is not."""
    return [one for one in kept_incidents(connection) if one.is_own]


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
    # An id is one: that another incident bears it as its name hides nothing.
    found = [one for one in incidents if one.id == which] or [one for one in incidents if one.name == which]
    found = found or [
        one for one in incidents if wanted and one.id.removeprefix("incident--").startswith(wanted)
    ]
    if not found:
        raise NothingToCheck(f"no incident here is called {which}", hint="See them: tocsin incident list")
    if len(found) > 1:
        named = ", ".join(f"{short_id(one)} ({one.name})" for one in found[:5])
        raise BadInput(f"{len(found)} incidents are called {which}", hint=f"Name one by its id: {named}")
    return found[0]


def versions(connection: Connection, which: str) -> list[Version]:
    """All that was noted of the incident that ``which`` names, the oldest first.

    Raises:
        NothingToCheck, BadInput: see :func:`newest`.
    """
    found: list[Version] = []
    for number, one in enumerate(incident_versions(connection, newest(connection, which).id), start=1):
        now = _decoder.decode(one.body)
        changed = _changed(found[-1].incident, now) if found else ()
        found.append(Version(number, one.changed_us, one.changed_by, changed, now))
    return found


def as_told(noted: Sequence[Version], told: Told) -> Version:
    """What was noted when somebody was ``told``; where nothing was yet, what was noted first with that they were."""
    span_us = _SPAN_US.get(told.at.fidelity, 0)
    until = [one for one in noted if one.changed_us <= told.at.us + span_us]
    return until[-1] if until else next((one for one in noted if told in one.incident.told), noted[-1])


def version(connection: Connection, which: str, number: int) -> Incident:
    """One version of an incident, counted from 1, the oldest.

    Raises:
        NothingToCheck: it has no such version; or as :func:`newest`.
        BadInput: see :func:`newest`.
    """
    found = versions(connection, which)
    if not 1 <= number <= len(found):
        raise NothingToCheck(
            f"there is no version {number:,} of {found[-1].incident.name}: it has {len(found):,}",
            hint=f"See them: tocsin incident history {short_id(found[-1].incident)}",
        )
    return found[number - 1].incident


def _changed(before: Incident, now: Incident) -> tuple[str, ...]:
    names = (name for name in Incident.__struct_fields__ if name != "changed_us")
    return tuple(name for name in names if getattr(before, name) != getattr(now, name))


def short_id(incident: Incident) -> str:
    """As much of the id as a person needs to type."""
    return incident.id.removeprefix("incident--")[:_SHORT]
