"""The inbox as a duty desk reads it: what was sent together, the oldest that waits first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Case, Connection, case, func, select

from tocsin.sharing.policy import Expr
from tocsin.store.inbox import ITEM, InboxItem
from tocsin.store.schema import object_, submission, submitted
from tocsin.store.visibility import visible

__all__ = ["LEADS", "OTHERS", "Held", "held_of", "leads", "submissions_in", "waiting_submissions"]

_WALKED: Final = 2_000
"""Objects that a page walks at most: a few submissions of a thousand each make a short page, and never a slow one."""

LEADS: Final = {
    "incident": 0,
    "report": 1,
    "campaign": 2,
    "vulnerability": 2,
    "sighting": 3,
    "indicator": 4,
    "marking-definition": 9,
}
"""What a submission is about stands first; the definitions of its markings last."""

OTHERS: Final = 5
"""Where every other type stands."""


@dataclass(frozen=True, slots=True)
class Held:
    """How many objects of one type and label a submission has in one state."""

    submission: str
    state: str
    type: str
    label: int
    count: int


def submissions_in(
    connection: Connection,
    allowed: Expr,
    states: Sequence[str],
    *,
    after_us: int | None = None,
    newest_first: bool = False,
    most: int,
) -> tuple[list[str], int | None]:
    """At most ``most`` submissions with a visible object in ``states``, and the stamp after which they go on.

    They stand in the order of their first such object. What is submitted together is stored together, so a walk along
    the objects meets each submission once.
    """
    wanted = [visible(allowed), submitted.c.state.in_(states)]
    if after_us is not None:
        wanted.append(object_.c.added_us < after_us if newest_first else object_.c.added_us > after_us)
    rows = connection.execute(
        select(submitted.c.submission, object_.c.added_us)
        .join(object_, object_.c.place == submitted.c.place)
        .where(*wanted)
        .order_by(submitted.c.place.desc() if newest_first else submitted.c.place)
        .limit(_WALKED)
    ).all()
    last: dict[str, int] = {}
    for id, added_us in rows:
        if id not in last and len(last) == most:
            return list(last), last[next(reversed(last))]
        last[id] = added_us
    return list(last), rows[-1][1] if len(rows) == _WALKED else None


def waiting_submissions(connection: Connection, allowed: Expr, states: Sequence[str]) -> int:
    """How many submissions have a visible object in ``states``."""
    return int(
        connection.scalar(
            select(func.count(submitted.c.submission.distinct()))
            .select_from(object_)
            .join(submitted, submitted.c.place == object_.c.place)
            .where(visible(allowed), submitted.c.state.in_(states))
        )
        or 0
    )


def held_of(connection: Connection, allowed: Expr, ids: Sequence[str]) -> list[Held]:
    """How many visible objects each of these submissions has, by state, type and label."""
    rows = connection.execute(
        select(submitted.c.submission, submitted.c.state, object_.c.type, object_.c.label, func.count())
        .select_from(submitted)
        .join(object_, object_.c.place == submitted.c.place)
        .where(submitted.c.submission.in_(ids), visible(allowed))
        .group_by(submitted.c.submission, submitted.c.state, object_.c.type, object_.c.label)
        .order_by(submitted.c.submission, _rank(), object_.c.type)
    )
    return [Held(*row) for row in rows]


def leads(
    connection: Connection, allowed: Expr, ids: Sequence[str], each: int
) -> list[tuple[InboxItem, int]]:
    """The first ``each`` visible objects of each of these submissions with their labels, what it is about first."""
    ordered = (
        select(
            submitted.c.place,
            func.row_number()
            .over(partition_by=submitted.c.submission, order_by=(_rank(), submitted.c.place))
            .label("rank"),
        )
        .join(object_, object_.c.place == submitted.c.place)
        .where(submitted.c.submission.in_(ids), visible(allowed))
        .subquery()
    )
    rows = connection.execute(
        select(*ITEM, object_.c.label)
        .join(ordered, ordered.c.place == object_.c.place)
        .join(submitted, submitted.c.place == object_.c.place)
        .join(submission, submission.c.id == submitted.c.submission)
        .where(ordered.c.rank <= each)
        .order_by(ordered.c.rank, object_.c.place)
    )
    return [(InboxItem(*row[:-1]), row[-1]) for row in rows]


def _rank() -> Case[int]:
    return case(LEADS, value=object_.c.type, else_=OTHERS)
