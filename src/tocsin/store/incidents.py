"""Incidents of this node, with every version that was noted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, insert, select

from tocsin.store.schema import incident

__all__ = ["KeptIncident", "incident_versions", "incidents", "keep_incident"]


@dataclass(frozen=True, slots=True)
class KeptIncident:
    """One version of an incident: when it was noted (microseconds since 1970), by whom, and what."""

    id: str
    changed_us: int
    changed_by: str
    body: bytes


def keep_incident(connection: Connection, one: KeptIncident) -> None:
    """Keep a version beside those before it."""
    connection.execute(
        insert(incident).values(
            id=one.id, changed_us=one.changed_us, changed_by=one.changed_by, body=one.body
        )
    )


def incidents(connection: Connection) -> list[KeptIncident]:
    """The newest version of each incident, the last changed first."""
    newest = (
        select(incident.c.id, func.max(incident.c.changed_us).label("changed_us"))
        .group_by(incident.c.id)
        .subquery()
    )
    rows = connection.execute(
        select(incident)
        .join(newest, and_(newest.c.id == incident.c.id, newest.c.changed_us == incident.c.changed_us))
        .order_by(incident.c.changed_us.desc(), incident.c.id)
    )
    return [KeptIncident(row.id, row.changed_us, row.changed_by, bytes(row.body)) for row in rows]


def incident_versions(connection: Connection, id: str) -> list[KeptIncident]:
    """All versions of one incident, the oldest first."""
    rows = connection.execute(select(incident).where(incident.c.id == id).order_by(incident.c.changed_us))
    return [KeptIncident(row.id, row.changed_us, row.changed_by, bytes(row.body)) for row in rows]
