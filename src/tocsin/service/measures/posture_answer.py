"""How measures stand as it is given to machines: what ``posture show --format json`` prints, and its page's twin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from tocsin.measures.posture import Posture, PostureLine, Said
from tocsin.service.measures.benchmark import Beside, Given

__all__ = [
    "BenchmarkAnswer",
    "BenchmarkRow",
    "ObservedRow",
    "PostureAnswer",
    "PostureRow",
    "SaidRow",
    "posture_answer",
]


class ObservedRow(msgspec.Struct, kw_only=True):
    """What the node knows itself of a measure: for, against or cannot-tell, in words, and of which day."""

    speaks: str
    text: str
    day: str


class PostureRow(msgspec.Struct, kw_only=True):
    """How one measure stands. ``counts`` is whether it counts as standing, ``why_not`` why what is claimed does not."""

    measure: str
    name: str
    state: str
    counts: bool
    why_not: str | None
    evidence: str | None
    day: str | None
    age_days: int | None
    old: bool
    by: str | None
    noted: str | None
    observed: list[ObservedRow]
    contradictions: list[str]


class SaidRow(msgspec.Struct, kw_only=True):
    """Something that was said of a measure, by whom and when."""

    state: str
    evidence: str | None
    day: str | None
    by: str
    noted: str


class BenchmarkRow(msgspec.Struct, kw_only=True):
    """How many of a sector have a measure: from the first ``band`` to the last. ``here`` is how it stands here."""

    measure: str
    here: str | None
    band: list[str]
    share: str
    as_of: str
    responders_at_least: int


class BenchmarkAnswer(msgspec.Struct, kw_only=True):
    """What ``hub`` tells of a sector; null is this node itself."""

    hub: str | None
    sector: str
    measures: list[BenchmarkRow]


class PostureAnswer(msgspec.Struct, kw_only=True):
    """All measures of the catalogue, how many stand how, and benchmarks.

    ``history`` is all that was said, if it was asked for one measure.
    """

    measures: list[PostureRow]
    counts: dict[str, int]
    old_days: int
    not_in_catalogue: list[str]
    history: list[SaidRow]
    benchmarks: list[BenchmarkAnswer]


def posture_answer(
    found: Posture, before: Iterable[Said], others: Iterable[tuple[Given, Sequence[Beside]]]
) -> PostureAnswer:
    """A posture for machines; ``before`` is what was said, ``others`` are benchmarks with what stands here."""
    states = [one.state.value for one in found.lines]
    return PostureAnswer(
        measures=[_row(one) for one in found.lines],
        counts={
            "measures": len(found.lines),
            "standing": len(found.standing.standing),
            **{name: states.count(name) for name in ("in-place", "partly", "absent", "unknown")},
        },
        old_days=found.old_days,
        not_in_catalogue=list(found.elsewhere),
        history=[
            SaidRow(
                state=one.assessment.state.value,
                evidence=one.assessment.evidence or None,
                day=one.assessment.day or None,
                by=one.by,
                noted=one.noted,
            )
            for one in before
        ],
        benchmarks=[_benchmark(given, rows) for given, rows in others],
    )


def _row(one: PostureLine) -> PostureRow:
    said = one.said
    return PostureRow(
        measure=one.measure,
        name=one.name,
        state=one.state.value,
        counts=one.counts,
        why_not=one.why_not or None,
        evidence=(said.assessment.evidence if said else "") or None,
        day=(said.assessment.day if said else "") or None,
        age_days=one.age_days,
        old=one.old,
        by=said.by if said else None,
        noted=said.noted if said else None,
        observed=[
            ObservedRow(speaks=each.speaks.value, text=each.text, day=each.day) for each in one.observed
        ],
        contradictions=list(one.contradictions),
    )


def _benchmark(given: Given, rows: Iterable[Beside]) -> BenchmarkAnswer:
    return BenchmarkAnswer(
        hub=given.by or None,
        sector=given.benchmark.sector,
        measures=[
            BenchmarkRow(
                measure=one.measure,
                here=one.own.value if one.own else None,
                band=list(dict.fromkeys((one.told.low, one.told.high))),
                share=one.told.share,
                as_of=one.told.day,
                responders_at_least=one.told.size,
            )
            for one in rows
        ],
    )
