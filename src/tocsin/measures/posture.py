"""Which measures stand, by what persons said; what the node knows itself stands beside it and overrides nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from tocsin.measures.assessment import Assessment, State
from tocsin.measures.automatic import Observed, Speaks
from tocsin.measures.measure import Measure
from tocsin.measures.standing import NotCounted, Standing, StandingRead, why_not_counted

__all__ = ["Posture", "PostureLine", "Said", "posture_of"]

_CONTRADICTIONS: Final = {
    (State.IN_PLACE, Speaks.AGAINST): "said to be in place, and what this node knows speaks against it",
    (State.ABSENT, Speaks.FOR): "said not to be there, and this node knows of a part of it",
}
_CLAIMED: Final = (State.IN_PLACE, State.PARTLY)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said of a measure: who, and when it was noted (RFC 3339)."""

    assessment: Assessment
    by: str
    noted: str


class PostureLine(msgspec.Struct, frozen=True, kw_only=True):
    """How one measure stands.

    ``said`` is None where nobody said anything. ``counts`` is whether it counts as standing, ``why_not`` why what is
    said to be there does not. ``age_days`` is the age of the evidence, None where it has no day; ``old`` is
    whether that is more than is asked for. ``contradictions`` are in words.
    """

    measure: str
    name: str
    said: Said | None
    counts: bool
    why_not: str = ""
    age_days: int | None = None
    old: bool = False
    observed: tuple[Observed, ...] = ()
    contradictions: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """What a person said, unknown if nobody did."""
        return self.said.assessment.state if self.said else State.UNKNOWN


class Posture(msgspec.Struct, frozen=True, kw_only=True):
    """How each measure of a catalogue stands, in its order.

    ``elsewhere`` are the ids of measures that are said to be there, be it in part, and that this catalogue has not.
    """

    lines: tuple[PostureLine, ...]
    old_days: int
    elsewhere: tuple[str, ...] = ()

    @property
    def standing(self) -> StandingRead:
        """What counts, with its doubts, and what is said to stand and does not count."""
        claimed = [one for one in self.lines if one.state in _CLAIMED]
        return StandingRead(
            standing=tuple(_standing(one) for one in claimed if one.counts),
            not_counted=(
                *(NotCounted(measure=one.measure, why=one.why_not) for one in claimed if not one.counts),
                *(
                    NotCounted(measure=one, why="this catalogue has no such measure")
                    for one in self.elsewhere
                ),
            ),
            named=frozenset((*(one.measure for one in self.lines if one.said), *self.elsewhere)),
        )


def posture_of(
    measures: Sequence[Measure],
    said: Mapping[str, Said],
    seen: Iterable[Observed],
    *,
    today: dt.date,
    old_days: int,
) -> Posture:
    """How the measures of a catalogue stand on ``today``, by what was ``said`` of each (by id) and what was ``seen``.

    Evidence older than ``old_days`` still counts, and is called old.
    """
    by_measure: dict[str, list[Observed]] = {}
    for one in seen:
        by_measure.setdefault(one.measure, []).append(one)
    known = {one.id for one in measures}
    return Posture(
        lines=tuple(
            _line(one, said.get(one.id), by_measure.get(one.id, ()), today, old_days) for one in measures
        ),
        old_days=old_days,
        elsewhere=tuple(
            sorted(
                measure
                for measure, one in said.items()
                if measure not in known and one.assessment.state in _CLAIMED
            )
        ),
    )


def _standing(one: PostureLine) -> Standing:
    assert one.said is not None
    doubts = [
        *([f"the evidence is {one.age_days:,} days old"] if one.old else []),
        *(each.text for each in one.observed if each.speaks is Speaks.AGAINST),
    ]
    held = one.said.assessment
    return Standing(measure=one.measure, evidence=held.evidence, day=held.day, doubts=tuple(doubts))


def _line(
    measure: Measure, said: Said | None, seen: Sequence[Observed], today: dt.date, old_days: int
) -> PostureLine:
    if said is None:
        return PostureLine(
            measure=measure.id, name=measure.name, said=None, counts=False, observed=tuple(seen)
        )
    held = said.assessment
    why = why_not_counted(held, today)
    age = (today - dt.date.fromisoformat(held.day)).days if held.day else None
    told = (_CONTRADICTIONS.get((held.state, one.speaks)) for one in seen)
    return PostureLine(
        measure=measure.id,
        name=measure.name,
        said=said,
        counts=not why,
        why_not=why if held.state in _CLAIMED else "",
        age_days=age,
        old=age is not None and age > old_days,
        observed=tuple(seen),
        contradictions=tuple(dict.fromkeys(one for one in told if one)),
    )
