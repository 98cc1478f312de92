"""Which measures stand already: each with its evidence and the day from which that is, else it does not count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from tocsin.measures.assessment import Assessment, State, read_assessments

__all__ = ["NotCounted", "Standing", "StandingRead", "counted", "joined", "read_standing", "why_not_counted"]

_CLAIMED: Final = (State.IN_PLACE, State.PARTLY)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A measure (id) that stands, by what it is known, and the day (``YYYY-MM-DD``) of that; ``doubts`` in words."""

    measure: str
    evidence: str
    day: str
    doubts: tuple[str, ...] = ()


class NotCounted(msgspec.Struct, frozen=True, kw_only=True):
    """A measure (id) that is said to stand and does not count, and why."""

    measure: str
    why: str


class StandingRead(msgspec.Struct, frozen=True, kw_only=True):
    """What counts, and what is said to stand, be it in part, and does not; ``named`` is all that is spoken of (ids)."""

    standing: tuple[Standing, ...] = ()
    not_counted: tuple[NotCounted, ...] = ()
    named: frozenset[str] = frozenset()

    @property
    def measures(self) -> frozenset[str]:
        """The ids of what counts."""
        return frozenset(one.measure for one in self.standing)


def read_standing(data: bytes, name: str, known: Collection[str], today: dt.date) -> StandingRead:
    """Read ``[[have]]`` tables, as :func:`~tocsin.measures.assessment.read_assessments` does, and count what stands.

    Raises:
        BadInput: it is no such TOML, names a measure that is not ``known`` (ids) or one twice; it names the place.
        LimitExceeded: it is larger than ``limits.MEASURES_FILE_BYTES``.
    """
    return counted(read_assessments(data, name, known), today)


def counted(said: Iterable[Assessment], today: dt.date) -> StandingRead:
    """What of all that is said to stand counts on ``today``."""
    standing: list[Standing] = []
    not_counted: list[NotCounted] = []
    named: set[str] = set()
    for one in said:
        named.add(one.measure)
        if one.state not in _CLAIMED:
            continue
        why = why_not_counted(one, today)
        if why:
            not_counted.append(NotCounted(measure=one.measure, why=why))
        else:
            standing.append(Standing(measure=one.measure, evidence=one.evidence, day=one.day))
    return StandingRead(standing=tuple(standing), not_counted=tuple(not_counted), named=frozenset(named))


def joined(first: StandingRead, then: StandingRead) -> StandingRead:
    """Both together; of a measure that ``first`` names, what ``then`` says is left out."""
    named = first.named
    return StandingRead(
        standing=(*first.standing, *(one for one in then.standing if one.measure not in named)),
        not_counted=(*first.not_counted, *(one for one in then.not_counted if one.measure not in named)),
        named=named | then.named,
    )


def why_not_counted(one: Assessment, today: dt.date) -> str:
    """Why what is said does not count as standing on ``today``, "" if it does."""
    if one.state is not State.IN_PLACE:
        return "it is there only in part" if one.state is State.PARTLY else "nobody says that it is there"
    if not one.evidence:
        return "no evidence is given"
    if not one.day:
        return "the evidence has no date"
    if one.day > today.isoformat():
        return f"the evidence is dated {one.day}, which is still to come"
    return ""
