"""Which products here are maintained no longer, or not for long."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from tocsin.inventory.exposure import PastItsEnd
from tocsin.inventory.held import HeldRelease
from tocsin.inventory.lifecycle import Ended, Lifecycles
from tocsin.inventory.release import shown

__all__ = ["SOON_DAYS", "past_their_end"]

SOON_DAYS: Final = 180
"""An end so near is told, since a plant plans its outages half a year ahead."""


def past_their_end(
    releases: Iterable[HeldRelease], lifecycles: Lifecycles | None, today: date
) -> tuple[PastItsEnd, ...]:
    """What of ``releases`` is past its end of life on ``today``, or will be soon: first what ended first."""
    found = []
    for release in releases if lifecycles is not None else ():
        also = [alias.named for alias in release.aliases if alias.same]
        end = lifecycles.end_of_life(release.component, today, also) if lifecycles is not None else None
        if end is None or end.ended is Ended.UNKNOWN:
            continue
        over = end.ended is Ended.YES
        if over or (end.on is not None and end.on - today <= timedelta(days=SOON_DAYS)):
            sites = tuple(sorted({held.site for held in release.held}))
            day = end.on.isoformat() if end.on is not None else ""
            found.append(PastItsEnd(release.component, sites, end.product, end.cycle, day, over, end.why))
    return tuple(sorted(found, key=lambda one: (not one.over, one.on, shown(one.component))))
