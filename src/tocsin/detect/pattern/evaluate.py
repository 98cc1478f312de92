"""A bracket against one observation (STIX 2.1 section 9.5), exactly and with its reason.

One object is bound for each type that the bracket names. Section 9.5 lets AND join comparisons on one object only;
patterns that join several types are in use, and are decided within the observation.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.detect.pattern.compare import Test, test_of
from tocsin.detect.pattern.syntax import (
    BooleanOp,
    Bracket,
    Comparison,
    ComparisonExpression,
    Exists,
    Junction,
    ObjectPath,
)
from tocsin.detect.pattern.walk import walk
from tocsin.errors import LimitExceeded
from tocsin.limits import SEQUENCE_STEPS
from tocsin.model.observation import Observation

__all__ = ["Evaluator", "Match", "atoms_of"]

Atom = Comparison | Exists


@dataclass(frozen=True, slots=True)
class Match:
    """How a bracket holds of an observation.

    ``objects`` maps each object type to the key of the object bound for it; ``values`` maps each atom
    that holds, by its ``id()`` (equal atoms may differ in type: 1 and true), to the value that made it hold.
    """

    objects: Mapping[str, str]
    values: Mapping[int, Any]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What one object makes true: the atoms, as bits, and the value that did it for each."""

    key: str
    holding: int
    values: tuple[tuple[int, Any], ...]


def atoms_of(expression: ComparisonExpression) -> Iterator[Atom]:
    """Yield the comparisons of ``expression``, left to right."""
    if isinstance(expression, Junction):
        for operand in expression.operands:
            yield from atoms_of(operand)
    else:
        yield expression


class Evaluator:
    """One bracket, ready to be put to many observations."""

    def __init__(self, bracket: Bracket) -> None:
        self.bracket = bracket
        bits: dict[int, int] = {}
        self._by_type: dict[str, list[tuple[int, int, ObjectPath, Test]]] = {}
        for position, atom in enumerate(atoms_of(bracket.expression)):
            bits[id(atom)] = 1 << position
            test: Test = test_of(atom) if isinstance(atom, Comparison) else _exists
            self._by_type.setdefault(atom.path.type, []).append((id(atom), 1 << position, atom.path, test))
        self._formula = _formula(bracket.expression, bits)

    def holds(self, observation: Observation) -> bool:
        """Whether the bracket matches ``observation``."""
        return self.match(observation) is not None

    def match(self, observation: Observation) -> Match | None:
        """Return how the bracket holds of ``observation``, or None.

        Raises:
            LimitExceeded: the ways to bind objects are too many to try.
        """
        choices = [self._candidates(kind, observation) for kind in self._by_type]
        if math.prod(map(len, choices)) > SEQUENCE_STEPS:
            raise LimitExceeded(
                f"there are more than {SEQUENCE_STEPS:,} ways to bind objects to this pattern"
            )
        for chosen in itertools.product(*choices):
            holding = 0
            for candidate in chosen:
                holding |= candidate.holding
            if self._formula(holding):
                return Match(
                    {
                        kind: candidate.key
                        for kind, candidate in zip(self._by_type, chosen, strict=True)
                        if candidate.key
                    },
                    {atom: value for candidate in chosen for atom, value in candidate.values},
                )
        return None

    def _candidates(self, kind: str, observation: Observation) -> list[_Candidate]:
        """Return the objects of ``kind`` worth binding.

        An object is not worth it when another makes true all that it does: AND and OR never gain from
        fewer truths. So few are left, however many objects there are.
        """
        best = [_Candidate("", 0, ())]
        for key in observation.roots:
            properties = observation.objects.get(key)
            if properties is None or properties.get("type") != kind:
                continue
            candidate = self._candidate(kind, key, properties, observation)
            if any(candidate.holding | other.holding == other.holding for other in best):
                continue
            best = [other for other in best if other.holding | candidate.holding != candidate.holding]
            best.append(candidate)
        return best

    def _candidate(
        self, kind: str, key: str, properties: Mapping[str, Any], observation: Observation
    ) -> _Candidate:
        holding = 0
        values: list[tuple[int, Any]] = []
        for atom, bit, path, test in self._by_type[kind]:
            for value in walk(properties, path.steps, observation.objects):
                if test(value):
                    holding |= bit
                    values.append((atom, value))
                    break
        return _Candidate(key, holding, tuple(values))


def _exists(_: Any) -> bool:
    return True


def _formula(expression: ComparisonExpression, bits: Mapping[int, int]) -> Callable[[int], bool]:
    """Return a function from the atoms that hold (as bits) to the truth of ``expression``."""
    if not isinstance(expression, Junction):
        bit = bits[id(expression)]
        return lambda holding: bool(holding & bit)
    plain = 0
    nested = []
    for operand in expression.operands:
        if isinstance(operand, Junction):
            nested.append(_formula(operand, bits))
        else:
            plain |= bits[id(operand)]
    if expression.op is BooleanOp.AND:
        return lambda holding: holding & plain == plain and all(part(holding) for part in nested)
    return lambda holding: bool(holding & plain) or any(part(holding) for part in nested)
