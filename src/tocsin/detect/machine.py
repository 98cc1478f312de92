"""Which machine a row that a sensor wrote is about: one of the two ends of what passed it, never the sensor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from tocsin.detect.pattern.compare import test_of
from tocsin.detect.pattern.evaluate import atoms_of
from tocsin.detect.pattern.sequence import brackets_of
from tocsin.detect.pattern.syntax import Comparison, ComparisonOp, ObservationExpression
from tocsin.detect.pattern.walk import walk
from tocsin.model.observation import Observation

__all__ = ["PRIVATE", "Naming", "machine_of"]

PRIVATE: Final = (
    r"^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.|100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\.|169\.254\."
    r"|f[cd][0-9a-f][0-9a-f]:|fe[89ab][0-9a-f]:)"
)
"""Canonical addresses of which no one outside has one: RFC 1918, 6598, 3927, 4193, 4291 section 2.5.6."""

_PRIVATE = re.compile(PRIVATE)


def machine_of(ends: Sequence[str], named: Iterable[str]) -> str:
    """Return the machine to look at, of the addresses of the originator and the responder; "" where none is known.

    ``named`` are the values of the row that the warning names: an end that is one of them is what was warned of. Of the
    others a private address goes first, for who came from outside is not the machine that is hit; then the originator.
    Where both are named, the warning says on which machines it holds, and the private one is meant.
    """
    inside = [end for end in ends if _PRIVATE.match(end)]
    ordered = [*inside, *(end for end in ends if end and end not in inside)]
    warned_of = set(named)
    return next((end for end in ordered if end not in warned_of), inside[0] if inside else "")


class Naming:
    """What a pattern names of an observation: all values that a comparison holds of, but for those that exclude."""

    def __init__(self, expression: ObservationExpression) -> None:
        self._tests = [
            (atom.path, test_of(atom))
            for bracket in brackets_of(expression)
            for atom in atoms_of(bracket.expression)
            if isinstance(atom, Comparison) and atom.negated == (atom.op is ComparisonOp.NE)
        ]

    def values(self, observation: Observation) -> set[str]:
        """Return the values as text, each once, whichever of several objects made the pattern hold."""
        roots = [observation.objects[key] for key in observation.roots if key in observation.objects]
        return {
            str(value)
            for path, test in self._tests
            for properties in roots
            if properties.get("type") == path.type
            for value in walk(properties, path.steps, observation.objects)
            if test(value)
        }
