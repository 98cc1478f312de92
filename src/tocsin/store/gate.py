"""A gate: which labels a viewer must be allowed, so that one row may be seen. Pure.

An object may be seen by those who may see its own label and, of each object that it refers to, some version. Written
out over everything that it reaches, that is a formula of labels: *all* of some clauses must hold, each of which is
*any* of some labels. There are no negations in it, so its shortest form, without a clause that another one implies,
is the only one, and equal formulas are equal values. A million objects have some hundreds of gates.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from tocsin.limits import GATE_CLAUSES

__all__ = ["OPEN", "Gate", "Readers", "both", "either", "implies", "needs"]

Gate = frozenset[frozenset[int]]
"""All of these clauses hold, each of which is any of these labels, by their numbers."""

OPEN: Final[Gate] = frozenset()
"""Nothing is asked."""


class Readers(NamedTuple):
    """Who is given one row: who passes ``gate``, unless they pass ``unless`` and are given an older row of it."""

    gate: Gate
    unless: Gate | None = None


def needs(label: int) -> Gate:
    """The gate of one label."""
    return frozenset({frozenset({label})})


def both(first: Gate, second: Gate) -> Gate:
    """What is asked where ``first`` and ``second`` must hold."""
    if first == second or not second:
        return first
    if not first:
        return second
    return _bounded(_shortest(first | second))


def either(first: Gate, second: Gate) -> Gate:
    """What is asked where one of ``first`` and ``second`` is enough."""
    if first == second:
        return first
    if not first or not second:
        return OPEN
    if len(first) * len(second) > GATE_CLAUSES:
        return _strictest(first | second)
    return _bounded(_shortest(one | other for one in first for other in second))


def implies(first: Gate, second: Gate) -> bool:
    """Whether everybody who passes ``first`` passes ``second``."""
    return all(any(one <= other for one in first) for other in second)


def _shortest(clauses: Iterable[frozenset[int]]) -> Gate:
    kept: list[frozenset[int]] = []
    for clause in sorted(set(clauses), key=len):
        if not any(one <= clause for one in kept):
            kept.append(clause)
    return frozenset(kept)


def _bounded(gate: Gate) -> Gate:
    return gate if len(gate) <= GATE_CLAUSES else _strictest(gate)


def _strictest(gate: Gate) -> Gate:
    # Who is allowed every label passes any formula of them: too little is shown, never too much.
    return frozenset(frozenset({label}) for clause in gate for label in clause)
