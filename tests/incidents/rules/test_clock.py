from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from incidents.rules.making import EPOCH, at, book, clock, rule, us_of, wall
from strategies import examples
from tocsin.errors import BadInput
from tocsin.incidents.moment import Fidelity, Moment
from tocsin.incidents.rules.clock import deadline, time_words

NEW_YORK = "America/New_York"
SEC = "sec-8k"


def due(rule_id, moment, zone=""):
    return deadline(rule(rule_id).clock, moment, book().calendars, zone)


# -- Form 8-K: four business days, General Instruction B.1 ----------------------------------------


@pytest.mark.parametrize(
    ("event", "last"),
    [
        ("2026-12-04 16:00", "2026-12-10 17:30:00"),  # Friday: Monday is the first of the four
        ("2026-12-05 10:00", "2026-12-10 17:30:00"),  # Saturday: begins on, and includes, Monday
        ("2026-12-06 23:59", "2026-12-10 17:30:00"),  # Sunday
        ("2026-12-07 00:00", "2026-12-11 17:30:00"),  # Monday
        ("2026-11-20 16:00", "2026-11-27 17:30:00"),  # over Thanksgiving, the 26th
        ("2026-11-26 12:00", "2026-12-02 17:30:00"),  # on Thanksgiving itself: Friday is the first
        ("2026-12-23 09:00", "2026-12-30 17:30:00"),  # over Christmas
        ("2027-12-22 09:00", "2027-12-29 17:30:00"),  # Christmas is kept on Friday the 24th
        ("2027-12-28 09:00", "2028-01-04 17:30:00"),  # New Year's Day is kept on Friday the 31st
        ("2025-01-06 09:00", "2025-01-13 17:30:00"),  # the 9th was a day of mourning
        ("2026-03-05 09:00", "2026-03-11 17:30:00"),  # over the change to summer time, on the 8th
        ("2026-10-30 09:00", "2026-11-05 17:30:00"),  # over the change back, on the 1st
    ],
)
def test_form_8_k_is_due_on_the_fourth_business_day_at_half_past_five_in_new_york(event, last):
    assert wall(due(SEC, at(event, NEW_YORK)).us, NEW_YORK) == last


def test_form_8_k_says_how_its_days_were_counted():
    found = due(SEC, at("2026-11-24 16:00", NEW_YORK))

    assert found.words == "Tue 1 December 2026 17:30 EST (America/New_York)"
    assert found.steps[:2] == (
        "Wed 25 November 2026: business day 1",
        "Thu 26 November 2026: not counted, Thanksgiving Day",
    )


def test_a_day_that_was_earlier_where_it_happened_counts_as_that_day():
    monday_evening = at("2026-12-07 22:00", "America/Los_Angeles")  # Tuesday, 01:00, in New York

    found = due(SEC, monday_evening)

    assert wall(found.us, NEW_YORK) == "2026-12-11 17:30:00"
    assert "Mon 7 December 2026, the day it was in America/Los_Angeles" in found.notes[0]


def test_a_day_that_was_later_where_it_happened_counts_as_the_day_in_new_york():
    tuesday_morning = at("2026-12-08 03:00", "Europe/Berlin")  # Monday, 21:00, in New York

    assert wall(due(SEC, tuesday_morning).us, NEW_YORK) == "2026-12-11 17:30:00"


def test_the_earlier_day_is_not_taken_where_its_deadline_would_be_before_the_start():
    held = clock(calendar_days=1, zone="Pacific/Kiritimati", until="00:30")
    moment = at("2026-12-07 13:00", "Pacific/Honolulu")  # Tuesday, 13:00, on Kiritimati

    found = deadline(held, moment, {})

    assert wall(found.us, "Pacific/Kiritimati") == "2026-12-09 00:30:00"
    assert found.notes == ()


# -- hours are exact ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("began", "zone", "last"),
    [
        ("2026-03-07 12:00", NEW_YORK, "2026-03-10 13:00:00"),  # an hour is missing on the 8th
        ("2026-10-31 12:00", NEW_YORK, "2026-11-03 11:00:00"),  # an hour comes twice on the 1st
        ("2026-07-01 12:00", NEW_YORK, "2026-07-04 12:00:00"),  # holidays do not matter
        ("2026-03-28 12:00", "Europe/Berlin", "2026-03-31 13:00:00"),
        ("2026-04-04 12:00", "Australia/Lord_Howe", "2026-04-07 11:30:00"),  # it changes by half an hour
        ("2026-01-01 12:00", "Asia/Kathmandu", "2026-01-04 12:00:00"),
    ],
)
def test_seventy_two_hours_are_seventy_two_hours_whatever_the_clock_does(began, zone, last):
    moment = at(began, zone)

    found = due("circia-incident", moment)

    assert found.us - moment.us == 72 * 3_600_000_000
    assert wall(found.us, zone) == last


@pytest.mark.parametrize(
    ("event", "last"),
    [
        ("2026-03-07 09:00", "2026-03-08 03:30:00"),  # 02:30 is jumped over: as much after the jump
        ("2026-10-31 09:00", "2026-11-01 02:30:00"),
    ],
)
def test_a_time_that_the_clock_jumps_over_is_as_much_after_the_jump(event, last):
    held = clock(calendar_days=1, zone=NEW_YORK, until="02:30")

    assert wall(deadline(held, at(event, NEW_YORK), {}).us, NEW_YORK) == last


def test_a_time_that_comes_twice_is_meant_the_first_time():
    held = clock(calendar_days=1, zone=NEW_YORK, until="01:30")

    assert deadline(held, at("2026-10-31 09:00", NEW_YORK), {}).us == us_of(
        "2026-11-01 01:30", NEW_YORK, fold=0
    )


def test_the_hour_that_comes_twice_is_told_apart_by_which_it_was():
    first, second = (at("2026-11-01 01:30", NEW_YORK, fold=fold) for fold in (0, 1))

    assert due("tsa-pipeline", second).us - due("tsa-pipeline", first).us == 3_600_000_000


@pytest.mark.parametrize(
    ("rule_id", "hours"),
    [
        ("circia-incident", 72),
        ("circia-ransom", 24),
        ("tsa-pipeline", 24),
        ("nerc-incident", 1),
        ("nis2-early-warning", 24),
        ("nis2-notification", 72),
        ("bank-occ", 36),
        ("bank-fed", 36),
        ("bank-fdic", 36),
        ("tsa-pipeline-more", 24),
        ("circia-incident-supplement", 24),
        ("circia-ransom-further", 24),
    ],
)
def test_each_rule_has_the_hours_of_its_text(rule_id, hours):
    moment = at("2026-11-27 23:30", "America/Chicago")

    assert due(rule_id, moment).us == moment.us + hours * 3_600_000_000


# -- NERC: the end of the next calendar day ----------------------------------------------------------


@pytest.mark.parametrize(
    ("determined", "zone", "last"),
    [
        ("2026-11-27 00:00", "America/Chicago", "2026-11-28 23:59:59.999999"),
        ("2026-11-27 23:59", "America/Chicago", "2026-11-28 23:59:59.999999"),
        ("2026-12-31 10:00", "America/Chicago", "2027-01-01 23:59:59.999999"),  # a holiday is a day
        ("2028-02-28 10:00", "America/Chicago", "2028-02-29 23:59:59.999999"),
        ("2026-03-07 10:00", "America/Chicago", "2026-03-08 23:59:59.999999"),  # a day of 23 hours
        ("2026-09-05 10:00", "America/Santiago", "2026-09-06 23:59:59.999999"),
    ],
)
def test_an_attempt_is_told_by_the_end_of_the_next_calendar_day_on_the_own_clock(determined, zone, last):
    assert wall(due("nerc-attempt", at(determined, zone)).us, zone) == last


def test_a_day_ends_where_the_clock_jumps_over_midnight():
    # In Santiago de Chile 2026-09-06 begins at 01:00: there is no midnight.
    found = due("nerc-attempt", at("2026-09-04 10:00", "America/Santiago"))

    assert wall(found.us, "America/Santiago") == "2026-09-05 23:59:59.999999"
    assert wall(found.us + 1, "America/Santiago") == "2026-09-06 01:00:00"


def test_the_own_clock_of_a_moment_that_says_none_is_that_of_the_profile():
    moment = at("2026-11-28 03:00")  # still the 27th in Chicago

    found = due("nerc-attempt", moment, "America/Chicago")

    assert wall(found.us, "America/Chicago") == "2026-11-28 23:59:59.999999"
    assert found.words == "the end of Sat 28 November 2026 (America/Chicago)"


def test_the_clock_of_the_moment_goes_before_that_of_the_profile():
    moment = at("2026-11-27 23:30", "America/Chicago")  # the 28th in New York

    assert wall(due("nerc-attempt", moment, NEW_YORK).us, "America/Chicago") == "2026-11-28 23:59:59.999999"


def test_without_any_clock_days_are_counted_in_utc_and_that_is_said():
    found = due("nerc-attempt", at("2026-11-27 10:00"))

    assert wall(found.us, "UTC") == "2026-11-28 23:59:59.999999"
    assert "UTC" in found.notes[0]


# -- supplements ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("learned", "last"),
    [
        ("2026-11-25 10:00", "2026-12-02 17:30:00"),  # Wednesday before Thanksgiving: Fri, Mon, Tue, Wed
        ("2026-11-25 18:00", "2026-12-02 17:30:00"),  # after 17:30 it is the same day still
        ("2026-12-05 10:00", "2026-12-10 17:30:00"),  # Saturday
        ("2026-12-31 10:00", "2027-01-07 17:30:00"),  # New Year's Day is a Friday
        ("2025-01-06 10:00", "2025-01-13 17:30:00"),  # the 9th was a day of mourning
    ],
)
def test_an_amendment_is_due_four_business_days_after_what_was_missing_is_known(learned, last):
    assert wall(due("sec-8k-amendment", at(learned, NEW_YORK)).us, NEW_YORK) == last


@pytest.mark.parametrize("rule_id", ["nerc-incident-update", "nerc-attempt-update"])
@pytest.mark.parametrize(
    ("determined", "last"),
    [
        ("2026-12-21 10:00", "2026-12-28 23:59:59.999999"),  # Christmas is a day like others
        ("2026-12-21 23:59", "2026-12-28 23:59:59.999999"),
        ("2026-03-05 10:00", "2026-03-12 23:59:59.999999"),  # over the change to summer time
        ("2028-02-25 10:00", "2028-03-03 23:59:59.999999"),  # over a leap day
    ],
)
def test_an_update_is_due_at_the_end_of_the_seventh_calendar_day(rule_id, determined, last):
    assert wall(due(rule_id, at(determined, "America/Chicago")).us, "America/Chicago") == last


@pytest.mark.parametrize(
    ("ended", "last"),
    [
        ("2027-01-31 10:00", "2027-02-28 23:59:59.999999"),
        ("2026-12-15 10:00", "2027-01-15 23:59:59.999999"),
    ],
)
def test_a_final_report_follows_a_progress_report_a_month_after_the_work_ended(ended, last):
    found = due("nis2-final-after-progress", at(ended, "Europe/Berlin"))

    assert wall(found.us, "Europe/Berlin") == last


# -- NIS2: one month -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("submitted", "last"),
    [
        ("2027-01-31 10:00", "2027-02-28 23:59:59.999999"),
        ("2028-01-31 10:00", "2028-02-29 23:59:59.999999"),
        ("2028-01-29 10:00", "2028-02-29 23:59:59.999999"),
        ("2027-02-28 10:00", "2027-03-28 23:59:59.999999"),
        ("2026-12-15 10:00", "2027-01-15 23:59:59.999999"),
        ("2026-10-31 10:00", "2026-11-30 23:59:59.999999"),
        ("2027-02-27 10:00", "2027-03-27 23:59:59.999999"),
        ("2026-03-29 00:30", "2026-04-29 23:59:59.999999"),
    ],
)
def test_a_month_ends_with_the_day_of_its_number_or_the_last_of_the_month(submitted, last):
    assert wall(due("nis2-final", at(submitted, "Europe/Berlin")).us, "Europe/Berlin") == last


# -- what is not known exactly ---------------------------------------------------------------------------


@pytest.mark.parametrize("fidelity", [Fidelity.HOUR, Fidelity.DAY, Fidelity.MONTH, Fidelity.YEAR])
def test_a_moment_that_is_known_roughly_counts_from_its_first_instant_and_says_so(fidelity):
    rough = at("2026-11-27 00:00", NEW_YORK, fidelity)

    found = due("circia-incident", rough)

    assert found.us == due("circia-incident", at("2026-11-27 00:00", NEW_YORK)).us
    assert found.notes == (
        f"The moment is known only to the {fidelity.value}; counted from the first instant of that {fidelity.value}.",
    )


def test_as_soon_as_possible_has_no_last_instant():
    found = due("bank-service-provider", at("2026-11-27 10:00"))

    assert (found.us, found.words) == (None, "as soon as possible")


@pytest.mark.parametrize(
    ("held", "moment", "what"),
    [
        (clock(hours=1), Moment(0, zone="Mars/Olympus"), "'Mars/Olympus' is no time zone"),
        (clock(calendar_days=1), Moment(0, zone="../etc/passwd"), "no time zone"),
        (clock(hours=1), Moment(10**18), "outside the calendar"),
        (clock(months=3_000), at("9999-01-01 00:00"), "after the year 9999"),
        (clock(calendar_days=3_000), at("9999-01-01 00:00"), "after the year 9999"),
        (clock(business_days=3, holidays="moon"), at("2026-01-01 00:00"), "no calendar 'moon'"),
    ],
    ids=["zone", "path", "far", "months", "days", "calendar"],
)
def test_what_cannot_be_counted_says_why(held, moment, what):
    with pytest.raises(BadInput, match=what):
        deadline(held, moment, book().calendars)


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("", "Fri 27 November 2026 10:05 UTC"),
        ("UTC", "Fri 27 November 2026 10:05 UTC"),
        ("America/New_York", "Fri 27 November 2026 05:05 EST (America/New_York)"),
        ("Asia/Kathmandu", "Fri 27 November 2026 15:50 (Asia/Kathmandu, UTC+0545)"),
        ("Europe/Berlin", "Fri 27 November 2026 11:05 CET (Europe/Berlin)"),
    ],
)
def test_a_time_is_told_with_its_clock(zone, words):
    assert time_words(us_of("2026-11-27 10:05"), zone) == words


# -- properties -----------------------------------------------------------------------------------------

ZONES = (
    "",
    "UTC",
    NEW_YORK,
    "America/Los_Angeles",
    "America/Santiago",
    "America/St_Johns",
    "Europe/Berlin",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Pacific/Honolulu",
)
MOMENTS = st.integers(us_of("1996-01-01 00:00"), us_of("2037-12-31 00:00"))
CLOCKS = st.one_of(
    st.builds(lambda number: clock(hours=number), st.integers(1, 500)),
    st.builds(
        lambda number, zone, until: clock(calendar_days=number, zone=zone, until=until),
        st.integers(1, 90),
        st.sampled_from(ZONES),
        st.sampled_from(["", "17:30", "00:00", "02:30"]),
    ),
    st.builds(
        lambda number, zone: clock(months=number, zone=zone), st.integers(1, 14), st.sampled_from(ZONES)
    ),
    st.builds(
        lambda number, zone, until: clock(
            business_days=number, holidays="us-federal", zone=zone, until=until
        ),
        st.integers(1, 20),
        st.sampled_from(ZONES),
        st.sampled_from(["", "17:30"]),
    ),
)


@settings(max_examples=examples(100))
@given(CLOCKS, MOMENTS, MOMENTS, st.sampled_from(ZONES))
def test_a_later_start_is_never_due_earlier(held, one, other, zone):
    first, second = (
        deadline(held, Moment(us, zone=zone), book().calendars).us for us in sorted((one, other))
    )

    assert first <= second


@settings(max_examples=examples(100))
@given(CLOCKS, MOMENTS, st.sampled_from(ZONES))
def test_nothing_is_due_before_it_starts(held, us, zone):
    assert deadline(held, Moment(us, zone=zone), book().calendars).us >= us


@settings(max_examples=examples(100))
@given(st.integers(1, 500), MOMENTS, st.sampled_from(ZONES))
def test_hours_do_not_know_a_time_zone(number, us, zone):
    assert deadline(clock(hours=number), Moment(us, zone=zone), {}).us == us + number * 3_600_000_000


@settings(max_examples=examples(100))
@given(CLOCKS, MOMENTS, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_whose_clock_it_was_never_makes_it_later_than_the_rules_own_clock(held, us, zone, other):
    """Where a rule names a clock, another one can only make its deadline earlier."""
    if held.zone:
        own = deadline(held, Moment(us, zone=held.zone), book().calendars).us
        assert deadline(held, Moment(us, zone=zone or other), book().calendars).us <= own


def first_at(day, until, there):
    """The first instant at which the clock on the wall shows that day and ``until``, by looking at each minute."""
    minute = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    wanted = datetime.combine(day, time.fromisoformat(until))
    while minute.astimezone(there).replace(tzinfo=None) < wanted:
        minute += timedelta(minutes=1)
    return (minute - EPOCH) // timedelta(microseconds=1)


def counted_day_by_day(held, us, zone):
    """The same by walking: one hour after another until the last day is over."""
    there = ZoneInfo(held.zone or zone or "UTC")
    today = (EPOCH + timedelta(microseconds=us)).astimezone(there).date()
    if held.calendar_days:
        last = date.fromordinal(today.toordinal() + held.calendar_days)
    elif held.months:
        year, month, day = today.year, today.month, today.day
        for _ in range(held.months):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        while day > calendar.monthrange(year, month)[1]:
            day -= 1
        last = date(year, month, day)
    else:
        last, left = today, held.business_days
        while left:
            last += timedelta(days=1)
            if last.weekday() < 5 and last not in book().calendars["us-federal"].holidays(last.year):
                left -= 1
    if held.until:
        return first_at(last, held.until, there)
    quarter = datetime(last.year, last.month, last.day, tzinfo=UTC) - timedelta(hours=30)
    while quarter.astimezone(there).date() <= last:
        quarter += timedelta(minutes=15)
    return (quarter - EPOCH) // timedelta(microseconds=1) - 1


DAYS = st.one_of(
    st.builds(
        lambda number, zone, until: clock(calendar_days=number, zone=zone, until=until),
        st.integers(1, 70),
        st.sampled_from(ZONES),
        st.sampled_from(["", "17:30"]),
    ),
    st.builds(
        lambda number, zone: clock(months=number, zone=zone), st.integers(1, 14), st.sampled_from(ZONES)
    ),
    st.builds(
        lambda number, zone, until: clock(
            business_days=number, holidays="us-federal", zone=zone, until=until
        ),
        st.integers(1, 12),
        st.sampled_from(ZONES),
        st.sampled_from(["", "17:30"]),
    ),
)


@settings(max_examples=examples(100))
@given(DAYS, MOMENTS, st.sampled_from(ZONES))
def test_days_are_those_of_who_counts_them_one_by_one(held, us, zone):
    same = zone if not held.zone else held.zone

    assert deadline(held, Moment(us, zone=same), book().calendars).us == counted_day_by_day(held, us, same)
