from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given, strategies as st

from tocsin.exercise.score.leaks import FORMS, found_in, needles_of, readings_of

WORD = "orion01.brookmill.example"


def found(body, *words):
    return list(found_in(readings_of(body), needles_of(words or [WORD])))


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (f"host={WORD}", 0),
        (f"HOST={WORD.upper()}", 0),
        (json.dumps({"a": [{"b": "x"}, {WORD: 1}]}).replace("o", "\\u006f"), 1),
        (json.dumps({"a": WORD}).replace("/", "\\/").replace("e", "\\u0065") + "\n", 1),
        ('{"a": 1}\n{"b": "' + WORD.replace("r", "\\u0072") + '"}', 1),
        (quote(WORD).replace(".", "%2E"), 2),
        (json.dumps({"url": "http://x.example/?h=" + WORD.replace("o", "%6f")}).replace("%", "\\u0025"), 2),
        (base64.b64encode(f"computer {WORD} and more".encode()).decode(), 3),
        ("a=" + base64.b64encode(WORD.encode("utf-16-le")).decode() + "&b=2", 3),
        ("x" + base64.urlsafe_b64encode(b"\xfb\xff" + WORD.encode()).decode().rstrip("="), 3),
    ],
)
def test_a_word_is_found_in_each_way_it_may_be_spelled(body, form):
    assert found(body) == [(WORD, FORMS[form])]


@given(st.binary(max_size=20), st.binary(max_size=20), st.sampled_from(["", "/x?", "a", "ab", "abc"]))
def test_a_word_in_base64_is_found_wherever_it_stands(before, after, lead):
    text = lead + base64.b64encode(before + WORD.encode() + after).decode()
    assert [word for word, _ in found(text)] == [WORD]


@given(st.text(st.characters(exclude_characters="oO0%\\"), max_size=60))
def test_a_word_is_not_found_where_it_is_not(body):
    assert not found(body)


def test_a_short_word_must_stand_alone():
    assert found("the m01 of it", "m01")
    assert not found("item012", "m01")


def test_words_that_say_nothing_are_not_looked_for_and_twins_once():
    assert found("anything", "", "  ", "any", "any", "anything") == [("anything", FORMS[0])]


def test_what_is_nested_too_deep_is_looked_through_all_the_same():
    deep = "x" + WORD
    for _ in range(200):
        deep = [deep]
    assert found(json.dumps(deep))
    assert found("[" * 5000 + WORD)
