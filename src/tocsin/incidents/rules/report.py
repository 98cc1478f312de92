"""A report: what a rule asks, each with its answer from the incident, or *missing*."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tocsin.incidents.incident import Incident, Learned, Told
from tocsin.incidents.rules.field import values
from tocsin.incidents.rules.rule import Ask, National, Need, Rule

__all__ = ["Earlier", "Line", "Report", "Section", "missing", "report_of"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One question. ``answers`` is empty where there is none; ``source`` is what asks it, and in which ``section``.

    ``before`` are the answers when the recipient was told last, None where it was not told yet.
    """

    id: str
    words: str
    answers: tuple[str, ...]
    need: Need
    source: str
    section: str = ""
    before: tuple[str, ...] | None = None

    @property
    def change(self) -> str:
        """``new``, ``changed`` or ``withdrawn`` since the recipient was told last; "" if it is as it was."""
        if self.before is None or self.before == self.answers:
            return ""
        return "changed" if self.before and self.answers else "new" if self.answers else "withdrawn"

    @property
    def missing(self) -> bool:
        """Whether a report needs this answer and has none."""
        return self.need is Need.REQUIRED and not self.answers


class Section(msgspec.Struct, frozen=True):
    """Questions under one heading."""

    title: str
    lines: tuple[Line, ...]


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """What the recipient was told last, in ``told``, and ``incident`` as it was known then.

    ``learned`` is what became known since and matters to the rule.
    """

    told: Told
    incident: Incident
    learned: tuple[Learned, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report for one rule, written and never sent by itself. ``due`` is the deadline in words, "" if none runs.

    ``told`` is what its recipient was told last, None if nothing; ``learned`` what became known since.
    """

    rule: Rule
    incident_id: str
    incident_name: str
    tlp: str
    national: National | None
    due: str
    made: str
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    told: Told | None = None
    learned: tuple[Learned, ...] = ()

    @property
    def changed(self) -> tuple[Line, ...]:
        """The questions that are answered otherwise than when the recipient was told last."""
        return tuple(line for section in self.sections for line in section.lines if line.change)

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
    earlier: Earlier | None = None,
) -> Report:
    """What ``rule`` asks, answered from ``incident``.

    ``made`` is when (RFC 3339), ``due`` the deadline in words, ``country`` the one whose law carries the rule out, that
    of the victim if "". With ``earlier`` it says what changed since.
    """
    where = country or incident.victim.country
    grouped: dict[str, list[Line]] = {}
    then = _as_told(earlier, incident) if earlier is not None else None
    for ask in rule.asks:
        before = _line(rule, ask, then).answers if then is not None else None
        line = msgspec.structs.replace(_line(rule, ask, incident), before=before)
        grouped.setdefault(ask.group, []).append(line)
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
        told=earlier.told if earlier is not None else None,
        learned=earlier.learned if earlier is not None else (),
    )


def _as_told(earlier: Earlier, incident: Incident) -> Incident:
    """That somebody was told is noted after it: it is no news to them."""
    told = tuple(each for each in incident.told if each.at.us <= earlier.told.at.us)
    return msgspec.structs.replace(earlier.incident, told=told)


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
