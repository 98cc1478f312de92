"""A syntax tree as text, in the pattern language."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from tocsin.detect.pattern.syntax import (
    BooleanOp,
    Bracket,
    Comparison,
    ComparisonExpression,
    Exists,
    FollowedBy,
    Junction,
    Literal,
    ObservationAnd,
    ObservationExpression,
    ObservationOr,
    Repeats,
    StartStop,
    Timestamp,
    Within,
)
from tocsin.model.timestamp import NS_PER_S, Instant, format_instant

__all__ = ["comparison_text", "expression_text", "qualifier_text"]


def expression_text(expression: ObservationExpression) -> str:
    """Return the text of an observation expression; parsing it gives an equal tree."""
    match expression:
        case Bracket():
            return f"[{comparison_text(expression.expression)}]"
        case ObservationAnd():
            return " AND ".join(map(_grouped, expression.operands))
        case ObservationOr():
            return " OR ".join(map(_grouped, expression.operands))
        case FollowedBy():
            left = expression.left
            shown = expression_text(left) if isinstance(left, FollowedBy) else _grouped(left)
            return f"{shown} FOLLOWEDBY {_grouped(expression.right)}"
        case Within() | Repeats() | StartStop():
            return f"{_grouped(expression.operand)} {qualifier_text(expression)}"


def qualifier_text(expression: Within | Repeats | StartStop) -> str:
    """Return the text of a qualifier without what it qualifies."""
    match expression:
        case Within():
            return f"WITHIN {_seconds(Fraction(expression.window_ns) / NS_PER_S)} SECONDS"
        case Repeats():
            return f"REPEATS {expression.times} TIMES"
        case StartStop():
            return f"START t'{_instant(expression.start)}' STOP t'{_instant(expression.stop)}'"


def comparison_text(expression: ComparisonExpression) -> str:
    """Return the text of a comparison expression."""
    match expression:
        case Exists():
            return f"EXISTS {expression.path}"
        case Comparison():
            value = expression.value
            shown = f"({', '.join(map(_literal, value))})" if isinstance(value, tuple) else _literal(value)
            return f"{expression.path} {'NOT ' if expression.negated else ''}{expression.op.value} {shown}"
        case Junction():
            word = f" {expression.op.value} "
            return word.join(
                f"({comparison_text(operand)})"
                if _needs_group(operand, expression.op)
                else comparison_text(operand)
                for operand in expression.operands
            )


def _needs_group(operand: ComparisonExpression, around: BooleanOp) -> bool:
    return isinstance(operand, Junction) and (operand.op is around or around is BooleanOp.AND)


def _grouped(expression: ObservationExpression) -> str:
    text = expression_text(expression)
    return text if isinstance(expression, Bracket) else f"({text})"


def _instant(instant: Instant) -> str:
    """Return all of an instant's decimals, which may be more than nine."""
    whole = int(instant // NS_PER_S)
    text = format_instant(whole * NS_PER_S).partition(".")[0]
    decimals = _seconds(Fraction(instant) / NS_PER_S - whole).partition(".")[2]
    return f"{text}.{decimals}Z" if decimals else f"{text}Z"


def _seconds(seconds: Fraction) -> str:
    if seconds.denominator == 1:
        return str(seconds.numerator)
    digits = 0
    while (seconds * 10**digits).denominator != 1:
        digits += 1
    scaled = str(int(seconds * 10**digits)).rjust(digits + 1, "0")
    return f"{scaled[:-digits]}.{scaled[-digits:]}"


def _literal(value: Literal) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        case bytes():
            return f"h'{value.hex()}'"
        case Timestamp():
            return f"t'{value.text}'"
        case int():
            return str(value)
        case float():
            return _float(value)


def _float(value: float) -> str:
    # The language has no exponents.
    text = format(Decimal(repr(value)), "f")
    return text if "." in text else f"{text}.0"
