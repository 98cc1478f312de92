"""Causes as they are given to machines: what ``causes --format json`` prints, and its page's twin."""

from __future__ import annotations

import msgspec

from tocsin.measures.learned import Learned
from tocsin.service.incidents.causes import Causes

__all__ = [
    "BecauseRow",
    "CauseRow",
    "CausesAnswer",
    "OpenStep",
    "StatementRow",
    "UnknownTechnique",
    "causes_answer",
]


class BecauseRow(msgspec.Struct, kw_only=True):
    """One incident behind a cause; ``said`` is null where it only follows from the technique of a step."""

    incident: str
    name: str
    steps: list[str]
    said: str | None
    source: str | None
    failed: bool


class CauseRow(msgspec.Struct, kw_only=True):
    """A measure that was missing: in how many incidents somebody says so, and in how many it is possible.

    ``learned`` is how it did in all of the incidents, beside its guess.
    """

    measure: str
    words: str
    said: int
    possible: int
    because: list[BecauseRow]
    learned: Learned | None = None


class StatementRow(msgspec.Struct, kw_only=True):
    """What somebody says the cause of an incident was."""

    incident: str
    name: str
    text: str
    leads: bool
    weight: int
    technique: str | None
    source: str | None


class UnknownTechnique(msgspec.Struct, kw_only=True):
    """A technique that ATT&CK does not know, and the name of its incident."""

    technique: str
    name: str


class OpenStep(msgspec.Struct, kw_only=True):
    """A step against which the catalogue has no measure, and the name of its incident."""

    step: str
    technique: str | None
    name: str


class CausesAnswer(msgspec.Struct, kw_only=True):
    """The causes of so many incidents, and what cannot be told of them."""

    incidents: int
    causes: list[CauseRow]
    statements: list[StatementRow]
    unknown_techniques: list[UnknownTechnique]
    no_measure: list[OpenStep]
    without_steps: list[str]


def causes_answer(found: Causes) -> CausesAnswer:
    """``found`` in full."""
    return CausesAnswer(
        incidents=found.of,
        causes=[
            CauseRow(
                measure=one.measure.id,
                words=one.words,
                said=one.said,
                possible=len(one.because) - one.said,
                because=[
                    BecauseRow(
                        incident=each.incident,
                        name=each.name,
                        steps=list(each.steps),
                        said=each.said or None,
                        source=each.source or None,
                        failed=each.failed,
                    )
                    for each in one.because
                ],
                learned=one.learned,
            )
            for one in found.causes
        ],
        statements=[
            StatementRow(
                incident=one.incident,
                name=one.name,
                text=one.cause.text,
                leads=one.leads,
                weight=one.cause.weight,
                technique=one.cause.technique or None,
                source=one.cause.source.title if one.cause.source else None,
            )
            for one in found.statements
        ],
        unknown_techniques=[UnknownTechnique(technique=id, name=name) for id, name in found.unknown],
        no_measure=[
            OpenStep(step=step, technique=technique or None, name=name)
            for step, technique, name in found.open_steps
        ],
        without_steps=found.without_steps,
    )
