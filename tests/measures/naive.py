"""The model once more, slowly and in exact fractions, and every choice tried; nothing of the program is used for it."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

__all__ = ["best", "choices", "count", "stopped"]


def stopped(attempt, chosen, effects, model):
    """Whether the attempt's exact chance is at most the threshold, but for the last digits."""
    chance = Fraction(1)
    for stage in attempt.stages:
        ways = []
        for technique in stage.techniques:
            factors = [Fraction(effects[one].get(technique, 1)) for one in chosen]
            way = Fraction(1)
            for factor in sorted(factors)[: model.at_most or None]:
                way *= factor
            ways.append(way)
        chance *= max(ways)
    return chance <= Fraction(model.threshold) * (1 + Fraction(1, 10**9))


def count(attempts, chosen, effects, model):
    """How many attempts the measures stop."""
    return sum(stopped(one, chosen, effects, model) for one in attempts)


def choices(measures, wish):
    """Every set of measures that the wish allows, without those in place."""
    free = sorted(set(measures) - wish.have - wish.never)
    for size in range(len(free) + 1):
        for one in combinations(free, size):
            few = wish.measures is None or size <= wish.measures
            cheap = wish.budget is None or sum(measures[each].cost for each in one) <= wish.budget
            if few and cheap and wish.must - wish.have <= set(one):
                yield frozenset(one)


def best(attempts, measures, effects, model, wish):
    """The most attempts that any allowed choice stops, and the choices that do."""
    by = {one: count(attempts, one | wish.have, effects, model) for one in choices(measures, wish)}
    most = max(by.values())
    return most, {one for one, each in by.items() if each == most}
