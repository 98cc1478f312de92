from __future__ import annotations

import pytest
from hypothesis import given, settings

from reference.naive import naive_bracket
from strategies import brackets, examples, observations
from tocsin.detect.anchor import anchors_of, is_exact
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.syntax import Bracket
from tocsin.detect.pattern.unparse import comparison_text


def bracket(text: str) -> Bracket:
    found = parse_pattern(f"[{text}]").expression
    assert isinstance(found, Bracket)
    return found


def anchors(text: str) -> list[str] | None:
    found = anchors_of(bracket(text))
    return None if found is None else [comparison_text(one) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x:a = 'abc'", ["x:a = 'abc'"]),
        ("x:a IN ('abc', 'd')", ["x:a IN ('abc', 'd')"]),
        ("x:a = 5", ["x:a = 5"]),
        ("x:a ISSUBSET '10.0.0.0/8'", ["x:a ISSUBSET '10.0.0.0/8'"]),
        ("x:a LIKE '%evil%'", ["x:a LIKE '%evil%'"]),
        ("x:a = 1 AND x:b = 'longer'", ["x:b = 'longer'"]),
        ("x:hashes.MD5 = 'a' AND x:b = 'a very long text indeed'", ["x:hashes.MD5 = 'a'"]),
        ("x:a = 'abc' AND x:b LIKE '%evil%'", ["x:a = 'abc'"]),
        ("x:a = 'abc' OR x:b = 'd'", ["x:a = 'abc'", "x:b = 'd'"]),
        ("(x:hashes.MD5 = 'a' OR x:b = 5) AND x:c = 'longer'", ["x:c = 'longer'"]),
        (
            "(x:hashes.MD5 = 'a' OR x:hashes.MD5 = 'b') AND x:c = 'longer'",
            ["x:hashes.MD5 = 'a'", "x:hashes.MD5 = 'b'"],
        ),
        ("x:a = 'abc' OR x:b > 5", None),
        ("(x:a = 'abc' OR x:b > 5) AND x:c = 1", ["x:c = 1"]),
        ("x:a > 5", None),
        ("x:a != 'abc'", None),
        ("x:a NOT = 'abc'", None),
        ("x:a NOT IN ('abc')", None),
        ("x:a IN ()", None),
        ("x:a = true", None),
        ("x:a = h'61'", None),
        ("x:a = t'2020-01-01T00:00:00Z'", None),
        ("x:a LIKE '%ab%'", None),
        ("x:a MATCHES '(?i)evil'", None),
        ("x:a ISSUPERSET '10.0.0.1'", None),
        ("EXISTS x:a", None),
        ("x:y_ref.type = 'ipv4-addr'", None),
        ("x:y_ref.type LIKE 'ipv4%'", None),
        ("x:id MATCHES '^process--'", None),
        ("x:type = 5", None),
        ("x:type = 'x' AND x:a = 'b'", ["x:a = 'b'"]),
    ],
)
def test_the_most_selective_comparisons_that_can_be_looked_up_are_the_anchors(text, expected):
    assert anchors(text) == expected


@settings(max_examples=examples(100))
@given(brackets(), observations())
def test_a_bracket_holds_only_where_one_of_its_anchors_does(one, observed):
    found = anchors_of(one)
    if found is None:
        return
    for held in observed:
        if naive_bracket(one, held):
            assert any(naive_bracket(Bracket(anchor), held) for anchor in found)


@settings(max_examples=examples(100))
@given(brackets(), observations())
def test_in_an_exact_bracket_any_anchor_that_holds_is_enough(one, observed):
    found = anchors_of(one)
    if found is None or not is_exact(one):
        return
    for held in observed:
        if any(naive_bracket(Bracket(anchor), held) for anchor in found):
            assert naive_bracket(one, held)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("x:a = 1", True),
        ("x:a = 1 OR x:b = 1", True),
        ("x:a = 1 AND x:b = 1", False),
        ("x:a = 1 OR (x:b = 1 AND x:c = 1)", False),
        ("EXISTS x:a", False),
    ],
)
def test_one_comparison_or_several_joined_by_or_are_exact(text, exact):
    assert is_exact(bracket(text)) is exact
