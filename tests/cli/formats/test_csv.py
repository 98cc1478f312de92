from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings, strategies as st

from cli.formats.goldens import hold
from cli.formats.results import empty, finding, hostile, many, usual
from tocsin.cli.formats.csv import COLUMNS, render
from tocsin.detect.result import CheckResult


def rows_of(result: CheckResult) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(render(result)), newline="")))


def test_csv_is_as_it_was_looked_at() -> None:
    hold("usual.csv", "".join(render(usual())))


def test_csv_of_no_finding_is_its_heading() -> None:
    assert "".join(render(empty())) == ",".join(COLUMNS) + "\r\n"


def test_each_finding_is_a_row_whatever_the_chunks() -> None:
    rows = rows_of(many(2_345))
    assert [row["id"] for row in rows] == [one.id for one in many(2_345).findings]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", "＝", "\t="])
def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(start: str) -> None:
    import msgspec

    text = f"{start}cmd|' /C calc'!A0"
    result = msgspec.structs.replace(
        usual(),
        findings=(
            finding(1, title=text, where=text, actor=text, seen_by=(text,), description=text, pattern=text),
        ),
    )
    (row,) = rows_of(result)
    for name in ("title", "where", "actor", "seen_by", "description", "pattern"):
        assert row[name].startswith("'"), name


def test_the_sensors_that_saw_it_are_told() -> None:
    assert [row["seen_by"] for row in rows_of(usual())] == ["sensor-1", "", "", ""]


def test_numbers_stay_numbers_and_an_unknown_confidence_is_empty() -> None:
    rows = rows_of(usual())
    assert [row["count"] for row in rows] == ["22", "2", "88", "17"]
    assert [row["confidence"] for row in rows] == ["53", "90", "", "75"]


@settings(max_examples=50)
@given(st.text())
def test_any_string_leaves_a_row_a_line(text: str) -> None:
    drawn = "".join(render(hostile(text)))
    lines = drawn.split("\r\n")
    assert (len(lines), lines[-1]) == (4, "")
    assert all(line.isprintable() for line in lines)
    rows = list(csv.reader(io.StringIO(drawn, newline="")))
    assert [len(row) for row in rows] == [len(COLUMNS)] * 3
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
