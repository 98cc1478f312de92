"""A report: what a rule asks, each with its answer from the incident, or *missing*."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tocsin.incidents.incident import Incident
from tocsin.incidents.rules.field import values
from tocsin.incidents.rules.rule import Ask, National, Need, Rule

__all__ = ["Line", "Report", "Section", "missing", "report_of"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One question. ``answers`` is empty where there is none; ``source`` is what asks it, and in which ``section``."""

    id: str
    words: str
    answers: tuple[str, ...]
    need: Need
    source: str
    section: str = ""

    @property
    def missing(self) -> bool:
        """Whether a report needs this answer and has none."""
        return self.need is Need.REQUIRED and not self.answers


class Section(msgspec.Struct, frozen=True):
    """Questions under one heading."""

    title: str
    lines: tuple[Line, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report for one rule, written and never sent by itself. ``due`` is the deadline in words, "" if none runs."""

    rule: Rule
    incident_id: str
    incident_name: str
    tlp: str
    national: National | None
    due: str
    made: str
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[Line, ...]:
        """The questions that have to be answered still."""
        return tuple(line for section in self.sections for line in section.lines if line.missing)

    @property
    def complete(self) -> bool:
        """Whether nothing that is required is missing."""
        return not self.missing


def report_of(
    rule: Rule,
    incident: Incident,
    *,
    made: str,
    due: str = "",
    country: str = "",
    notes: tuple[str, ...] = (),
) -> Report:
    """What ``rule`` asks, answered from ``incident``.

    ``made`` is when (RFC 3339), ``due`` the deadline in words, ``country`` the one whose law carries the rule out, that
    of the victim if "".
    """
    where = country or incident.victim.country
    grouped: dict[str, list[Line]] = {}
    for ask in rule.asks:
        grouped.setdefault(ask.group, []).append(_line(rule, ask, incident))
    return Report(
        rule=rule,
        incident_id=incident.id,
        incident_name=incident.name,
        tlp=incident.tlp,
        national=next((each for each in rule.national if each.country == where), None),
        due=due,
        made=made,
        sections=tuple(Section(title, tuple(lines)) for title, lines in grouped.items()),
        notes=notes,
    )


def missing(rule: Rule, incident: Incident) -> tuple[str, ...]:
    """What is required by ``rule`` and not in ``incident``, in the rule's words."""
    lines = (_line(rule, ask, incident) for ask in rule.asks)
    return tuple(line.words for line in lines if line.missing)


def _line(rule: Rule, ask: Ask, incident: Incident) -> Line:
    written = incident.answers.get(ask.id, "").strip()
    found = (written,) if written else tuple(_answers(ask, incident))
    source = rule.source(ask.source)
    return Line(
        id=ask.id,
        words=ask.words,
        answers=tuple(dict.fromkeys(found)),
        need=ask.need,
        source=source.title,
        section=ask.section or source.section,
    )


def _answers(ask: Ask, incident: Incident) -> Iterator[str]:
    """Where a question has several fields, each part of something says which: two bare times would say nothing."""
    for path in ask.fields:
        _, dot, name = path.rpartition(".")
        label = f"{name.replace('_', ' ')}: " if dot and len(ask.fields) > 1 else ""
        yield from (f"{label}{text}" for text in values(incident, path))
