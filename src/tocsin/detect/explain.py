"""Why a warning is a hit: the tree of warning, clause, row and value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.detect.pattern.evaluate import Evaluator, Match, atoms_of
from tocsin.detect.pattern.sequence import brackets_of, followed
from tocsin.detect.pattern.syntax import (
    Bracket,
    ComparisonExpression,
    FollowedBy,
    Junction,
    ObservationAnd,
    ObservationExpression,
    ObservationOr,
    Repeats,
    StartStop,
    Within,
)
from tocsin.detect.pattern.unparse import comparison_text, expression_text, qualifier_text
from tocsin.detect.result import Why
from tocsin.model.observation import Observation

__all__ = ["Row", "explain", "explain_comparison", "values_of"]

_VALUE_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Row:
    """A row of evidence and what it says."""

    file: str
    row: int
    observation: Observation


def explain(title: str, expression: ObservationExpression, rows: Sequence[Row]) -> Why:
    """Return the reason why ``expression`` matched, over the rows of one occurrence."""
    return Why(kind="warning", text=title, holds=True, children=(_expression(expression, rows),))


def explain_comparison(title: str, pattern: str, path: str, value: str, file: str, row: int) -> Why:
    """Return the reason of a hit that one comparison decided: ``value`` of ``path`` in one row."""
    compared = Why(kind="comparison", text=path, holds=True, value=value[:_VALUE_CHARACTERS])
    there = Why(
        kind="row", text=f"row {row:,} of {file}", holds=True, file=file, row=row, children=(compared,)
    )
    clause = Why(kind="clause", text=pattern, holds=True, children=(there,))
    return Why(kind="warning", text=title, holds=True, children=(clause,))


def values_of(expression: ObservationExpression, observation: Observation) -> dict[str, str]:
    """Return the values of ``observation`` that made brackets of ``expression`` hold, by object path."""
    found: dict[str, str] = {}
    for bracket in brackets_of(expression):
        match = Evaluator(bracket).match(observation)
        if match is not None:
            for atom in atoms_of(bracket.expression):
                if id(atom) in match.values:
                    found.setdefault(str(atom.path), _shown(match.values[id(atom)]))
    return found


def _expression(expression: ObservationExpression, rows: Sequence[Row]) -> Why:
    match expression:
        case Bracket():
            return _clause(expression, rows)
        case ObservationAnd() | ObservationOr():
            word = "AND" if isinstance(expression, ObservationAnd) else "OR"
            children = tuple(_expression(operand, rows) for operand in expression.operands)
            text = "all of these, in different rows" if word == "AND" else "any of these"
            held = [child.holds for child in children]
            return Why(
                kind="sequence", text=text, holds=all(held) if word == "AND" else any(held), children=children
            )
        case FollowedBy():
            parts = tuple(_expression(part, rows) for part in followed(expression))
            return Why(
                kind="sequence",
                text="this, then that" if len(parts) == 2 else "these, one after another",
                holds=all(part.holds for part in parts),
                children=parts,
            )
        case Within() | Repeats() | StartStop():
            inner = _expression(expression.operand, rows)
            return Why(
                kind="qualifier", text=qualifier_text(expression), holds=inner.holds, children=(inner,)
            )


def _clause(bracket: Bracket, rows: Sequence[Row]) -> Why:
    evaluator = Evaluator(bracket)
    children = tuple(
        _row(row, bracket, match) for row in rows if (match := evaluator.match(row.observation)) is not None
    )
    return Why(kind="clause", text=expression_text(bracket), holds=bool(children), children=children)


def _row(row: Row, bracket: Bracket, match: Match) -> Why:
    return Why(
        kind="row",
        text=f"row {row.row:,} of {row.file}",
        holds=True,
        file=row.file,
        row=row.row,
        children=(_comparison(bracket.expression, match),),
    )


def _comparison(expression: ComparisonExpression, match: Match) -> Why:
    if isinstance(expression, Junction):
        children = tuple(_comparison(operand, match) for operand in expression.operands)
        every = expression.op.value == "AND"
        held = [child.holds for child in children]
        text = "all of these" if every else "any of these"
        return Why(kind="object", text=text, holds=all(held) if every else any(held), children=children)
    holds = id(expression) in match.values
    value = _shown(match.values[id(expression)]) if holds else ""
    return Why(kind="comparison", text=comparison_text(expression), holds=holds, value=value)


def _shown(value: Any) -> str:
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= _VALUE_CHARACTERS else text[:_VALUE_CHARACTERS] + "…"
