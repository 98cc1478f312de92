"""What incidents teach of a measure: beside the stated guess, what follows from how often it was there and failed.

The share of attempts that a measure leaves is taken as the unknown chance of a coin. The guess is what is believed
before (a Beta distribution with the guess as its mean, worth :data:`WEIGHT` attempts), each incident in which the
measure was there is a throw, and what is believed after is again a Beta distribution (the conjugate prior of a
binomial; Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.4).

Only incidents are seen. What a measure stopped before anybody noticed is in no count, so that what is learned makes
measures look worse than they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from math import exp, lgamma, log, log1p
from typing import Final

import msgspec

from tocsin.measures.measure import Measure, factor_of
from tocsin.model.told.number import number

__all__ = [
    "BIAS",
    "WEIGHT",
    "WEIGHT_WITH_EVIDENCE",
    "Learned",
    "LearnedFactor",
    "Observation",
    "Outcome",
    "learned_about",
    "learned_of",
    "learned_words",
    "with_learned",
]

WEIGHT: Final = 4.0
"""So many observed attempts a guess is worth that nothing speaks for. A guess itself."""
WEIGHT_WITH_EVIDENCE: Final = 8.0
"""The same for one that has evidence."""
BIAS: Final = (
    "Only incidents are seen: what a measure stopped before anybody noticed is counted nowhere, so it looks worse here "
    "than it is."
)
_LEAST, _MOST = 0.01, 0.99
"""No guess is so sure that a measure always works, or never does."""
_RANGE: Final = (0.05, 0.95)
_TINY: Final = 1e-300
_STEPS: Final = 300


class Outcome(Enum):
    """How a measure did in one incident."""

    FAILED = "failed"
    STOOD = "stood"
    ABSENT = "absent"


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """That a measure (id) did so in an incident (id), against a technique (id as its guesses have it, "" for any)."""

    incident: str
    measure: str
    outcome: Outcome
    technique: str = ""


class LearnedFactor(msgspec.Struct, frozen=True, kw_only=True):
    """The share of attempts that a measure leaves: as guessed, and as learned.

    ``technique`` is the one that the guess is about, "" for all without a guess of their own. ``weight`` is how many
    attempts the guess is worth. ``learned`` is the mean of what is believed after, and between ``low`` and ``high`` it
    lies with nine chances in ten.
    """

    technique: str
    guess: float
    weight: float
    failed: int
    stood: int
    learned: float
    low: float
    high: float


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """In how many incidents a measure (id) was there and failed, was there and stood, and was not there."""

    measure: str
    failed: int
    stood: int
    absent: int
    factors: tuple[LearnedFactor, ...] = ()


def learned_of(measures: Iterable[Measure], observations: Iterable[Observation]) -> tuple[Learned, ...]:
    """What was observed of each measure, of those of which anything was.

    An incident counts once for a measure, and once for each of its factors: as failed if it failed anywhere in it, else
    as stood if it stood anywhere. That it was not there says nothing of what it does.
    """
    seen: dict[str, list[Observation]] = {}
    for one in observations:
        seen.setdefault(one.measure, []).append(one)
    return tuple(_learned(one, seen[one.id]) for one in measures if one.id in seen)


def with_learned(measures: Iterable[Measure], learned: Iterable[Learned]) -> tuple[Measure, ...]:
    """The measures with what was learned in place of the guesses that it is about."""
    factors = {one.measure: {each.technique: each.learned for each in one.factors} for one in learned}
    return tuple(_changed(one, factors.get(one.id, {})) for one in measures)


def learned_words(one: Learned) -> str:
    """What was learned of a measure, in one sentence beside its guess."""
    there = one.failed + one.stood
    said = (
        [f"it was there in {number(there, 'incident')} and failed in {one.failed or 'none'}"] if there else []
    )
    for each in one.factors:
        about = f" of {each.technique}" if each.technique else ""
        said.append(
            f"lets{about} {each.guess:.0%} through by the guess, {each.learned:.0%} after these"
            f" ({each.low:.0%} to {each.high:.0%})"
        )
    if one.absent:
        said.append(f"it was not there in {number(one.absent, 'incident')}")
    told = "; ".join(said)
    return told[:1].upper() + told[1:]


def learned_about(learned: Sequence[Learned], *, used: bool) -> list[str]:
    """How far a plan uses what was learned, in sentences; nothing where nothing was."""
    moved = sum(bool(one.factors) for one in learned)
    if not moved:
        return []
    if used:
        return [f"Of {number(moved, 'measure')} the guess was moved by what incidents say. {BIAS}"]
    return [f"Of {number(moved, 'measure')} incidents say how it did; the guesses are used as they are."]


def _learned(measure: Measure, seen: Sequence[Observation]) -> Learned:
    whole = _by_incident(seen)
    by_factor: dict[str, list[Observation]] = {}
    for one in seen:
        key = one.technique if one.technique in measure.left_by else ""
        by_factor.setdefault(key, []).append(one)
    counted = {key: _by_incident(held) for key, held in sorted(by_factor.items())}
    return Learned(
        measure=measure.id,
        failed=_count(whole, Outcome.FAILED),
        stood=_count(whole, Outcome.STOOD),
        absent=_count(whole, Outcome.ABSENT),
        factors=tuple(
            _factor(measure, key, _count(held, Outcome.FAILED), _count(held, Outcome.STOOD))
            for key, held in counted.items()
            if set(held.values()) - {Outcome.ABSENT}
        ),
    )


def _by_incident(seen: Iterable[Observation]) -> dict[str, Outcome]:
    order = list(Outcome)
    found: dict[str, Outcome] = {}
    for one in seen:
        found[one.incident] = min(found.get(one.incident, one.outcome), one.outcome, key=order.index)
    return found


def _count(held: Mapping[str, Outcome], outcome: Outcome) -> int:
    return sum(one is outcome for one in held.values())


def _factor(measure: Measure, technique: str, failed: int, stood: int) -> LearnedFactor:
    guess = factor_of(measure, technique)
    weight = WEIGHT_WITH_EVIDENCE if measure.evidence else WEIGHT
    before = min(_MOST, max(_LEAST, guess))
    a, b = weight * before + failed, weight * (1 - before) + stood
    low, high = (_quantile(share, a, b) for share in _RANGE)
    return LearnedFactor(
        technique=technique,
        guess=guess,
        weight=weight,
        failed=failed,
        stood=stood,
        learned=a / (a + b),
        low=low,
        high=high,
    )


def _changed(measure: Measure, factors: Mapping[str, float]) -> Measure:
    if not factors:
        return measure
    by = {name: factors.get(name, left) for name, left in measure.left_by.items()}
    return msgspec.structs.replace(measure, left=factors.get("", measure.left), left_by=by)


def _quantile(share: float, a: float, b: float) -> float:
    """Below which value so large a ``share`` of the Beta distribution lies, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _below(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _below(x: float, a: float, b: float) -> float:
    """The share of the Beta distribution below ``x``, 0 < x < 1: the regularised incomplete beta function."""
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x > (a + 1) / (a + b + 2):
        return 1.0 - front * _fraction(1 - x, b, a) / b
    return front * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method as Thompson has it."""
    value, c, d = 1.0, 1.0, 0.0
    for step in range(_STEPS):
        m = step // 2
        if step == 0:
            term = 1.0
        elif step % 2 == 0:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1.0 / _not_zero(1.0 + term * d)
        c = _not_zero(1.0 + term / c)
        value *= c * d
        if step and abs(c * d - 1.0) < 1e-15:
            break
    # What is worked out is 1 and the fraction: the method needs a first term that is not 0.
    return value - 1.0


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
