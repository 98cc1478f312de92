from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from incidents.rules.making import NAMED, at, book, incident, profile, rule, us_of, wall
from strategies import examples
from tocsin.errors import BadInput
from tocsin.incidents.incident import Determination, Impact, ImpactCategory, Ransom, Told, Victim
from tocsin.incidents.moment import Fidelity, Moment
from tocsin.incidents.rules.duty import State, due, duty
from tocsin.incidents.rules.profile import Answer, Profile
from tocsin.incidents.rules.rule import AFTER
from tocsin.limits import RULES_STALE_DAYS

NEW_YORK = "America/New_York"
NOW = us_of("2026-12-01 12:00", NEW_YORK)
HOUR = 3_600_000_000


def stands(rule_id, held, who=None, now=NOW):
    return duty(rule(rule_id), held, who or profile("sec_8k", "tsa_pipeline", "nis2_entity"), now, book())


def test_a_duty_that_is_not_for_the_organisation_says_why_and_nothing_more():
    found = stands("sec-8k", incident(material=at("2026-11-27 16:00", NEW_YORK)), profile(no=["sec_8k"]))

    assert found.state is State.NOT_APPLICABLE
    assert found.why == ("Only companies that file Form 8-K with the SEC are meant.",)
    assert (found.deadline, found.left_us, found.missing, found.notes) == (None, None, (), ())


def test_an_unknown_duty_says_what_to_answer_and_when_it_would_be_due():
    found = stands("sec-8k", incident(material=at("2026-11-30 16:00", NEW_YORK)), Profile())

    assert found.state is State.UNKNOWN
    assert [each.id for each in found.questions] == ["sec_8k"]
    assert wall(found.deadline.us, NEW_YORK) == "2026-12-04 17:30:00"
    assert "If the rule is for you, its clock is running." in found.notes


def test_a_duty_waits_for_its_moment_and_says_for_which():
    found = stands("sec-8k", incident(detected=at("2026-11-20 10:00")))

    assert (found.state, found.deadline, found.left_us) == (State.WAITING, None, None)
    assert found.why[-1] == (
        "Its clock starts when it was determined to be material to investors; the incident does not say when that was."
    )


def test_the_final_report_waits_for_the_notification():
    found = stands("nis2-final", incident(aware=at("2026-11-20 10:00")))

    assert found.state is State.WAITING
    assert "'nis2-notification' was sent" in found.why[-1]


def test_a_moment_in_the_future_starts_no_clock_and_is_told():
    found = stands("tsa-pipeline", incident(detected=Moment(NOW + HOUR, zone=NEW_YORK)))

    assert found.state is State.WAITING
    assert "Tue 1 December 2026 13:00 EST (America/New_York), lies in the future" in found.why[-1]


@pytest.mark.parametrize(
    ("now", "state", "left_h"),
    [
        ("2026-11-28 10:00", State.RUNNING, 24),
        ("2026-11-28 22:00", State.RUNNING, 12),
        ("2026-11-29 10:00", State.RUNNING, 0),
        ("2026-11-29 11:00", State.OVERDUE, -1),
    ],
)
def test_a_duty_runs_until_its_last_instant_and_is_overdue_after_it(now, state, left_h):
    found = stands("tsa-pipeline", incident(detected=at("2026-11-28 10:00")), now=us_of(now))

    assert (found.state, found.left_us) == (state, left_h * HOUR)


def test_a_microsecond_after_the_last_instant_is_late():
    held = incident(detected=at("2026-11-28 10:00"))
    last = us_of("2026-11-29 10:00")

    assert stands("tsa-pipeline", held, now=last).state is State.RUNNING
    assert stands("tsa-pipeline", held, now=last + 1).state is State.OVERDUE


def test_a_duty_is_done_once_somebody_was_told_for_that_rule():
    told = Told(whom="CISA", at=at("2026-11-28 20:00"), rule="tsa-pipeline", reference="42")
    held = incident(detected=at("2026-11-28 10:00"), told=(told,))

    found = stands("tsa-pipeline", held)

    assert (found.state, found.told, found.left_us) == (State.TOLD, told, None)
    assert found.why == ("CISA was told on Sat 28 November 2026 20:00 UTC.",)
    assert not any("after the deadline" in each for each in found.notes)


def test_what_was_told_for_another_rule_does_not_count():
    held = incident(detected=at("2026-11-28 10:00"), told=(Told(whom="FBI", at=at("2026-11-28 20:00")),))

    assert stands("tsa-pipeline", held).state is State.OVERDUE


def test_what_was_told_late_says_so():
    told = Told(whom="CISA", at=at("2026-11-30 10:00"), rule="tsa-pipeline")

    found = stands("tsa-pipeline", incident(detected=at("2026-11-28 10:00"), told=(told,)))

    assert "It was told after the deadline." in found.notes


def test_what_was_told_stays_told_also_where_it_need_not_have_been():
    told = Told(whom="CISA", at=at("2026-11-28 20:00"), rule="tsa-pipeline")

    assert stands("tsa-pipeline", incident(told=(told,)), profile(no=["tsa_pipeline"])).state is State.TOLD


def test_what_a_complete_report_still_needs_is_listed():
    held = incident(detected=at("2026-12-01 10:00"), **NAMED)

    assert stands("tsa-pipeline", held).missing == (
        "Which pipelines and facilities are hit, and where are they?",
        "What happened: the threat, the incident, what it means or may mean for IT and OT?",
        "What is being done about it, and what is planned?",
    )


def test_moments_that_contradict_one_another_stand_beside_each_duty():
    held = incident(detected=at("2026-11-28 10:00"), determined=at("2026-11-27 10:00"))

    (found,) = stands("tsa-pipeline", held).contradictions

    assert found.fields == ("moments.detected", "moments.determined")


@pytest.mark.parametrize(
    ("day", "state"), [("2023-12-17", State.NOT_APPLICABLE), ("2023-12-18", State.OVERDUE)]
)
def test_a_rule_does_not_reach_back_before_the_day_on_which_it_began_to_bind(day, state):
    found = stands("sec-8k", incident(material=at(f"{day} 23:00", NEW_YORK)))

    assert found.state is state
    if state is State.NOT_APPLICABLE:
        assert found.why == ("It is in force since 2023-12-18; what starts its clock was on 2023-12-17.",)


def test_a_proposed_rule_says_that_it_binds_nobody():
    held = incident(believed=at("2026-12-01 10:00"))

    notes = stands("circia-incident", held, profile("critical_sector", "above_small_business")).notes

    assert "This rule is only proposed and binds nobody yet." in notes


def test_what_could_not_be_confirmed_is_said():
    unsure = stands("tsa-pipeline", incident(detected=at("2026-12-01 10:00"))).unconfirmed

    assert unsure[-1].startswith("TSA, Security Directive Pipeline-2021-01G")
    assert "The shorter is counted until you say otherwise. Your copy decides." in unsure[-1]


def test_an_old_rule_says_so_loudly():
    looked_up = us_of(f"{rule('sec-8k').as_of} 00:00")
    day = 24 * HOUR

    young, old = (
        stands("sec-8k", incident(), now=looked_up + days * day).notes
        for days in (RULES_STALE_DAYS, RULES_STALE_DAYS + 1)
    )

    assert not any("OLD" in each for each in young)
    assert any(
        each.startswith(f"OLD: this rule was looked up {RULES_STALE_DAYS + 1} days ago") for each in old
    )


@pytest.mark.parametrize(
    ("country", "law", "note"),
    [
        ("DE", "BSIG, section 32", None),
        ("FR", None, "The law of FR is not among those that are known here (DE, IT, BE)"),
        ("", None, "Say in which country"),
    ],
    ids=["known", "not-known", "unsaid"],
)
def test_the_national_law_is_named_where_it_is_known(country, law, note):
    found = stands(
        "nis2-early-warning", incident(aware=at("2026-12-01 10:00")), profile("nis2_entity", country=country)
    )

    assert (found.national.law if found.national else None) == law
    assert note is None or any(note in each for each in found.notes)


def test_without_a_country_of_the_profile_that_of_the_victim_counts():
    held = incident(aware=at("2026-12-01 10:00"), victim=Victim(country="DE"))

    assert stands("nis2-early-warning", held).national.country == "DE"
    assert stands("nis2-early-warning", held, profile("nis2_entity", country="FR")).national is None


def test_a_rough_moment_is_noted():
    rough = at("2026-12-01 00:00", NEW_YORK, Fidelity.DAY)

    assert any(
        "known only to the day" in each for each in stands("tsa-pipeline", incident(detected=rough)).notes
    )


def test_a_zone_that_is_not_known_is_told():
    with pytest.raises(BadInput, match="Mars"):
        stands("tsa-pipeline", incident(detected=Moment(0, zone="Mars")))


def test_a_service_provider_tells_its_banks_as_soon_as_possible():
    held = incident(
        determined=at("2026-11-28 10:00"), impacts=(Impact(category=ImpactCategory.AVAILABILITY, hours=5),)
    )

    found = stands("bank-service-provider", held, profile("bank_service_provider"))

    assert (found.state, found.left_us, found.deadline.words) == (State.RUNNING, None, "as soon as possible")


# -- all of them -------------------------------------------------------------------------------------


def test_the_most_urgent_stands_first_and_what_is_not_for_you_last():
    who = profile(
        "sec_8k", "tsa_pipeline", "critical_sector", "above_small_business", no=["nerc_high_medium"]
    )
    held = incident(
        detected=at("2026-11-30 10:00"),
        believed=at("2026-11-20 10:00"),
        material=at("2026-11-30 16:00", NEW_YORK),
        aware=at("2026-12-01 10:00"),
        told=(Told(whom="CISA", at=at("2026-12-01 10:00"), rule="bank-occ"),),
    )

    found = [(each.rule.id, each.state) for each in due([held], who, book(), NOW)]

    assert found[:2] == [("tsa-pipeline", State.OVERDUE), ("sec-8k", State.RUNNING)]
    assert found[2:4] == [("nis2-early-warning", State.UNKNOWN), ("nis2-notification", State.UNKNOWN)]
    names = [each for each, _ in found]
    # A rule that binds nobody stands behind all that may, though its clock ran out first.
    assert names.index("circia-incident") > max(names.index("bank-fed"), names.index("nis2-final"))
    assert [rule for rule, state in found if state is State.TOLD] == ["bank-occ"]
    assert {state for _, state in found[names.index("bank-occ") + 1 :]} == {State.NOT_APPLICABLE}
    assert len(found) == len(book().rules)


def test_each_incident_has_its_duties():
    both = [incident(), incident(kinds=("ransomware",))]

    assert len(due(both, Profile(), book(), NOW)) == 2 * len(book().rules)


MOMENTS = st.one_of(st.none(), st.builds(Moment, st.integers(NOW - 60 * 24 * HOUR, NOW + 2 * HOUR)))
INCIDENTS = st.builds(
    lambda determination, ransom, **moments: incident(determination=determination, ransom=ransom, **moments),
    st.sampled_from(Determination),
    st.sampled_from([None, Ransom(amount="5")]),
    detected=MOMENTS,
    believed=MOMENTS,
    determined=MOMENTS,
    material=MOMENTS,
    aware=MOMENTS,
    paid=MOMENTS,
)
PROFILES = st.builds(
    lambda facts: Profile(facts=dict(facts)),
    st.lists(st.tuples(st.sampled_from(sorted(book().facts)), st.sampled_from(Answer))),
)


def by_a_clerk(found, held):
    """What a clerk would say of a duty, by looking at its reasons, its moment and the hours."""
    clock = found.rule.clock
    moment = None if clock.starts.startswith(AFTER) else getattr(held.moments, clock.starts, None)
    if found.rule.supplements:
        moment = None  # nobody was told anything yet
    if any(each.no in found.why for each in found.rule.applies):
        return State.NOT_APPLICABLE
    if any(each.startswith("Not known") for each in found.why):
        return State.UNKNOWN
    if moment is None or moment.us > found.now_us:
        return State.WAITING
    late = clock.hours is not None and found.now_us - moment.us > clock.hours * HOUR
    return State.OVERDUE if late else State.RUNNING


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
@given(INCIDENTS, PROFILES)
def test_a_duty_is_what_a_clerk_would_say(held, who):
    for found in due([held], who, book(), NOW):
        if found.rule.clock.business_days or found.rule.clock.calendar_days:
            continue
        assert found.state is by_a_clerk(found, held)
        assert found.why
        if found.state in {State.RUNNING, State.OVERDUE} and found.deadline.us is not None:
            assert found.left_us == found.deadline.us - NOW
            assert (found.left_us < 0) == (found.state is State.OVERDUE)


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
@given(INCIDENTS, PROFILES, st.integers(0, 400))
def test_as_time_passes_a_duty_only_gets_more_urgent(held, who, hours):
    order = [State.NOT_APPLICABLE, State.UNKNOWN, State.WAITING, State.RUNNING, State.OVERDUE]
    for each in book().rules:
        early, late = (duty(each, held, who, now, book()).state for now in (NOW, NOW + hours * HOUR))
        assert order.index(early) <= order.index(late)


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
@given(INCIDENTS, PROFILES)
def test_a_deadline_that_binds_is_never_behind_a_later_one(held, who):
    listed = [
        each.deadline.us
        for each in due([held], who, book(), NOW)
        if each.rule.binding and each.state in {State.RUNNING, State.OVERDUE} and each.deadline.us is not None
    ]

    assert all(one <= other for one, other in pairwise(listed))


@pytest.mark.parametrize(("rule_id", "noted"), [("circia-incident", True), ("sec-8k", False)])
def test_a_clock_that_was_not_read_at_its_source_says_so(rule_id, noted):
    notes = stands(rule_id, incident()).notes

    assert any(each.startswith("Its clock was not read at its source") for each in notes) is noted
