"""Timestamps: what is read, what is refused, and that nothing is rounded before it is compared."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput
from tocsin.model.timestamp import NS_PER_S, format_instant, microseconds_of, parse_timestamp

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
datetimes = st.datetimes()
decimals = st.text("0123456789", max_size=40)


def stamp(moment: datetime, digits: str) -> str:
    whole = (
        f"{moment.year:04d}-{moment.month:02d}-{moment.day:02d}"
        f"T{moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}"
    )
    return whole + (f".{digits}" if digits else "") + "Z"


def exact_ns(moment: datetime, digits: str) -> Fraction:
    seconds = (moment.replace(microsecond=0, tzinfo=UTC) - EPOCH) // timedelta(seconds=1)
    return (seconds + (Fraction(int(digits), 10 ** len(digits)) if digits else 0)) * NS_PER_S


@given(datetimes, decimals)
def test_any_precision_is_read_exactly(moment: datetime, digits: str) -> None:
    instant = parse_timestamp(stamp(moment, digits))
    assert instant == exact_ns(moment, digits)
    assert isinstance(instant, int) == (exact_ns(moment, digits).denominator == 1)


@given(datetimes, decimals, decimals)
def test_timestamps_sort_as_exact_fractions_do(moment: datetime, one: str, other: str) -> None:
    left, right = parse_timestamp(stamp(moment, one)), parse_timestamp(stamp(moment, other))
    exact_left, exact_right = exact_ns(moment, one), exact_ns(moment, other)
    assert (left < right, left == right) == (exact_left < exact_right, exact_left == exact_right)


@given(datetimes, st.text("0123456789", max_size=9))
def test_writing_and_reading_gives_the_same_instant(moment: datetime, digits: str) -> None:
    instant = parse_timestamp(stamp(moment, digits))
    assert parse_timestamp(format_instant(instant)) == instant


def test_a_plain_timestamp_is_read() -> None:
    assert parse_timestamp("2014-01-13T07:03:17Z") == 1_389_596_597 * NS_PER_S


def test_the_epoch_is_zero_and_times_before_it_are_negative() -> None:
    assert parse_timestamp("1970-01-01T00:00:00Z") == 0
    assert parse_timestamp("1969-12-31T23:59:59.999999999Z") == -1
    assert format_instant(-1) == "1969-12-31T23:59:59.999999999Z"


def test_years_one_and_9999_are_read_and_written() -> None:
    for text in ("0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999999999Z"):
        assert format_instant(parse_timestamp(text)) == text


def test_a_leap_second_is_the_next_minutes_first() -> None:
    assert parse_timestamp("2016-12-31T23:59:60Z") == parse_timestamp("2017-01-01T00:00:00Z")
    assert parse_timestamp("2016-12-31T23:59:60.5Z") == parse_timestamp("2017-01-01T00:00:00.5Z")


def test_the_second_after_the_year_9999_is_refused() -> None:
    with pytest.raises(BadInput, match="after the year 9999"):
        parse_timestamp("9999-12-31T23:59:60Z")


def test_more_than_nine_decimals_are_kept_and_cut_off_when_written() -> None:
    instant = parse_timestamp("2021-03-02T08:15:00.0000000001Z")
    assert instant == parse_timestamp("2021-03-02T08:15:00Z") + Fraction(1, 10)
    assert format_instant(instant) == "2021-03-02T08:15:00.000Z"


def test_trailing_zeros_of_any_length_change_nothing() -> None:
    assert parse_timestamp("2021-03-02T08:15:00.5" + "0" * 100_000 + "Z") == parse_timestamp(
        "2021-03-02T08:15:00.5Z"
    )


def test_a_million_decimals_are_refused_and_not_a_crash() -> None:
    with pytest.raises(BadInput, match="1000000 decimals") as caught:
        parse_timestamp("2021-03-02T08:15:00." + "1" * 1_000_000 + "Z")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021-03-02",
        "2021-03-02T08:15Z",
        "2021-03-02t08:15:00Z",
        "2021-03-02T08:15:00z",
        "2021-03-02 08:15:00Z",
        "2021-03-02T08:15:00",
        "2021-03-02T08:15:00.Z",
        "2021-03-02T08:15:00,5Z",
        "2021-03-02T08:15:00+00:00",
        "2021-03-02T08:15:00.000+02:00",
        "2021-3-2T08:15:00Z",
        "+2021-03-02T08:15:00Z",
        "12021-03-02T08:15:00Z",
        "2021-03-02T08:15:00Z\n",
        " 2021-03-02T08:15:00Z",
        "２０21-03-02T08:15:00Z",
    ],
)
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="not a timestamp"):
        parse_timestamp(text)


@pytest.mark.parametrize(
    "text",
    [
        "0000-01-01T00:00:00Z",
        "2024-02-30T12:00:00Z",
        "2023-02-29T12:00:00Z",
        "2023-13-01T00:00:00Z",
        "2023-00-01T00:00:00Z",
        "2023-01-00T00:00:00Z",
        "2023-01-32T00:00:00Z",
        "2023-01-01T24:00:00Z",
        "2023-01-01T00:60:00Z",
        "2023-01-01T00:00:61Z",
    ],
)
def test_times_that_no_calendar_has_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="of the calendar"):
        parse_timestamp(text)


@given(st.text())
def test_no_text_crashes(text: str) -> None:
    with contextlib.suppress(BadInput):
        parse_timestamp(text)


@pytest.mark.parametrize(
    ("text", "us"),
    [("1970-01-01T00:00:01Z", 1_000_000), ("1969-12-31T23:59:59.9999999Z", -1), ("soon", None), ("", None)],
)
def test_microseconds_are_cut_off_and_what_is_no_timestamp_is_none(text, us):
    assert microseconds_of(text) == us
