"""What was said of measures at this node, with every version that was noted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, insert, select

from tocsin.store.schema import assessment

__all__ = ["KeptAssessment", "assessment_versions", "assessments", "keep_assessment"]


@dataclass(frozen=True, slots=True)
class KeptAssessment:
    """One version: when it was noted (microseconds since 1970), by whom, and what was said of the measure."""

    measure: str
    changed_us: int
    changed_by: str
    state: str
    evidence: str
    day: str


def keep_assessment(connection: Connection, one: KeptAssessment) -> None:
    """Keep a version beside those before it."""
    connection.execute(
        insert(assessment).values(
            measure=one.measure,
            changed_us=one.changed_us,
            changed_by=one.changed_by,
            state=one.state,
            evidence=one.evidence,
            day=one.day,
        )
    )


def assessments(connection: Connection) -> dict[str, KeptAssessment]:
    """The newest version of each, by measure."""
    newest = (
        select(assessment.c.measure, func.max(assessment.c.changed_us).label("changed_us"))
        .group_by(assessment.c.measure)
        .subquery()
    )
    same = and_(newest.c.measure == assessment.c.measure, newest.c.changed_us == assessment.c.changed_us)
    rows = connection.execute(select(assessment).join(newest, same).order_by(assessment.c.measure))
    return {row.measure: KeptAssessment(*row) for row in rows}


def assessment_versions(connection: Connection, measure: str) -> list[KeptAssessment]:
    """All that was said of one measure, the oldest first."""
    rows = connection.execute(
        select(assessment).where(assessment.c.measure == measure).order_by(assessment.c.changed_us)
    )
    return [KeptAssessment(*row) for row in rows]
