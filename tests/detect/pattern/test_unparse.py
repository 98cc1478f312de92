from __future__ import annotations

import pytest

from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.unparse import comparison_text, expression_text, qualifier_text


@pytest.mark.parametrize(
    "text",
    [
        "[x:a = 1]",
        "[x:a NOT = 'it\\'s \\\\']",
        "[x:'a b'.'it\\'s'[*][0] != h'00ff']",
        "[x:a IN (1, 2.5, 0.00000001)]",
        "[x:a IN ()]",
        "[EXISTS x:a AND (x:b = true OR x:c = false) AND x:d > t'2020-01-01T00:00:00.123456789123Z']",
        "[x:a = 1 AND x:b = 2 OR x:c = 3]",
        "([x:a = 1] OR [x:b = 2]) AND [x:c = 3]",
        "[x:a = 1] FOLLOWEDBY [x:b = 2] FOLLOWEDBY [x:c = 3]",
        "[x:a = 1] FOLLOWEDBY ([x:b = 2] FOLLOWEDBY [x:c = 3])",
        "([x:a = 1] WITHIN 0.5 SECONDS) WITHIN 5 SECONDS",
        "([x:a = 1] REPEATS 5 TIMES) START t'2020-01-01T00:00:00Z' STOP t'2020-01-01T00:00:00.5Z'",
    ],
)
def test_a_tree_is_written_so_that_it_is_read_back_equal(text):
    expression = parse_pattern(text).expression
    assert repr(parse_pattern(expression_text(expression)).expression) == repr(expression)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1.0", "1.0"),
        ("0.1", "0.1"),
        ("123456789012345678901234567890.0", None),
        ("0.000000000000000000000000000001", None),
    ],
)
def test_a_number_is_written_without_an_exponent_and_keeps_its_value(number, text):
    expression = parse_pattern(f"[x:a = {number}]").expression
    written = comparison_text(expression.expression)
    assert "e" not in written
    assert parse_pattern(f"[{written}]").expression == expression
    assert text is None or written == f"x:a = {text}"


def test_a_qualifier_is_written_alone():
    assert qualifier_text(parse_pattern("[x:a = 1] WITHIN 300 SECONDS").expression) == "WITHIN 300 SECONDS"
    assert qualifier_text(parse_pattern("[x:a = 1] REPEATS 3 TIMES").expression) == "REPEATS 3 TIMES"
