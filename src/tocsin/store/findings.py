"""Findings of checks, kept so that they can be shown, explained and shared later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from tocsin.store.bulk import batches
from tocsin.store.schema import finding

__all__ = ["KeptFinding", "find_findings", "findings", "keep_findings", "of_warnings", "shared"]


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """One finding; ``body`` is the JSON line that ``check`` writes."""

    id: str
    warning: str
    severity: str
    found_us: int
    last_seen: str
    shared_us: int | None
    body: bytes


def keep_findings(connection: Connection, found: Sequence[KeptFinding]) -> None:
    """Keep findings; one that is known is replaced, and stays shared if it was."""
    for one in found:
        shared_us = connection.scalar(select(finding.c.shared_us).where(finding.c.id == one.id))
        connection.execute(delete(finding).where(finding.c.id == one.id))
        connection.execute(
            insert(finding).values(
                id=one.id,
                warning=one.warning,
                severity=one.severity,
                found_us=one.found_us,
                last_seen=one.last_seen,
                shared_us=shared_us,
                body=one.body,
            )
        )


def findings(connection: Connection) -> list[KeptFinding]:
    """Every finding, the newest first."""
    rows = connection.execute(select(finding).order_by(finding.c.last_seen.desc(), finding.c.id))
    return [KeptFinding(**row._mapping) for row in rows]  # noqa: SLF001  SQLAlchemy's public name for it


def find_findings(connection: Connection, ids: Sequence[str]) -> list[KeptFinding]:
    """The findings with these ids."""
    rows = connection.execute(select(finding).where(finding.c.id.in_(ids)).order_by(finding.c.id))
    return [KeptFinding(**row._mapping) for row in rows]  # noqa: SLF001


def of_warnings(connection: Connection, warnings: Iterable[str]) -> list[tuple[int, KeptFinding]]:
    """How many findings there are of each of these warnings, with one of them; by warning, and none without any."""
    found: dict[str, tuple[int, str]] = {}
    for some in batches(sorted(set(warnings))):
        rows = connection.execute(
            select(finding.c.warning, func.count(), func.max(finding.c.id))
            .where(finding.c.warning.in_(some))
            .group_by(finding.c.warning)
        )
        found |= {warning: (int(count), id) for warning, count, id in rows}
    one_of = {
        one.warning: one
        for some in batches(id for _, id in found.values())
        for one in find_findings(connection, some)
    }
    return [(found[warning][0], one_of[warning]) for warning in sorted(found)]


def shared(connection: Connection, ids: Sequence[str], *, now_us: int) -> None:
    """Note that these were shared; when that was first stays."""
    connection.execute(
        update(finding).where(finding.c.id.in_(ids), finding.c.shared_us.is_(None)).values(shared_us=now_us)
    )
