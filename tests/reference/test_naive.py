"""Each rule of STIX 2.1 section 9, and each choice of ours, by example.

Choices are where it leaves one, and where by its letter a hit would be lost (``docs/reference/stix-patterns.md``).
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from conformance.case import CASES_FOLDER, Case, read_cases
from conformance.differences import DIFFERENCES
from reference.naive import naive_bracket, naive_match
from strategies import observations, patterns
from tocsin.detect.pattern.syntax import (
    ANY,
    BooleanOp,
    Bracket,
    Comparison,
    ComparisonExpression,
    ComparisonOp,
    Exists,
    FollowedBy,
    Junction,
    Literal,
    ObjectPath,
    ObservationAnd,
    ObservationExpression,
    ObservationOr,
    Pattern,
    Repeats,
    StartStop,
    Step,
    Timestamp,
    Within,
)
from tocsin.errors import PatternError
from tocsin.model.observation import Observation
from tocsin.model.timestamp import parse_timestamp

EQ, NE, GT, LT, GE, LE, IN, LIKE, MATCHES, ISSUBSET, ISSUPERSET = ComparisonOp


def compare(
    steps: str | tuple[Step, ...],
    op: ComparisonOp,
    value: Literal | tuple[Literal, ...],
    *,
    negated: bool = False,
    of: str = "x",
) -> Comparison:
    return Comparison(ObjectPath(of, (steps,) if isinstance(steps, str) else steps), op, value, negated)


def both(*operands: ComparisonExpression) -> Junction:
    return Junction(BooleanOp.AND, operands)


def either(*operands: ComparisonExpression) -> Junction:
    return Junction(BooleanOp.OR, operands)


def seen(
    *objects: dict[str, Any],
    first: int = 0,
    last: int | None = None,
    number: int = 1,
    hidden: tuple[str, ...] = (),
) -> Observation:
    """An observation of ``objects``, keyed "0", "1" ..., those of ``hidden`` only there to be referred to."""
    held = {str(key): {"type": "x", **properties} for key, properties in enumerate(objects)}
    roots = tuple(key for key in held if key not in hidden)
    return Observation("observed-data--1", first, first if last is None else last, number, held, roots)


def holds(expression: ComparisonExpression, *objects: dict[str, Any], hidden: tuple[str, ...] = ()) -> bool:
    return naive_bracket(Bracket(expression), seen(*objects, hidden=hidden))


def matches(expression: ObservationExpression, *among: Observation) -> bool:
    return naive_match(Pattern("", expression), among)


def time(text: str) -> Timestamp:
    return Timestamp(parse_timestamp(text), text)


# -- one object for each type --------------------------------------------------------------------


def test_and_on_one_type_binds_one_object() -> None:
    wanted = both(compare("name", EQ, "a"), compare("size", EQ, 1))
    assert holds(wanted, {"name": "b"}, {"name": "a", "size": 1})
    assert not holds(wanted, {"name": "a", "size": 2}, {"name": "b", "size": 1})


def test_and_across_types_joins_objects_of_one_observation() -> None:
    wanted = both(compare("name", EQ, "a"), compare("pid", EQ, 1, of="y"))
    assert holds(wanted, {"name": "a"}, {"type": "y", "pid": 1})
    assert not holds(wanted, {"name": "a"}, {"type": "y", "pid": 2})
    assert not matches(Bracket(wanted), seen({"name": "a"}), seen({"type": "y", "pid": 1}))


def test_one_object_is_bound_for_a_type_on_both_sides_of_an_or_in_an_and() -> None:
    name, size, pid = compare("name", EQ, "a"), compare("size", EQ, 1), compare("pid", EQ, 1, of="y")
    assert not holds(both(either(name, pid), size), {"name": "a"}, {"size": 1})
    assert holds(both(either(name, pid), size), {"size": 1}, {"type": "y", "pid": 1})


def test_an_absent_type_makes_only_its_own_comparison_false() -> None:
    absent = compare("pid", NE, 1, of="y")
    assert not holds(absent, {"name": "a"})
    assert not holds(Comparison(absent.path, NE, 1, negated=True), {"name": "a"})
    assert holds(either(absent, compare("name", EQ, "a")), {"name": "a"})


def test_only_roots_are_bound() -> None:
    assert not holds(compare("name", EQ, "a"), {"name": "a"}, hidden=("0",))


# -- paths ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize("op", [EQ, NE])
def test_a_comparison_without_a_value_is_false(op: ComparisonOp, *, negated: bool) -> None:
    assert not holds(compare("name", op, "a", negated=negated), {})


@pytest.mark.parametrize("value", [None, ["a"], {"a": "a"}])
def test_null_a_list_and_an_object_are_values_that_equal_nothing_and_have_no_order(value: Any) -> None:
    assert not holds(compare("name", EQ, "a"), {"name": value})
    assert holds(compare("name", NE, "a"), {"name": value})
    assert holds(compare("name", EQ, "a", negated=True), {"name": value})
    assert not holds(compare("name", GT, "a"), {"name": value})
    assert not holds(compare("name", GT, "a", negated=True), {"name": value})


def test_a_comparison_is_true_if_any_value_passes() -> None:
    both_names = {"names": ["a", "b"]}
    assert holds(compare(("names", ANY), EQ, "b"), both_names)
    assert holds(compare(("names", ANY), NE, "b"), both_names)
    assert holds(compare(("names", ANY), EQ, "b", negated=True), both_names)
    assert not holds(compare(("names", ANY), EQ, "b", negated=True), {"names": ["b", "b"]})


@pytest.mark.parametrize(("index", "found"), [(0, False), (1, True), (3, False), (-1, False), (-2, False)])
def test_an_index_counts_from_zero_and_never_from_the_end(index: int, *, found: bool) -> None:
    assert holds(compare(("names", index), EQ, "b"), {"names": ["a", "b", "a"]}) is found


@pytest.mark.parametrize("step", [0, ANY])
@pytest.mark.parametrize("value", ["a", {"0": "a"}])
def test_an_index_steps_into_lists_only(step: Step, value: Any) -> None:
    assert not holds(compare(("names", step), EQ, "a"), {"names": value})


@pytest.mark.parametrize(
    "steps", [("hashes", "SHA-256"), ("extensions", "x-ext", "name"), ("rows", ANY, "name")]
)
def test_names_are_plain_keys(steps: tuple[Step, ...]) -> None:
    held = {
        "hashes": {"SHA-256": "a"},
        "extensions": {"x-ext": {"name": "a"}},
        "rows": [1, {}, {"name": "a"}],
    }
    assert holds(compare(steps, EQ, "a"), held)


def test_a_reference_is_followed_to_objects_that_are_no_roots() -> None:
    assert holds(
        compare(("y_ref", "name"), EQ, "a"), {"y_ref": "1"}, {"type": "y", "name": "a"}, hidden=("1",)
    )
    assert holds(compare(("e", "y_ref", "name"), EQ, "a"), {"e": {"y_ref": "1"}}, {"type": "y", "name": "a"})


def test_a_reference_at_the_end_is_its_string() -> None:
    assert holds(compare("y_ref", EQ, "9"), {"y_ref": "9"})
    assert holds(compare(("y_refs", ANY), EQ, "9"), {"y_refs": ["8", "9"]})


@pytest.mark.parametrize("target", ["9", 1, None, {"name": "a"}, ["1"]])
def test_a_reference_to_nothing_has_no_value(target: Any) -> None:
    assert not holds(compare(("y_ref", "name"), EQ, "a"), {"y_ref": target}, {"type": "y", "name": "a"})


def test_references_in_a_list_are_followed_each() -> None:
    held: tuple[dict[str, Any], ...] = (
        {"y_refs": ["9", "1", "2"]},
        {"type": "y", "name": "a"},
        {"type": "y", "name": "b"},
    )
    assert holds(compare(("y_refs", ANY, "name"), EQ, "b"), *held)
    assert holds(compare(("y_refs", 1, "name"), EQ, "a"), *held)
    assert not holds(compare(("y_refs", 0, "name"), NE, "a"), *held)
    assert not holds(compare(("y_refs", "name"), EQ, "a"), *held)


def test_a_cycle_of_references_is_followed_as_far_as_the_path_goes() -> None:
    held: tuple[dict[str, Any], ...] = ({"y_ref": "1"}, {"type": "y", "x_ref": "0", "name": "a"})
    assert holds(compare(("y_ref", "x_ref", "y_ref", "name"), EQ, "a"), *held)


@pytest.mark.parametrize(
    ("held", "found"),
    [
        ({}, False),
        ({"p": None}, True),
        ({"p": 0}, True),
        ({"p": ""}, True),
        ({"p": []}, True),
        ({"p": {}}, True),
    ],
)
def test_exists_holds_of_anything_that_is_there(held: dict[str, Any], *, found: bool) -> None:
    assert holds(Exists(ObjectPath("x", ("p",))), held) is found


def test_exists_of_any_element_needs_an_element() -> None:
    assert not holds(Exists(ObjectPath("x", ("p", ANY))), {"p": []})
    assert holds(Exists(ObjectPath("x", ("p", ANY))), {"p": [None]})


# -- one value against one literal ---------------------------------------------------------------

_EARLY, _LATE = "2020-01-01T00:00:00Z", "2020-01-01T00:00:01.5Z"


@pytest.mark.parametrize(
    ("value", "literal"),
    [(1, 1), (1, 1.0), (1.0, 1), (True, True), ("a", "a"), (_EARLY, time("2020-01-01T00:00:00.000Z"))],
)
def test_equal_values(value: Any, literal: Literal) -> None:
    assert holds(compare("p", EQ, literal), {"p": value})
    assert not holds(compare("p", NE, literal), {"p": value})
    assert not holds(compare("p", EQ, literal, negated=True), {"p": value})
    assert holds(compare("p", NE, literal, negated=True), {"p": value})


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (1, 2),
        (2**53 + 1, float(2**53)),
        ("a", "A"),
        ("e\u0301", "\xe9"),
        (_EARLY, time(_LATE)),
        (1, "1"),
        ("1", 1),
        (1, True),
        (True, 1),
        (0, False),
        (True, "true"),
        (1, b"1"),
        (1, time(_EARLY)),
        (True, time(_EARLY)),
        ("yesterday", time(_EARLY)),
    ],
)
def test_unequal_values_and_values_of_other_types(value: Any, literal: Literal) -> None:
    assert not holds(compare("p", EQ, literal), {"p": value})
    assert holds(compare("p", NE, literal), {"p": value})
    assert holds(compare("p", EQ, literal, negated=True), {"p": value})
    assert not holds(compare("p", NE, literal, negated=True), {"p": value})


@pytest.mark.parametrize(
    ("low", "high"),
    [(1, 1.5), ("a", "b"), ("B", "a"), ("\uffff", "\U00010000"), (_EARLY, time(_LATE)), ("a", b"b")],
)
def test_order(low: Any, high: Literal) -> None:
    expected = {GT: False, LT: True, GE: False, LE: True}
    for op, true in expected.items():
        assert holds(compare("p", op, high), {"p": low}) is true
        assert holds(compare("p", op, high, negated=True), {"p": low}) is not true


@pytest.mark.parametrize(("op", "true"), [(GT, False), (LT, False), (GE, True), (LE, True)])
def test_order_of_equal_values(op: ComparisonOp, *, true: bool) -> None:
    assert holds(compare("p", op, 1.0), {"p": 1}) is true


@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize("op", [GT, LT, GE, LE])
@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (1, "a"),
        ("a", 1),
        (True, 0),
        (True, False),
        (1, b"a"),
        (1, time(_EARLY)),
        ("yesterday", time(_EARLY)),
        ("\u0142", b"a"),
    ],
)
def test_values_that_have_no_order_are_false_also_negated(
    value: Any, literal: Literal, op: ComparisonOp, *, negated: bool
) -> None:
    assert not holds(compare("p", op, literal, negated=negated), {"p": value})


def test_in_is_equal_to_any_element() -> None:
    assert holds(compare("p", IN, (2, 1.0)), {"p": 1})
    assert holds(compare("p", IN, (2, 3), negated=True), {"p": 1})
    assert not holds(compare("p", IN, (2, 1.0), negated=True), {"p": 1})
    assert holds(compare("p", IN, ("1",), negated=True), {"p": 1})
    assert not holds(compare("p", IN, ()), {"p": 1})
    assert holds(compare("p", IN, (), negated=True), {"p": 1})


@pytest.mark.parametrize(("name", "text"), [("p_hex", "C3A9"), ("p_bin", "w6k=")])
def test_binary_properties_are_bytes(name: str, text: str) -> None:
    assert holds(compare(name, EQ, b"\xc3\xa9"), {name: text})
    assert holds(compare(name, EQ, "\xc3\xa9"), {name: text})
    assert holds(compare(name, EQ, "\xe9", negated=True), {name: text})
    assert holds(compare(name, LIKE, "_"), {name: text})
    assert holds(compare(name, MATCHES, "^\xc3.$"), {name: text})


@pytest.mark.parametrize(
    ("name", "text"), [("p_hex", "6"), ("p_hex", "zz"), ("p_bin", "!"), ("p_bin", "\u0142")]
)
def test_a_binary_property_that_cannot_be_decoded_has_no_value(name: str, text: str) -> None:
    assert not holds(compare(name, NE, b"a"), {name: text})
    assert not holds(Exists(ObjectPath("x", (name,))), {name: text})


def test_a_string_is_compared_with_bytes_by_its_first_256_code_points() -> None:
    assert holds(compare("p", EQ, b"\xe9"), {"p": "\xe9"})
    assert not holds(compare("p", EQ, b"\xc5\x82"), {"p": "\u0142"})
    assert holds(compare("p", NE, b"\xc5\x82"), {"p": "\u0142"})


@pytest.mark.parametrize(
    ("value", "literal", "true"),
    [
        ("abc", "abc", True),
        ("abc", "b", False),
        ("abc", "%b%", True),
        ("abc", "ab", False),
        ("abc", "a_c", True),
        ("ac", "a_c", False),
        ("abc", "ABC", False),
        ("", "", True),
        ("", "%", True),
        ("", "_", False),
        ("a\nb", "a%b", True),
        ("a\nb", "a_b", True),
        ("a\n", "a", False),
        ("a.c", "a.c", True),
        ("abc", "a.c", False),
        ("e\u0301", "_", True),
        ("\xe9", "e\u0301", True),
        ("abab", "%ab", True),
        (1, "%", False),
        (True, "%", False),
    ],
)
def test_like(value: Any, literal: str, *, true: bool) -> None:
    assert holds(compare("p", LIKE, literal), {"p": value}) is true
    assert holds(compare("p", LIKE, literal, negated=True), {"p": value}) is not true


def test_like_holds_of_no_bytes_that_are_not_utf_8() -> None:
    assert not holds(compare("p_hex", LIKE, "%"), {"p_hex": "ff"})
    assert holds(compare("p_hex", LIKE, "%", negated=True), {"p_hex": "ff"})


@pytest.mark.parametrize(
    ("value", "literal", "true"),
    [
        ("abc", "b", True),
        ("abc", "^b", False),
        ("a\nc", "a.c", True),
        ("ABC", "b", False),
        ("ABC", "(?i)b", True),
        ("e\u0301", "^.$", True),
        ("\xe9", "e\u0301", True),
        ("b\n", "b$", False),
        (1, "1", False),
        (True, "", False),
    ],
)
def test_matches(value: Any, literal: str, *, true: bool) -> None:
    assert holds(compare("p", MATCHES, literal), {"p": value}) is true
    assert holds(compare("p", MATCHES, literal, negated=True), {"p": value}) is not true


def test_matches_reads_bytes_as_latin_1() -> None:
    assert holds(compare("p_hex", MATCHES, r"^\x00.\xff$"), {"p_hex": "000aff"})


@pytest.mark.parametrize(
    ("inner", "outer", "true"),
    [
        ("10.0.0.1", "10.0.0.0/8", True),
        ("10.0.0.1", "10.0.0.7/24", True),
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.9/30", "10.0.0.0/24", True),
        ("10.0.0.0/24", "10.0.0.0/24", True),
        ("10.0.0.0/23", "10.0.0.0/24", False),
        ("10.0.1.0", "10.0.0.0/24", False),
        ("9.255.255.255", "10.0.0.0/8", False),
        ("10.0.0.1", "0.0.0.0/0", True),
        ("2001:DB8::1", "2001:db8::/32", True),
        ("2001:db9::1", "2001:db8::/32", False),
        ("10.0.0.1", "::/0", False),
        ("::ffff:10.0.0.1", "10.0.0.0/8", False),
    ],
)
def test_subset_and_superset(inner: str, outer: str, *, true: bool) -> None:
    assert holds(compare("p", ISSUBSET, outer), {"p": inner}) is true
    assert holds(compare("p", ISSUBSET, outer, negated=True), {"p": inner}) is not true
    assert holds(compare("p", ISSUPERSET, inner), {"p": outer}) is true
    assert holds(compare("p", ISSUPERSET, inner, negated=True), {"p": outer}) is not true


@pytest.mark.parametrize(
    "value", ["10.0.0", "10.0.0.1/33", "10.0.0.0/255.0.0.0", "fe80::1%1", "", "host", 1, True]
)
@pytest.mark.parametrize("op", [ISSUBSET, ISSUPERSET])
def test_what_is_no_address_is_in_no_network(value: Any, op: ComparisonOp) -> None:
    assert not holds(compare("p", op, "10.0.0.0/8"), {"p": value})
    assert holds(compare("p", op, "10.0.0.0/8", negated=True), {"p": value})


# -- observation expressions ---------------------------------------------------------------------

A, B, C = (Bracket(compare("name", EQ, name)) for name in "abc")
ANYTHING = Bracket(Exists(ObjectPath("x", ("name",))))


def named(name: str, first: int = 0, last: int | None = None, *, number: int = 1) -> Observation:
    return seen({"name": name}, first=first, last=last, number=number)


def test_a_bracket_needs_one_observation_and_none_is_no_match() -> None:
    assert matches(A, named("b"), named("a"))
    assert not matches(A)


def test_and_needs_distinct_observations() -> None:
    assert matches(ObservationAnd((A, B)), named("b"), named("a"))
    assert not matches(ObservationAnd((A, ANYTHING)), named("a"))
    assert matches(ObservationAnd((ANYTHING, ANYTHING)), named("a"), named("b"))
    assert not matches(ObservationAnd((ANYTHING, ANYTHING, ANYTHING)), named("a"), named("b"))


def test_what_was_observed_twice_may_be_used_twice() -> None:
    assert matches(ObservationAnd((A, ANYTHING)), named("a", number=2))
    assert not matches(ObservationAnd((A, A, A)), named("a", number=2))


def test_or_needs_either() -> None:
    assert matches(ObservationOr((A, B)), named("b"))
    assert not matches(ObservationOr((A, B)), named("c"))


def test_followed_by_needs_distinct_observations_the_right_not_before_the_left() -> None:
    assert matches(FollowedBy(A, B), named("a", 1), named("b", 2))
    assert matches(FollowedBy(A, B), named("b", 1), named("a", 1))
    assert not matches(FollowedBy(A, B), named("a", 2), named("b", 1))
    assert not matches(FollowedBy(A, A), named("a"))
    assert matches(FollowedBy(A, A), named("a", number=2))


def test_intervals_that_overlap_may_follow_each_other() -> None:
    assert matches(FollowedBy(A, B), named("a", 0, 9), named("b", 5, 6))
    assert matches(FollowedBy(A, B), named("a", 6, 9), named("b", 5, 6))
    assert not matches(FollowedBy(A, B), named("a", 7, 9), named("b", 5, 6))


def test_all_of_the_left_is_followed_by_all_of_the_right() -> None:
    left = FollowedBy(ObservationAnd((A, B)), C)
    assert matches(left, named("a", 1), named("b", 2), named("c", 2))
    assert not matches(left, named("a", 1), named("b", 3), named("c", 2))
    right = FollowedBy(C, ObservationAnd((A, B)))
    assert not matches(right, named("a", 1), named("b", 3), named("c", 2))


@pytest.mark.parametrize(("window", "true"), [(4, False), (5, True), (6, True)])
def test_within_includes_its_end(window: int, *, true: bool) -> None:
    assert matches(Within(ObservationAnd((A, B)), window), named("a", 0, 1), named("b", 6, 9)) is true


def test_within_looks_at_one_binding_at_a_time() -> None:
    assert matches(Within(ObservationAnd((A, B)), 1), named("a", 0), named("a", 8), named("b", 9))


@pytest.mark.parametrize(
    ("first", "last", "true"),
    [(0, 1, False), (0, 2, True), (2, 2, True), (4, 4, True), (5, 5, False), (0, 9, True)],
)
def test_start_is_included_and_stop_is_not(first: int, last: int, *, true: bool) -> None:
    assert matches(StartStop(A, 2, 5), named("a", first, last)) is true


def test_every_observation_of_the_binding_lies_between_start_and_stop() -> None:
    assert not matches(StartStop(ObservationAnd((A, B)), 2, 5), named("a", 3), named("b", 5))


@pytest.mark.parametrize(("start", "stop"), [(2, 2), (3, 2)])
def test_nothing_lies_between_a_start_and_an_earlier_stop(start: int, stop: int) -> None:
    assert not matches(StartStop(A, start, stop), named("a", 0, 9))


def test_repeats_counts_observations_and_how_often_each_was_observed() -> None:
    assert matches(Repeats(A, 3), named("a", number=3))
    assert matches(Repeats(A, 3), named("a"), named("a", number=2))
    assert not matches(Repeats(A, 3), named("a"), named("a"), named("b", number=3))


def test_repeats_needs_distinct_observations_for_the_whole_operand() -> None:
    twice = Repeats(ObservationAnd((A, B)), 2)
    assert matches(twice, named("a", number=2), named("b"), named("b"))
    assert not matches(twice, named("a", number=2), named("b"))
    assert matches(Repeats(ObservationOr((A, B)), 2), named("a"), named("b"))
    assert not matches(Repeats(Repeats(A, 2), 2), named("a", number=3))


def test_a_qualifier_holds_of_its_own_operand_only() -> None:
    among = (named("a", 0), named("b", 9))
    assert matches(FollowedBy(A, Within(B, 1)), *among)
    assert not matches(Within(FollowedBy(A, B), 1), *among)


@given(patterns(), observations())
def test_the_order_of_observations_does_not_matter(pattern: Pattern, among: list[Observation]) -> None:
    assert naive_match(pattern, among) == naive_match(pattern, among[::-1])


@given(patterns(), observations())
def test_more_observations_never_undo_a_match(pattern: Pattern, among: list[Observation]) -> None:
    assert naive_match(pattern, among) >= naive_match(pattern, among[1:])


# -- the peer's cases ----------------------------------------------------------------------------

_CASES = list(read_cases())
# The peer's REPEATS 10 over 20 observations: bindings by the hundred thousand.
_TOO_MANY = {("matcher-v20.jsonl", line) for line in range(246, 257)}

needs_cases = pytest.mark.skipif(not _CASES, reason=f"the peer's cases are not in {CASES_FOLDER}")


@needs_cases
@pytest.mark.parametrize(
    "case", [case for case in _CASES if (case.file, case.line) not in _TOO_MANY], ids=str
)
def test_the_peers_cases(case: Case) -> None:
    parse = pytest.importorskip("tocsin.detect.pattern.parse")
    observed = pytest.importorskip("tocsin.model.observed")
    try:
        pattern = parse.parse_pattern(case.pattern, case.version)
    except PatternError:
        assert case.ours == "error"
        return
    matched = naive_match(pattern, observed.read_observations(case.observations))
    assert ("matched" if matched else "not matched") == case.ours


@needs_cases
def test_every_difference_names_a_case_where_the_peer_answers_otherwise() -> None:
    cases = {(case.file, case.line): case for case in _CASES}
    for difference in DIFFERENCES:
        case = cases[difference.file, difference.line]
        assert case.pattern == difference.pattern
        assert case.peer != difference.ours


@needs_cases
def test_only_cases_of_many_observations_are_left_out() -> None:
    left_out = {(case.file, case.line) for case in _CASES if len(json.loads(case.observations)) > 6}
    assert left_out == _TOO_MANY
