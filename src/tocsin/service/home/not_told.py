"""What cannot be told on this node, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tocsin.model.told.escape import one_line
from tocsin.model.told.number import number
from tocsin.service.home.home import Unknown
from tocsin.service.home.need import NAME

if TYPE_CHECKING:
    from tocsin.inventory.exposure import NoData

__all__ = ["not_told"]


def not_told(
    *,
    bills: int | None,
    feeds: bool,
    unknown: int,
    no_data: Sequence[NoData],
    findings: bool,
    told_by: bool,
    may_incidents: bool,
) -> list[Unknown]:
    """What cannot be told here. ``bills`` is None where the inventory is not for whoever asks."""
    found = []
    if not findings:
        found.append(
            Unknown(
                words="No finding is kept here: your logs were not checked, or nothing was found in them.",
                do="tocsin check /var/log",
            )
        )
    if bills is None:
        found.append(
            Unknown(
                words="The inventory is not for this token: exposures, advisories and the gate are left out."
            )
        )
    elif not bills:
        found.append(
            Unknown(
                words="No inventory is kept here: whether you are exposed cannot be told.",
                do="tocsin inventory add FILE --site NAME",
                link="/inventory",
            )
        )
    elif not feeds:
        found.append(
            Unknown(
                words="No advisories were read: whether you are exposed cannot be told.",
                do="tocsin sync kev cve osv csaf",
                link="/exposures",
            )
        )
    else:
        found += _partly(unknown, no_data)
    if not may_incidents:
        found.append(
            Unknown(words="Incidents are for this node's own people: incidents and reports are left out.")
        )
    if not told_by:
        found.append(
            Unknown(
                words="No hub or source is set up: no warning comes in by itself.",
                do="tocsin join URL INVITATION",
                link="/warnings",
            )
        )
    return found


def _partly(unknown: int, no_data: Sequence[NoData]) -> Iterable[Unknown]:
    if unknown:
        they = "it is" if unknown == 1 else "they are"
        yield Unknown(
            words=f"Of {number(unknown, 'product')} here it cannot be told whether {they} affected.",
            link="/exposures?verdict=unknown",
        )
    if no_data:
        many = sum(one.releases for one in no_data)
        kinds = one_line(", ".join(one.kind for one in no_data), NAME)
        yield Unknown(
            words=f"Nothing is known of {number(many, 'product')} here: no feed about such was read ({kinds}).",
            link="/exposures#standing",
        )
