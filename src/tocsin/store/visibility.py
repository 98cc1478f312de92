"""The policy of :mod:`tocsin.sharing` as one SQL predicate, which every query of objects includes."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, true
from sqlalchemy.sql.expression import FromClause

from tocsin.sharing.policy import And, AtMost, AudienceEmpty, AudienceMeets, Const, Equals, Expr, Not, Or
from tocsin.store.schema import label, label_audience, object_, reference

__all__ = ["label_allowed", "lowered", "visible"]


def lowered(expr: Expr) -> ColumnElement[bool]:
    """``expr`` over the columns of the ``label`` table."""
    match expr:
        case Const(value):
            return true() if value else false()
        case AtMost(column, most):
            return label.c[column] <= most
        case Equals(column, value):
            return label.c[column] == value
        case AudienceEmpty():
            return label.c.audience == ""
        case AudienceMeets(groups):
            return exists().where(
                label_audience.c.label == label.c.number, label_audience.c.name.in_(sorted(groups))
            )
        case And(parts):
            return and_(true(), *map(lowered, parts))
        case Or(parts):
            return or_(false(), *map(lowered, parts))
        case Not(part):
            return not_(lowered(part))
    raise TypeError(f"{expr!r} is no expression")


def label_allowed(expr: Expr, of: FromClause = object_) -> ColumnElement[bool]:
    """Whether the label of a row of ``of`` is one that ``expr`` allows."""
    return of.c.label.in_(select(label.c.number).where(lowered(expr)))


def visible(expr: Expr, of: FromClause = object_) -> ColumnElement[bool]:
    """Whether a row of ``of`` may be seen: its label, and some version of each stored object it reaches."""
    target = object_.alias("target")
    seen = object_.alias("seen")
    stored = exists().where(target.c.id == reference.c.target)
    some_seen = exists().where(seen.c.id == reference.c.target, label_allowed(expr, seen))
    return and_(
        label_allowed(expr, of),
        not_(exists().where(reference.c.place == of.c.place, stored, not_(some_seen))),
    )
