"""What a rule may ask of an incident itself, each yes, no or unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tocsin.incidents.incident import Determination, ImpactCategory, Incident
from tocsin.incidents.rules.profile import Answer
from tocsin.model.sectors import find_sector

__all__ = ["ANSWERS", "INCIDENT_FACTS", "of_incident"]

ANSWERS: Final = "answers."
"""``answers.ID``: what the incident answers to the question ``ID`` of the rule, if that is yes or no."""

_LONG_OUTAGE_H: Final = 4
_WATER: Final = "water-and-wastewater"
_DID_NOT: Final = frozenset(
    {
        Determination.FALSE_POSITIVE,
        Determination.BLOCKED,
        Determination.FAILED_ATTEMPT,
    }
)


def _real(incident: Incident) -> Answer:
    return Answer.NO if incident.determination is Determination.FALSE_POSITIVE else Answer.YES


def _happened(incident: Incident) -> Answer:
    return Answer.NO if incident.determination in _DID_NOT else Answer.YES


def _attempt(incident: Incident) -> Answer:
    if incident.determination in {Determination.BLOCKED, Determination.FAILED_ATTEMPT}:
        return Answer.YES
    return Answer.UNKNOWN if incident.determination is Determination.SUSPECTED else Answer.NO


def _sector(incident: Incident) -> Answer:
    named = any(find_sector(each) for each in incident.victim.sectors)
    return Answer.YES if named else Answer.UNKNOWN


def _water(incident: Incident) -> Answer:
    """What is said to waterworks alone is noise to all others, so that here unsaid is no."""
    named = {found.id for each in incident.victim.sectors if (found := find_sector(each))}
    return Answer.YES if _WATER in named else Answer.NO


def _ransom(incident: Incident) -> Answer:
    words = {each.lower() for each in incident.kinds}
    paid = incident.moments.paid is not None
    return Answer.YES if incident.ransom is not None or paid or "ransomware" in words else Answer.NO


def _long_outage(incident: Incident) -> Answer:
    hours = [
        each.hours
        for each in incident.impacts
        if each.category is ImpactCategory.AVAILABILITY and each.hours is not None
    ]
    if not hours:
        return Answer.UNKNOWN
    return Answer.YES if max(hours) >= _LONG_OUTAGE_H else Answer.UNKNOWN


INCIDENT_FACTS: Final[Mapping[str, Callable[[Incident], Answer]]] = {
    "incident.real": _real,
    "incident.happened": _happened,
    "incident.attempt": _attempt,
    "incident.sector": _sector,
    "incident.water": _water,
    "incident.ransom": _ransom,
    "incident.long_outage": _long_outage,
}
"""``real``: it is no false alarm. ``happened``: it is that, and did not fail. ``attempt``: it was tried and failed.

``sector``: it names one of the 16 sectors as its victim's. ``water``: water and
waste water is one of those that it names. ``ransom``: a ransom was demanded or paid.
``long_outage``: something was down for four hours or more; a shorter outage may yet become one.
"""


def of_incident(fact: str, incident: Incident) -> Answer | None:
    """What ``incident`` says of ``fact``; None if that is no fact of an incident."""
    if fact.startswith(ANSWERS):
        written = incident.answers.get(fact.removeprefix(ANSWERS), "").strip().lower()
        return Answer(written) if written in {"yes", "no"} else Answer.UNKNOWN
    known = INCIDENT_FACTS.get(fact)
    return known(incident) if known is not None else None
