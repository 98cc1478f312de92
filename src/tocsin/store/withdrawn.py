"""Which warnings were withdrawn: one that gave it has revoked it since, and nobody lets it stand.

It is asked when findings are read and written nowhere, so that it is true whenever it is asked. What each hub and
source said last counts, as in a check: as long as one of them lets the warning stand, it is looked for, whoever may
see that. A revocation by one that never gave the warning withdraws nothing: else a stranger could silence what
another hub gave, as soon as that hub lists it no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

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


_REVOKED: Final = "SELECT DISTINCT e.id FROM object e WHERE e.revoked AND {those}"
"""There is little of it: nearly all warnings are looked up once and no more."""

_ENDED: Final = """
SELECT j.id{said} FROM (
  SELECT l.*, MIN(CASE WHEN l.revoked THEN 1 ELSE 0 END) OVER (PARTITION BY l.id) AS ended FROM (
    SELECT o.id, o.place, o.version_key, o.revoked, o.gate{kept},
      RANK() OVER (PARTITION BY o.id, o.collection ORDER BY o.spec_version DESC, o.version_key DESC) AS age,
      MAX(CASE WHEN o.revoked THEN 0 ELSE 1 END) OVER (PARTITION BY o.id, o.collection) AS gave
    FROM object o
    WHERE {those} AND o.collection IN (SELECT number FROM collection WHERE kind <> 'inbox')
  ) l WHERE l.age = 1
) j WHERE j.ended = 1 AND j.gave = 1 AND {seen} ORDER BY j.version_key, j.place
"""
"""Windows rather than joins of the versions with themselves: PostgreSQL is told to join row by row."""


def withdrawn_with_findings(connection: Connection, allowed: Expr) -> list[str]:
    """The ids of the warnings that were withdrawn and of which findings are kept, in order.

    ``allowed`` says who may see a revocation, and decides with it whether one is told of it.
    """
    revoked = run(connection, _REVOKED.format(those="e.id IN (SELECT warning FROM finding)"))
    return sorted({id for (id,) in _ended(connection, allowed, revoked)})


def revocations(connection: Connection, allowed: Expr, warnings: Iterable[str]) -> dict[str, Revocation]:
    """Those of ``warnings`` that were withdrawn; of several who withdrew one, as the last of them did."""
    revoked = run(
        connection,
        _REVOKED.format(those=among(connection, "e.id", "warnings")),
        {"warnings": packed(connection, set(warnings))},
    )
    rows = _ended(connection, allowed, revoked, "version", "body")
    return {id: Revocation(version, bytes(body)) for id, version, body in rows}


def _ended(
    connection: Connection, allowed: Expr, revoked: Sequence[Sequence[Any]], *columns: str
) -> Sequence[Sequence[Any]]:
    """Of the ids in ``revoked`` those that nobody lets stand, with ``columns`` of each last version in order."""
    if not revoked:
        return ()
    passed = allowed_gates(connection, allowed)
    seen = "true" if passed.all else f"j.gate IN ({', '.join(map(str, passed.gates)) or '-1'})"
    text = _ENDED.format(
        said="".join(f", j.{name}" for name in columns),
        kept="".join(f", o.{name}" for name in columns),
        those=among(connection, "o.id", "revoked"),
        seen=seen,
    )
    return run(connection, text, {"revoked": packed(connection, (id for (id,) in revoked))})
