"""What a node knows by itself of whether measures are there.

It sees what is kept in it and nothing else, so it never says that a measure is in place: at best that part of it is.
Where it sees nothing it says nothing, for another program may do that work.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from enum import Enum
from typing import Final

import msgspec

from tocsin.limits import SYNC_OLD_DAYS
from tocsin.model.told.number import number

__all__ = [
    "INVENTORY",
    "OBSERVED",
    "PATCHING",
    "REPORTING",
    "WARNINGS",
    "Facts",
    "InventoryFacts",
    "Observed",
    "PatchingFacts",
    "ReportingFacts",
    "Speaks",
    "WarningFacts",
    "observed",
]

INVENTORY: Final = "asset-inventory"
PATCHING: Final = "patching"
WARNINGS: Final = "shared-warnings"
REPORTING: Final = "reporting"

OBSERVED: Final = frozenset({INVENTORY, PATCHING, WARNINGS, REPORTING})
"""The measures (ids of the catalogue) of which a node may know something."""


class Speaks(Enum):
    """Which way it points. ``for``: at least part of the measure is there."""

    FOR = "for"
    AGAINST = "against"
    CANNOT_TELL = "cannot-tell"


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """What a node knows of a measure (id), in words, and the day (``YYYY-MM-DD``) of which that holds."""

    measure: str
    speaks: Speaks
    text: str
    day: str


class InventoryFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Bills that hold now, at how many sites, and the day on which the newest was added."""

    bills: int
    sites: int
    newest: str


class PatchingFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Of the inventory, what is exploited and not settled.

    ``overdue`` is affected for sure, ``doubtful`` may be; both are past their day. ``accepted`` is affected, exploited
    and accepted. ``unjudged`` releases are of a kind of which no feed was read. ``exploited_day`` is that of the
    catalogue of what is exploited, "" if it is not here or does not say; ``versions`` says whether a feed was read
    that tells which versions are affected. ``stale`` are the names of feeds that are too old.
    """

    overdue: int
    doubtful: int
    accepted: int
    unjudged: int
    exploited_day: str
    versions: bool
    stale: tuple[str, ...] = ()


class WarningFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Hubs and sources of warnings by name, each with the day on which it was last read, "" if it never was."""

    read: tuple[tuple[str, str], ...]


class ReportingFacts(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the facts that rules ask were answered, of how many, and how many binding reports are overdue."""

    answered: int
    of: int
    overdue: int


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a node holds; None where it holds nothing of the kind."""

    inventory: InventoryFacts | None = None
    patching: PatchingFacts | None = None
    warnings: WarningFacts | None = None
    reporting: ReportingFacts | None = None


def observed(facts: Facts, today: dt.date) -> tuple[Observed, ...]:
    """What the facts say of measures on ``today``."""
    return tuple(_observed(facts, today))


def _observed(facts: Facts, today: dt.date) -> Iterator[Observed]:
    if facts.inventory is not None:
        yield _of_inventory(facts.inventory)
    if facts.patching is not None:
        yield _of_patching(facts.patching, today)
    if facts.warnings is not None:
        yield _of_warnings(facts.warnings, today)
    if facts.reporting is not None:
        yield from _of_reporting(facts.reporting, today)


def _of_inventory(held: InventoryFacts) -> Observed:
    bills = number(held.bills, "bill of materials", "bills of materials")
    text = f"{bills} from {number(held.sites, 'site')}, the newest added {held.newest}; the rest is not known here"
    return Observed(measure=INVENTORY, speaks=Speaks.FOR, text=text, day=held.newest)


def _of_patching(held: PatchingFacts, today: dt.date) -> Observed:
    if held.overdue:
        what = number(held.overdue, "exposure")
        verb = "is" if held.overdue == 1 else "are"
        text = (
            f"{what} that attackers use {verb} past the day for mending, and neither mitigated nor accepted"
        )
        return Observed(measure=PATCHING, speaks=Speaks.AGAINST, text=text, day=today.isoformat())
    missing = [
        *(
            []
            if held.exploited_day
            else ["the catalogue of what attackers use is not here, or does not say of which day it is"]
        ),
        *([] if held.versions else ["no feed was read that says which versions are affected"]),
        *([f"{', '.join(held.stale)}: too old"] if held.stale else []),
        *([f"{number(held.doubtful, 'exposure')} past the day may be affected"] if held.doubtful else []),
    ]
    if missing:
        text = f"whether anything that attackers use is overdue: {'; '.join(missing)}"
        return Observed(measure=PATCHING, speaks=Speaks.CANNOT_TELL, text=text, day=today.isoformat())
    beside = [
        *([f"{number(held.accepted, 'exposure')} accepted and not mended"] if held.accepted else []),
        *([f"{number(held.unjudged, 'release')} of kinds that no feed speaks of"] if held.unjudged else []),
    ]
    text = "of what the inventory lists, nothing that attackers use is past its day"
    text += f" (besides: {'; '.join(beside)})" if beside else ""
    return Observed(measure=PATCHING, speaks=Speaks.FOR, text=text, day=held.exploited_day)


def _of_warnings(held: WarningFacts, today: dt.date) -> Observed:
    oldest = (today - dt.timedelta(days=SYNC_OLD_DAYS)).isoformat()
    late = [
        f"{name} was {f'last read {day}' if day else 'never read'}" for name, day in held.read if day < oldest
    ]
    newest = max(day for _, day in held.read)
    if newest < oldest:
        text = f"nothing was read in {SYNC_OLD_DAYS} days: {'; '.join(late)}"
        return Observed(measure=WARNINGS, speaks=Speaks.AGAINST, text=text, day=today.isoformat())
    text = f"{number(len(held.read) - len(late), 'hub or source', 'hubs and sources')} read within {SYNC_OLD_DAYS} days"
    text += f"; {'; '.join(late)}" if late else ""
    text += "; whether logs are checked against them is not recorded"
    return Observed(measure=WARNINGS, speaks=Speaks.FOR, text=text, day=newest)


def _of_reporting(held: ReportingFacts, today: dt.date) -> Iterator[Observed]:
    if held.overdue:
        verb = "is" if held.overdue == 1 else "are"
        text = f"{number(held.overdue, 'report')} of an incident here {verb} overdue"
        yield Observed(measure=REPORTING, speaks=Speaks.AGAINST, text=text, day=today.isoformat())
    elif held.answered:
        text = f"{held.answered} of {number(held.of, 'question')} answered by which rules are found to be for you"
        yield Observed(measure=REPORTING, speaks=Speaks.FOR, text=text, day=today.isoformat())
