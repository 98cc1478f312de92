"""The policy of :mod:`tocsin.sharing` as one SQL predicate, which every query of objects includes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, exists, false, not_, or_, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import FromClause

from tocsin.sharing.policy import And, AtMost, AudienceEmpty, AudienceMeets, Const, Equals, Expr, Not, Or
from tocsin.store.direct import run
from tocsin.store.schema import gate, gate_label, label, label_audience, object_

__all__ = ["allowed_gates", "gates_allowed", "lowered", "visible"]

_KEPT: Final = 1_024
_CHANGES: Final = "SELECT value FROM setting WHERE key = 'labels changed'"
_HELD: WeakKeyDictionary[Engine, dict[Expr, tuple[object, tuple[int, ...]]]] = WeakKeyDictionary()
_DIALECTS: Final[dict[str, Any]] = {"sqlite": sqlite.dialect, "postgresql": postgresql.dialect}


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


def gates_allowed(expr: Expr) -> Select[tuple[int]]:
    """The numbers of the gates that ``expr`` lets pass: every clause has a label that it allows."""
    clause = gate_label.alias("clause")
    way = gate_label.alias("way")
    passed = exists().where(
        way.c.gate == clause.c.gate,
        way.c.clause == clause.c.clause,
        way.c.label.in_(select(label.c.number).where(lowered(expr))),
    )
    return select(gate.c.number).where(not_(exists().where(clause.c.gate == gate.c.number, not_(passed))))


@lru_cache(maxsize=_KEPT)
def _gates_allowed_text(expr: Expr, database: str) -> tuple[str, dict[str, Any]]:
    """:func:`gates_allowed` as SQL and its values for :func:`tocsin.store.direct.run`."""
    dialect: Any = _DIALECTS[database](paramstyle="named")
    made = gates_allowed(expr).compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    values = made.params.items()
    return str(made), {name: int(value) if isinstance(value, int) else value for name, value in values}


def allowed_gates(connection: Connection, expr: Expr) -> tuple[int, ...]:
    """The numbers of the gates that ``expr`` lets pass, in order.

    A gate never changes, and a label only when a member joins under an id of its own, so what was found is kept and
    asked again when there are new gates or when that was the case. Not so in a writing transaction: what it makes may
    be undone, and the number given to a gate that others may pass.
    """
    if "unwritten" in connection.info:
        return _ask(connection, expr)
    newest = tuple(
        run(connection, f"SELECT (SELECT max(number) FROM gate), ({_CHANGES})")[0]  # noqa: S608  text of ours
    )
    held = _HELD.setdefault(connection.engine, {})
    known = held.get(expr)
    if known is not None and known[0] == newest:
        return known[1]
    found = _ask(connection, expr)
    if len(held) >= _KEPT:
        held.clear()
    held[expr] = (newest, found)
    return found


def _ask(connection: Connection, expr: Expr) -> tuple[int, ...]:
    text, values = _gates_allowed_text(expr, connection.dialect.name)
    return tuple(sorted(number for (number,) in run(connection, text, values)))


def visible(expr: Expr, of: FromClause = object_) -> ColumnElement[bool]:
    """Whether a row of ``of`` may be seen: its label, and some version of each stored object that it reaches."""
    return of.c.gate.in_(gates_allowed(expr))
