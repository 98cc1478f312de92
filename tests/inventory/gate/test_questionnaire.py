from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput, LimitExceeded
from tocsin.inventory.gate.questionnaire import QUESTIONS, Questionnaire, read_questionnaire
from tocsin.limits import GATE_FILE_BYTES

HEAD = 'format = "tocsin-questionnaire"\nversion = 1\nvendor = "V"\nproduct = "P"\nanswered = 2026-10-01\n'
MFA = '[answers.mfa]\nanswer = "yes"\ndate = 2026-01-01\n'


def test_the_same_in_toml_and_json_is_the_same():
    as_json = {
        "format": "tocsin-questionnaire",
        "version": 1,
        "vendor": "V",
        "product": "P",
        "answered": "2026-10-01",
        "answers": {"mfa": {"answer": "yes", "date": "2026-01-01"}},
    }

    toml = read_questionnaire((HEAD + MFA).encode(), "q.toml")

    assert toml == read_questionnaire(json.dumps(as_json).encode(), "q.json")
    assert toml.answers["mfa"].answer == "yes"


def test_what_is_not_answered_is_not_there():
    assert read_questionnaire(HEAD.encode(), "q").answers == {}


def test_every_question_is_put_in_words():
    assert all(words.endswith("?") for words in QUESTIONS.values())


@pytest.mark.parametrize(
    ("text", "what", "path"),
    [
        ("", "missing required field", "$"),
        ("nonsense", "neither TOML nor JSON", None),
        ("{", "neither TOML nor JSON", None),
        (HEAD + MFA.replace("yes", "maybe"), "Invalid enum value 'maybe'", "$.answers[...].answer"),
        (HEAD + MFA + "evidnce = 1\n", "evidnce", "$.answers[...]"),
        (HEAD + MFA.replace("mfa", "two_factor"), "is not asked", "$.answers"),
        (HEAD.replace("version = 1", "version = 2"), "Invalid enum value 2", "$.version"),
    ],
)
def test_what_is_no_questionnaire_is_refused_and_its_place_named(text, what, path):
    with pytest.raises(BadInput) as caught:
        read_questionnaire(text.encode(), "q.toml")

    assert what in caught.value.what
    assert caught.value.where.path == path


def test_a_questionnaire_that_is_too_large_is_refused():
    with pytest.raises(LimitExceeded):
        read_questionnaire(b" " * (GATE_FILE_BYTES + 1), "q")


def test_json_that_nests_too_deep_is_refused():
    with pytest.raises(LimitExceeded):
        read_questionnaire(b'{"a":' * 100 + b"1" + b"}" * 100, "q")


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda text: (HEAD + text).encode("utf-8", "replace")),
    )
)
def test_any_bytes_are_a_questionnaire_or_bad_input(data):
    try:
        held = read_questionnaire(data, "q")
    except BadInput:
        return
    assert isinstance(held, Questionnaire)
