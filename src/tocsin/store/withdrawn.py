"""Which warnings were withdrawn: whoever gave one, and still holds it out here, has revoked it.

It is asked when findings are read and written nowhere, so that it is true whenever it is asked. What each hub and
source said last counts, as in a check: as long as one of them lets the warning stand, it is looked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from tocsin.sharing.policy import Expr
from tocsin.store.direct import among, packed, run
from tocsin.store.visibility import allowed_gates

__all__ = ["Revocation", "revocations", "withdrawn_with_findings"]


@dataclass(frozen=True, slots=True)
class Revocation:
    """The last version of a warning that was withdrawn: its version, and its bytes."""

    version: str
    body: bytes


_LAST: Final = """
WITH version AS (
  SELECT o.id, o.place, o.version_key, o.revoked,
    RANK() OVER (PARTITION BY o.id, o.collection ORDER BY o.spec_version DESC, o.version_key DESC) AS age
  FROM object o
  WHERE o.id IN (SELECT e.id FROM object e WHERE e.revoked AND {those}) AND {seen}
    AND o.collection IN (SELECT number FROM collection WHERE kind <> 'inbox')
), last AS (SELECT * FROM version WHERE age = 1)
"""
"""Begins with what is revoked, of which there is little: nearly all warnings are looked up once and no more."""

_ENDED: Final = "NOT EXISTS (SELECT 1 FROM last s WHERE s.id = l.id AND NOT s.revoked)"


def withdrawn_with_findings(connection: Connection, allowed: Expr) -> list[str]:
    """The ids of the warnings that were withdrawn and of which findings are kept, in order."""
    last = _last(connection, allowed, "e.id IN (SELECT warning FROM finding)")
    rows = run(connection, f"{last} SELECT DISTINCT l.id FROM last l WHERE {_ENDED} ORDER BY l.id")  # noqa: S608
    return [id for (id,) in rows]


def revocations(connection: Connection, allowed: Expr, warnings: Iterable[str]) -> dict[str, Revocation]:
    """Those of ``warnings`` that were withdrawn; of several who withdrew one, as the last of them did."""
    last = _last(connection, allowed, among(connection, "e.id", "warnings"))
    rows = run(
        connection,
        f"{last} SELECT o.id, o.version, o.body FROM last l JOIN object o ON o.place = l.place "  # noqa: S608
        f"WHERE {_ENDED} ORDER BY l.version_key, l.place",
        {"warnings": packed(connection, set(warnings))},
    )
    return {id: Revocation(version, bytes(body)) for id, version, body in rows}


def _last(connection: Connection, allowed: Expr, those: str) -> str:
    passed = allowed_gates(connection, allowed)
    seen = "true" if passed.all else f"o.gate IN ({', '.join(map(str, passed.gates)) or '-1'})"
    return _LAST.format(those=those, seen=seen)
