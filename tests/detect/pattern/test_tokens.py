from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.detect.pattern.tokens import Token, TokenKind, error_at, tokenize
from tocsin.errors import PatternError


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind.name, token.text) for token in tokenize(text)][:-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a-b_c", [("WORD", "a-b_c")]),
        ("t 't'", [("WORD", "t"), ("STRING", "'t'")]),
        ("t't'h'61'b''", [("TIMESTAMP", "t't'"), ("HEX", "h'61'"), ("BINARY", "b''")]),
        ("1 -1 +1.5 .5", [("INTEGER", "1"), ("INTEGER", "-1"), ("FLOAT", "+1.5"), ("FLOAT", ".5")]),
        (
            "<=<>==!=<",
            [("SYMBOL", "<="), ("SYMBOL", "<>"), ("SYMBOL", "=="), ("SYMBOL", "!="), ("SYMBOL", "<")],
        ),
        (r"'\\''\''", [("STRING", r"'\\'"), ("STRING", r"'\''")]),
        ("/* a */ // b\n1", [("INTEGER", "1")]),
    ],
)
def test_a_text_is_cut_into_its_tokens(text, expected):
    assert kinds(text) == expected


def test_the_last_token_is_the_end_at_the_length_of_the_text():
    assert list(tokenize(" 1 "))[-1] == Token(TokenKind.END, "", 3)
    assert list(tokenize("")) == [Token(TokenKind.END, "", 0)]


@given(st.text(max_size=60))
def test_tokens_and_blanks_make_up_the_whole_text_or_it_is_refused(text):
    try:
        tokens = list(tokenize(text))
    except PatternError:
        return
    at = 0
    for token in tokens:
        assert token.offset >= at
        assert text[token.offset : token.offset + len(token.text)] == token.text
        at = token.offset + len(token.text)
    assert at == len(text)


@pytest.mark.parametrize(
    ("offset", "line", "column"), [(0, 1, 1), (2, 1, 3), (3, 2, 1), (5, 3, 2), (6, 3, 3)]
)
def test_an_error_names_the_line_and_column_of_an_offset(offset, line, column):
    where = error_at("ab\n\ncd", offset, "what").where
    assert where is not None
    assert (where.line, where.column) == (line, column)
