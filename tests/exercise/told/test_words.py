from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.exercise.told.words import (
    bytes_words,
    duration,
    listed,
    moment_words,
    percent,
    sentences,
    short_moment,
)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "not known"),
        (0, "0.0 s"),
        (3.24, "3.2 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (599.4, "9 min 59 s"),
        (600, "10 min"),
        (3_569, "59 min"),
        (3_571, "1 h"),
        (14_400, "4 h"),
        (14_460, "4 h 1 min"),
        (86_369, "23 h 59 min"),
        (86_371, "1 day"),
        (2 * 86_400 + 5 * 3_600, "2 days 5 h"),
    ],
)
def test_seconds_are_said_as_a_person_says_them(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (0, 0, "not known"),
        (0, 9, "0 %"),
        (1, 999, "1 %"),
        (998, 999, "99 %"),
        (999, 999, "100 %"),
        (1, 2, "50 %"),
    ],
)
def test_a_share_is_never_all_of_less_nor_nothing_of_something(part, whole, words):
    assert percent(part, whole) == words


@given(st.integers(0, 500), st.integers(1, 500))
def test_all_and_nothing_are_said_only_of_these(part, more):
    assert percent(part, part + more) != "100 %"
    assert (percent(part, part + more) == "0 %") == (part == 0)


def test_a_moment_has_its_month_in_words_and_its_zone():
    assert moment_words("2020-12-13T21:14:09.5Z") == "13 December 2020, 21:14 UTC"
    assert short_moment("2021-03-02T08:05:00Z") == "2 Mar 08:05"


@pytest.mark.parametrize("text", ["", "yesterday", "2020-13-13T21:14:00Z"])
def test_what_is_no_moment_stays_as_it_is(text):
    assert moment_words(text) == short_moment(text) == text


@pytest.mark.parametrize(
    ("texts", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_texts_are_listed_as_in_a_sentence(texts, words):
    assert listed(texts) == words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 bytes"), (9_999, "9,999 bytes"), (10_000, "10 kB"), (12_345_678, "12 MB")]
)
def test_bytes_are_said_in_a_unit_that_fits(count, words):
    assert bytes_words(count) == words


def test_texts_become_sentences_and_what_is_empty_is_left_out():
    assert (
        sentences("the hub falls", "", "it was killed.", "why? ", "so")
        == "The hub falls. It was killed. Why? So."
    )
