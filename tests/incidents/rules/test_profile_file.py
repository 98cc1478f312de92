from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from incidents.rules.making import book
from tocsin.errors import BadInput
from tocsin.incidents.rules.profile import Answer, Profile
from tocsin.incidents.rules.profile_file import profile_text, read_profile


def read(text):
    return read_profile(text.encode(), "profile.toml", book())


def test_what_is_not_answered_is_unknown():
    found = read('country = "US"\n[facts]\nsec_8k = "yes"\ntsa_pipeline = "no"\n')

    assert [found.says(each) for each in ("sec_8k", "tsa_pipeline", "nis2_entity")] == [
        Answer.YES,
        Answer.NO,
        Answer.UNKNOWN,
    ]
    assert (found.country, found.zone) == ("US", "")


@given(
    st.dictionaries(st.sampled_from(sorted(book().facts)), st.sampled_from(Answer)),
    st.sampled_from(["", "US", "DE"]),
    st.sampled_from(["", "Europe/Berlin"]),
)
def test_a_profile_that_is_written_is_read_again(facts, country, zone):
    held = Profile(facts=facts, country=country, zone=zone)

    found = read(profile_text(held, book()))

    assert (found.country, found.zone) == (country, zone)
    assert all(found.says(each) is held.says(each) for each in book().facts)


def test_true_and_false_are_yes_and_no():
    found = read("[facts]\nsec_8k = true\ntsa_pipeline = false\n")

    assert (found.says("sec_8k"), found.says("tsa_pipeline")) == (Answer.YES, Answer.NO)


def test_an_empty_profile_is_a_file_with_every_question():
    text = profile_text(Profile(), book())

    assert all(" ".join(each.question.split()) in text for each in book().facts.values())
    assert text.count('= "unknown"') == len(book().facts)


@pytest.mark.parametrize(
    ("text", "what", "path"),
    [
        ("country = ", "no TOML", None),
        ('country = "Germany"\n', "'Germany' is no country", "$.country"),
        ('zone = "Mars/Olympus"\n', "'Mars/Olympus' is no time zone", "$.zone"),
        ('[facts]\nmoon = "yes"\n', "no rule asks 'moon'", "$.facts"),
        ('[facts]\nsec_8k = "perhaps"\n', "'perhaps' is none of yes, no", "$.facts.sec_8k"),
        ("[facts]\nsec_8k = 1\n", "'1' is none of yes, no", "$.facts.sec_8k"),
        ("moon = 1\n", "moon", "$"),
    ],
    ids=["toml", "country", "zone", "fact", "answer", "number", "word"],
)
def test_a_profile_that_is_wrong_says_where(text, what, path):
    with pytest.raises(BadInput, match=what) as caught:
        read(text)

    assert caught.value.where.path == path
