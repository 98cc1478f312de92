"""What is being done about a vulnerability of a release at a site."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from tocsin.store.schema import site, treatment

__all__ = ["KeptTreatment", "keep_treatment", "treatments"]


@dataclass(frozen=True, slots=True)
class KeptTreatment:
    """``state`` is a word of the inventory, ``until`` a day (``YYYY-MM-DD``) or ""; the rest is who and why."""

    state: str
    until: str
    owner: str
    approved: bool
    why: str
    changed_us: int
    changed_by: str


def keep_treatment(
    connection: Connection, vulnerability: str, release: int, site_number: int, kept: KeptTreatment
) -> None:
    """Note what is being done; it takes the place of what was noted before."""
    connection.execute(
        delete(treatment).where(
            treatment.c.vulnerability == vulnerability,
            treatment.c.release == release,
            treatment.c.site == site_number,
        )
    )
    connection.execute(
        insert(treatment).values(
            vulnerability=vulnerability,
            release=release,
            site=site_number,
            state=kept.state,
            until=kept.until,
            owner=kept.owner,
            approved=kept.approved,
            why=kept.why,
            changed_us=kept.changed_us,
            changed_by=kept.changed_by,
        )
    )


def treatments(connection: Connection) -> dict[tuple[int, str], dict[str, KeptTreatment]]:
    """All that is being done: by release and site, then by vulnerability."""
    found: dict[tuple[int, str], dict[str, KeptTreatment]] = {}
    rows = connection.execute(
        select(
            treatment.c.release,
            site.c.name,
            treatment.c.vulnerability,
            treatment.c.state,
            treatment.c.until,
            treatment.c.owner,
            treatment.c.approved,
            treatment.c.why,
            treatment.c.changed_us,
            treatment.c.changed_by,
        ).join(site, site.c.number == treatment.c.site)
    )
    for release, name, vulnerability, *values in rows:
        found.setdefault((release, name), {})[vulnerability] = KeptTreatment(*values)
    return found
