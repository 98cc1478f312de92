from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from strategies import examples
from tocsin.detect.pattern.compare import test_of as compiled
from tocsin.detect.pattern.parse import parse_path, parse_pattern
from tocsin.detect.pattern.syntax import Comparison, ComparisonOp
from tocsin.detect.plan import compile_plan
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.engine.needles import NeedleScanner


def scanner(*comparisons: str) -> NeedleScanner:
    """The scanner of warnings ``[x:a ...]``, all of which have needles."""
    plan = compile_plan(
        [Warning_(id=str(n), pattern=f"[x:a {one}]") for n, one in enumerate(comparisons)], WarningTally()
    )
    (group,) = plan.groups
    assert group.kind == "needle"
    return NeedleScanner(group)


def batch(values: list[str | None], first: int = 0) -> pa.RecordBatch:
    rows = range(first, first + len(values))
    return pa.RecordBatch.from_arrays(
        [pa.array([3] * len(values), pa.int32()), pa.array(rows, pa.int64()), pa.array(values, pa.string())],
        names=["file", "row", "value"],
    )


def found(held: NeedleScanner, *batches: pa.RecordBatch, threads: int = 1) -> list[tuple[int, int]]:
    results = list(held.scan(iter(batches), threads))
    assert all(result.schema.names == ["warning", "file", "row", "exact", "value"] for result in results)
    return sorted((row["warning"], row["row"]) for result in results for row in result.to_pylist())


def test_values_that_hold_the_needle_are_put_to_the_test_itself():
    held = scanner("LIKE '%evil'", "MATCHES '^evil$'", "LIKE '%vile%'")
    assert found(held, batch(["evil", "evil.exe", "x evil", "devile", "other"])) == [
        (0, 0),
        (0, 2),
        (1, 0),
        (2, 3),
    ]


def test_a_needle_across_two_values_is_none():
    assert found(scanner("LIKE '%evil%'"), batch(["xev", "il", "e", "vil", "evi", "l"])) == []


def test_a_needle_at_the_very_end_or_start_of_the_buffer_is_found():
    assert found(scanner("LIKE '%evil%'"), batch(["evil", "", "x", "evil"])) == [(0, 0), (0, 3)]


def test_needles_that_overlap_or_stand_twice_are_each_found_once_a_row():
    held = scanner("LIKE '%aaaa%'", "LIKE '%aaaaa%'", "LIKE '%aaaa%'", "MATCHES 'aaaab'")
    assert found(held, batch(["aaaaaaab", "aaaa"])) == [(0, 0), (0, 1), (1, 0), (2, 0), (2, 1), (3, 0)]


def test_nothing_in_is_nothing_out():
    held = scanner("LIKE '%evil%'")
    assert found(held) == []
    assert found(held, batch([])) == []
    assert found(held, batch([None, None])) == []
    assert found(held, batch(["", None, ""])) == []


def test_nulls_and_slices_do_not_shift_rows():
    held = scanner("LIKE '%evil%'")
    whole = batch([None, "evil", None, "", "x", "evil!", None, "evil"])
    assert found(held, whole) == [(0, 1), (0, 5), (0, 7)]
    assert found(held, whole.slice(2, 4)) == [(0, 5)]
    assert found(held, whole.slice(5)) == [(0, 5), (0, 7)]
    assert found(held, whole.slice(8)) == []


def test_a_null_whose_place_in_the_buffer_is_not_empty_is_no_value():
    offsets = pa.array([0, 4, 8], pa.int32()).buffers()[1]
    values = pa.StringArray.from_buffers(2, offsets, pa.py_buffer(b"evilevil"), pa.py_buffer(b"\x02"), 1)
    assert values.to_pylist() == [None, "evil"]
    one = pa.RecordBatch.from_arrays(
        [pa.array([0, 0], pa.int32()), pa.array([0, 1], pa.int64()), values], names=["file", "row", "value"]
    )
    assert found(scanner("LIKE '%evil%'"), one) == [(0, 1)]


def test_letters_of_several_bytes_do_not_shift_rows():
    assert found(
        scanner("LIKE '%evil%'"), batch(["\xe9\u0142\U0001f600", "\xe9evil\u0142", "evi\u0142"])
    ) == [(0, 1)]


def test_the_rows_say_what_is_exact_and_where_they_stand():
    plan = compile_plan([Warning_(id="0", pattern="[x:a LIKE '%evil%' AND x:b = 1]")], WarningTally())
    (needle,) = [group for group in plan.groups if group.kind == "needle"] or [None]
    if needle is None:
        pytest.skip("another comparison is the anchor")
    (result,) = NeedleScanner(needle).scan(iter([batch(["evil"], 7)]), 1)
    assert result.to_pylist() == [{"warning": 0, "file": 3, "row": 7, "exact": False, "value": "evil"}]


WORDS = st.sampled_from(
    ["evil", "vile", "evilevil", "e", "ev", "il", "EVIL", "\xe9", "x", "", "liveevil", "aaaa", "aaa", "a"]
)
VALUES = st.one_of(st.none(), st.lists(WORDS, max_size=4).map("".join))
TESTS = (
    "LIKE '%evil%'",
    "LIKE 'evil%'",
    "LIKE '%_vile'",
    "MATCHES 'evil$'",
    "MATCHES 'e?vile.'",
    "LIKE '%aaaa%'",
    "LIKE 'aaaa'",
)


@settings(max_examples=examples(50))
@given(
    st.lists(VALUES, max_size=20),
    st.lists(st.sampled_from(TESTS), min_size=1, max_size=5),
    st.integers(1, 7),
    st.integers(1, 3),
)
def test_a_scan_gives_what_each_test_says_of_each_value_however_it_is_cut(values, tests, size, threads):
    whole = batch(values)
    parts = [whole.slice(start, size) for start in range(0, len(values), size)]
    holds = [compiled(parse_pattern(f"[x:a {one}]").expression.expression) for one in tests]
    expected = [
        (w, row)
        for w, test in enumerate(holds)
        for row, value in enumerate(values)
        if value is not None and test(value)
    ]
    assert found(scanner(*tests), *parts, threads=threads) == sorted(expected)


def test_batches_come_back_in_order_and_only_a_few_are_read_ahead():
    held = scanner("LIKE '%evil%'")
    taken = []

    def batches():
        for number in range(40):
            taken.append(number)
            yield batch(["evil"], number)

    results = held.scan(batches(), 2)
    assert next(results)["row"].to_pylist() == [0]
    assert len(taken) <= 6
    assert [row for result in results for row in result["row"].to_pylist()] == list(range(1, 40))


def names(*comparisons: str) -> NeedleScanner:
    """The scanner of warnings ``[file:name ...]``, which pay no regard to case."""
    plan = compile_plan(
        [Warning_(id=str(n), pattern=f"[file:name {one}]") for n, one in enumerate(comparisons)],
        WarningTally(),
    )
    (group,) = plan.groups
    return NeedleScanner(group)


def test_names_are_scanned_without_regard_to_case():
    held = names("LIKE '%Evil%'", "MATCHES '(?i)EVIL'", "LIKE '%VILE%'")
    assert found(held, batch(["evil", "EVIL.exe", "dEvIlE", "other"])) == [
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 0),
        (1, 1),
        (1, 2),
        (2, 2),
    ]


def test_letters_that_become_ascii_letters_without_regard_to_case_hide_no_needle():
    held = names("LIKE '%master%'", "MATCHES 'MASTER'", "LIKE '%kill%'")
    values = ["ma\u017fter", "x", "\u212aill", "k\u0130ll", "kill", None, "MA\u017fTER"]
    assert found(held, batch(values)) == [(0, 0), (0, 6), (1, 0), (1, 6), (2, 2), (2, 3), (2, 4)]


def test_other_text_is_scanned_with_regard_to_case():
    assert found(scanner("LIKE '%evil%'"), batch(["EVIL", "ev\u0130l", "evil"])) == [(0, 2)]


NAMES = st.text("aASs\u017fiI\u0130\u0131kK\u212a\xe9.", max_size=8)


@settings(max_examples=examples(60))
@given(
    st.lists(st.text("sSiIkK\u017f\u0130\u0131%_", min_size=5, max_size=8), min_size=1, max_size=4),
    st.lists(NAMES, max_size=12),
)
def test_a_scan_without_regard_to_case_finds_what_the_tests_themselves_find(likes, values):
    plan = compile_plan(
        [Warning_(id=str(n), pattern=f"[file:name LIKE '%{one}%']") for n, one in enumerate(likes)],
        WarningTally(),
    )
    for group in plan.groups:
        held = NeedleScanner(group)
        expected = []
        for row in group.rows.to_pylist():
            test = compiled(
                Comparison(parse_path(group.path), ComparisonOp.LIKE, row["value"], any_case=True)
            )
            expected += [(row["warning"], number) for number, value in enumerate(values) if test(value)]
        assert found(held, batch(values)) == sorted(expected)
