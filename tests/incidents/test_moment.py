"""A time as a person writes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput
from tocsin.incidents.moment import Fidelity, Moment, moment_text, parse_moment


def us(text):
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1_000_000)


@pytest.mark.parametrize(
    ("text", "at", "fidelity", "zone"),
    [
        ("2021-05-07 05:30 America/New_York", "2021-05-07T09:30Z", Fidelity.MINUTE, "America/New_York"),
        ("2021-05-07T09:30Z", "2021-05-07T09:30Z", Fidelity.MINUTE, ""),
        ("2021-05-07 09:30:12.5Z", "2021-05-07T09:30:12.500Z", Fidelity.SECOND, ""),
        ("2021-05-07 05h America/New_York", "2021-05-07T09:00Z", Fidelity.HOUR, "America/New_York"),
        ("2021-05-07 12:30+05:30", "2021-05-07T07:00Z", Fidelity.MINUTE, ""),
        ("2021-05-07", "2021-05-07T00:00Z", Fidelity.DAY, ""),
        ("2021-05-07 America/New_York", "2021-05-07T04:00Z", Fidelity.DAY, "America/New_York"),
        ("2021-05", "2021-05-01T00:00Z", Fidelity.MONTH, ""),
        ("2021", "2021-01-01T00:00Z", Fidelity.YEAR, ""),
        ("2021-11-07 01:30-04:00 America/New_York", "2021-11-07T05:30Z", Fidelity.MINUTE, "America/New_York"),
        ("2021-11-07 01:30-05:00 America/New_York", "2021-11-07T06:30Z", Fidelity.MINUTE, "America/New_York"),
    ],
)
def test_a_time_is_read_to_what_it_says_and_on_the_clock_that_it_names(text, at, fidelity, zone):
    assert parse_moment(text) == Moment(us(at), fidelity, zone)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2021-05-07 05:30", "does not say on which clock"),
        ("2021-11-07 01:30 America/New_York", "came twice"),
        ("2021-03-14 02:30 America/New_York", "was skipped"),
        ("2021-03-14 02:30-05:00 America/New_York", "an offset that its zone did not have"),
        ("2021-05-07 05:30 Mars/Olympus", "is no time zone"),
        ("2021-02-30", "no time of the calendar"),
        ("2021-13", "no time of the calendar"),
        ("0000", "no time of the calendar"),
        ("9999-12-31 23:59-23:00", "no time of the calendar"),
        ("2021-05-07 05:30+01:60", "no time of the calendar"),
        ("yesterday", "is no time"),
        ("", "is no time"),
    ],
)
def test_what_is_not_one_time_alone_is_refused_with_the_reason(text, why):
    with pytest.raises(BadInput, match=why):
        parse_moment(text)


_SIZE_US = {
    Fidelity.SECOND: 1,
    Fidelity.MINUTE: 60_000_000,
    Fidelity.HOUR: 3_600_000_000,
}


@given(
    st.integers(0, 4_102_444_800_000_000),
    st.sampled_from(list(_SIZE_US)),
    st.sampled_from(["", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_what_is_written_is_read_again_as_the_same(at, fidelity, zone):
    moment = Moment(at, fidelity, zone)
    local = moment.local
    cut = {Fidelity.SECOND: {}, Fidelity.MINUTE: {"second": 0, "microsecond": 0}}.get(
        fidelity, {"minute": 0, "second": 0, "microsecond": 0}
    )
    shown = moment_text(moment)
    again = parse_moment(shown)
    assert (again.fidelity, again.zone) == (fidelity, zone)
    assert again.local.replace(tzinfo=None) == local.replace(tzinfo=None, fold=0, **cut)
    assert again.local.utcoffset() == local.replace(**cut).utcoffset()


@given(st.dates(), st.sampled_from([Fidelity.DAY, Fidelity.MONTH, Fidelity.YEAR]))
def test_a_day_a_month_and_a_year_stay_what_they_are(day, fidelity):
    text = day.isoformat()[: {Fidelity.DAY: 10, Fidelity.MONTH: 7, Fidelity.YEAR: 4}[fidelity]]
    assert moment_text(parse_moment(text)) == text
