from __future__ import annotations

import re

import pytest
from hypothesis import given, settings, strategies as st

from cli.formats.goldens import hold
from cli.formats.results import HOSTILE, empty, hostile, large, many, not_seen, usual
from tocsin.cli.formats.table import FINDINGS_SHOWN, GAPS_SHOWN, render
from tocsin.cli.formats.wrap import columns

SGR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("result", [usual, empty, not_seen], ids=lambda one: one.__name__)
def test_the_table_is_as_it_was_looked_at(result) -> None:
    hold(f"{result.__name__}.table.txt", "".join(render(result(), width=100)))


@pytest.mark.parametrize("width", [80, 123, 200])
def test_colour_changes_no_word(width: int) -> None:
    plain = "".join(render(usual(), width=width))
    coloured = "".join(render(usual(), width=width, colour=True))
    assert "\x1b" not in plain
    assert coloured != plain
    bare = [line.rstrip() for line in SGR.sub("", coloured).splitlines()]
    assert bare == plain.splitlines()


@pytest.mark.parametrize(("asked", "kept"), [(10, 80), (80, 80), (150, 150), (1000, 200)])
def test_lines_keep_to_the_width_between_80_and_200(asked: int, kept: int) -> None:
    assert (
        max(columns(line) for line in "".join(render(hostile(HOSTILE * 20), width=asked)).splitlines())
        <= kept
    )


def test_of_very_many_findings_the_first_are_told_and_the_rest_counted() -> None:
    drawn = "".join(render(many(1_000)))
    assert len(re.findall(r"^id +finding--", drawn, re.MULTILINE)) == FINDINGS_SHOWN
    assert f"and {1_000 - FINDINGS_SHOWN} more; --format jsonl lists all" in drawn


def test_gaps_beyond_those_told_are_counted() -> None:
    drawn = "".join(render(large()))
    told = drawn[drawn.index("CANNOT TELL") : drawn.index("NOT CHECKED")]
    assert len(re.findall(r"^- ", told, re.MULTILINE)) == GAPS_SHOWN
    assert f"and {60 - GAPS_SHOWN} more; --format json lists all" in told


def test_a_remedy_of_several_gaps_is_told_once_below_them() -> None:
    told = "".join(render(large()))
    assert told.count("Collect this host's Security channel.") == 1
    first = told.index("no log of SCADA-HMI-02  (4 warnings)")
    assert (
        first < told.index("no log of SCADA-HMI-02 #10") < told.index("Collect this host's Security channel.")
    )


def test_the_verdict_is_the_first_line_and_the_next_step_the_last() -> None:
    lines = "".join(render(usual())).splitlines()
    assert lines[0] == "Hit: 4 warnings were seen on 2 hosts."
    assert "tocsin explain findings.jsonl finding--" in lines[-2]
    assert "--format html" in lines[-1]


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=200))
def test_no_string_steers_the_terminal(text: str) -> None:
    drawn = "".join(render(hostile(text)))
    assert all(mark == "\n" or mark.isprintable() for mark in drawn)
