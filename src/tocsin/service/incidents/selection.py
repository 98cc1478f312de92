"""Which incidents a question is about: by sector, and since when."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.errors import BadInput
from tocsin.incidents.incident import Incident
from tocsin.incidents.moment import Moment
from tocsin.model.sectors import find_sector

__all__ = ["first_moment", "selected"]


def selected(
    incidents: Iterable[Incident], *, sector: str = "", since_us: int | None = None
) -> list[Incident]:
    """Those of a sector, whose first known moment is not before ``since_us`` (microseconds since 1970).

    One that is known to be none (a false positive) is left out; one of which no moment is known only where it is asked
    for a period.

    Raises:
        BadInput: there is no such sector.
    """
    found = find_sector(sector) if sector else None
    if sector and found is None:
        raise BadInput(f"{sector[:60]!r} is no sector", hint="See them: tocsin init --help")
    chosen = []
    for one in incidents:
        first = first_moment(one)
        if found is not None and found.id not in one.victim.sectors:
            continue
        if since_us is not None and (first is None or first.us < since_us):
            continue
        if one.determination.value != "false-positive":
            chosen.append(one)
    return chosen


def first_moment(incident: Incident) -> Moment | None:
    """The first moment that is known of an incident."""
    held = incident.moments
    known = [one for one in (held.began, held.detected, held.believed, held.determined, held.aware) if one]
    return min(known, key=lambda one: one.us, default=None)
