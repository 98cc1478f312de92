"""Which versions are nobody's last, so that a page of last versions need not look at them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from tocsin.store.direct import among, packed, run_ahead

__all__ = ["supersede"]


def supersede(connection: Connection, ids: Iterable[str]) -> None:
    """Note of every version of ``ids`` whether a later one is behind the same gate in the same collection."""
    rows = run_ahead(
        connection,
        "SELECT place, superseded, collection, id, spec_version, gate FROM object "  # noqa: S608
        f"WHERE {among(connection, 'id', 'ids')} ORDER BY version_key DESC",
        {"ids": packed(connection, ids)},
    )
    seen: set[tuple[object, ...]] = set()
    wrong: dict[bool, list[int]] = {False: [], True: []}
    for place, superseded, *kind in rows:
        later = tuple(kind) in seen
        seen.add(tuple(kind))
        if later != bool(superseded):
            wrong[later].append(place)
    for later, places in wrong.items():
        if places:
            run_ahead(
                connection,
                f"UPDATE object SET superseded = {str(later).lower()} "  # noqa: S608
                f"WHERE {among(connection, 'place', 'places', 'bigint')}",
                {"places": packed(connection, places)},
            )
