from __future__ import annotations

from tocsin.model.told.type_words import an, type_words


def test_a_type_is_told_in_words_and_one_without_words_stays():
    assert type_words("vulnerability") == "vulnerability"
    assert type_words("ransom-case") == "case of ransom, to be compared"
    assert type_words("x-new-thing") == "x new thing"


def test_words_have_their_article():
    assert an("incident") == "an incident"
    assert an("report") == "a report"
