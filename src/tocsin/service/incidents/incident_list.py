"""``incident list`` and its page: the incidents of this node, and what is owed of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from tocsin.incidents.incident import Incident, Investigation
from tocsin.incidents.rules.duty import Duty, State
from tocsin.service.exchange.node import Node
from tocsin.service.incidents.duties import duties
from tocsin.service.incidents.kept import kept_incidents

__all__ = ["IncidentList", "IncidentRow", "Listed", "incident_list", "listed", "whose"]


class IncidentRow(msgspec.Struct, kw_only=True):
    """One incident in short. ``whose`` says whom it happened to, or who told of it; "" for this organisation's own."""

    incident: str
    name: str
    whose: str
    kinds: list[str]
    determination: str
    investigation: str
    steps: int


class IncidentList(msgspec.Struct, kw_only=True):
    """All incidents of this node, its own before those of others that were imported, each the last changed first."""

    incidents: list[IncidentRow]


@dataclass(frozen=True, slots=True)
class Listed:
    """An incident with what binds and is owed of it, the most urgent first; ``asked`` may be for this organisation."""

    incident: Incident
    overdue: tuple[Duty, ...] = ()
    running: tuple[Duty, ...] = ()
    asked: tuple[Duty, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody still works on it."""
        return self.incident.investigation is not Investigation.CLOSED

    @property
    def next(self) -> Duty | None:
        """What is to be done first."""
        return next(iter((*self.overdue, *self.running, *self.asked)), None)


def incident_list(incidents: Sequence[Incident], *, in_order: bool = False) -> IncidentList:
    """The list as it is given to machines, this organisation's own first, or ``in_order`` as they come."""
    return IncidentList(
        incidents=[
            IncidentRow(
                incident=one.id,
                name=one.name,
                whose=whose(one),
                kinds=list(one.kinds),
                determination=one.determination.value,
                investigation=one.investigation.value,
                steps=len(one.flow.actions),
            )
            for one in sorted(incidents, key=lambda one: not in_order and not one.is_own)
        ]
    )


def whose(one: Incident) -> str:
    """Whom it happened to, or who told of it, where it is not this organisation's own."""
    return "" if one.is_own else one.whose or "a campaign that somebody described"


def listed(node: Node) -> list[Listed]:
    """The incidents of this node: its own first, of these open ones, and those of which something is due sooner."""
    with node.reading() as connection:
        kept = kept_incidents(connection)
    owed = [one for one in duties(node) if one.rule.binding and not one.dormant]
    place = {one.incident_id: at for at, one in reversed(list(enumerate(owed)))}
    found = [
        Listed(
            one,
            *(
                tuple(each for each in owed if each.incident_id == one.id and each.state is state)
                for state in (State.OVERDUE, State.RUNNING, State.UNKNOWN)
            ),
        )
        for one in kept
    ]
    return sorted(
        found,
        key=lambda one: (not one.incident.is_own, not one.is_open, place.get(one.incident.id, len(owed))),
    )
