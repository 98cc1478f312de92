"""What of a collection a reader may see, as far as its tally says: which gates, of which versions of STIX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from tocsin.sharing.policy import Expr
from tocsin.store.direct import among, packed, run
from tocsin.store.visibility import allowed_gates

__all__ = ["Seen", "seen_of"]


@dataclass(frozen=True)
class Seen:
    """(Version of STIX, gate) of some rows each; ``all`` says that there are no others.

    Without ``has_gates`` all may be seen, nobody asked for gates, and they are 0 here.
    """

    ranges: tuple[tuple[str, int], ...]
    all: bool
    has_gates: bool = True

    @cached_property
    def gates(self) -> str:
        """The gates' numbers, as SQL lists them."""
        return ", ".join(map(str, sorted({gate for _, gate in self.ranges})))

    @cached_property
    def one_spec(self) -> bool:
        """Whether all that may be seen is of one version of STIX."""
        return len({spec for spec, _ in self.ranges}) < 2


def seen_of(
    connection: Connection,
    collection: int,
    allowed: Expr,
    types: Sequence[str],
    spec_versions: Sequence[str],
    *,
    ranges: bool,
) -> Seen:
    """What of ``collection`` (of ``types`` and ``spec_versions``, if any are named) ``allowed`` lets be seen.

    ``ranges`` asks for gates also where all may be seen; where a version of STIX is left out they are always told.
    """
    passed = allowed_gates(connection, allowed)
    there = _specs(connection, collection)
    specs = [spec for spec in there if not spec_versions or spec in spec_versions]
    ranges = ranges or len(specs) < len(there)
    gates = ", ".join(map(str, passed.gates)) or "-1"
    where = f'collection = {collection} AND {among(connection, "spec_version", "specs")} AND "rows" > 0'
    values = {"specs": packed(connection, specs)}
    if types:
        where += f" AND {among(connection, 'type', 'types')}"
        values["types"] = packed(connection, types)
    hidden = not passed.all and run(
        connection,
        f"SELECT 1 FROM tally WHERE {where} AND gate NOT IN ({gates}) LIMIT 1",  # noqa: S608  numbers
        values,
    )
    if not hidden and not ranges:
        return Seen(tuple((spec, 0) for spec in specs), all=True, has_gates=False)
    only = "" if passed.all else f"AND gate IN ({gates})"
    rows = run(connection, f"SELECT DISTINCT spec_version, gate FROM tally WHERE {where} {only}", values)  # noqa: S608
    return Seen(tuple(sorted((spec, gate) for spec, gate in rows)), all=not hidden)


def _specs(connection: Connection, collection: int) -> list[str]:
    """The versions of STIX that a collection holds or held: one step in the index for each."""
    found: list[str] = []
    while rows := run(
        connection,
        f"SELECT spec_version FROM tally WHERE collection = {collection} AND spec_version > :last "  # noqa: S608
        "ORDER BY spec_version LIMIT 1",
        {"last": found[-1] if found else ""},
    ):
        found.append(rows[0][0])
    return found
