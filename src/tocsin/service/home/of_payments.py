"""What of payments needs somebody: a demand that stands unpaid, and would pay a criminal who is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tocsin.limits import NEEDS_SHOWN
from tocsin.model.told.escape import one_line
from tocsin.model.told.number import number
from tocsin.service.home.home import Item, Need
from tocsin.service.home.need import BAD, NAME, SHORT, need, part

if TYPE_CHECKING:
    from tocsin.service.ransom.demands import Demand

__all__ = ["payments"]


def payments(found: Sequence[Demand]) -> Need:
    """Demands whose address is listed, or tied to who took other ransoms; the others are told with their incident."""
    criminal = [one for one in found if one.is_criminal]
    return need(
        "payments",
        f"{number(len(criminal), 'demand leads', 'demands lead')} to somebody who is known: do not pay yet",
        BAD,
        [
            Item(
                words=f"{one_line(one.incident.name, SHORT)}: {one_line(one.address, SHORT)}",
                link=f"/incident/{part(one.incident.id)}",
                mark=one.verdict.value,
                about=one_line(one.reason, NAME),
            )
            for one in criminal[:NEEDS_SHOWN]
        ],
        len(criminal),
        link="/screen",
        verb="tocsin wallet demands",
    )
