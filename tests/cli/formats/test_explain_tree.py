from __future__ import annotations

import re

import msgspec
from hypothesis import given, strategies as st

from cli.formats.goldens import hold
from cli.formats.results import finding, hostile, usual
from tocsin.cli.formats.explain_tree import render_why, why_words
from tocsin.detect.result import Note, Why
from tocsin.detect.told.ranking import worst


def branching() -> Why:
    leaf = Why(kind="comparison", text="file:name = 'a'", holds=True, value="A.EXE")
    other = Why(kind="comparison", text="file:size > 9", holds=False, value="3")
    row = Why(kind="row", text="", holds=True, file="a.log", row=12_345, children=(leaf, other))
    return Why(
        kind="warning",
        text="w",
        holds=True,
        children=(
            Why(kind="clause", text="c1", holds=True, children=(row,)),
            Why(kind="clause", text="c2", holds=False),
        ),
    )


def test_the_tree_is_as_it_was_looked_at() -> None:
    hold("usual.why.txt", "".join(render_why(worst(usual().findings, 1)[0])))


def test_branches_are_drawn_and_each_part_is_marked() -> None:
    drawn = "".join(render_why(finding(1, why=branching())))
    assert drawn.split("Why:\n")[1].split("\n\n")[0].splitlines() == [
        "✓ The warning: w",
        "├── ✓ Clause: c1",
        "│   └── ✓ Log row 12345 of a.log",
        "│       ├── ✓ Compared: file:name = 'a'  (found: A.EXE)",
        "│       └── ✗ Compared: file:size > 9  (found: 3)",
        "└── ✗ Clause: c2",
    ]


def test_the_sensor_that_saw_it_is_named() -> None:
    drawn = "".join(render_why(finding(1, where="10.1.2.3", seen_by=("tap1", "tap2"))))
    assert re.search(r"^Seen .*, 8 rows, by tap1, tap2\.$", drawn, re.MULTILINE)


def test_a_row_is_named_once() -> None:
    row = Why(kind="row", text="row 7 of a.log", holds=True, file="a.log", row=7)
    assert why_words(row) == "Log row 7 of a.log"
    assert why_words(msgspec.structs.replace(row, text="logged on")) == "Log row 7 of a.log: logged on"


def test_without_utf_8_the_tree_is_ascii() -> None:
    drawn = "".join(render_why(finding(1, why=branching()), utf8=False))
    assert drawn.isascii()
    assert "|   `-- yes Log row 12345 of a.log" in drawn
    assert "`-- no Clause: c2" in drawn


def test_plain_words_come_before_ids() -> None:
    one = finding(1, notes=(Note(kind="known-good", text="A content network."),))
    drawn = "".join(render_why(one))
    places = [
        drawn.index(text) for text in ("The internet name", "Probably harmless", "Why:", one.id, one.warning)
    ]
    assert places == sorted(places)


def test_a_tree_of_any_depth_is_drawn() -> None:
    deep = Why(kind="clause", text="c", holds=True)
    for _ in range(5_000):
        deep = Why(kind="sequence", text="AND", holds=True, children=(deep,))
    assert sum(line.endswith("AND\n") for line in render_why(finding(1, why=deep))) == 5_000


@given(st.text())
def test_no_string_steers_the_terminal(text: str) -> None:
    for one in hostile(text).findings:
        assert all(mark == "\n" or mark.isprintable() for mark in "".join(render_why(one)))
