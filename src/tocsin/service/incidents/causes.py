"""``causes``: why attack steps worked, over all incidents: the measures that were not there, the best known first.

A cause is a measure that would have stood in the way of a step and did not stand. That somebody says so of an incident
counts first; that the catalogue names the measure against the step's technique, and nobody says that it stood, is only
possible. Techniques and measures are joined here, for incidents know no measures and measures no incidents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tocsin.incidents.incident import Cause, Incident, MeasureNote, Stood
from tocsin.measures.catalogue import Catalogue
from tocsin.measures.chance import effects_of
from tocsin.measures.knowledge import Knowledge
from tocsin.measures.learned import Learned
from tocsin.measures.measure import Measure
from tocsin.service.measures.learned import learned_from

__all__ = ["Because", "Causes", "FoundCause", "Statement", "causes_of", "leading"]


@dataclass(frozen=True, slots=True)
class Because:
    """That a measure was missing in one incident: ``steps`` are the names of what it would have stood in the way of.

    ``said`` is the evidence where somebody says so, by ``source``; "" where it only follows from the technique.
    ``failed``: it was there and did not hold.
    """

    incident: str
    name: str
    steps: tuple[str, ...]
    said: str = ""
    source: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class FoundCause:
    """A measure that was missing, and where. ``words`` are for people.

    ``learned`` is how it did in all of the incidents, beside its guess; None where nobody says.
    """

    measure: Measure
    because: tuple[Because, ...]
    learned: Learned | None = None

    @property
    def words(self) -> str:
        """What was missing."""
        return self.measure.absent or self.measure.name

    @property
    def said(self) -> int:
        """In how many incidents somebody says so."""
        return sum(1 for one in self.because if one.said)


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody says the cause of an incident was; ``leads``: no other statement about it is better sourced."""

    incident: str
    name: str
    cause: Cause
    leads: bool


@dataclass(slots=True)
class Causes:
    """The causes of ``of`` incidents. ``unknown`` are techniques (id, incident) that ATT&CK does not know.

    ``open_steps`` are steps (name, technique, incident) against which the catalogue has no measure; ``without_steps``
    the incidents of which nobody wrote down how they went.
    """

    of: int
    causes: tuple[FoundCause, ...]
    statements: tuple[Statement, ...] = ()
    unknown: list[tuple[str, str]] = field(default_factory=list)
    open_steps: list[tuple[str, str, str]] = field(default_factory=list)
    without_steps: list[str] = field(default_factory=list)


def causes_of(
    incidents: Iterable[Incident], catalogue: Catalogue, knowledge: Knowledge, *, in_place: Iterable[str] = ()
) -> Causes:
    """Rank the causes: in how many incidents somebody says so, then in how many it is possible, then by name.

    ``in_place`` are measures that stood at whoever had the incidents: they are possible causes of none.
    """
    chosen = list(incidents)
    against = _against(catalogue, knowledge)
    measures = {one.id: one for one in catalogue.measures}
    standing = frozenset(in_place)
    found: dict[str, list[Because]] = {}
    told = Causes(len(chosen), ())
    for one in chosen:
        for measure, because in _of_one(one, against, knowledge, standing, told).items():
            found.setdefault(measure, []).append(because)
    learned = {one.measure: one for one in learned_from(chosen, catalogue, knowledge)}
    ranked = [
        FoundCause(measures[id], tuple(because), learned.get(id))
        for id, because in found.items()
        if id in measures
    ]
    ranked.sort(key=lambda cause: (-cause.said, -len(cause.because), cause.measure.id))
    told.causes = tuple(ranked)
    told.statements = tuple(each for one in chosen for each in leading(one))
    return told


def leading(incident: Incident) -> list[Statement]:
    """What is said of the cause, the best sourced first; of equal ones the latest statement leads."""
    said = sorted(incident.causes, key=lambda cause: (cause.weight, cause.stated), reverse=True)
    best = said[0].weight if said else 0
    return [Statement(incident.id, incident.name, one, one.weight == best) for one in said]


def _against(catalogue: Catalogue, knowledge: Knowledge) -> Mapping[str, list[str]]:
    """The measures that stand against each technique, as the catalogue has them."""
    found: dict[str, list[str]] = {}
    for measure, techniques in effects_of(catalogue.measures, knowledge).items():
        for technique in techniques:
            found.setdefault(technique, []).append(measure)
    return found


def _of_one(
    incident: Incident,
    against: Mapping[str, list[str]],
    knowledge: Knowledge,
    standing: frozenset[str],
    told: Causes,
) -> dict[str, Because]:
    if not incident.flow.actions:
        told.without_steps.append(incident.name)
    stood = {note.measure for note in incident.measures if note.stood is Stood.STOOD}
    steps: dict[str, list[str]] = {}
    for step in incident.flow.actions:
        held = knowledge.technique(step.technique) if step.technique else None
        if step.technique and held is None:
            told.unknown.append((step.technique, incident.name))
        measures = against.get(held.id, []) if held else []
        if not measures:
            told.open_steps.append((step.name or step.id, step.technique, incident.name))
        for measure in measures:
            steps.setdefault(measure, []).append(step.name or step.id)
    found = {
        measure: Because(incident.id, incident.name, tuple(names))
        for measure, names in steps.items()
        if measure not in stood and measure not in standing
    }
    for note in incident.measures:
        if note.stood is not Stood.STOOD:
            found[note.measure] = _noted(incident, note, steps)
    return found


def _noted(incident: Incident, note: MeasureNote, steps: Mapping[str, list[str]]) -> Because:
    names = {step.id: step.name or step.id for step in incident.flow.nodes}
    at = (names[note.step],) if note.step in names else tuple(steps.get(note.measure, ()))
    source = note.source
    by = f"{source.title}, {source.publisher}".strip(", ") if source else ""
    return Because(
        incident.id,
        incident.name,
        at,
        said=note.evidence or "noted in the incident's own form",
        source=by + (f", {source.day}" if source and source.day else ""),
        failed=note.stood is Stood.FAILED,
    )
