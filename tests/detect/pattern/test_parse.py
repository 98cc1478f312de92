from __future__ import annotations

import functools
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from strategies import examples
from tocsin.detect.pattern.compare import test_of as compiled
from tocsin.detect.pattern.evaluate import Evaluator
from tocsin.detect.pattern.parse import parse_path, parse_pattern
from tocsin.detect.pattern.sequence import brackets_of
from tocsin.detect.pattern.syntax import (
    ANY,
    BooleanOp,
    Bracket,
    Comparison,
    ComparisonOp,
    Exists,
    FollowedBy,
    Junction,
    ObjectPath,
    ObservationAnd,
    ObservationOr,
    Repeats,
    StartStop,
    Timestamp,
    Within,
)
from tocsin.errors import PatternError
from tocsin.limits import PATTERN_BYTES, PATTERN_NESTING, PATTERN_OPERANDS, PATTERN_SEQUENCE, REFERENCE_DEPTH
from tocsin.model.timestamp import NS_PER_S, parse_timestamp

A, B, C = (Comparison(ObjectPath("x", (name,)), ComparisonOp.EQ, 1) for name in "abc")


def tree(text: str, version: str = "2.1"):
    return parse_pattern(text, version).expression


def comparison(text: str, version: str = "2.1"):
    return tree(f"[{text}]", version).expression


def value(text: str):
    return comparison(f"x:a = {text}").value


def refusal(text: str, version: str = "2.1") -> PatternError:
    with pytest.raises(PatternError) as refused:
        parse_pattern(text, version)
    return refused.value


# -- refusals -------------------------------------------------------------------------------------

REFUSED = [
    # pattern, line, column, part of the sentence
    ("", 1, 1, "an observation expression in [ ] was expected, not the end of the pattern"),
    ("   ", 1, 4, "an observation expression in [ ] was expected"),
    ("x:a = 1", 1, 1, "an observation expression in [ ] was expected, not 'x'"),
    ("[", 1, 2, "an object path like file:name was expected, not the end of the pattern"),
    ("[]", 1, 2, "an object path like file:name was expected, not ']'"),
    ("[x:a = 1", 1, 9, "']' was expected to close the observation expression, not the end of the pattern"),
    ("[x:a = 1)", 1, 9, "']' was expected"),
    ("([x:a = 1]", 1, 11, "')' was expected to close the parenthesis"),
    ("[(x:a = 1]", 1, 10, "')' was expected to close the parenthesis"),
    ("[x:a = 1]]", 1, 10, "the pattern should end before ']'"),
    ("[x:a = 1] [x:b = 1]", 1, 11, "the pattern should end before '['"),
    ("[x:a = 1] and [x:b = 1]", 1, 11, "the pattern should end before 'and'"),
    ("[x:a = 1] AND", 1, 14, "an observation expression in [ ] was expected"),
    ("[x:a = 1 AND]", 1, 13, "an object path like file:name was expected, not ']'"),
    ("[x:a = 1 AND [x:b = 1]]", 1, 14, "an object path like file:name was expected, not '['"),
    ("[x:a = 1 FOLLOWEDBY x:b = 1]", 1, 10, "']' was expected"),
    ("[x.a = 1]", 1, 3, "':' was expected between the object type and its property, not '.'"),
    ("[x: = 1]", 1, 5, "a property name was expected, not '='"),
    ("[x:a. = 1]", 1, 7, "a property name was expected, not '='"),
    ("[x:1 = 1]", 1, 4, "a property name was expected, not '1'"),
    ("[x:a-b = 1]", 1, 4, "the property name 'a-b' holds a hyphen"),
    ("[AND:a = 1]", 1, 2, "an object path like file:name was expected, not 'AND'"),
    ("[true:a = 1]", 1, 2, "an object path like file:name was expected, not 'true'"),
    ("['x':a = 1]", 1, 2, "an object path like file:name was expected"),
    ("[x:a[-1] = 1]", 1, 6, "a list index is a whole number from 0, or *"),
    ("[x:a[+1] = 1]", 1, 6, "a list index is a whole number from 0, or *"),
    ("[x:a[b] = 1]", 1, 6, "a list index is a whole number from 0, or *"),
    ("[x:a[] = 1]", 1, 6, "a list index is a whole number from 0, or *"),
    ("[x:a[1.5] = 1]", 1, 6, "a list index is a whole number from 0, or *"),
    ("[x:a[9999999999] = 1]", 1, 6, "a list index is a whole number from 0, or *"),
    ("[x:a[0 = 1]", 1, 8, "']' was expected to close the list index"),
    ("[x:a]", 1, 5, "a comparison operator was expected, not ']'"),
    ("[x:a", 1, 5, "a comparison operator was expected, not the end of the pattern"),
    ("[x:a LIKES 'b']", 1, 6, "a comparison operator was expected, not 'LIKES'"),
    ("[x:a like 'b']", 1, 6, "a comparison operator was expected, not 'like'"),
    ("[x:a NOT NOT = 1]", 1, 10, "a comparison operator was expected, not 'NOT'"),
    ("[NOT x:a = 1]", 1, 2, "an object path like file:name was expected, not 'NOT'"),
    ("[NOT EXISTS x:a]", 1, 2, "an object path like file:name was expected, not 'NOT'"),
    ("[x:a = ]", 1, 8, "a value was expected, not ']'"),
    ("[x:a = b]", 1, 8, "a value was expected, not 'b'"),
    ("[x:a = null]", 1, 8, "a value was expected, not 'null'"),
    ("[x:a = NaN]", 1, 8, "a value was expected, not 'NaN'"),
    ("[x:a = Infinity]", 1, 8, "a value was expected"),
    ("[x:a = True]", 1, 8, "a value was expected, not 'True'"),
    ("[x:a = 1e5]", 1, 8, "'1' cannot stand here"),
    ("[x:a = 01]", 1, 8, "'0' cannot stand here"),
    ("[x:a = 0x1F]", 1, 8, "'0' cannot stand here"),
    ("[x:a = 1_000]", 1, 8, "'1' cannot stand here"),
    ("[x:a = \u0661]", 1, 8, "cannot stand here"),
    ("[x:a = 1.]", 1, 9, "']' was expected"),
    ("[x:a = --1]", 1, 8, "'-' cannot stand here"),
    ("[x:a = " + "9" * 41 + "]", 1, 8, "this number has more than 40 digits"),
    ('[x:a = "b"]', 1, 8, "cannot stand here"),
    ("[x:a = 'b]", 1, 8, "this quote is not closed"),
    ("[x:a = 'b\\n']", 1, 8, "this quote is not closed"),
    ("[x:a = 'b\\']", 1, 8, "this quote is not closed"),
    ("[x:a = t'b]", 1, 9, "this quote is not closed"),
    ("[x:a = 1 /* b ]", 1, 10, "'/' cannot stand here"),
    ("[x:a = t'yesterday']", 1, 8, "is not a timestamp"),
    ("[x:a = t'2021-02-30T00:00:00Z']", 1, 8, "names no day of the calendar"),
    ("[x:a = t'2021-03-02T08:15:00+00:00']", 1, 8, "is not a timestamp"),
    ("[x:a = T'2021-03-02T08:15:00Z']", 1, 8, "a value was expected, not 'T'"),
    ("[x:a = h'f']", 1, 8, "h'...' holds pairs of hexadecimal digits"),
    ("[x:a = h'fg']", 1, 8, "h'...' holds pairs of hexadecimal digits"),
    ("[x:a = b'YQ']", 1, 8, "b'...' holds base64 with its padding"),
    ("[x:a = b'Y Q==']", 1, 8, "b'...' holds base64 with its padding"),
    ("[x:a > true]", 1, 8, "true and false have no order, so > cannot compare them"),
    ("[x:a IN 1]", 1, 9, "'(' was expected after IN, not '1'"),
    ("[x:a IN (1", 1, 11, "')' was expected to close the set of IN"),
    ("[x:a IN (1,)]", 1, 12, "a value was expected, not ')'"),
    ("[x:a IN (1, 'b')]", 1, 10, "the values of IN must be of one type"),
    ("[x:a IN (1, true)]", 1, 10, "the values of IN must be of one type"),
    ("[x:a LIKE 1]", 1, 11, "LIKE needs a string in quotes"),
    ("[x:a MATCHES h'61']", 1, 14, "MATCHES needs a string in quotes"),
    ("[x:a ISSUBSET 1]", 1, 15, "ISSUBSET needs a string in quotes"),
    ("[x:a MATCHES '(']", 1, 14, "the regular expression cannot run"),
    ("[x:a MATCHES '(?=a)']", 1, 14, "the regular expression cannot run"),
    ("[x:a MATCHES '(a)\\\\1']", 1, 14, "the regular expression cannot run"),
    ("[x:a ISSUBSET 'a']", 1, 15, "'a' is no IPv4 or IPv6 address or network"),
    ("[x:a ISSUPERSET '10.0.0.0/255.0.0.0']", 1, 17, "is no IPv4 or IPv6 address or network"),
    ("[x:a = 1] WITHIN", 1, 17, "WITHIN needs a number of seconds"),
    ("[x:a = 1] WITHIN 'b' SECONDS", 1, 18, "WITHIN needs a number of seconds"),
    ("[x:a = 1] WITHIN 5", 1, 19, "'SECONDS' was expected after the number of WITHIN"),
    ("[x:a = 1] WITHIN 0 SECONDS", 1, 18, "the window of WITHIN must be longer than nothing"),
    ("[x:a = 1] WITHIN -5 SECONDS", 1, 18, "the window of WITHIN must be longer than nothing"),
    ("[x:a = 1] REPEATS 0 TIMES", 1, 19, "REPEATS needs a whole number from 1"),
    ("[x:a = 1] REPEATS -1 TIMES", 1, 19, "REPEATS needs a whole number from 1"),
    ("[x:a = 1] REPEATS 1.5 TIMES", 1, 19, "REPEATS needs a whole number from 1"),
    ("[x:a = 1] REPEATS 1000000000 TIMES", 1, 19, "REPEATS needs a whole number from 1 to 999,999,999"),
    ("[x:a = 1] REPEATS 5", 1, 20, "'TIMES' was expected after the number of REPEATS"),
    ("[x:a = 1] START t'2021-03-02T08:15:00Z'", 1, 40, "'STOP' was expected after the time of START"),
    ("[x:a = 1] START '2021-03-02T08:15:00Z' STOP t'2021-03-02T08:15:00Z'", 1, 17, "START needs a time like"),
    ("[x:a = 1] START t'2021-03-02' STOP t'2021-03-02T08:15:00Z'", 1, 17, "is not a timestamp"),
    ("[x:a = 1] STOP t'2021-03-02T08:15:00Z'", 1, 11, "the pattern should end before 'STOP'"),
    ("[x:a = 1] WITHIN 5 SECONDS WITHIN 6 SECONDS", 1, 28, "WITHIN stands twice for one expression"),
    ("[x:a = 1] REPEATS 2 TIMES WITHIN 1 SECONDS REPEATS 2 TIMES", 1, 44, "REPEATS stands twice"),
    ("[x:a = 1 AND\n  x:b ? 2]", 2, 7, "'?' cannot stand here"),
    ("[x:a = 1\r\nAND\r\n  x:b LIKE 2]", 3, 12, "LIKE needs a string in quotes"),
    ("// a comment\n[x:a ~ 1]", 2, 6, "'~' cannot stand here"),
]


@pytest.mark.parametrize(("text", "line", "column", "what"), REFUSED, ids=[case[0][:60] for case in REFUSED])
def test_what_is_no_pattern_is_refused_at_its_line_and_column(text, line, column, what):
    problem = refusal(text)
    assert what in problem.what
    assert problem.where is not None
    assert (problem.where.line, problem.where.column) == (line, column)


@settings(max_examples=examples(150))
@given(
    st.lists(
        st.sampled_from(
            [
                "[",
                "]",
                "(",
                ")",
                "x:a",
                "x:a.b",
                "x:'c'",
                "=",
                "!=",
                "<>",
                "==",
                "LIKE",
                "MATCHES",
                "IN",
                "ISSUBSET",
                "EXISTS",
                "NOT",
                "AND",
                "OR",
                "FOLLOWEDBY",
                "WITHIN",
                "REPEATS",
                "START",
                "STOP",
                "SECONDS",
                "TIMES",
                "1",
                "1.5",
                "'a'",
                "'%a'",
                "'t",
                "t'2021-03-02T08:15:00Z'",
                "h'61'",
                "b'YQ=='",
                "true",
                ",",
                ".",
                "*",
                "[*]",
                "[0]",
                "//",
                "/*",
                "*/",
                "\n",
                "'",
                "\\",
                "\x00",
                "é",
            ]
        ),
        max_size=14,
    ).map(" ".join)
    | st.text(max_size=40)
)
def test_any_text_is_a_pattern_that_runs_or_is_refused_at_a_place_inside_it(text):
    try:
        pattern = parse_pattern(text)
    except PatternError as problem:
        where = problem.where
        lines = text.split("\n")
        assert where is not None
        assert 1 <= where.line <= len(lines)
        assert 1 <= where.column <= len(lines[where.line - 1]) + 1
    else:
        for bracket in brackets_of(pattern.expression):
            Evaluator(bracket)


# -- limits ---------------------------------------------------------------------------------------


def test_a_pattern_longer_than_the_limit_is_refused_before_it_is_read():
    assert "longer than 256 KiB" in refusal(f"[x:a = '{'b' * (1 << 20)}']").what
    assert "longer than 256 KiB" in refusal(f"[x:a = '{chr(0x142) * (PATTERN_BYTES // 2)}']").what
    text = "[x:a = '']"
    tree(text.replace("''", f"'{'b' * (PATTERN_BYTES - len(text))}'"))


@pytest.mark.parametrize("opening", ["[", "(", "[(", "[x:a = 1 AND ("])
def test_ten_thousand_nested_brackets_are_refused(opening):
    problem = refusal(opening * 10_000)
    assert problem.where is not None
    assert problem.where.column <= PATTERN_NESTING * len(opening) + 2


def test_brackets_nest_as_deep_as_the_limit_says():
    deep = PATTERN_NESTING - 1
    assert tree("(" * deep + "[x:a = 1]" + ")" * deep) == Bracket(A)
    assert (
        f"more than {PATTERN_NESTING} deep" in refusal("(" * (deep + 1) + "[x:a = 1]" + ")" * (deep + 1)).what
    )
    assert comparison("(" * deep + "x:a = 1" + ")" * deep) == A
    assert (
        f"more than {PATTERN_NESTING} deep"
        in refusal("[" + "(" * (deep + 1) + "x:a = 1" + ")" * (deep + 1) + "]").what
    )


def test_followedbys_are_counted_wherever_they_stand():
    row = " FOLLOWEDBY ".join(["[x:a = 1]"] * (PATTERN_SEQUENCE + 1))
    assert tree(row) == functools.reduce(FollowedBy, [Bracket(A)] * (PATTERN_SEQUENCE + 1))
    for more in (f"{row} FOLLOWEDBY [x:a = 1]", f"({row}) AND ([x:a = 1] FOLLOWEDBY [x:a = 1])"):
        assert f"more than {PATTERN_SEQUENCE} FOLLOWEDBYs" in refusal(more).what
    nested = "[x:a = 1]"
    for _ in range(PATTERN_NESTING - 1):
        nested = f"({nested} FOLLOWEDBY [x:a = 1])"
    tree(nested)


def test_siblings_are_not_nested():
    tree(" AND ".join(["([x:a = 1])"] * 200))


def test_operands_are_counted_across_brackets_and_sets():
    many = " OR ".join(["x:a = 1"] * PATTERN_OPERANDS)
    assert len(comparison(many).operands) == PATTERN_OPERANDS
    assert f"more than {PATTERN_OPERANDS} comparisons" in refusal(f"[{many} OR x:a = 1]").what
    ones = ",".join("1" * PATTERN_OPERANDS)
    assert len(comparison(f"x:a IN ({ones})").value) == PATTERN_OPERANDS
    assert f"more than {PATTERN_OPERANDS} comparisons" in refusal(f"[x:a IN ({ones},1)]").what
    assert f"more than {PATTERN_OPERANDS} comparisons" in refusal(f"[x:a IN ({ones})] AND [x:b = 1]").what


def test_a_path_follows_a_bounded_number_of_references():
    comparison("x:" + ".".join(["a_ref"] * REFERENCE_DEPTH) + ".b = 1")
    problem = refusal("[x:" + ".".join(["a_ref", "b_refs[*]"] * REFERENCE_DEPTH) + " = 1]")
    assert f"more than {REFERENCE_DEPTH} references" in problem.what


@pytest.mark.parametrize(
    "text",
    [
        "[x:a MATCHES '^(a+)+$']",
        "[x:a MATCHES '^(a|a|a|a|a|a)*$']",
        "[x:a LIKE '" + "%a" * 1000 + "']",
    ],
)
def test_a_pattern_bomb_is_a_pattern_that_runs_in_linear_time(text):
    assert not compiled(tree(text).expression)("a" * 20_000 + "!")


@pytest.mark.parametrize(
    "text", ["[x:a MATCHES '((((a{100}){100}){100}){100})']", f"[x:a LIKE '{'%_' * 100_000}']"]
)
def test_what_would_not_fit_into_memory_is_refused_when_it_is_compiled(text):
    assert "the regular expression cannot run" in refusal(text).what


# -- literals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1", 1), ("+1", 1), ("-1", -1), ("0", 0), ("-0", 0), ("9" * 40, int("9" * 40)),
        ("1.0", 1.0), (".5", 0.5), ("-.5", -0.5), ("00.5", 0.5), ("+1.25", 1.25),
        ("true", True), ("false", False),
        ("''", ""), (r"'it\'s'", "it's"), (r"'a\\b'", "a\\b"), (r"'\\\''", "\\'"), ("'a\nb'", "a\nb"), ("'\x00'", "\x00"),
        ("'\xe9'", "\xe9"), ("'// no comment'", "// no comment"), ("'/* nor this */'", "/* nor this */"), ("'AND'", "AND"),
        ("h''", b""), ("h'00fF'", b"\x00\xff"), ("b''", b""), ("b'YWI='", b"ab"), ("b'/+8='", b"\xff\xef"),
    ],
)  # fmt: skip
def test_a_literal_stands_for_its_value(text, meant):
    found = value(text)
    assert found == meant
    assert type(found) is type(meant)


def test_a_timestamp_keeps_its_text_and_every_decimal():
    found = value("t'2021-03-02T08:15:00.1234567891Z'")
    assert found == Timestamp(
        parse_timestamp("2021-03-02T08:15:00Z") + Fraction(1234567891, 10), "2021-03-02T08:15:00.1234567891Z"
    )


def test_a_string_is_taken_as_it_is_written():
    assert value("'e\u0301'") == "e\u0301"


# -- paths ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("x:a", ("a",)),
        ("x:a.b.c", ("a", "b", "c")),
        ("x:hashes.'SHA-256'", ("hashes", "SHA-256")),
        ("x:'a b'.''", ("a b", "")),
        (r"x:'it\'s \\'", ("it's \\",)),
        ("x:'1a'", ("1a",)),
        ("x:a[*].b[0][12]", ("a", ANY, "b", 0, 12)),
        ("x:AND", ("AND",)),
        ("x:EXISTS.IN.true", ("EXISTS", "IN", "true")),
        ("x:t.h.b", ("t", "h", "b")),
    ],
)
def test_a_path_is_its_steps_and_is_written_so_that_it_can_be_read_again(text, steps):
    assert parse_path(text) == ObjectPath("x", steps)
    assert parse_path(str(ObjectPath("x", steps))) == ObjectPath("x", steps)


@given(
    st.lists(st.one_of(st.text(max_size=5), st.integers(0, 99), st.just(ANY)), max_size=4),
    st.text(max_size=5),
)
def test_any_path_is_read_back_from_its_text(steps, name):
    path = ObjectPath("x", (name, *steps))
    assert parse_path(str(path)) == path


@pytest.mark.parametrize("text", ["", "x", "x:", "x:a b", "x:a = 1", "x:a.", "[x:a]"])
def test_what_is_no_path_is_refused(text):
    with pytest.raises(PatternError):
        parse_path(text)


# -- comparisons ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "op"),
    [("=", "="), ("==", "="), ("!=", "!="), ("<>", "!="), (">", ">"), ("<", "<"), (">=", ">="), ("<=", "<=")],
)
def test_operators_that_are_written_two_ways_are_one(written, op):
    assert comparison(f"x:a {written} 1") == Comparison(A.path, ComparisonOp(op), 1)
    assert comparison(f"x:a NOT {written} 1") == Comparison(A.path, ComparisonOp(op), 1, negated=True)
    assert comparison(f"x:a{written}1") == Comparison(A.path, ComparisonOp(op), 1)


@pytest.mark.parametrize("op", ["LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"])
def test_operators_on_text_take_a_string(op):
    assert comparison(f"x:a {op} '::1'") == Comparison(A.path, ComparisonOp(op), "::1")


def test_in_takes_a_set_of_one_type_or_an_empty_one():
    assert comparison("x:a IN (1, 2.5)").value == (1, 2.5)
    assert comparison("x:a NOT IN ('b')") == Comparison(A.path, ComparisonOp.IN, ("b",), negated=True)
    assert comparison("x:a IN ()").value == ()
    assert comparison("x:a IN (h'61', b'YQ==')").value == (b"a", b"a")


def test_exists_came_with_2_1_and_is_a_name_elsewhere():
    assert comparison("EXISTS x:a") == Exists(A.path)
    assert comparison("EXISTS x:a AND x:a = 1") == Junction(BooleanOp.AND, (Exists(A.path), A))
    assert refusal("[EXISTS x:a]", "2.0").what == "EXISTS came with STIX 2.1"


def test_and_binds_tighter_than_or():
    assert comparison("x:a = 1 OR x:b = 1 AND x:c = 1") == Junction(
        BooleanOp.OR, (A, Junction(BooleanOp.AND, (B, C)))
    )
    assert comparison("x:a = 1 AND x:b = 1 OR x:c = 1") == Junction(
        BooleanOp.OR, (Junction(BooleanOp.AND, (A, B)), C)
    )
    assert comparison("(x:a = 1 OR x:b = 1) AND x:c = 1") == Junction(
        BooleanOp.AND, (Junction(BooleanOp.OR, (A, B)), C)
    )


def test_parentheses_around_one_thing_say_nothing():
    assert comparison("((x:a = 1))") == A
    assert tree("(([x:a = 1]))") == Bracket(A)


# -- observation expressions ----------------------------------------------------------------------

a, b, c = Bracket(A), Bracket(B), Bracket(C)
PART = {"a": "[x:a = 1]", "b": "[x:b = 1]", "c": "[x:c = 1]"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a AND b AND c", ObservationAnd((a, b, c))),
        ("a OR b OR c", ObservationOr((a, b, c))),
        ("a OR b AND c", ObservationOr((a, ObservationAnd((b, c))))),
        ("a AND b OR c", ObservationOr((ObservationAnd((a, b)), c))),
        ("a FOLLOWEDBY b OR c", FollowedBy(a, ObservationOr((b, c)))),
        ("a OR b FOLLOWEDBY c", FollowedBy(ObservationOr((a, b)), c)),
        ("a FOLLOWEDBY b FOLLOWEDBY c", FollowedBy(FollowedBy(a, b), c)),
        ("a FOLLOWEDBY (b FOLLOWEDBY c)", FollowedBy(a, FollowedBy(b, c))),
        ("a FOLLOWEDBY b WITHIN 5 SECONDS", FollowedBy(a, Within(b, 5 * NS_PER_S))),
        ("(a FOLLOWEDBY b) WITHIN 5 SECONDS", Within(FollowedBy(a, b), 5 * NS_PER_S)),
        ("a AND b REPEATS 3 TIMES", ObservationAnd((a, Repeats(b, 3)))),
        ("a REPEATS 3 TIMES AND b", ObservationAnd((Repeats(a, 3), b))),
        ("a REPEATS 3 TIMES WITHIN 5 SECONDS", Within(Repeats(a, 3), 5 * NS_PER_S)),
        ("a WITHIN 5 SECONDS REPEATS 3 TIMES", Repeats(Within(a, 5 * NS_PER_S), 3)),
        ("(a WITHIN 5 SECONDS) WITHIN 6 SECONDS", Within(Within(a, 5 * NS_PER_S), 6 * NS_PER_S)),
    ],
)
def test_operators_bind_as_the_specification_says_and_qualifiers_to_the_nearest(text, expected):
    assert tree("".join(PART.get(character, character) for character in text)) == expected


@pytest.mark.parametrize(
    ("seconds", "window_ns"),
    [("5", 5 * NS_PER_S), ("0.5", NS_PER_S // 2), ("1.0", NS_PER_S), ("0.0000000001", Fraction(1, 10))],
)
def test_a_window_is_exact(seconds, window_ns):
    found = tree(f"[x:a = 1] WITHIN {seconds} SECONDS")
    assert found == Within(a, window_ns)


def test_start_and_stop_take_timestamps_and_in_2_0_plain_strings_too():
    first, last = "2021-03-02T08:15:00Z", "2021-03-03T00:00:00.5Z"
    expected = StartStop(a, parse_timestamp(first), parse_timestamp(last))
    assert tree(f"[x:a = 1] START t'{first}' STOP t'{last}'") == expected
    assert tree(f"[x:a = 1] START '{first}' STOP '{last}'", "2.0") == expected
    assert tree(f"[x:a = 1] START t'{first}' STOP t'{last}'", "2.0") == expected


def test_a_qualifier_may_stand_twice_in_2_0():
    assert tree("[x:a = 1] WITHIN 5 SECONDS WITHIN 6 SECONDS", "2.0") == Within(
        Within(a, 5 * NS_PER_S), 6 * NS_PER_S
    )


@pytest.mark.parametrize(
    "text",
    [
        "[x:a=1]",
        "  [ x : a = 1 ]\n",
        "[x:a = 1 // to the end of the line\n]",
        "/* before */[x:a/**/= /* a * b / c */ 1]// after",
        "[x:a = 1] // no line end",
        "[x\t:\ta\r\n=\xa01]",
    ],
)
def test_blanks_and_comments_say_nothing(text):
    assert tree(text) == a


def test_the_text_is_kept_as_given():
    assert parse_pattern(" [x:a = 1] ").text == " [x:a = 1] "


def test_repeats_takes_a_sign():
    assert tree("[x:a = 1] REPEATS +999999999 TIMES") == Repeats(a, 999_999_999)
