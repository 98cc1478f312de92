"""The small parts that several formats share: escape, hosts, period, ranking, verdict, shortfall, meaning, wrap."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, strategies as st

from cli.formats.results import empty, finding, not_seen, nothing_found, unread, usual
from tocsin.cli.formats.shortfall import missing, shortfalls
from tocsin.detect.result import Answer, Example, Gap
from tocsin.detect.told.hosts import NAME_SHOWN, NAMES_SHOWN, actor_of, hit_hosts, hosts_of, named
from tocsin.detect.told.meaning import meaning
from tocsin.detect.told.next_steps import next_steps
from tocsin.detect.told.period import span
from tocsin.detect.told.ranking import worst
from tocsin.detect.told.unread import READABLE, unread_by_reason
from tocsin.detect.told.verdict import verdict_of
from tocsin.model.told.escape import one_line, shortened, visible
from tocsin.model.told.wrap import columns, wrap
from tocsin.service.detect.mappings import shipped_mappings


def test_marks_that_steer_a_screen_are_spelled_out() -> None:
    assert visible("a\u202eb\x1b[31m\u200b\u00a0\n") == "a<U+202E>b<U+001B>[31m<U+200B><U+00A0><U+000A>"
    assert visible("a\nb", keep="\n") == "a\nb"
    assert visible("Zürich 東京 C:\\new") == "Zürich 東京 C:\\new"


@given(st.text())
def test_what_is_shown_is_always_printable(text: str) -> None:
    assert visible(text).isprintable()
    assert one_line(text).isprintable()


def test_a_long_text_is_cut_and_its_length_told() -> None:
    assert shortened("x" * 10, 4) == "xxxx... (10 characters)"
    assert one_line(" a \n b ") == "a b"


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("", "", "time not known"),
        ("2021-03-02T08:15:00Z", "2021-03-02T08:15:00.000Z", "2021-03-02 08:15:00 UTC"),
        ("2021-03-02T08:15:00Z", "2021-03-02T09:00:00.5Z", "2021-03-02 08:15:00 to 09:00:00 UTC"),
        ("2021-03-02T08:15:00Z", "2021-03-04T09:00:00Z", "2021-03-02 08:15:00 to 2021-03-04 09:00:00 UTC"),
        ("2021-03-02T08:15:00Z", "", "2021-03-02 08:15:00 UTC"),
    ],
)
def test_a_span_of_time_is_told_briefly(first: str, last: str, told: str) -> None:
    assert span(first, last) == told


def test_findings_are_told_by_severity_then_time_and_those_without_time_last() -> None:
    given_ = [
        finding(1, severity="low"),
        finding(2, severity="high", first_seen=""),
        finding(3, severity="high", first_seen="2021-03-09T00:00:00Z"),
        finding(4, severity="high", first_seen="2021-03-01T00:00:00Z"),
        finding(5, severity="critical", first_seen="2021-04-01T00:00:00Z"),
    ]
    assert [one.id for one in worst(given_, 9)] == [given_[place].id for place in (4, 3, 2, 1, 0)]


def test_the_verdict_names_hits_and_hosts_and_what_cannot_be_told() -> None:
    verdict = verdict_of(usual())
    assert (verdict.kind, verdict.sentence) == ("hit", "Hit: 4 warnings were seen on 3 hosts.")
    assert verdict.rest[0] == "12 of 40 warnings cannot be told."


def test_the_verdict_counts_a_host_once_whatever_else_a_finding_is_on() -> None:
    found = tuple(finding(place, where=where) for place, where in enumerate(("A, B", "A", "B", "")))
    assert verdict_of(msgspec.structs.replace(usual(), findings=found)).sentence.endswith("on 2 hosts.")


def test_who_acted_is_not_told_again_where_it_is_the_machine() -> None:
    assert actor_of(finding(1, where="10.1.2.3", actor="10.1.2.3")) == ""
    assert actor_of(finding(1, where="10.1.2.3, ORION01", actor="10.1.2.3, SYSTEM")) == "SYSTEM"
    assert actor_of(finding(1, where="10.1.2.3", actor="203.0.113.7")) == "203.0.113.7"
    assert actor_of(finding(1, where="", actor="")) == ""


def test_hosts_are_named_once_the_worst_hit_first() -> None:
    assert hosts_of(finding(1, where="B, A, B")) == ("B", "A")
    assert hosts_of(finding(1, where="")) == ()
    found = [
        finding(1, where="A", severity="low"),
        finding(2, where="B", severity="high"),
        finding(3, where="C, A", severity="critical"),
    ]
    assert hit_hosts(found) == ["A", "C", "B"]


@given(st.lists(st.text(max_size=90), max_size=40, unique=True))
def test_names_shown_and_names_counted_are_all_of_them(names: list[str]) -> None:
    told = named(names)
    shown, _, more = told.rpartition(" and ") if told.endswith(" more") else (told, "", "0 more")
    left_out = int(more.removesuffix(" more"))
    assert len(names) - NAMES_SHOWN <= left_out <= max(len(names) - 1, 0)
    kept = [name if len(name) <= NAME_SHOWN else f"{name[:NAME_SHOWN]}..." for name in names]
    assert shown == ", ".join(map(visible, kept[: len(names) - left_out]))
    assert told.isprintable()


def test_the_verdict_without_a_hit_says_first_what_cannot_be_told() -> None:
    assert verdict_of(empty()).sentence == "Nothing found, but 12 of 40 warnings cannot be told."


def test_not_seen_is_said_only_if_all_was_checked_and_read() -> None:
    assert verdict_of(not_seen()).kind == "not_seen"
    for name in ("warnings_not_checked", "files_unread", "cannot_tell"):
        totals = msgspec.structs.replace(not_seen().totals, **{name: 1})
        assert verdict_of(msgspec.structs.replace(not_seen(), totals=totals)).kind == "cannot_tell", name
    assert verdict_of(nothing_found()).kind == "cannot_tell"


def test_where_no_file_could_be_read_the_verdict_says_that_first() -> None:
    verdict = verdict_of(unread(("auth.log", "it is syslog"), ("dpkg.log", "not recognised")))
    assert (verdict.kind, verdict.sentence) == (
        "cannot_tell",
        "Nothing was checked: none of the 2 files could be read as a log.",
    )
    assert verdict.rest == ("2 warnings could not be checked at all.", "40 of 40 warnings cannot be told.")
    alone = verdict_of(unread(("auth.log", "it is syslog")))
    assert alone.sentence == "Nothing was checked: the one file could not be read as a log."


def test_where_a_log_holds_no_row_that_could_be_read_nothing_was_checked() -> None:
    totals = msgspec.structs.replace(
        not_seen().totals, warnings=9, not_seen=0, cannot_tell=9, files=1, rows=2, read=0, skipped=2
    )
    alone = msgspec.structs.replace(not_seen(), totals=totals)
    assert verdict_of(alone).sentence == "Nothing was checked: no row could be read in the one file."
    assert verdict_of(alone).rest == ("9 of 9 warnings cannot be told.",)
    assert next_steps(alone)[0].how == "Nothing was checked."
    beside = msgspec.structs.replace(totals, files=3, files_unread=2)
    mixed = msgspec.structs.replace(not_seen(), totals=beside)
    assert verdict_of(mixed).sentence == "Nothing was checked: no row could be read in any of the 3 files."
    assert verdict_of(mixed).rest[0].startswith("2 of 3 files could not be read as a log")


def test_files_that_were_not_read_for_one_reason_stand_together_the_most_first() -> None:
    result = unread(("a", "empty"), ("b", "syslog"), ("c", ""), ("d", "syslog"))
    assert [(group.reason, group.files) for group in unread_by_reason(result)] == [
        ("syslog", ("b", "d")),
        ("empty", ("a",)),
        ("its format was not recognised", ("c",)),
    ]
    assert unread_by_reason(not_seen()) == []


def test_what_is_said_to_be_read_is_what_ships_a_mapping() -> None:
    said = {
        "access": "Apache and nginx", "ecs": "Elastic Common Schema", "exchange": "Exchange", "iis": "IIS",
        "network": "tables of events", "windows": "Windows event logs", "winlogbeat": "Windows event logs", "zeek": "Zeek",
    }  # fmt: skip
    assert {one.name.partition("-")[0] for one in shipped_mappings()} == said.keys()
    assert all(words in READABLE for words in said.values())


def test_a_gap_is_counted_once_for_each_warning_that_waits_for_it() -> None:
    log = Gap(kind="log", what="DNS log", remedies=("Switch it on.",))
    host = Gap(kind="host", what="HMI-2")
    answers = [
        Answer(warning="a", answer="cannot_tell", reason="r", gaps=(log, log, host)),
        Answer(warning="b", answer="cannot_tell", reason="r", gaps=(log,)),
        Answer(warning="c", answer="cannot_tell", reason="The time logic took too long."),
        Answer(warning="d", answer="not_seen", reason="r"),
    ]
    alone = msgspec.structs.replace(empty(), answers=tuple(answers), groups=())
    assert [(gap.heading, gap.what, gap.warnings) for gap in shortfalls(alone)] == [
        ("No such log", "DNS log", 2),
        ("Cannot be decided", "The time logic took too long.", 1),
        ("Host not covered", "HMI-2", 1),
    ]


def test_a_warning_counts_once_for_a_remedy_that_mends_several_of_its_gaps() -> None:
    days = [
        Gap(kind="days", what=f"day {n}", remedies=("Add them.",), paths=(f"x:p{n}", "x:q")) for n in range(3)
    ]
    answers = (
        Answer(warning="a", answer="cannot_tell", reason="r", gaps=tuple(days)),
        Answer(warning="b", answer="cannot_tell", reason="r", gaps=(days[0], days[2])),
        Answer(warning="c", answer="cannot_tell", reason="It took too long."),
    )
    told = missing(msgspec.structs.replace(empty(), answers=answers, groups=()))
    assert [
        (one.warnings, [act.text for act in one.remedies], [gap.what for gap in one.lacks]) for one in told
    ] == [
        (2, ["Add them."], ["day 0", "day 2", "day 1"]),
        (1, [], ["It took too long."]),
    ]
    assert told[0].lacks[0].paths == ("x:p0", "x:q")


def test_one_thing_that_different_logs_would_show_is_told_once() -> None:
    some = Gap(kind="field", what="no processes", remedies=("A.", "B."), paths=("process:name",))
    other = Gap(kind="field", what="no processes", remedies=("A.", "C."), paths=("process:pid",))
    unknown = Gap(kind="field", what="no processes", paths=("process:x_odd",))
    answers = tuple(
        Answer(warning=str(place), answer="cannot_tell", reason="r", gaps=(gap,))
        for place, gap in enumerate((some, other, unknown))
    )
    first, second = missing(msgspec.structs.replace(empty(), answers=answers, groups=()))
    assert [(act.text, act.warnings, act.things) for act in first.remedies] == [
        ("A.", 2, ""), ("B.", 1, ""), ("C.", 1, ""),
    ]  # fmt: skip
    assert [(gap.what, gap.warnings) for gap in first.lacks] == [("no processes", 2)]
    assert (second.remedies, second.warnings) == ((), 1)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            {"domain-name:value": "c2.example"},
            "The internet name c2.example was looked up or contacted on PC-1",
        ),
        (
            {"file:hashes.'SHA-256'": "ab" * 32},
            "A file with the fingerprint abababababababab... was there on PC-1",
        ),
        ({"network-traffic:dst_ref.value": "192.0.2.1"}, "There was network traffic with 192.0.2.1 on PC-1"),
        ({"file:name": "shell.aspx"}, "A file named shell.aspx was there or was asked for on PC-1"),
        (
            {"network-traffic:extensions.'http-request-ext'.request_method": "POST"},
            "There was a web request with POST on PC-1",
        ),
        ({"x-plc:block": "OB1"}, "A log row holds the value OB1 on PC-1"),
        ({}, "A log row on PC-1 is what the warning describes."),
    ],
)
def test_a_finding_is_put_in_plain_words(values: dict[str, str], told: str) -> None:
    example = Example(file="a.log", row=1, values=values)
    assert meaning(finding(1, where="PC-1", examples=(example,))).startswith(told)


@given(st.text(st.characters(exclude_categories=("Z", "C"))).map(str.strip), st.integers(2, 60))
def test_wrapping_loses_nothing_but_blanks_and_keeps_to_the_width(text: str, width: int) -> None:
    spaced = " ".join(text[place : place + 7] for place in range(0, len(text), 7))
    lines = list(wrap(spaced, width))
    assert "".join(lines).replace(" ", "") == text
    assert all(columns(line) <= width for line in lines)


def test_wide_and_combining_marks_are_measured() -> None:
    assert (columns("東京"), columns("e\u0301"), columns("ab")) == (4, 1, 2)


def test_the_groups_tell_what_is_missing_where_the_answers_are_not_listed() -> None:
    listed, grouped = empty(), msgspec.structs.replace(empty(), answers=())
    assert shortfalls(grouped) == shortfalls(listed) == shortfalls(msgspec.structs.replace(listed, groups=()))
    assert sum(gap.warnings for gap in shortfalls(grouped)) == 12
