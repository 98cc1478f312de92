"""How likely vulnerabilities are to be exploited, as a feed says, by the year of their names."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from tocsin.store.bulk import insert_rows
from tocsin.store.schema import epss

__all__ = ["epss_years", "keep_epss"]


def keep_epss(connection: Connection, feed: str, years: Mapping[int, bytes]) -> None:
    """Keep the scores of a feed, by year, in the place of those that it gave before."""
    connection.execute(delete(epss).where(epss.c.feed == feed))
    rows = [{"feed": feed, "year": year, "body": body} for year, body in sorted(years.items())]
    insert_rows(connection, epss, rows)


def epss_years(connection: Connection, feed: str) -> dict[int, bytes]:
    """The scores of a feed, by year."""
    query = select(epss.c.year, epss.c.body).where(epss.c.feed == feed).order_by(epss.c.year)
    return {row.year: bytes(row.body) for row in connection.execute(query)}
