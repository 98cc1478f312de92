from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from incidents.rules.making import book
from tocsin.errors import BadInput
from tocsin.incidents.rules.business_days import count_business_days, read_calendar

HEAD = 'name = "ours"\nwords = "w"\nas_of = 2026-11-27\nsource = "s"\n'


def federal():
    return book().calendars["us-federal"]


# As the U.S. Office of Personnel Management publishes them.
PUBLISHED = {
    2021: "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
    2022: "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26",
    2023: "01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-10 11-23 12-25",
    2024: "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25",
    2026: "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
    2027: "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
}


@pytest.mark.parametrize("year", sorted(PUBLISHED))
def test_federal_holidays_are_those_that_are_published(year):
    kept = [f"{day:%m-%d}" for day in sorted(federal().holidays(year))]

    assert kept == PUBLISHED[year].split()


def test_a_day_of_mourning_on_which_edgar_was_closed_is_no_business_day():
    assert "Carter" in federal().why_closed(date(2025, 1, 9))
    assert federal().why_closed(date(2025, 1, 10)) == ""


def test_juneteenth_is_a_holiday_since_2021():
    assert federal().why_closed(date(2020, 6, 19)) == ""
    assert federal().why_closed(date(2021, 6, 18)) == "Juneteenth National Independence Day"


def test_the_count_says_of_each_day_why_it_does_not_count():
    counted = list(count_business_days(date(2026, 11, 25), 2, federal()))

    assert counted == [
        (date(2026, 11, 26), 0, "Thanksgiving Day"),
        (date(2026, 11, 27), 1, ""),
        (date(2026, 11, 28), 0, "Saturday"),
        (date(2026, 11, 29), 0, "Sunday"),
        (date(2026, 11, 30), 2, ""),
    ]


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.integers(1, 30))
def test_the_last_day_counted_has_as_many_business_days_before_it_as_were_asked(day, number):
    counted = list(count_business_days(day, number, federal()))
    last = counted[-1][0]

    naive = [
        each
        for each in (day + timedelta(days=ahead) for ahead in range(1, (last - day).days + 1))
        if each.weekday() < 5 and each not in federal().holidays(each.year)
    ]
    assert len(naive) == number
    assert naive[-1] == last
    assert [each for each, _, _ in counted] == [
        day + timedelta(days=ahead) for ahead in range(1, len(counted) + 1)
    ]


@given(st.integers(1, 9998))
def test_each_year_has_at_most_one_day_for_each_holiday_and_the_next_new_years_day(year):
    held = federal()
    kept = held.holidays(year)

    assert all(day.weekday() < 5 or day in {each.day for each in held.closed} for day in kept)
    assert len(kept) <= len(held.holiday) + 1 + len(held.closed)


@pytest.mark.parametrize(
    ("text", "what", "path"),
    [
        ('[[holiday]]\nname = "x"\nmonth = 1\n', "either day, or weekday", "$.holiday[0]"),
        (
            '[[holiday]]\nname = "x"\nmonth = 1\nday = 2\nweekday = "monday"\nnumber = 1\n',
            "either",
            "$.holiday[0]",
        ),
        ('[[holiday]]\nname = "x"\nmonth = 2\nday = 30\n', "each year", "$.holiday[0].day"),
        ('[[holiday]]\nname = "x"\nmonth = 2\nday = 29\n', "each year", "$.holiday[0].day"),
        ('[[holiday]]\nname = "x"\nmonth = 13\nday = 1\n', "<= 12", "$.holiday[0].month"),
        (
            '[[holiday]]\nname = "x"\nmonth = 1\nweekday = "moonday"\nnumber = 1\n',
            "moonday",
            "$.holiday[0].weekday",
        ),
        ('[[closed]]\nday = "soon"\nname = "x"\nsource = "s"\n', "RFC3339", "$.closed[0].day"),
        ('[[closed]]\nday = 2026-12-24\nname = "x"\n', "source", "$.closed[0]"),
        ("moon = 1\n", "moon", "$"),
    ],
    ids=[
        "no-day",
        "both",
        "feb-30",
        "feb-29",
        "month-13",
        "weekday",
        "bad-date",
        "no-source",
        "unknown-word",
    ],
)
def test_a_calendar_that_is_wrong_says_where(text, what, path):
    with pytest.raises(BadInput, match=what) as caught:
        read_calendar((HEAD + text).encode(), "c.toml")

    assert (caught.value.where.file, caught.value.where.path) == ("c.toml", path)


def test_the_last_weekday_of_a_month_is_found_also_where_the_month_ends_on_it():
    held = read_calendar(
        (HEAD + '[[holiday]]\nname = "x"\nmonth = 5\nweekday = "monday"\nnumber = -1\n').encode(), "c.toml"
    )

    assert list(held.holidays(2027)) == [date(2027, 5, 31)]
    assert list(held.holidays(2026)) == [date(2026, 5, 25)]
