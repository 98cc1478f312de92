from __future__ import annotations

from hypothesis import given, settings

from strategies import examples, observations, patterns
from tocsin.detect.explain import Row, explain, explain_comparison, values_of
from tocsin.detect.pattern.evaluate import Evaluator
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.sequence import Event, brackets_of, occurrences
from tocsin.detect.result import Why
from tocsin.limits import PATTERN_SEQUENCE
from tocsin.model.observation import Observation


def row(number: int, **properties) -> Row:
    return Row("a.log", number, Observation(str(number), 0, 0, 1, {"0": {"type": "x", **properties}}, ("0",)))


def drawn(why: Why, depth: int = 0) -> list[str]:
    mark = "+" if why.holds else "-"
    value = f" <- {why.value}" if why.value else ""
    return [f"{'  ' * depth}{mark} {why.kind}: {why.text}{value}"] + [
        line for child in why.children for line in drawn(child, depth + 1)
    ]


def told(text: str, *rows: Row) -> list[str]:
    return drawn(explain("title", parse_pattern(text).expression, rows))


def test_the_reason_goes_from_the_warning_over_clause_and_row_to_the_value():
    assert told("[x:a = 1 AND (x:b = 2 OR x:c = 3)]", row(7, a=1, c=3)) == [
        "+ warning: title",
        "  + clause: [x:a = 1 AND (x:b = 2 OR x:c = 3)]",
        "    + row: row 7 of a.log",
        "      + object: all of these",
        "        + comparison: x:a = 1 <- 1",
        "        + object: any of these",
        "          - comparison: x:b = 2",
        "          + comparison: x:c = 3 <- 3",
    ]


def test_each_clause_of_a_sequence_has_its_own_rows():
    assert told("[x:a = 1] FOLLOWEDBY [x:a = 2] WITHIN 5 SECONDS", row(1, a=1), row(1002, a=2)) == [
        "+ warning: title",
        "  + sequence: this, then that",
        "    + clause: [x:a = 1]",
        "      + row: row 1 of a.log",
        "        + comparison: x:a = 1 <- 1",
        "    + qualifier: WITHIN 5 SECONDS",
        "      + clause: [x:a = 2]",
        "        + row: row 1,002 of a.log",
        "          + comparison: x:a = 2 <- 2",
    ]


def test_an_operand_that_did_not_happen_is_shown_as_such():
    assert told("[x:a = 1] OR [x:a = 2]", row(1, a=1))[1:] == [
        "  + sequence: any of these",
        "    + clause: [x:a = 1]",
        "      + row: row 1 of a.log",
        "        + comparison: x:a = 1 <- 1",
        "    - clause: [x:a = 2]",
    ]


def test_a_row_knows_its_file_and_number():
    why = explain("title", parse_pattern("[x:a = 1]").expression, [row(7, a=1)])
    there = why.children[0].children[0]
    assert (there.kind, there.file, there.row) == ("row", "a.log", 7)


def test_a_long_value_is_cut_and_bytes_are_hexadecimal():
    (value,) = values_of(
        parse_pattern("[x:a LIKE 'v%']").expression, row(1, a="v" * 9000).observation
    ).values()
    assert len(value) == 501
    assert value.endswith("…")
    assert values_of(parse_pattern("[x:a_hex = h'c3a9']").expression, row(1, a_hex="C3A9").observation) == {
        "x:a_hex": "c3a9"
    }


def test_the_values_are_those_that_made_it_hold():
    expression = parse_pattern("[x:a = 1 AND (x:b = 2 OR x:c = 3)] AND [x:d = 9]").expression
    assert values_of(expression, row(1, a=1, b=5, c=3).observation) == {"x:a": "1", "x:c": "3"}
    assert values_of(expression, row(1, a=2).observation) == {}


def test_a_hit_that_one_comparison_decided_has_a_reason_of_the_same_shape():
    why = explain_comparison("title", "[x:a = 'v']", "x:a", "v", "a.log", 1234)
    assert drawn(why) == [
        "+ warning: title",
        "  + clause: [x:a = 'v']",
        "    + row: row 1,234 of a.log",
        "      + comparison: x:a <- v",
    ]


@settings(max_examples=examples(75))
@given(patterns(), observations())
def test_the_reason_of_an_occurrence_holds_at_its_root(pattern, observed):
    matches = {
        id(one): [
            Event(held.first, held.last, n, held.number)
            for n, held in enumerate(observed)
            if Evaluator(one).holds(held)
        ]
        for one in brackets_of(pattern.expression)
    }
    for events in occurrences(pattern.expression, matches)[:2]:
        rows = [
            Row("a.log", event.observation + 1, observed[event.observation])
            for event in dict.fromkeys(events)
        ]
        why = explain("title", pattern.expression, rows)
        assert why.children[0].holds


def test_what_follows_one_another_is_told_in_one_row_however_long():
    text = " FOLLOWEDBY ".join(f"[x:a = {number}]" for number in range(PATTERN_SEQUENCE + 1))
    (sequence,) = explain("title", parse_pattern(text).expression, [row(1, a=1)]).children
    assert sequence.text == "these, one after another"
    assert [child.holds for child in sequence.children] == [
        number == 1 for number in range(PATTERN_SEQUENCE + 1)
    ]
