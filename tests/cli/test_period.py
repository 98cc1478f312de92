"""Moments as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.cli.period import parse_moment
from tocsin.errors import UsageError
from tocsin.model.timestamp import format_instant, parse_timestamp

NOW = parse_timestamp("2021-03-31T12:00:00Z")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-03-02", "2021-03-02T00:00:00.000Z"),
        ("2021-03-02T08:15:00Z", "2021-03-02T08:15:00.000Z"),
        ("2021-03-02T08:15:00.123456789Z", "2021-03-02T08:15:00.123456789Z"),
        ("2021-03-02T08:15:00+01:00", "2021-03-02T07:15:00.000Z"),
        ("2021-03-02T08:15", "2021-03-02T08:15:00.000Z"),
        ("2021-03-02 08:15:00.5", "2021-03-02T08:15:00.500Z"),
        (" 2021-03-02 ", "2021-03-02T00:00:00.000Z"),
        ("90d", "2020-12-31T12:00:00.000Z"),
        ("12h", "2021-03-31T00:00:00.000Z"),
        ("30m", "2021-03-31T11:30:00.000Z"),
        ("45s", "2021-03-31T11:59:15.000Z"),
        ("2w", "2021-03-17T12:00:00.000Z"),
        ("0d", "2021-03-31T12:00:00.000Z"),
    ],
)
def test_a_moment_is_read_as_people_write_it(text, moment):
    assert parse_moment(text, option="--since", now=NOW) == moment


def test_a_day_that_ends_a_period_is_taken_in_whole():
    assert parse_moment("2021-03-31", option="--until", now=NOW, day_ends=True) == "2021-04-01T00:00:00.000Z"
    assert (
        parse_moment("2021-03-31T08:00:00Z", option="--until", now=NOW, day_ends=True)
        == "2021-03-31T08:00:00.000Z"
    )


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "90", "d", "-3d", "90y", "2021-02-30", "2021-13-01", "99999999d", "9999999999999d", "9999-12-32",
     "２０２１-03-02", "2021-03-02T25:00:00Z"],
)  # fmt: skip
def test_what_is_no_moment_is_a_usage_error_that_names_the_option(text):
    with pytest.raises(UsageError, match="--since") as caught:
        parse_moment(text, option="--since", now=NOW)
    assert "90d" in caught.value.hint


def test_the_last_day_of_the_calendar_has_no_day_after():
    with pytest.raises(UsageError):
        parse_moment("9999-12-31", option="--until", now=NOW, day_ends=True)


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_a_usage_error(text):
    try:
        moment = parse_moment(text, option="--since", now=NOW)
    except UsageError:
        return
    assert format_instant(parse_timestamp(moment)) == moment
