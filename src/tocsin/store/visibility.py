"""The policy of :mod:`tocsin.sharing` as one SQL predicate, which every query of objects includes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, exists, false, not_, or_, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import FromClause

from tocsin.sharing.policy import And, AtMost, AudienceEmpty, AudienceMeets, Const, Equals, Expr, Not, Or
from tocsin.store.direct import run
from tocsin.store.schema import gate, gate_label, label, label_audience, object_

__all__ = ["Passed", "allowed_gates", "gates_allowed", "lowered", "visible"]

_KEPT: Final = 1_024
_CHANGES: Final = "SELECT value FROM setting WHERE key = 'labels changed'"
_HELD: WeakKeyDictionary[Engine, dict[Expr, _Held]] = WeakKeyDictionary()
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
    return select(gate.c.number).where(
        _passes(gate.c.number, expr), or_(gate.c.unless.is_(None), not_(_passes(gate.c.unless, expr)))
    )


def _passes(number: ColumnElement[int], expr: Expr) -> ColumnElement[bool]:
    clause = gate_label.alias()
    way = gate_label.alias()
    passed = exists().where(
        way.c.gate == clause.c.gate,
        way.c.clause == clause.c.clause,
        way.c.label.in_(select(label.c.number).where(lowered(expr))),
    )
    return not_(exists().where(clause.c.gate == number, not_(passed)))


@lru_cache(maxsize=_KEPT)
def _gates_allowed_text(expr: Expr, database: str) -> tuple[str, dict[str, Any]]:
    """:func:`gates_allowed` as SQL and its values for :func:`tocsin.store.direct.run`."""
    dialect: Any = _DIALECTS[database](paramstyle="named")
    made = gates_allowed(expr).compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    values = made.params.items()
    return str(made), {name: int(value) if isinstance(value, int) else value for name, value in values}


@dataclass(frozen=True, slots=True)
class Passed:
    """The numbers of the gates that a reader passes, in order; ``all`` if there are no others."""

    gates: tuple[int, ...]
    all: bool


@dataclass(frozen=True, slots=True)
class _Held:
    """What was found when the newest gate was ``newest`` and labels had been changed as ``changed`` says."""

    newest: int
    changed: str | None
    passed: Passed


def allowed_gates(connection: Connection, expr: Expr) -> Passed:
    """Which gates ``expr`` lets pass.

    A gate never changes, and a label only when a member joins under an id of its own. So what was found is kept,
    new gates are asked for by themselves, and all anew when a label was changed.
    """
    newest, changed = run(connection, f"SELECT (SELECT max(number) FROM gate), ({_CHANGES})")[0]  # noqa: S608
    of_engine = _HELD.setdefault(connection.engine, {})
    held = of_engine.get(expr)
    if held is not None and held.changed == changed:
        if held.newest == newest:
            return held.passed
    else:
        held = None
    text, values = _gates_allowed_text(expr, connection.dialect.name)
    rows = run(
        connection,
        f"SELECT number FROM ({text}) passed WHERE number > :since",  # noqa: S608  text of ours
        {**values, "since": 0 if held is None else held.newest},
    )
    found = tuple(sorted(number for (number,) in rows))
    gates = found if held is None else held.passed.gates + found
    ((count,),) = run(connection, "SELECT count(*) FROM gate")
    if len(of_engine) >= _KEPT:
        of_engine.clear()
    made = _Held(newest or 0, changed, Passed(gates, len(gates) == count))
    of_engine[expr] = made
    return made.passed


def visible(expr: Expr, of: FromClause = object_) -> ColumnElement[bool]:
    """Whether a row of ``of`` may be seen: its label, and some version of each stored object that it reaches."""
    return of.c.gate.in_(gates_allowed(expr))
