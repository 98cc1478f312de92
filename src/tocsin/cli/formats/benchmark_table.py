"""Benchmarks for a person: what stands here beside a sector's bands, and what a hub would publish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tocsin.cli.node import table
from tocsin.model.sectors import find_sector
from tocsin.model.told.escape import visible
from tocsin.model.told.number import number
from tocsin.service.measures.benchmark import Beside, Release, SectorRelease
from tocsin.sharing.published_benchmark import told_of

__all__ = ["render_beside", "render_release", "sector_name"]


def render_beside(sector: str, by: str, rows: Sequence[Beside]) -> list[str]:
    """The measures of one benchmark; ``by`` is who published it, "" for this node."""
    lines = table(
        ("MEASURE", "HERE", "IN THE SECTOR", "THAT IS", "AS OF", "OF"),
        [
            (
                one.measure,
                one.own.words if one.own else "not said",
                f"{one.told.words} have it",
                one.told.share,
                one.told.day,
                f"{one.told.size:,} or more",
            )
            for one in rows
        ],
        empty="Of these measures it says nothing.",
    )
    return ["", f"{sector_name(sector)}, as {visible(by) or 'this node'} tells it:", *lines]


def sector_name(id: str) -> str:
    """The name of a sector."""
    found = find_sector(id)
    return found.name if found else visible(id)


def render_release(found: Release) -> list[str]:
    """What would be published, or stands, by sector; why of other measures nothing new is said."""
    day, then = found.day.isoformat(), found.next_day.isoformat()
    if found.is_made:
        return [f"The release of {day} is made; the next may be made from {then} on."]
    told = [f"The release of {day}, of what members shared before that day (UTC):"]
    if not found.sectors:
        told.append("No member had shared its posture by then. What came since counts from " + then + " on.")
    for one in found.sectors:
        told += _sector(one)
    if found.unread:
        told.append(f"{number(found.unread, 'posture')} could not be read, and nothing of them counts.")
    if found.objects:
        told += ["", "These objects go to the members of each sector (TLP:AMBER):", ""]
        told += [body.decode() for body in found.objects]
        told.append("")
    return told


def _sector(one: SectorRelease) -> Iterator[str]:
    yield ""
    yield f"{sector_name(one.sector)}: {number(one.responders, 'member')} had shared something."
    for cell in one.cells:
        held = told_of(cell)
        yield f"  {cell.measure}: {held.words} have it ({held.share}), of {held.size:,} or more"
    if one.standing:
        yield f"  {number(len(one.standing), 'measure')} told before: what was told then stays."
    if one.withheld:
        yield "  Nothing new is said of:"
        by_why: dict[str, list[str]] = {}
        for measure, why in one.withheld.items():
            by_why.setdefault(why, []).append(measure)
        yield from (f"    {', '.join(some)}: {why}" for why, some in by_why.items())
