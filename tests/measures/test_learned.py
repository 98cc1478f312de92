"""What incidents teach of measures: counted once each, weighed against the guess, and told to be biased."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from measures.naive_learned import naive_learned
from tocsin.measures.learned import (
    BIAS,
    WEIGHT,
    WEIGHT_WITH_EVIDENCE,
    Observation,
    Outcome,
    learned_about,
    learned_of,
    learned_words,
    with_learned,
)
from tocsin.measures.measure import Measure

LOCK = Measure(id="lock", name="Lock", left=0.5, left_by={"T1": 0.3})
PROVEN = Measure(id="proven", name="Proven", left=0.25, evidence="a trial")


def seen(outcomes, measure="lock", technique=""):
    """One incident for each letter: f failed, s stood, a absent."""
    words = {"f": Outcome.FAILED, "s": Outcome.STOOD, "a": Outcome.ABSENT}
    return [
        Observation(incident=f"{technique}{at}", measure=measure, outcome=words[one], technique=technique)
        for at, one in enumerate(outcomes)
    ]


def only(observations, measure=LOCK):
    (one,) = learned_of([measure], observations)
    return one


def test_the_guess_counts_as_some_attempts_and_each_incident_as_one():
    one = only(seen("ffs"))
    assert (one.failed, one.stood, one.absent) == (2, 1, 0)
    (factor,) = one.factors
    assert (factor.guess, factor.weight) == (0.5, WEIGHT)
    assert factor.learned == pytest.approx((0.5 * WEIGHT + 2) / (WEIGHT + 3))
    proven = only(seen("f", "proven"), PROVEN)
    assert proven.factors[0].learned == pytest.approx(
        (0.25 * WEIGHT_WITH_EVIDENCE + 1) / (WEIGHT_WITH_EVIDENCE + 1)
    )


@settings(max_examples=25)
@given(
    left=st.sampled_from([0.3, 0.5, 0.7]),
    evidence=st.sampled_from(["", "a trial"]),
    failed=st.integers(0, 12),
    stood=st.integers(0, 12),
)
def test_what_is_learned_is_what_trying_every_share_finds(left, evidence, failed, stood):
    measure = Measure(id="lock", name="", left=left, evidence=evidence)
    observations = seen("f" * failed + "s" * stood)
    if not observations:
        assert learned_of([measure], observations) == ()
        return
    (factor,) = only(observations, measure).factors
    wanted = naive_learned(left, factor.weight, failed, stood)
    assert (factor.learned, factor.low, factor.high) == pytest.approx(wanted, abs=2e-4)


@given(st.text("fsa", max_size=30))
def test_it_lies_between_guess_and_what_was_seen_and_more_failing_never_makes_it_look_better(outcomes):
    found = learned_of([LOCK], seen(outcomes))
    there = len(outcomes) - outcomes.count("a")
    if not there:
        assert [one.factors for one in found] == [()] * bool(outcomes)
        return
    (factor,) = found[0].factors
    low, high = sorted((0.5, outcomes.count("f") / there))
    assert low - 1e-9 <= factor.learned <= high + 1e-9
    assert 0 < factor.low < factor.learned < factor.high < 1
    worse = only(seen(outcomes + "f")).factors[0]
    assert worse.learned > factor.learned
    assert worse.low > factor.low


@pytest.mark.parametrize("left", [0.0, 1.0])
def test_a_guess_that_is_sure_can_be_moved_and_has_a_range(left):
    (factor,) = only(seen("fs"), Measure(id="lock", name="", left=left)).factors
    assert 0 < factor.low < factor.learned < factor.high < 1


def test_an_incident_counts_once_and_as_failed_if_it_failed_anywhere():
    again = seen("s") + seen("f") + seen("a")
    one = only(again)
    assert (one.failed, one.stood, one.absent) == (1, 0, 0)


def test_a_technique_with_a_guess_of_its_own_is_learned_of_by_itself():
    one = only([*seen("ff"), *seen("s", technique="T1"), *seen("s", technique="T9")])
    assert [(each.technique, each.guess, each.failed, each.stood) for each in one.factors] == [
        ("", 0.5, 2, 1),
        ("T1", 0.3, 0, 1),
    ]
    assert (one.failed, one.stood) == (2, 2)
    (moved,) = with_learned([LOCK], [one])
    assert (moved.left, moved.left_by) == (one.factors[0].learned, {"T1": one.factors[1].learned})


def test_what_was_not_observed_keeps_its_guess():
    absent = only(seen("aa"))
    assert (absent.absent, absent.factors) == (2, ())
    assert with_learned([LOCK, PROVEN], [absent]) == (LOCK, PROVEN)
    assert learned_of([PROVEN], seen("ff")) == ()
    (moved,) = with_learned([LOCK], [only(seen("f", technique="T1"))])
    assert moved.left == 0.5


def test_it_is_told_beside_the_guess_and_that_it_is_biased():
    told = learned_words(only(seen("ffsa")))
    assert told == (
        "It was there in 3 incidents and failed in 2; lets 50% through by the guess, 57% after these (27% to 85%); "
        "it was not there in 1 incident"
    )
    assert "failed in none" in learned_words(only(seen("s")))
    assert learned_about([only(seen("a"))], used=True) == []
    assert learned_about([only(seen("f"))], used=True)[0].endswith(BIAS)
    assert "used as they are" in learned_about([only(seen("f"))], used=False)[0]
