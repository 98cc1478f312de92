"""What members said of their measures, and what was published of that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from tocsin.sharing.benchmark import Cell
from tocsin.store.schema import benchmark, object_, organisation, submission, submitted

__all__ = ["SentPosture", "cells", "keep_cells", "postures_sent"]


@dataclass(frozen=True, slots=True)
class SentPosture:
    """One version of a posture that a member sent, when (microseconds since 1970), and of which sectors that is.

    The sector that was named first stands first.
    """

    organisation: int
    sectors: tuple[str, ...]
    sent_us: int
    revoked: bool
    body: bytes


def postures_sent(connection: Connection, type: str) -> Iterator[SentPosture]:
    """What those who are members now sent and nobody refused, as it came."""
    rows = connection.execute(
        select(
            organisation.c.number,
            organisation.c.sectors,
            submission.c.asked_us,
            object_.c.revoked,
            object_.c.body,
        )
        .join(submitted, submitted.c.place == object_.c.place)
        .join(submission, submission.c.id == submitted.c.submission)
        .join(organisation, organisation.c.number == submission.c.organisation)
        .where(
            object_.c.type == type,
            submitted.c.state != "refused",
            organisation.c.relation == "member",
            organisation.c.revoked_us.is_(None),
        )
        .order_by(object_.c.place)
    )
    for number, sectors, sent_us, revoked, body in rows:
        yield SentPosture(number, tuple(sectors.split()), sent_us, bool(revoked), bytes(body))


def cells(connection: Connection) -> list[Cell]:
    """All that was ever published, the oldest first."""
    rows = connection.execute(
        select(benchmark).order_by(benchmark.c.day, benchmark.c.sector, benchmark.c.measure)
    )
    return [
        Cell(measure, sector, day, frozenset(having.split()), frozenset(lacking.split()))
        for measure, sector, day, having, lacking in rows
    ]


def keep_cells(connection: Connection, some: Iterable[Cell]) -> None:
    """Keep what is published, before it is."""
    rows = [
        {
            "measure": one.measure,
            "sector": one.sector,
            "day": one.day,
            "having": " ".join(sorted(one.having)),
            "lacking": " ".join(sorted(one.lacking)),
        }
        for one in some
    ]
    if rows:
        connection.execute(insert(benchmark), rows)
