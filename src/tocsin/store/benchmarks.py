"""What was published of what members said of their measures."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, insert, select

from tocsin.sharing.benchmark import Cell
from tocsin.store.schema import benchmark

__all__ = ["cells", "keep_cells"]


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
