from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from cli.formats.goldens import hold
from cli.formats.results import HOSTILE, empty, finding, hostile, large, many, not_seen, told, unread, usual
from tocsin.cli.formats.table import FINDINGS_SHOWN, GAPS_SHOWN, NOT_SEEN_SHOWN, render
from tocsin.detect.result import CheckResult, EvidenceFile
from tocsin.model.told.wrap import columns

SGR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("result", [usual, empty, not_seen], ids=lambda one: one.__name__)
def test_the_table_is_as_it_was_looked_at(result) -> None:
    hold(f"{result.__name__}.table.txt", "".join(render(result(), width=100)))


def test_a_finding_says_which_sensor_saw_the_machine() -> None:
    found = (
        finding(1, where="10.1.2.3", actor="203.0.113.7", seen_by=("tap1",)),
        finding(2, where="", actor="", seen_by=("tap1", "tap2")),
    )
    drawn = "".join(render(msgspec.structs.replace(usual(), findings=found)))
    assert re.search(r"^where +10\.1\.2\.3, by 203\.0\.113\.7, seen by tap1$", drawn, re.MULTILINE)
    assert re.search(r"^where +host not known, seen by tap1, tap2$", drawn, re.MULTILINE)


@pytest.mark.parametrize("width", [80, 123, 200])
def test_colour_changes_no_word(width: int) -> None:
    plain = "".join(render(usual(), width=width))
    coloured = "".join(render(usual(), width=width, colour=True))
    assert "\x1b" not in plain
    assert coloured != plain
    bare = [line.rstrip() for line in SGR.sub("", coloured).splitlines()]
    assert bare == plain.splitlines()


@pytest.mark.parametrize(("asked", "kept"), [(10, 40), (40, 40), (60, 60), (80, 80), (150, 150), (1000, 200)])
@pytest.mark.parametrize(
    "result", [hostile(HOSTILE * 20), usual(), large(), empty()], ids=["hostile", "usual", "large", "empty"]
)
def test_lines_keep_to_the_width_between_40_and_200(result: CheckResult, asked: int, kept: int) -> None:
    assert max(columns(line) for line in "".join(render(result, width=asked)).splitlines()) <= kept


@pytest.mark.parametrize("width", [60, 80])
def test_a_narrow_table_says_what_a_wide_one_says(width: int) -> None:
    narrow, wide = ("".join(render(usual(), width=one)).split() for one in (width, 200))
    assert "".join(narrow).replace("file", "") == "".join(wide).replace("file", "")


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


def test_which_warnings_were_not_seen_is_told_and_how_many_more() -> None:
    told = "".join(render(large()))
    told = told[told.index("NOT SEEN (200 of 740 warnings)") : told.index("WHAT WAS READ")]
    names = re.findall(r"^- (Warning \d+)$", told, re.MULTILINE)
    assert names == [f"Warning {place}" for place in range(3)]
    assert "and 197 more; --format json lists all" in told
    alone = "".join(render(msgspec.structs.replace(large(), groups=())))
    assert f"and {200 - NOT_SEEN_SHOWN} more" in alone
    assert "NOT SEEN" not in "".join(render(many(1)))


def test_who_acted_is_told_once() -> None:
    held = many(1)
    one = msgspec.structs.replace(held.findings[0], where="10.0.0.5", actor="10.0.0.5")
    drawn = "".join(render(msgspec.structs.replace(held, findings=(one,))))
    assert "where     10.0.0.5\n" in drawn


def test_without_a_warning_to_check_the_next_step_is_to_give_some() -> None:
    result = msgspec.structs.replace(not_seen(), groups=(), answers=())
    none = msgspec.structs.replace(
        result, totals=msgspec.structs.replace(result.totals, warnings=0, not_seen=0)
    )
    assert "Get warnings that can be checked" in "".join(render(told(none)))


def test_what_was_not_read_at_all_is_not_told_as_read() -> None:
    held = not_seen()
    unread = EvidenceFile(
        file="odd.csv", format="csv", mapping="", bytes=9, rows=0, read=0, problem="no mapping fits"
    )
    drawn = "".join(render(msgspec.structs.replace(held, evidence=(*held.evidence, unread))))
    assert drawn.count("odd.csv") == 1
    assert "Get what is missing" not in "".join(render(held))


def test_that_nothing_could_be_read_comes_first_with_what_is_and_what_to_do() -> None:
    syslog = [(f"/var/log/{name}", "it is syslog") for name in ("auth.log", "cron.log", "mail.log", "syslog")]
    drawn = "".join(render(unread(("/var/log/wtmp", "it is empty"), *syslog), width=200))
    lines = drawn.splitlines()
    assert lines[0] == "Nothing was checked: none of the 5 files could be read as a log."
    assert lines[3:6] == [
        "NOT READ (5 of 5 files)",
        "- 4 files: /var/log/auth.log, /var/log/cron.log, /var/log/mail.log and 1 more: it is syslog",
        "- /var/log/wtmp: it is empty",
    ]
    assert "2. Bring logs that can be read. Read are: Windows event logs" in drawn
    assert drawn.count("Read are: ") == 1
    assert "journalctl -o json, with the mapping in docs/how-to/read-syslog.md" in " ".join(drawn.split())
    assert "None of" not in drawn
    assert "Get what is missing" not in drawn


def test_files_not_read_beside_those_that_were_stand_before_what_is_missing() -> None:
    drawn = "".join(render(empty()))
    assert drawn.index("1 of 3 files could not be read as a log.") < drawn.index("NOT READ (1 of 3 files)")
    assert drawn.index("NOT READ (1 of 3 files)") < drawn.index("CANNOT TELL")
    assert "What to do: " not in drawn


def test_the_verdict_is_the_first_line_and_the_next_step_the_last() -> None:
    lines = "".join(render(usual())).splitlines()
    assert lines[0] == "Hit: 4 warnings were seen on 3 hosts."
    assert "tocsin explain findings.jsonl finding--" in lines[-2]
    assert "--format html" in lines[-1]


@settings(max_examples=30)
@given(st.text(max_size=200))
def test_no_string_steers_the_terminal(text: str) -> None:
    drawn = "".join(render(hostile(text)))
    assert all(mark == "\n" or mark.isprintable() for mark in drawn)
