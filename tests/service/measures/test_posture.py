"""What was said of measures on a node, on each database: kept with who and when, and logged without saying what."""

from __future__ import annotations

import pytest

from tocsin.errors import BadInput
from tocsin.measures.assessment import State
from tocsin.service.measures.known import catalogue_of
from tocsin.service.measures.posture import (
    assess,
    assess_from,
    history,
    posture,
    posture_text,
    standing_posture,
)
from tocsin.store import log

TODAY = "2026-09-21"


def said(here, measure="backups", state="in-place", by="ann", **more):
    return assess(here.node, measure, state, catalogue=catalogue_of(), by=by, **more)


def line(here, measure="backups"):
    return posture(here.node, catalogue_of(), measure).lines[0]


def leaves(here):
    with here.node.reading() as connection:
        return log.size(connection)


def test_all_that_was_said_is_kept_with_who_and_when_and_the_last_holds(here):
    said(here, state="absent")
    said(here, state="in-place", evidence="restored, file 7", by="bob")
    assert [(one.by, one.assessment.state, one.assessment.day) for one in history(here.node, "backups")] == [
        ("ann", State.ABSENT, ""),
        ("bob", State.IN_PLACE, TODAY),
    ]
    assert (line(here).counts, line(here).said.by) == (True, "bob")


def test_what_was_said_already_is_not_noted_again(here):
    assert said(here, state="unknown") == []
    said(here)
    before = leaves(here)
    assert said(here, by="bob") == []
    assert (leaves(here), len(history(here.node, "backups"))) == (before, 1)


def test_a_file_is_one_act_and_notes_just_what_is_new(here):
    said(here, state="absent")
    text = posture_text(here.node, catalogue_of())
    before = leaves(here)
    assert assess_from(here.node, text.encode(), "f", catalogue=catalogue_of(), by="ann") == []
    text = text.replace('state = "unknown"', 'state = "partly"')
    noted = assess_from(here.node, text.encode(), "f", catalogue=catalogue_of(), by="ann")
    assert len(noted) == len(catalogue_of().measures) - 1
    assert leaves(here) == before + 1


def test_the_log_tells_how_many_and_neither_which_nor_who(here):
    said(here, evidence="restored, file 7")
    with here.node.reading() as connection:
        [held] = log.openings(connection, [log.size(connection) - 1])
    text = held.to_json()
    assert held.entry.subject["measures"] == 1
    for secret in (b"backups", b"in-place", b"restored", b"ann"):
        assert secret not in text


def test_a_wrong_file_notes_nothing(here):
    text = b'[[have]]\nmeasure = "backups"\n[[have]]\nmeasure = "nonsense"\n'
    with pytest.raises(BadInput, match="nonsense"):
        assess_from(here.node, text, "f", catalogue=catalogue_of(), by="ann")
    assert history(here.node, "backups") == []


def test_no_measure_is_asked_for_that_the_catalogue_has_not(here):
    for ask in (posture, posture_text):
        with pytest.raises(BadInput, match="'nonsense' is no measure"):
            ask(here.node, catalogue_of(), "nonsense")


def test_a_plan_hears_what_the_node_knows_against_what_is_said_to_stand(here):
    said(here, "reporting", evidence="list on the wall")
    said(here, "backups")
    found = standing_posture(here.node, catalogue_of()).standing
    assert [(one.measure, one.doubts) for one in found.standing] == [("reporting", ())]
    assert [one.measure for one in found.not_counted] == ["backups"]
