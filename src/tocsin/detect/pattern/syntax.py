"""The syntax tree of a STIX pattern (STIX 2.1, section 9).

A pattern is a tree of *observation expressions*; its leaves are brackets, each a tree of
*comparison expressions* over one observation. All nodes are frozen values: equal text gives equal
trees.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from tocsin.model.timestamp import Instant

__all__ = [
    "ANY",
    "Any_",
    "BooleanOp",
    "Bracket",
    "Comparison",
    "ComparisonExpression",
    "ComparisonOp",
    "Exists",
    "FollowedBy",
    "Junction",
    "Literal",
    "ObjectPath",
    "ObservationAnd",
    "ObservationExpression",
    "ObservationOr",
    "Pattern",
    "Repeats",
    "StartStop",
    "Step",
    "Timestamp",
    "Within",
]


class Any_:
    """The list step ``[*]``: any element."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "*"

    def __reduce__(self) -> str:
        return "ANY"


ANY = Any_()

Step: TypeAlias = str | int | Any_
"""One step of an object path: a property name, a list index, or any element."""


@dataclass(frozen=True, slots=True)
class ObjectPath:
    """``type:step.step[0]``; ``steps`` holds at least one property name."""

    type: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        text = f"{self.type}:"
        for position, step in enumerate(self.steps):
            if isinstance(step, str):
                quoted = step if step.isascii() and step.isidentifier() else _quoted(step)
                text += f".{quoted}" if position else quoted
            else:
                text += f"[{step!r}]"
        return text


def _quoted(step: str) -> str:
    return "'" + step.replace("\\", "\\\\").replace("'", "\\'") + "'"


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A ``t'...'`` literal: the instant, and the text it was written as."""

    instant: Instant
    text: str


Literal: TypeAlias = str | int | float | bool | bytes | Timestamp
"""A literal's value; ``bytes`` for ``h'...'`` and ``b'...'``. ``bool`` is no number here."""


class ComparisonOp(StrEnum):
    """The comparison operators of section 9.6.1."""

    EQ = "="
    NE = "!="
    GT = ">"
    LT = "<"
    GE = ">="
    LE = "<="
    IN = "IN"
    LIKE = "LIKE"
    MATCHES = "MATCHES"
    ISSUBSET = "ISSUBSET"
    ISSUPERSET = "ISSUPERSET"


class BooleanOp(StrEnum):
    """How comparison expressions are joined inside a bracket."""

    AND = "AND"
    OR = "OR"


@dataclass(frozen=True, slots=True)
class Comparison:
    """``path [NOT] op value``; ``value`` is a tuple for IN, else one literal.

    STIX compares text by code points. With ``any_case``, which no pattern can say, ``=``, ``!=``, IN, LIKE and MATCHES
    pay no regard to case.
    """

    path: ObjectPath
    op: ComparisonOp
    value: Literal | tuple[Literal, ...]
    negated: bool = False
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class Exists:
    """``EXISTS path``: the property is there."""

    path: ObjectPath


@dataclass(frozen=True, slots=True)
class Junction:
    """Two or more comparison expressions joined by one operator."""

    op: BooleanOp
    operands: tuple[ComparisonExpression, ...]


ComparisonExpression: TypeAlias = Comparison | Exists | Junction


@dataclass(frozen=True, slots=True)
class Bracket:
    """``[ ... ]``: matched against one observation at a time.

    Within it one object is bound for each object type that it names: operands of AND on the same
    type must hold of the same object, operands on different types of objects of one observation.
    """

    expression: ComparisonExpression


@dataclass(frozen=True, slots=True)
class ObservationAnd:
    """``a AND b``: all operands, on distinct observations."""

    operands: tuple[ObservationExpression, ...]


@dataclass(frozen=True, slots=True)
class ObservationOr:
    """``a OR b``: any operand."""

    operands: tuple[ObservationExpression, ...]


@dataclass(frozen=True, slots=True)
class FollowedBy:
    """``a FOLLOWEDBY b``: distinct observations, ``right`` at the time of ``left`` or later.

    ``a FOLLOWEDBY b FOLLOWEDBY c`` is ``(a FOLLOWEDBY b) FOLLOWEDBY c``.
    """

    left: ObservationExpression
    right: ObservationExpression


@dataclass(frozen=True, slots=True)
class Within:
    """``a WITHIN n SECONDS``: all observations of one match of ``a`` within the window, its end included."""

    operand: ObservationExpression
    window_ns: Instant


@dataclass(frozen=True, slots=True)
class Repeats:
    """``a REPEATS n TIMES``: ``a`` matched ``times`` times on distinct observations."""

    operand: ObservationExpression
    times: int


@dataclass(frozen=True, slots=True)
class StartStop:
    """``a START t STOP u``: all observations of a match at or after ``start`` and before ``stop``."""

    operand: ObservationExpression
    start: Instant
    stop: Instant


ObservationExpression: TypeAlias = (
    Bracket | ObservationAnd | ObservationOr | FollowedBy | Within | Repeats | StartStop
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern: its text as given, and its tree."""

    text: str
    expression: ObservationExpression
