from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import given, settings, strategies as st

from strategies import examples
from tocsin.detect.answer import Answers, Period
from tocsin.detect.coverage import Coverage, Seen
from tocsin.detect.mapping import Scope
from tocsin.detect.plan import WARNING_SCHEMA, Plan, compile_plan
from tocsin.detect.result import Gap
from tocsin.detect.warning import Warning_, WarningTally

OPEN = Period(None, None)
TODAY = 20


def plan(*warnings: tuple[str, str, str]) -> Plan:
    """A plan of (path, first day, last day) warnings; days of January 1970, "" where open."""
    return compile_plan(
        [
            Warning_(
                id=f"w{n}",
                pattern=f"[{path} = 'v']",
                name=f"name {n}",
                valid_from=_date(first),
                valid_until=_date(last),
            )
            for n, (path, first, last) in enumerate(warnings)
        ],
        WarningTally(),
    )


def _date(day: str) -> str:
    return f"1970-01-{int(day) + 1:02d}T00:00:00Z" if day else ""


def seen(*days: int | None, path: str = "x:a") -> list[Seen]:
    return [Seen(0, "log", Scope.NETWORK, "", day, 1, frozenset([path])) for day in days]


def answers(held: Plan, covered: list[Seen], **more) -> Answers:
    days = [one.day for one in covered if one.day is not None]
    known = {
        "hit": {}, "undecided": {}, "timeless": (), "unreadable": (), "asked": OPEN,
        "evidence": Period(min(days, default=None), max(days, default=None)), "today": TODAY,
    }  # fmt: skip
    return Answers(held, Coverage(covered), **(known | more))


def only(held: Plan, covered: list[Seen], **more) -> tuple[str, list[str]]:
    (answer,) = answers(held, covered, **more)
    return answer.answer, [gap.kind for gap in answer.gaps]


def test_a_hit_is_a_hit_whatever_is_missing():
    (answer,) = answers(
        plan(("x:a", "", "")), [], hit={0: ("finding--1",)}, undecided={0: "why"}, timeless=[0]
    )
    assert (answer.answer, answer.findings, answer.gaps) == ("hit", ("finding--1",), ())


def test_what_was_not_decided_cannot_be_told():
    (answer,) = answers(plan(("x:a", "", "")), seen(1), undecided={0: "it takes too long"})
    assert answer.answer == "cannot_tell"
    assert "it takes too long" in answer.reason


def test_a_pattern_over_time_whose_rows_bear_none_cannot_be_told():
    assert only(plan(("x:a", "", "")), seen(1), timeless=[0]) == ("cannot_tell", ["time"])


def test_no_evidence_is_a_missing_log():
    assert only(plan(("x:a", "", "")), []) == ("cannot_tell", ["log"])


def test_a_path_that_no_log_has_cannot_be_told():
    assert only(plan(("x:a", "", "")), seen(1, path="x:b")) == ("cannot_tell", ["field"])


def test_rows_without_time_cannot_be_told():
    assert only(plan(("x:a", "", "")), seen(None)) == ("cannot_tell", ["time", "time"])


def test_a_warning_without_a_period_is_asked_of_that_of_the_evidence():
    assert only(plan(("x:a", "", "")), seen(3, 4, 5)) == ("not_seen", [])
    assert only(plan(("x:a", "", "")), seen(3, 5)) == ("cannot_tell", ["days"])


def test_a_warning_is_asked_of_its_whole_period():
    assert only(plan(("x:a", "3", "5")), seen(3, 4, 5)) == ("not_seen", [])
    assert only(plan(("x:a", "3", "6")), seen(3, 4, 5)) == ("cannot_tell", ["days"])
    assert only(plan(("x:a", "2", "5")), seen(3, 4, 5)) == ("cannot_tell", ["days"])


def test_a_warning_without_an_end_holds_until_today():
    assert only(plan(("x:a", "3", "")), seen(3, 4, 5), today=5) == ("not_seen", [])
    assert only(plan(("x:a", "3", "")), seen(3, 4, 5), today=6) == ("cannot_tell", ["days"])
    assert only(plan(("x:a", "3", "25")), seen(3, 4, 5), today=5) == ("not_seen", [])


def test_the_period_asked_for_narrows_that_of_the_warning():
    assert only(plan(("x:a", "1", "9")), seen(3, 4), asked=Period(3, 4)) == ("not_seen", [])
    assert only(plan(("x:a", "4", "9")), seen(3, 4), asked=Period(3, 4)) == ("not_seen", [])
    assert only(plan(("x:a", "", "")), seen(4), asked=Period(3, 4)) == ("cannot_tell", ["days"])
    assert only(plan(("x:a", "", "")), seen(3, 4), asked=Period(3, None), today=4) == ("not_seen", [])


def test_a_warning_of_another_period_than_was_asked_for_cannot_be_told():
    assert only(plan(("x:a", "1", "2")), seen(3, 4), asked=Period(3, 4)) == ("cannot_tell", ["days"])
    assert only(plan(("x:a", "9", "")), seen(3, 4), today=5) == ("cannot_tell", ["days"])


def test_what_could_not_be_read_may_hide_a_hit():
    unreadable = (Gap(kind="unreadable", what="5 rows of a.log could not be read"),)
    assert only(plan(("x:a", "3", "3")), seen(3), unreadable=unreadable) == ("cannot_tell", ["unreadable"])
    assert only(plan(("x:a", "3", "3")), seen(3), unreadable=unreadable, hit={0: ()}) == ("hit", [])


def test_groups_say_how_many_and_name_the_first_few():
    held = plan(*[("x:a", "3", "3")] * 7, ("x:b", "3", "3"))
    hit, cannot, not_seen = answers(held, seen(3), hit={2: (), 4: ()}).groups()
    assert (hit.answer, hit.count, hit.titles) == ("hit", 2, ("name 2", "name 4"))
    assert (cannot.answer, cannot.count, cannot.titles) == ("cannot_tell", 1, ("name 7",))
    assert (not_seen.answer, not_seen.count) == ("not_seen", 5)
    assert not_seen.titles == ("name 0", "name 1", "name 3", "name 5", "name 6")


def test_more_of_those_that_were_not_seen_are_named_than_of_others():
    held = plan(*[("x:a", "3", "3")] * 250, *[("x:b", "3", "3")] * 250)
    cannot, not_seen = answers(held, seen(3)).groups()
    assert (len(cannot.titles), cannot.count) == (5, 250)
    assert not_seen.titles == tuple(f"name {number}" for number in range(200))


def test_no_warnings_are_no_groups():
    empty = answers(compile_plan([], WarningTally()), seen(1))
    assert empty.groups() == ()
    assert list(empty) == []


@settings(max_examples=examples(75))
@given(st.data())
def test_groups_hold_what_the_answers_say_one_by_one_and_add_up(data):
    days = st.sampled_from(["", "2", "3", "4"])
    held = plan(*data.draw(st.lists(st.tuples(st.sampled_from(["x:a", "x:b"]), days, days), max_size=12)))
    some = st.sets(
        st.integers(0, max(held.warnings.num_rows - 1, 0)), max_size=4 if held.warnings.num_rows else 0
    )
    one = answers(
        held,
        seen(*data.draw(st.sets(st.integers(1, 5)))),
        hit=dict.fromkeys(data.draw(some), ("f",)),
        undecided=dict.fromkeys(data.draw(some), "why"),
        timeless=data.draw(some),
    )
    told = Counter((answer.answer, answer.reason, answer.gaps) for answer in one)
    groups = one.groups()
    assert Counter({(group.answer, group.reason, group.gaps): group.count for group in groups}) == told
    assert sum(group.count for group in groups) == held.warnings.num_rows
    titles = [answer.title for answer in one]
    assert all(title in titles for group in groups for title in group.titles)
    assert all(
        len(group.titles) == min(group.count, 200 if group.answer == "not_seen" else 5) for group in groups
    )


def million() -> Plan:
    count = 1_000_000
    columns = {
        "id": pa.array(np.arange(count)).cast(pa.string()),
        "pattern": pa.array(["[x:a = 'v']"] * count),
        "name": pa.array([""] * count),
        "reads": pa.array(np.arange(count) % 50, pa.int32()),
        "first_day": pa.array(np.arange(count) % 300, pa.int32()),
        "last_day": pa.nulls(count, pa.int32()),
    }
    table = pa.table(
        [columns.get(field.name, pa.nulls(count, field.type)) for field in WARNING_SCHEMA],
        schema=WARNING_SCHEMA,
    )
    return Plan(table, (), tuple((f"x:a{number}",) for number in range(50)))


def test_a_million_warnings_are_grouped_in_seconds():
    held = million()
    covered = [Seen(0, "log", Scope.NETWORK, "", day, 1, frozenset({"x:a1"})) for day in range(400)]
    began = time.process_time()
    groups = answers(held, covered, today=399, hit={5: ("f",), 77: ("g",)}).groups()
    assert time.process_time() - began < 20
    assert sum(group.count for group in groups) == 1_000_000
