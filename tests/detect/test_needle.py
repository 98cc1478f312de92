from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import example, given, settings, strategies as st

from strategies import examples
from tocsin.detect.needle import SHORTEST, needle_of
from tocsin.detect.normalise import composed
from tocsin.detect.pattern.compare import test_of as compiled
from tocsin.detect.pattern.syntax import Comparison, ComparisonOp, ObjectPath
from tocsin.errors import BadInput

PATH = ObjectPath("x", ("a",))


def needle(op: str, text: str, *, negated: bool = False) -> str | None:
    return needle_of(Comparison(PATH, ComparisonOp(op), text, negated))


@pytest.mark.parametrize(
    ("op", "text", "expected"),
    [
        ("LIKE", "%evil.exe%", "evil.exe"),
        ("LIKE", "C:\\%evil_exe", "evil"),
        ("LIKE", "%abc%", None),
        ("LIKE", "%\xe9vil.exe\xe9%", "vil.exe"),
        ("MATCHES", r"^evil\.exe$", "evil.exe"),
        ("MATCHES", r"evil(\.exe)?-x-long", "-x-long"),
        ("MATCHES", r"evil(?:\.exe)+", "evil"),
        ("MATCHES", "evils?word.", "evil"),
        ("MATCHES", "evils*", "evil"),
        ("MATCHES", "evils+xyz", "evil"),
        ("MATCHES", "abcd{2}efghi", "efghi"),
        ("MATCHES", "ab[|]cdefgh", "cdefgh"),
        ("MATCHES", r"\d\d\devil\b", "evil"),
        ("MATCHES", r"a\|bcd", "a|bcd"),
        ("MATCHES", "[[:alpha:](]evil", "evil"),
        ("MATCHES", r"[]\]]evil", "evil"),
        ("MATCHES", "evil|word", None),
        ("MATCHES", "(evil|word)", None),
        ("MATCHES", "(?i)evil", None),
        ("MATCHES", "(?i:evil)word", None),
        ("MATCHES", r"\(?:evil", None),
        ("MATCHES", r"\Qevil\E", None),
        ("MATCHES", r"\x65vil", None),
        ("MATCHES", "(?P<name>x)evil", None),
        ("=", "evil", None),
    ],
)
def test_the_longest_text_that_must_be_there_is_the_needle(op, text, expected):
    assert needle(op, text) == expected


def test_a_negated_test_and_a_short_text_have_none():
    assert needle("LIKE", "%evil%", negated=True) is None
    assert needle("LIKE", "x" * (SHORTEST - 1)) is None
    assert needle("LIKE", "x" * SHORTEST) == "x" * SHORTEST


_ATOMS = st.sampled_from(
    ["a", "b", "ab", "abcd", "A", ".", "\\.", "\\\\", "\\d", "\\b", "\\B", "\\w", "\\W", "\\x61", "\\n", "[ab]", "[^a]", "[]a]", "[a\\]b]", "[[:alpha:]]", "[(?:]",
     "^", "$", "\\(", "\\(?", "\\(?:", "\\)", "\\|", "(", "(?:", "(?i)", "(?i:", "(?s)", "(?-i)", "(?P<n>", ")", "|", "*", "+", "?", "*?", "+?", "??", "{2}",
     "{0,1}", "{1,}", "{,2}", "{", "}", "{0}", "\\Q", "\\E", "\\A", "\\z", "\xe9", "e\u0301", "\u212a", "\\pL", "\\C", " ", "-", "'", "%"]
)  # fmt: skip
_TEXTS = st.lists(
    st.sampled_from(
        [
            "a",
            "b",
            "ab",
            "abcd",
            "A",
            "ABCD",
            ".",
            "\\",
            "(",
            ")",
            "?",
            ":",
            "|",
            "\n",
            "\xe9",
            "e\u0301",
            "1",
            " ",
            "-",
            "'",
            "{",
            "Q",
            "E",
        ]
    ),
    max_size=10,
).map("".join)


@settings(max_examples=examples(500))
@given(st.lists(_ATOMS, min_size=1, max_size=8).map("".join), _TEXTS)
@example(r"\(?:abcd", ":abcd")
@example("abcd{0}", "abc")
@example("a{,2}bcde", "a{,2}bcde")
def test_whatever_a_regular_expression_matches_holds_its_needle(text, value):
    one = Comparison(PATH, ComparisonOp.MATCHES, text)
    found = needle_of(one)
    if found is None:
        return
    assert found.isascii()
    try:
        holds = compiled(one)
    except BadInput:
        return
    # The shortest match that a regular expression could want is mostly its own literals, so these are tried too.
    for tried in (value, text, text.replace("\\", ""), found, value + found[1:], found[:-1] + value):
        if holds(composed(tried)):
            assert found in composed(tried)


@settings(max_examples=examples(250))
@given(
    st.lists(st.sampled_from(["%", "_", "abcd", "ab", ".", "\\", "\xe9", "'"]), max_size=6).map("".join),
    st.data(),
)
def test_whatever_like_matches_holds_its_needle(text, data):
    one = Comparison(PATH, ComparisonOp.LIKE, text)
    found = needle_of(one)
    filled = "".join(
        data.draw(_TEXTS) if part == "%" else data.draw(st.sampled_from("ab\xe9\n")) if part == "_" else part
        for part in text
    )
    assert compiled(one)(filled)
    assert found is None or found in filled


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("\u212aeyword", "%Keyword%"),
        ("abc\u037edef", "%abc;def%"),
        ("a\u1fefword", "%`word%"),
        ("key\u212aeyword", "%keyKeyword"),
        ("x\u037e\u212a\u1fefevil.exe", "%;K`evil.exe"),
    ],
)
def test_a_value_that_is_not_composed_holds_the_needle(value, text):
    one = Comparison(PATH, ComparisonOp.LIKE, text)
    assert compiled(one)(value)
    assert needle_of(one) in value


def test_the_characters_that_others_are_composed_to_are_three():
    composed_to = {
        unicodedata.normalize("NFC", chr(code)): code
        for code in range(0x80, sys.maxunicode + 1)
        if unicodedata.normalize("NFC", chr(code)).isascii()
    }
    assert composed_to == {"K": 0x212A, ";": 0x37E, "`": 0x1FEF}
    assert all(
        needle("LIKE", f"%{character}%") is None for character in ("K", "KKKK", ";;;;", "a;bc", "ab`c")
    )


@settings(max_examples=examples(150))
@given(st.text("abcK;`.", min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_no_way_of_writing_a_value_hides_its_needle(text, random):
    written = {"K": "\u212a", ";": "\u037e", "`": "\u1fef"}
    value = "".join(random.choice((one, written.get(one, one))) for one in text)
    one = Comparison(PATH, ComparisonOp.LIKE, f"%{text}%")
    assert compiled(one)(value)
    found = needle_of(one)
    assert found is None or found in value
