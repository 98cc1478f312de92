"""How many rows a collection holds of each type, version of STIX and gate."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from tocsin.store.bulk import insert_rows
from tocsin.store.schema import tally

__all__ = ["Kind", "add_to_tally"]

Kind = tuple[int, str, str, int]
"""Collection, type, version of STIX, gate."""

_MORE = ' ON CONFLICT (collection, spec_version, type, gate) DO UPDATE SET "rows" = tally."rows" + excluded."rows"'


def add_to_tally(connection: Connection, more: Mapping[Kind, int]) -> None:
    """Count ``more`` rows of these kinds; below zero for fewer."""
    insert_rows(
        connection,
        tally,
        [
            {"collection": kind[0], "type": kind[1], "spec_version": kind[2], "gate": kind[3], "rows": rows}
            for kind, rows in sorted(more.items())
        ],
        then=_MORE,
    )
