"""What of incidents needs somebody: the reports that are owed, and the incidents that are open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tocsin.incidents.rules.told.words import state_words
from tocsin.limits import NEEDS_SHOWN
from tocsin.model.told.escape import one_line
from tocsin.model.told.number import number
from tocsin.service.home.home import Item, Need
from tocsin.service.home.need import BAD, CALM, NAME, OVER, SHORT, need, part

if TYPE_CHECKING:
    from tocsin.incidents.rules.duty import Duty
    from tocsin.service.incidents.incident_list import Listed

__all__ = ["incidents", "reports"]


def reports(found: Sequence[Listed]) -> Need:
    """Reports that are owed of incidents, by the time that is left, and those that may be."""
    late = [one for each in found for one in each.overdue]
    running = [one for each in found for one in each.running]
    asked = sum(len(each.asked) for each in found)
    items = [_report(one) for one in sorted((*late, *running), key=_left)[:NEEDS_SHOWN]]
    if asked:
        items.append(
            Item(
                words=f"Say what your organisation is, once for all incidents: {number(asked, 'rule')} may be for it",
                link="/incidents/profile",
                mark="unknown",
            )
        )
    return need(
        "reports",
        _title(len(late), len(running), asked),
        BAD if late else OVER,
        items,
        len(late) + len(running) + bool(asked),
        link="/incidents",
        verb="tocsin incident due",
    )


def _title(late: int, running: int, asked: int) -> str:
    told = [
        *([f"{number(late, 'report is', 'reports are')} overdue"] if late else []),
        *([f"{number(running, 'report is', 'reports are')} due"] if running else []),
        *(
            [f"whether {number(asked, 'more is', 'more are')} is not known"]
            if asked and (late or running)
            else []
        ),
    ]
    return ", ".join(told) or f"Whether {number(asked, 'report is', 'reports are')} due is not known"


def _left(one: Duty) -> int:
    """What has no time of its own is due as soon as possible."""
    return one.left_us or 0


def _report(one: Duty) -> Item:
    recipient = one_line((one.national or one.rule).recipient, SHORT)
    incident = one_line(one.incident_name, SHORT)
    by = f", by {one_line(one.deadline.words, SHORT)}" if one.deadline else ""
    return Item(
        words=f"Tell {recipient} of {incident}: {one_line(one.rule.name, SHORT)}",
        link=f"/incident/{part(one.incident_id)}/report/{part(one.rule.id)}",
        mark=one.state.value,
        due=state_words(one),
        about=by.removeprefix(", "),
    )


def incidents(found: Iterable[Listed]) -> Need:
    """Incidents of this organisation on which somebody still works."""
    open_ones = [one.incident for one in found if one.incident.is_own and one.is_open]
    return need(
        "incidents",
        f"{number(len(open_ones), 'incident is', 'incidents are')} open",
        CALM,
        [
            Item(
                words=one_line(one.name, NAME),
                link=f"/incident/{part(one.id)}",
                about=one_line(", ".join(one.kinds), SHORT) or "no kind is noted",
            )
            for one in open_ones[:NEEDS_SHOWN]
        ],
        len(open_ones),
        link="/incidents",
        verb="tocsin incident list",
    )
