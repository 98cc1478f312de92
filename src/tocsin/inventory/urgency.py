"""What is at stake with a vulnerability, from all who judged it, and by when it is to be mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from typing import Final

from tocsin.inventory.advisory import Stakes
from tocsin.inventory.decision_table import Decision, DecisionTable
from tocsin.inventory.epss import Chance

__all__ = ["Priorities", "by_when", "decide", "merged"]


@dataclass(frozen=True, slots=True)
class Priorities:
    """By what it is told what comes first.

    ``table`` says what to do and by when. ``chance`` gives how likely a vulnerability is to be exploited, ``sectors``
    are those that whoever asks is in (ids of :mod:`tocsin.model.sectors`). ``mission`` is what is at stake there for
    the mission and the public (``low``, ``medium``, ``high``), "" where nobody said; only the coordinator's table asks.
    """

    table: DecisionTable
    chance: Callable[[str], Chance | None] = lambda _: None
    sectors: frozenset[str] = frozenset()
    mission: str = ""


_NOTHING: Final = Stakes()


def merged(several: Iterable[Stakes]) -> Stakes:
    """One judgement of several: of each point the first that is given, but the higher of two that differ in danger."""
    return reduce(_merge, several, _NOTHING)


def _merge(one: Stakes, other: Stakes) -> Stakes:
    return Stakes(
        exploitation=_worse(one.exploitation, other.exploitation, ("none", "public poc", "active")),
        automatable=_worse(one.automatable, other.automatable, ("no", "yes")),
        impact=_worse(one.impact, other.impact, ("partial", "total")),
        cvss=one.cvss or other.cvss,
        score=max((score for score in (one.score, other.score) if score is not None), default=None),
        epss=max((epss for epss in (one.epss, other.epss) if epss is not None), default=None),
        exploited=one.exploited or other.exploited,
        weaknesses=one.weaknesses or other.weaknesses,
    )


def _worse(one: str, other: str, order: tuple[str, ...]) -> str:
    return max(one, other, key=lambda word: order.index(word) if word in order else -1)


def decide(priorities: Priorities, stakes: Stakes, *, exposed: bool) -> Decision:
    """What the table says to do where ``exposed`` tells whether it can be reached from the internet."""
    return priorities.table.decide(
        {
            "in_kev": "yes" if stakes.exploited else "no",
            "exposed": "yes" if exposed else "no",
            "automatable": stakes.automatable,
            "impact": stakes.impact,
            "exploitation": "active" if stakes.exploited else stakes.exploitation.replace(" ", "-"),
            "mission": priorities.mission,
        }
    )


def by_when(decision: Decision, known_since: date) -> str:
    """The day by which it is to be mended (``YYYY-MM-DD``), counted from when it was known here; "" if none is set."""
    days = decision.outcome.days
    return "" if days is None else (known_since + timedelta(days=days)).isoformat()
