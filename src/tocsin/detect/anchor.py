"""Which comparisons of a bracket find all rows worth looking at.

A set of comparisons *anchors* a bracket if the bracket can hold of an observation only where one of them
holds. Anchors are looked up for all patterns at once; a bracket without any is looked for by itself.
"""

from __future__ import annotations

from tocsin.detect.needle import needle_of
from tocsin.detect.pattern.syntax import (
    BooleanOp,
    Bracket,
    Comparison,
    ComparisonExpression,
    ComparisonOp,
    Junction,
)

__all__ = ["anchors_of", "is_exact"]


def anchors_of(bracket: Bracket) -> tuple[Comparison, ...] | None:
    """Return the best anchors of ``bracket``, or None if it has none that can be looked up."""
    found = _anchors(bracket.expression)
    return found[1] if found is not None else None


def is_exact(bracket: Bracket) -> bool:
    """Whether any anchor that holds makes the whole bracket true: one comparison, or several joined by OR."""
    expression = bracket.expression
    if isinstance(expression, Junction):
        return expression.op is BooleanOp.OR and all(
            isinstance(one, Comparison) for one in expression.operands
        )
    return isinstance(expression, Comparison)


def _anchors(expression: ComparisonExpression) -> tuple[float, tuple[Comparison, ...]] | None:
    """Return (how selective, anchors); an OR is as selective as its least selective operand."""
    if isinstance(expression, Junction):
        found = [_anchors(operand) for operand in expression.operands]
        if expression.op is BooleanOp.AND:
            return max((one for one in found if one is not None), key=lambda one: one[0], default=None)
        sure = [one for one in found if one is not None]
        if len(sure) < len(found):
            return None
        return min(one[0] for one in sure), tuple(anchor for one in sure for anchor in one[1])
    if not isinstance(expression, Comparison):
        return None
    score = _selectivity(expression)
    return (score, (expression,)) if score > 0 else None


def _selectivity(comparison: Comparison) -> float:
    """Return how few rows ``comparison`` is likely to hold of, as a rough order; 0 if it cannot be looked up."""
    if comparison.negated:
        return 0
    path, value = comparison.path, comparison.value
    if path.steps[-1] in ("type", "id"):
        # What an object is, is no column of any log: nothing could be looked up.
        return 0
    match comparison.op:
        case ComparisonOp.EQ | ComparisonOp.IN:
            values = value if isinstance(value, tuple) else (value,)
            if not values or not all(type(one) in (str, int, float) for one in values):
                return 0
            if all(isinstance(one, str) for one in values):
                if "hashes" in path.steps:
                    return 100
                if not isinstance(path.steps[-1], str):
                    return 2
                shortest = min(len(one) for one in values if isinstance(one, str))
                return 20 + min(shortest, 60)
            return 5
        case ComparisonOp.ISSUBSET:
            return 15
        case ComparisonOp.LIKE | ComparisonOp.MATCHES:
            needle = needle_of(comparison)
            return 8 + min(len(needle), 40) / 2 if needle else 0
        case _:
            return 0
