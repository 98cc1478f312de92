"""What a node knows by itself: at best a part, never more than it sees, and nothing where it sees nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st

from tocsin.measures.automatic import (
    OBSERVED,
    Facts,
    InventoryFacts,
    PatchingFacts,
    ReportingFacts,
    Speaks,
    WarningFacts,
    observed,
)

TODAY = date(2026, 11, 27)
DAY = "2026-11-27"


def patching(**more):
    held = {
        "overdue": 0,
        "doubtful": 0,
        "accepted": 0,
        "unjudged": 0,
        "exploited_day": "2026-11-26",
        "versions": True,
    }
    return PatchingFacts(**held | more)


def only(**facts):
    (one,) = observed(Facts(**facts), TODAY)
    return one


def test_a_node_that_holds_nothing_says_nothing():
    assert observed(Facts(), TODAY) == ()
    assert observed(Facts(reporting=ReportingFacts(answered=0, of=12, overdue=0)), TODAY) == ()


def test_bills_speak_for_a_list_of_what_there_is_as_of_the_newest():
    one = only(inventory=InventoryFacts(bills=3, sites=2, newest="2026-01-01"))
    assert (one.measure, one.speaks, one.day) == ("asset-inventory", Speaks.FOR, "2026-01-01")
    assert "3 bills of materials from 2 sites" in one.text
    assert "the rest is not known here" in one.text


def test_what_is_exploited_and_overdue_speaks_against_patching_even_by_old_feeds():
    one = only(patching=patching(overdue=1, stale=("osv",)))
    assert (one.speaks, one.day) == (Speaks.AGAINST, DAY)
    assert "1 exposure that attackers use is past the day" in one.text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"exploited_day": ""}, "the catalogue of what attackers use is not here"),
        ({"versions": False}, "no feed was read that says which versions"),
        ({"stale": ("kev", "osv")}, "kev, osv: too old"),
        ({"doubtful": 2}, "2 exposures past the day may be affected"),
    ],
    ids=["exploited", "versions", "stale", "doubtful"],
)
def test_whether_anything_is_overdue_cannot_be_told_where_something_is_missing(more, words):
    one = only(patching=patching(**more))
    assert one.speaks is Speaks.CANNOT_TELL
    assert words in one.text


def test_nothing_overdue_speaks_for_patching_and_says_what_was_left_aside():
    assert only(patching=patching()).speaks is Speaks.FOR
    one = only(patching=patching(accepted=2, unjudged=1))
    assert (one.speaks, one.day) == (Speaks.FOR, "2026-11-26")
    assert one.text.endswith(
        "(besides: 2 exposures accepted and not mended; 1 release of kinds that no feed speaks of)"
    )


def test_warnings_that_are_read_speak_for_it_and_what_is_not_recorded_is_said():
    one = only(warnings=WarningFacts(read=(("isac", "2026-11-20"), ("other", ""))))
    assert (one.speaks, one.day) == (Speaks.FOR, "2026-11-20")
    assert one.text.startswith("1 hub or source read within 7 days; other was never read")
    assert one.text.endswith("whether logs are checked against them is not recorded")


@pytest.mark.parametrize("day", ["2026-11-19", ""])
def test_warnings_that_nobody_reads_speak_against_it(day):
    one = only(warnings=WarningFacts(read=(("isac", day),)))
    assert (one.speaks, one.day) == (Speaks.AGAINST, DAY)


def test_an_overdue_report_speaks_against_reporting_whatever_was_answered():
    assert only(reporting=ReportingFacts(answered=12, of=12, overdue=1)).speaks is Speaks.AGAINST
    one = only(reporting=ReportingFacts(answered=3, of=12, overdue=0))
    assert (one.speaks, one.text[:20]) == (Speaks.FOR, "3 of 12 questions an")


COUNTS = st.integers(0, 3)
DAYS = st.sampled_from(["", "2025-01-01", "2026-11-20", DAY])


@given(
    st.builds(
        Facts,
        inventory=st.none() | st.builds(InventoryFacts, bills=COUNTS, sites=COUNTS, newest=st.just(DAY)),
        patching=st.none()
        | st.builds(
            PatchingFacts,
            overdue=COUNTS,
            doubtful=COUNTS,
            accepted=COUNTS,
            unjudged=COUNTS,
            exploited_day=DAYS,
            versions=st.booleans(),
            stale=st.sampled_from([(), ("osv",)]),
        ),
        warnings=st.none()
        | st.builds(WarningFacts, read=st.lists(st.tuples(st.just("a"), DAYS), min_size=1).map(tuple)),
        reporting=st.none() | st.builds(ReportingFacts, answered=COUNTS, of=st.just(3), overdue=COUNTS),
    )
)
def test_each_measure_is_spoken_of_once_and_never_well_where_something_is_overdue_or_missing(facts):
    found = {one.measure: one for one in observed(facts, TODAY)}
    assert len(found) == len(observed(facts, TODAY))
    assert set(found) <= OBSERVED
    assert all(one.day and one.text for one in found.values())
    held = facts.patching
    if held is not None and found["patching"].speaks is Speaks.FOR:
        assert (held.overdue, held.doubtful, held.stale) == (0, 0, ())
        assert held.exploited_day
        assert held.versions
