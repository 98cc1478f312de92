"""What was said of measures in the store, on each database."""

from __future__ import annotations

from tocsin.store.assessments import KeptAssessment, assessment_versions, assessments, keep_assessment

A1 = KeptAssessment("backups", 1, "ann", "absent", "", "")
A2 = KeptAssessment("backups", 3, "bob", "in-place", "restored, file 7", "2026-03-01")
B1 = KeptAssessment("logs", 2, "ann", "unknown", "", "")


def test_the_newest_version_of_each_is_given_and_all_are_kept(database):
    with database.writing() as connection:
        for one in (A2, A1, B1):
            keep_assessment(connection, one)
    with database.reading() as connection:
        assert assessments(connection) == {"backups": A2, "logs": B1}
        assert assessment_versions(connection, "backups") == [A1, A2]
        assert assessment_versions(connection, "training") == []
