"""Hits turned into findings: what a person needs to judge each, and the reason."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pyarrow as pa

from tocsin.detect.explain import Row, explain, explain_comparison, values_of
from tocsin.detect.plan import Plan
from tocsin.detect.result import Example, Finding, Note, Why
from tocsin.detect.severity import severity_of
from tocsin.engine.hits import HitGroup, Sample
from tocsin.engine.run import Outcome
from tocsin.errors import BadInput
from tocsin.model.timestamp import format_instant, parse_timestamp
from tocsin.service.detect.intake import FileReport

__all__ = ["Notes", "findings_of"]

_NAMESPACE = uuid.UUID("8f6f3a2e-5f0e-5f36-9a43-6f6f0d8c2d11")
"""Of finding ids; made once at random, and never changed."""

Notes = Callable[[str, str], tuple[Note, ...]]
"""Gives the known-good notes on a value of an object path."""


def findings_of(plan: Plan, outcome: Outcome, files: Sequence[FileReport], notes: Notes) -> list[Finding]:
    """Return the findings of a run, the gravest first. ``files`` is the evidence by its number."""
    ordinals = sorted({group.warning for group in outcome.hits})
    rows = plan.warnings.take(pa.array(ordinals, pa.int64())).to_pylist()
    maker = _Maker(plan, outcome, files, notes, dict(zip(ordinals, rows, strict=True)))
    found = [(maker.finding(group), group.first_us) for group in outcome.hits]
    return [one for one, _ in sorted(found, key=lambda pair: _order(*pair))]


def _order(finding: Finding, first_us: int | None) -> tuple[int, bool, int, str, str, str]:
    # By the time itself: as text, ".000Z" comes after ".000001Z".
    time = (first_us is not None, first_us or 0)
    return (-_RANK[finding.severity], *time, finding.title, finding.where, finding.id)


_RANK = {"low": 0, "medium": 1, "high": 2, "critical": 3}


class _Maker:
    def __init__(
        self,
        plan: Plan,
        outcome: Outcome,
        files: Sequence[FileReport],
        notes: Notes,
        warnings: dict[int, dict[str, Any]],
    ) -> None:
        self._plan = plan
        self._outcome = outcome
        self._files = files
        self._notes = notes
        self._warnings = warnings

    def finding(self, group: HitGroup) -> Finding:
        warning = self._warnings[group.warning]
        first, last = _time(group.first_us), _time(group.last_us)
        title = warning["name"] or warning["pattern"][:120]
        examples = self._examples(group)
        notes = (*self._value_notes(examples), *_period_notes(warning, first, last), *_time_notes(first))
        paths = [path for example in examples for path in example.values]
        name = "\n".join((warning["id"], warning["pattern"], group.host, group.actor, first))
        return Finding(
            id=f"finding--{uuid.uuid5(_NAMESPACE, name)}",
            warning=warning["id"],
            kind="hit",
            title=title,
            where=group.host,
            actor=group.actor,
            seen_by=group.sensors,
            first_seen=first,
            last_seen=last,
            count=group.count,
            severity=severity_of(warning["severity"], warning["labels"], warning["confidence"], paths, notes),
            confidence=warning["confidence"] if warning["confidence"] >= 0 else None,
            tlp=warning["tlp"],
            pattern=warning["pattern"],
            examples=examples,
            notes=notes,
            why=self._why(group, title, warning["pattern"]),
            source=warning["source"],
            description=warning["description"],
        )

    def _examples(self, group: HitGroup) -> tuple[Example, ...]:
        return tuple(
            Example(
                file=self._files[sample.file].name,
                row=sample.row,
                time=_time(sample.time_us),
                values=self._values(group.warning, sample),
            )
            for sample in group.samples
        )

    def _values(self, warning: int, sample: Sample) -> dict[str, str]:
        if sample.path:
            return {sample.path: sample.value}
        observation = self._outcome.observations.get((sample.file, sample.row))
        return {} if observation is None else values_of(self._plan.expression(warning), observation)

    def _why(self, group: HitGroup, title: str, pattern: str) -> Why:
        first = group.samples[0]
        if first.path:
            return explain_comparison(
                title, pattern, first.path, first.value, self._files[first.file].name, first.row
            )
        rows = [
            Row(self._files[sample.file].name, sample.row, observation)
            for sample in group.samples
            if (observation := self._outcome.observations.get((sample.file, sample.row))) is not None
        ]
        return explain(title, self._plan.expression(group.warning), rows)

    def _value_notes(self, examples: Iterable[Example]) -> tuple[Note, ...]:
        found: dict[Note, None] = {}
        for example in examples:
            for path, value in example.values.items():
                found.update(dict.fromkeys(self._notes(path, value)))
        return tuple(found)


def _period_notes(warning: dict[str, Any], first: str, last: str) -> tuple[Note, ...]:
    """Say where hits lie outside of the time that the warning was published for."""
    if not first:
        return ()
    notes = []
    if (start := _instant(warning["valid_from"])) is not None and parse_timestamp(last) < start:
        text = f"it was seen before {warning['valid_from'][:10]}, the day from which the warning holds"
        notes.append(Note(kind="before-validity", text=text))
    if (end := _instant(warning["valid_until"])) is not None and parse_timestamp(first) >= end:
        text = f"it was seen after {warning['valid_until'][:10]}, the day until which the warning holds"
        notes.append(Note(kind="after-validity", text=text))
    return tuple(notes)


def _time_notes(first: str) -> tuple[Note, ...]:
    """Say where no row bears a time, so that hits of any time are one finding."""
    text = "the rows bear no time, so they are gathered in a finding of their own and no order is known"
    return () if first else (Note(kind="no-time", text=text),)


def _instant(text: str) -> Any:
    try:
        return parse_timestamp(text) if text else None
    except BadInput:
        return None


def _time(time_us: int | None) -> str:
    return "" if time_us is None else format_instant(time_us * 1000)
