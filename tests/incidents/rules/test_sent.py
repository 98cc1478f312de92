"""Supplements: owed once something happens after what was sent, by an engine and by a clerk with a diary."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from incidents.rules.making import at, book, incident, profile, rule, us_of, wall
from strategies import examples
from tocsin.incidents.incident import Determination, Learned, Payment, Ransom, Told
from tocsin.incidents.moment import Fidelity, Moment
from tocsin.incidents.rules.duty import State, duty
from tocsin.incidents.rules.sent import last_to, sent

NEW_YORK = "America/New_York"
NOW = us_of("2026-12-01 12:00")
WHO = profile(
    "sec_8k", "tsa_pipeline", "nerc_high_medium", "nis2_entity", "critical_sector", "above_small_business"
)
SECOND = 1_000_000


def told(rule_id, when, zone="UTC"):
    return Told(whom="them", at=at(when, zone), rule=rule_id)


def learned(when, *rules, zone="UTC", fidelity=Fidelity.MINUTE):
    return Learned(what=f"known at {when}", at=at(when, zone, fidelity), rules=rules)


def stands(rule_id, now=NOW, **held):
    return duty(rule(rule_id), incident(**held), WHO, now, book())


# -- from nothing sent to the next supplement ---------------------------------------------------------


def test_before_the_first_report_a_supplement_sleeps_and_says_so():
    found = stands("sec-8k-amendment", learned=(learned("2026-11-25 10:00"),))

    assert (found.state, found.dormant, found.deadline) == (State.WAITING, True, None)
    assert "It completes 'sec-8k', which was not sent yet" in found.why[-1]


def test_after_it_the_supplement_waits_for_something_new_and_names_what():
    found = stands("sec-8k-amendment", told=(told("sec-8k", "2026-11-25 10:00"),))

    assert (found.state, found.dormant, found.deadline) == (State.WAITING, False, None)
    assert "Its clock starts when something of substance becomes known" in found.why[-1]
    assert "Wed 25 November 2026 10:00 UTC" in found.why[-1]


def test_what_was_known_when_it_was_sent_starts_nothing():
    held = {"told": (told("sec-8k", "2026-11-25 10:00"),), "learned": (learned("2026-11-25 09:00"),)}

    assert stands("sec-8k-amendment", **held).state is State.WAITING


def test_what_becomes_known_after_it_starts_the_clock_and_is_named():
    found = stands(
        "sec-8k-amendment",
        told=(told("sec-8k", "2026-11-24 10:00"),),
        learned=(learned("2026-11-25 10:00", zone=NEW_YORK), learned("2026-11-30 10:00")),
    )

    assert found.state is State.RUNNING
    assert wall(found.deadline.us, NEW_YORK) == "2026-12-02 17:30:00"
    assert found.why[-1].startswith("Told last: them, on Tue 24 November 2026 10:00 UTC.")
    assert found.why[-1].endswith(
        "on Wed 25 November 2026 10:00 EST (America/New_York): known at 2026-11-25 10:00."
    )
    assert [each.what for each in found.learned] == ["known at 2026-11-25 10:00", "known at 2026-11-30 10:00"]


def test_it_is_overdue_when_nothing_is_sent():
    held = {"told": (told("tsa-pipeline", "2026-11-28 10:00"),), "learned": (learned("2026-11-30 11:00"),)}

    assert stands("tsa-pipeline-more", **held).state is State.OVERDUE
    assert stands("tsa-pipeline-more", now=us_of("2026-12-01 10:59"), **held).state is State.RUNNING


def test_a_supplement_that_was_sent_ends_it_until_the_next_thing_is_known():
    first, more = told("tsa-pipeline", "2026-11-28 10:00"), told("tsa-pipeline-more", "2026-11-30 12:00")
    one, other = learned("2026-11-30 11:00"), learned("2026-12-01 09:00")

    done = stands("tsa-pipeline-more", told=(first, more), learned=(one,))
    again = stands("tsa-pipeline-more", told=(first, more), learned=(one, other))

    assert (done.state, done.told) == (State.TOLD, more)
    assert done.why == (
        "them was told on Mon 30 November 2026 12:00 UTC. Nothing that is noted happened since.",
    )
    assert (again.state, again.deadline.us) == (State.RUNNING, us_of("2026-12-02 09:00"))


def test_a_supplement_that_was_sent_late_is_told_as_that():
    held = {
        "told": (told("tsa-pipeline", "2026-11-28 10:00"), told("tsa-pipeline-more", "2026-11-30 12:00")),
        "learned": (learned("2026-11-29 11:00"),),
    }

    assert "It was told after the deadline." in stands("tsa-pipeline-more", **held).notes


def test_the_first_report_is_never_opened_again_by_what_becomes_known():
    held = {"told": (told("sec-8k", "2026-11-24 10:00"),), "learned": (learned("2026-11-25 10:00"),)}

    assert stands("sec-8k", **held).state is State.TOLD


def test_what_is_known_to_the_day_of_the_report_may_have_been_later_and_counts():
    held = {
        "told": (told("tsa-pipeline", "2026-12-01 10:00"),),
        "learned": (learned("2026-12-01 00:00", fidelity=Fidelity.DAY),),
    }

    assert stands("tsa-pipeline-more", **held).state is State.RUNNING


def test_what_lies_in_the_future_starts_nothing():
    held = {"told": (told("sec-8k", "2026-11-24 10:00"),), "learned": (learned("2026-12-24 10:00"),)}

    found = stands("sec-8k-amendment", **held)

    assert (found.state, found.deadline) == (State.WAITING, None)
    assert "lies in the future" in found.why[-1]


# -- to whom it matters -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "started"),
    [
        ((), {"sec-8k-amendment", "tsa-pipeline-more"}),
        (("sec-8k",), {"sec-8k-amendment"}),
        (("sec-8k-amendment",), {"sec-8k-amendment"}),
        (("tsa",), {"tsa-pipeline-more"}),
        (("sec", "tsa"), {"sec-8k-amendment", "tsa-pipeline-more"}),
        (("nerc",), set()),
        (("sce-8k",), {"sec-8k-amendment", "tsa-pipeline-more"}),  # a slip of the pen stops no clock
        (("sce-8k", "tsa"), {"tsa-pipeline-more"}),
    ],
    ids=lambda held: "-".join(sorted(held)) if isinstance(held, tuple) else "",
)
def test_what_becomes_known_matters_to_the_rules_that_it_names(names, started):
    held = {
        "told": (told("sec-8k", "2026-11-30 10:00"), told("tsa-pipeline", "2026-11-30 10:00")),
        "learned": (learned("2026-12-01 10:00", *names),),
    }

    found = {each for each in ("sec-8k-amendment", "tsa-pipeline-more") if stands(each, **held).deadline}

    assert found == started


def test_whoever_told_by_a_rule_of_which_it_was_not_known_whether_it_is_for_them_took_it_to_be():
    held = incident(told=(told("sec-8k", "2026-11-24 10:00"),), learned=(learned("2026-11-25 10:00"),))

    found = duty(rule("sec-8k-amendment"), held, profile(), NOW, book())

    assert (found.state, found.why[0]) == (State.RUNNING, "You told them by sec-8k.")
    assert (
        duty(rule("sec-8k-amendment"), held, profile(no=["sec_8k"]), NOW, book()).state
        is State.NOT_APPLICABLE
    )


# -- other triggers -----------------------------------------------------------------------------------


def test_a_second_payment_has_its_own_clock_and_the_first_does_not_count_again():
    first, second = Payment(at=at("2026-11-28 10:00")), Payment(at=at("2026-12-01 10:00"))
    paid = (told("circia-ransom", "2026-11-28 20:00"),)

    one = stands("circia-ransom-further", told=paid, ransom=Ransom(payments=(first,)))
    both = stands("circia-ransom-further", told=paid, ransom=Ransom(payments=(first, second)))

    assert one.state is State.WAITING
    assert (both.state, both.deadline.us) == (State.RUNNING, us_of("2026-12-02 10:00"))


def test_a_payment_that_is_known_to_the_day_is_no_further_one():
    paid = Payment(at=at("2026-11-28 00:00", fidelity=Fidelity.DAY))

    found = stands(
        "circia-ransom-further",
        told=(told("circia-ransom", "2026-11-28 20:00"),),
        ransom=Ransom(payments=(paid,)),
    )

    assert found.state is State.WAITING


def test_an_intermediate_report_is_owed_when_it_is_asked_for_after_the_notification():
    notified = (told("nis2-notification", "2026-11-28 10:00"),)

    before = stands("nis2-intermediate", told=notified, asked=at("2026-11-28 09:00"))
    after = stands("nis2-intermediate", told=notified, asked=at("2026-11-30 09:00"))

    assert (before.state, after.state) == (State.WAITING, State.RUNNING)
    assert after.deadline.words == "as soon as possible"


def test_a_final_report_follows_only_where_the_work_ended_after_the_first():
    sent_so_far = (told("nis2-notification", "2026-10-01 10:00"), told("nis2-final", "2026-11-01 10:00"))

    was_final = stands("nis2-final-after-progress", told=sent_so_far, ended=at("2026-10-20 10:00"))
    was_progress = stands("nis2-final-after-progress", told=sent_so_far, ended=at("2026-11-20 10:00"))

    assert was_final.state is State.WAITING
    assert (was_progress.state, wall(was_progress.deadline.us, "UTC")) == (
        State.RUNNING,
        "2026-12-20 23:59:59.999999",
    )


def test_an_attempt_has_an_update_of_its_own():
    held = {
        "determination": Determination.BLOCKED,
        "told": (told("nerc-attempt", "2026-11-28 10:00"),),
        "learned": (learned("2026-11-30 09:00"),),
    }

    assert stands("nerc-attempt-update", **held).state is State.RUNNING
    assert stands("nerc-incident-update", **held).state is State.NOT_APPLICABLE


def test_a_supplement_to_a_report_that_did_not_bind_yet_binds_nobody():
    held = {
        "material": at("2023-12-17 10:00"),
        "told": (told("sec-8k", "2023-12-20 10:00"),),
        "learned": (learned("2023-12-27 10:00"),),
    }

    assert stands("sec-8k-amendment", **held).state is State.NOT_APPLICABLE


# -- who was told last --------------------------------------------------------------------------------


def test_what_went_to_the_same_recipient_by_another_rule_of_the_family_was_told_to_them():
    warned, notified = told("nis2-early-warning", "2026-11-28 10:00"), told("sec-8k", "2026-11-29 10:00")

    assert last_to(rule("nis2-notification"), incident(told=(warned, notified)), book()) == warned
    assert last_to(rule("circia-incident"), incident(told=(warned, notified)), book()) is None
    assert last_to(rule("bank-fed"), incident(told=(told("bank-occ", "2026-11-28 10:00"),)), book()) is None


# -- a clerk with a diary -------------------------------------------------------------------------------


def by_a_clerk(diary):
    """What is open at the end: the clerk goes through the diary and crosses off what was sent."""
    sent_once, waiting = False, None
    for kind, us in diary:
        if kind in {"first", "more"}:
            sent_once, waiting = True, None
        elif sent_once and waiting is None:
            waiting = us
    return waiting


DIARIES = st.lists(
    st.tuples(st.sampled_from(["first", "more", "learned"]), st.integers(0, 30 * 24 * 3_600)),
    max_size=12,
    unique_by=lambda entry: entry[1] // 2,  # what is in one second with a report may be in it or not
).map(
    lambda held: [
        (kind, NOW + seconds // 2 * 2 * SECOND) for kind, seconds in sorted(held, key=lambda x: x[1])
    ]
)


def of_diary(diary):
    rules = {"first": "tsa-pipeline", "more": "tsa-pipeline-more"}
    return {
        "told": tuple(
            Told(whom="them", at=Moment(us, Fidelity.SECOND), rule=rules[kind])
            for kind, us in diary
            if kind != "learned"
        ),
        "learned": tuple(
            Learned(what="x", at=Moment(us, Fidelity.SECOND)) for kind, us in diary if kind == "learned"
        ),
    }


@settings(max_examples=examples(200))
@given(DIARIES, st.randoms(use_true_random=False))
def test_what_is_open_is_what_a_clerk_finds_in_a_diary_whatever_its_order(diary, mix):
    shuffled = list(diary)
    mix.shuffle(shuffled)

    found = sent(rule("tsa-pipeline-more"), incident(**of_diary(shuffled)), book())

    waiting = by_a_clerk(diary)
    assert (found.moment.us if found.moment and found.done is None else None) == waiting
    assert bool(found.first) == any(kind != "learned" for kind, _ in diary)


@settings(max_examples=examples(100))
@given(DIARIES, st.integers(0, 30 * 24 * 3_600))
def test_more_that_becomes_known_never_makes_it_due_later_and_a_report_leaves_nothing_open(diary, seconds):
    late = NOW + 60 * 24 * 3_600 * SECOND
    before = duty(rule("tsa-pipeline-more"), incident(**of_diary(diary)), WHO, late, book())
    new = ("learned", NOW + (seconds // 2 * 2 + 1) * SECOND)
    after = duty(rule("tsa-pipeline-more"), incident(**of_diary([*diary, new])), WHO, late, book())
    settled = duty(
        rule("tsa-pipeline-more"), incident(**of_diary([*diary, ("more", late)])), WHO, late, book()
    )

    if before.state is State.OVERDUE:
        assert after.deadline.us <= before.deadline.us
    assert settled.state is State.TOLD
