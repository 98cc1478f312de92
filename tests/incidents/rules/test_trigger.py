from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from incidents.rules.making import at, incident, rule
from tocsin.incidents.incident import Moments, Payment, Ransom, Told
from tocsin.incidents.moment import Fidelity
from tocsin.incidents.rules.rule import AFTER
from tocsin.incidents.rules.trigger import MOMENT_WORDS, contradictions, trigger


def starts_of(rule_id, held):
    return trigger(rule(rule_id).clock, held)


def test_each_clock_starts_from_its_own_moment():
    names = ("detected", "believed", "determined", "material", "aware", "paid")
    held = incident(**{name: at(f"2026-11-2{number} 10:00") for number, name in enumerate(names)})

    found = {
        each: starts_of(each, held) for each in ("tsa-pipeline", "circia-incident", "nerc-incident", "sec-8k")
    }

    assert found == {
        "tsa-pipeline": held.moments.detected,
        "circia-incident": held.moments.believed,
        "nerc-incident": held.moments.determined,
        "sec-8k": held.moments.material,
    }
    assert starts_of("nis2-notification", held) == held.moments.aware
    assert starts_of("circia-ransom", held) == held.moments.paid


def test_a_payment_is_a_moment_too_and_the_first_of_several_counts():
    payments = tuple(Payment(at=held) for held in (at("2026-11-22 10:00"), None, at("2026-11-21 10:00")))

    assert starts_of("circia-ransom", incident(ransom=Ransom(payments=payments))) == at("2026-11-21 10:00")
    assert starts_of("circia-ransom", incident(ransom=Ransom())) is None


def test_the_final_report_starts_when_the_notification_was_sent():
    told = (
        Told(whom="BSI", at=at("2026-11-23 10:00"), rule="nis2-notification"),
        Told(whom="BSI", at=at("2026-11-21 10:00"), rule="nis2-early-warning"),
        Told(whom="BSI", at=at("2026-11-22 10:00"), rule="nis2-notification"),
    )

    assert starts_of("nis2-final", incident(told=told)) == at("2026-11-22 10:00")
    assert starts_of("nis2-final", incident(told=told[1:2])) is None
    assert rule("nis2-final").clock.starts == f"{AFTER}nis2-notification"


def test_each_moment_of_the_form_has_words():
    assert set(MOMENT_WORDS) == set(Moments.__struct_fields__)


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("began", "detected"),
        ("detected", "determined"),
        ("detected", "material"),
        ("contained", "recovered"),
        ("began", "paid"),
    ],
)
def test_what_was_before_what_it_follows_is_told_with_both_places(first, later):
    held = incident(**{first: at("2026-11-27 10:00"), later: at("2026-11-27 09:00")})

    (found,) = contradictions(held)

    assert found.fields == (f"moments.{first}", f"moments.{later}")
    assert MOMENT_WORDS[first] in found.words
    assert "2026-11-27 10:00Z" in found.words
    assert "One of the two is wrong" in found.words


def test_determined_on_the_day_on_which_it_was_noticed_is_no_contradiction():
    day = at("2026-11-27 00:00", fidelity=Fidelity.DAY)

    assert not contradictions(incident(detected=at("2026-11-27 10:00"), determined=day))
    assert contradictions(incident(detected=at("2026-11-29 10:00"), determined=day))


def test_the_same_minute_is_no_contradiction():
    assert not contradictions(incident(detected=at("2026-11-27 10:00"), aware=at("2026-11-27 10:00")))


def test_a_payment_at_no_time_at_which_one_was_made_is_a_contradiction():
    ransom = Ransom(payments=(Payment(at=at("2026-11-22 10:00")), Payment(at=at("2026-11-25 10:00"))))

    assert not contradictions(incident(paid=at("2026-11-25 10:00"), ransom=ransom))
    (found,) = contradictions(incident(paid=at("2026-11-24 10:00"), ransom=ransom))
    assert found.fields == ("moments.paid", "ransom.payments.at")


@given(st.lists(st.integers(0, 10**15), min_size=len(MOMENT_WORDS), max_size=len(MOMENT_WORDS)))
def test_moments_in_their_order_contradict_one_another_never(times):
    names = (
        "began",
        "detected",
        "believed",
        "aware",
        "determined",
        "material",
        "paid",
        "contained",
        "recovered",
        "asked",
        "fixed",
        "ended",
    )
    held = incident(
        **{name: at("2026-01-01 00:00").__class__(us) for name, us in zip(names, sorted(times), strict=True)}
    )

    assert contradictions(held) == ()
