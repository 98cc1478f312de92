from __future__ import annotations

import pytest

from tocsin.model.told.age import age_words

SECOND = 1_000_000


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute"),
        (59, "less than a minute"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (3 * 3_600 + 1, "3 h"),
        (2 * 86_400 - 1, "47 h"),
        (2 * 86_400, "2 days"),
        (1_234 * 86_400, "1,234 days"),
    ],
)
def test_how_long_something_waits_is_said_in_its_largest_unit(seconds, words):
    assert age_words(seconds * SECOND) == words
