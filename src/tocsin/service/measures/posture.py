"""``posture assess`` and ``posture show``: which measures stand here. It stays on this node."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import Connection

from tocsin.limits import EVIDENCE_OLD_DAYS
from tocsin.measures.assessment import (
    Assessment,
    State,
    assessment_of,
    assessments_text,
    check_known,
    read_assessments,
)
from tocsin.measures.automatic import OBSERVED
from tocsin.measures.catalogue import Catalogue
from tocsin.measures.posture import Posture, Said, posture_of
from tocsin.service.exchange.node import Node, moment
from tocsin.service.inventory.kept import day_of
from tocsin.service.measures.observed import observed_of
from tocsin.store import log
from tocsin.store.assessments import KeptAssessment, assessment_versions, assessments, keep_assessment
from tocsin.transparency.entry import Act

__all__ = ["assess", "assess_from", "history", "posture", "posture_text", "standing_posture"]


def assess(
    node: Node, measure: str, state: str, *, evidence: str = "", day: str = "", catalogue: Catalogue, by: str
) -> list[Assessment]:
    """Note whether a measure is there; what was said before is kept as an older version.

    Returns what was noted: nothing, where just that was said already.

    Raises:
        BadInput: see :func:`~tocsin.measures.assessment.assessment_of`.
    """
    made = assessment_of(measure, state, evidence, day, known=_ids(catalogue), today=day_of(node.now_us))
    return _note(node, [made], by)


def assess_from(node: Node, data: bytes, name: str, *, catalogue: Catalogue, by: str) -> list[Assessment]:
    """Note all that a file says, as :func:`assess` does; what it says of no measure stays as it is.

    Raises:
        BadInput, LimitExceeded: see :func:`~tocsin.measures.assessment.read_assessments`.
    """
    made = read_assessments(data, name, _ids(catalogue), today=day_of(node.now_us))
    return _note(node, made, by)


def _ids(catalogue: Catalogue) -> set[str]:
    return {one.id for one in catalogue.measures}


def _note(node: Node, made: Sequence[Assessment], by: str) -> list[Assessment]:
    now_us = node.now_us

    def act(connection: Connection) -> list[Assessment]:
        before = assessments(connection)
        noted = []
        for one in made:
            last = before.get(one.measure)
            if one == (_assessment(last) if last else Assessment(measure=one.measure, state=State.UNKNOWN)):
                continue
            changed_us = max(now_us, last.changed_us + 1) if last else now_us
            kept = KeptAssessment(one.measure, changed_us, by, one.state.value, one.evidence, one.day)
            keep_assessment(connection, kept)
            noted.append(one)
        if noted:
            # Which measures are there, or not, is for this organisation alone: the log tells how many.
            entry = node.salted_for_others(Act.POSTURE, by, {"measures": len(noted)}, now_us)
            log.append(connection, [entry])
        return noted

    return node.write(act)


def posture(
    node: Node, catalogue: Catalogue, measure: str = "", *, old_days: int = EVIDENCE_OLD_DAYS
) -> Posture:
    """How the measures of a catalogue stand now, by what was said and beside it by what this node knows itself.

    With ``measure`` (id) that one alone.

    Raises:
        BadInput: the catalogue has no such measure.
    """
    chosen = _chosen(catalogue, measure)
    found = _posture(node, chosen, old_days, OBSERVED & _ids(chosen))
    return msgspec.structs.replace(found, elsewhere=()) if measure else found


def standing_posture(node: Node, catalogue: Catalogue) -> Posture:
    """The same where only what is said to stand matters: whether the node knows more of it is asked for that alone."""
    with node.reading() as connection:
        said = assessments(connection)
    claimed = {one.measure for one in said.values() if one.state == State.IN_PLACE.value}
    return _posture(node, catalogue, EVIDENCE_OLD_DAYS, claimed & OBSERVED)


def _posture(node: Node, catalogue: Catalogue, old_days: int, asked: Collection[str]) -> Posture:
    with node.reading() as connection:
        said = {measure: _said(one) for measure, one in assessments(connection).items()}
    seen = observed_of(node, asked)
    return posture_of(catalogue.measures, said, seen, today=day_of(node.now_us), old_days=old_days)


def posture_text(node: Node, catalogue: Catalogue, measure: str = "") -> str:
    """Measures as a file to fill in, with what was said of each so far; :func:`assess_from` reads it again.

    Raises:
        BadInput: the catalogue has no such ``measure``.
    """
    chosen = _chosen(catalogue, measure)
    with node.reading() as connection:
        said = {measure: _assessment(one) for measure, one in assessments(connection).items()}
    return assessments_text(chosen.measures, said)


def _chosen(catalogue: Catalogue, measure: str) -> Catalogue:
    if not measure:
        return catalogue
    check_known(measure, _ids(catalogue))
    return msgspec.structs.replace(
        catalogue, measures=tuple(one for one in catalogue.measures if one.id == measure)
    )


def history(node: Node, measure: str) -> list[Said]:
    """All that was said of a measure (id), the oldest first."""
    with node.reading() as connection:
        return [_said(one) for one in assessment_versions(connection, measure)]


def _said(kept: KeptAssessment) -> Said:
    return Said(assessment=_assessment(kept), by=kept.changed_by, noted=moment(kept.changed_us))


def _assessment(kept: KeptAssessment) -> Assessment:
    return Assessment(measure=kept.measure, state=State(kept.state), evidence=kept.evidence, day=kept.day)
