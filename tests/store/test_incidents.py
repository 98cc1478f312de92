"""Incidents in the store, on each database."""

from __future__ import annotations

from tocsin.store.incidents import KeptIncident, incident_versions, incidents, keep_incident

A1 = KeptIncident("incident--a", 1, "ann", b"one")
A2 = KeptIncident("incident--a", 3, "bob", b"two")
B1 = KeptIncident("incident--b", 2, "ann", b"other")


def test_the_newest_version_of_each_is_given_and_all_are_kept(database):
    with database.writing() as connection:
        for one in (A2, A1, B1):
            keep_incident(connection, one)
    with database.reading() as connection:
        assert incidents(connection) == [A2, B1]
        assert incident_versions(connection, "incident--a") == [A1, A2]
        assert incident_versions(connection, "incident--c") == []
