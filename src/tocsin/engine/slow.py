"""The slow lane: brackets that no lookup finds are put to every row that could matter."""

from __future__ import annotations

from tocsin.detect.anchor import anchors_of
from tocsin.detect.pattern.compare import like_to_regex
from tocsin.detect.pattern.evaluate import Atom
from tocsin.detect.pattern.sequence import brackets_of
from tocsin.detect.pattern.syntax import (
    BooleanOp,
    Comparison,
    ComparisonExpression,
    ComparisonOp,
    Junction,
    ObservationExpression,
)
from tocsin.engine.block import quoted
from tocsin.engine.casts import column_type
from tocsin.engine.layout import Layout

__all__ = ["slow_predicate"]

_ORDER = (ComparisonOp.GT, ComparisonOp.LT, ComparisonOp.GE, ComparisonOp.LE, ComparisonOp.EQ)


def slow_predicate(expression: ObservationExpression, layout: Layout) -> str | None:
    """Return a condition on ``block b`` that every row that may match an unanchored bracket meets; None if none can."""
    parts = [
        part
        for bracket in brackets_of(expression)
        if anchors_of(bracket) is None and (part := _condition(bracket.expression, layout)) is not None
    ]
    return " OR ".join(f"({part})" for part in dict.fromkeys(parts)) or None


def _condition(expression: ComparisonExpression, layout: Layout) -> str | None:
    if not isinstance(expression, Junction):
        return _atom(expression, layout)
    parts = [_condition(operand, layout) for operand in expression.operands]
    if expression.op is BooleanOp.AND:
        if any(part is None for part in parts):
            return None
        return " AND ".join(f"({part})" for part in parts)
    return " OR ".join(f"({part})" for part in parts if part is not None) or None


def _atom(atom: Atom, layout: Layout) -> str | None:
    """Return a condition that is true wherever ``atom`` may be; None where the log lacks its path."""
    path = str(atom.path)
    types = {column.name: column_type(column.cast) for column in layout.columns}
    parts: list[str] = []
    for bound in layout.bound:
        if bound.path != path:
            continue
        if bound.column is None:
            there = [f"b.{quoted('c:' + column)} IS NOT NULL" for column in bound.presence]
            parts.append(" OR ".join(there) or "true")
            continue
        column = f"b.{quoted('c:' + bound.column)}"
        parts.append(_narrowed(atom, column, types[bound.column]) or f"{column} IS NOT NULL")
    if not parts and path.endswith((":type", ".type")):
        # The type of an object is no column, but every row with such an object has it.
        return "true"
    return " OR ".join(dict.fromkeys(parts)) or None


def _narrowed(atom: Atom, column: str, kind: str) -> str | None:
    if not isinstance(atom, Comparison) or atom.negated:
        return None
    value = atom.value
    if kind == "number" and atom.op in _ORDER and type(value) in (int, float):
        return f"{column} {atom.op.value} {value!r}"
    if kind == "text" and atom.op in (ComparisonOp.LIKE, ComparisonOp.MATCHES) and isinstance(value, str):
        regex = like_to_regex(value) if atom.op is ComparisonOp.LIKE else value
        literal = regex.replace("'", "''")
        # The same library on the same text, but for NFC: other than ASCII is left to the exact test.
        options = "si" if atom.any_case else "s"
        return f"(regexp_matches({column}, '{literal}', '{options}') OR NOT regexp_full_match({column}, '[ -~\\s]*'))"
    return None
