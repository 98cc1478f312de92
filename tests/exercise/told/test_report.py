"""The words of a report: what is told first, what is unknown, and that figures are those of the result."""

from __future__ import annotations

import json

import msgspec
import pytest

from tocsin.errors import BadInput
from tocsin.exercise.score.result import Times
from tocsin.exercise.told.report import (
    changed,
    headline,
    load,
    missed_alike,
    played,
    step_medians,
    targets,
    tone,
    undecided,
)

NOTHING = {
    "attacks": [],
    "all": {
        "affected": 0, "decidable": 0, "right": 0, "knew": 0, "within_4h": 0, "next_step": 0, "false_not_seen": 0,
        "coverage": None, "transport_s": {}, "with_people_s": {},
    },
}  # fmt: skip


@pytest.fixture
def result(run):
    return load(run)


@pytest.fixture
def nothing(tmp_path):
    (tmp_path / "result.json").write_text(json.dumps(NOTHING))
    return load(tmp_path)


def with_all(result, **more):
    return msgspec.structs.replace(result, in_all=msgspec.structs.replace(result.in_all, **more))


def met(result):
    return {one.what: one.met for one in targets(result)}


def test_the_headline_is_the_share_within_four_hours(result):
    told = result.in_all
    assert headline(result).startswith(f"{told.within_4h} of {told.affected} affected owners")
    assert tone(result) == "pass"


def test_a_false_not_seen_comes_before_everything_else_and_then_what_left(result):
    assert "1 owner was told not to worry" in headline(with_all(result, false_not_seen=1))
    assert tone(with_all(result, false_not_seen=1)) == "fail"
    leaked = msgspec.structs.replace(result, evidence_left=2)
    assert headline(leaked) == "Private words left the members: 2 times"
    assert tone(leaked) == "fail"


def test_a_false_alarm_keeps_the_report_from_being_called_good(result):
    assert tone(msgspec.structs.replace(result, false_alarms=1)) == "unknown"


def test_of_nothing_it_is_said_that_there_is_nothing(nothing):
    assert headline(nothing) == "No owner was affected"
    assert played(nothing) == "0 attacks were played through 0 invented owners in 0 sectors."
    assert "not known" in changed(nothing)
    assert list(undecided(nothing)) == []
    assert tone(nothing) == "unknown"


def test_what_is_not_known_meets_no_target_and_misses_none(nothing):
    found = met(nothing)
    assert found.pop("Owners told 'not seen' of what was there") is True
    assert found.pop("False alarms") is True
    assert set(found.values()) == {None}
    assert [one.figure for one in targets(nothing) if one.met is None] == ["not known"] * 6


@pytest.mark.parametrize(
    ("more", "what", "is_met"),
    [
        ({"decidable": 20, "right": 19}, "Right, of those that could know", True),
        ({"decidable": 100, "right": 94}, "Right, of those that could know", False),
        ({"transport_s": Times(p95=9.99, last=59.9)}, "Machines' time, 95 of 100", True),
        ({"transport_s": Times(p95=10, last=60)}, "Machines' time, 95 of 100", False),
        ({"transport_s": Times(p95=9, last=60)}, "Machines' time, the last", False),
        ({"transport_s": Times(p95=9, last=59)}, "Machines' time, the last", True),
        ({"false_not_seen": 1}, "Owners told 'not seen' of what was there", False),
    ],
)
def test_a_target_is_met_where_its_figure_says_so(result, more, what, is_met):
    assert met(with_all(result, **more))[what] is is_met


@pytest.mark.parametrize(
    ("more", "what", "is_met"),
    [
        ({"false_alarms": 1}, "False alarms", False),
        ({"evidence_left": 1}, "Evidence that left a member", False),
        ({"run_s": 299.9}, "The whole run", True),
        ({"run_s": 300}, "The whole run", False),
        ({"peak_mb_total": 8_000}, "Memory of all processes", False),
        ({"peak_mb_total": None}, "Memory of all processes", None),
    ],
)
def test_so_are_those_of_the_run(result, more, what, is_met):
    assert met(msgspec.structs.replace(result, **more))[what] is is_met


def test_of_those_that_could_not_know_it_is_said_how_many_were_told_so(result):
    first, *rest = undecided(result)
    told = result.in_all
    assert first.startswith(f"{told.affected - told.decidable} affected owners could not have known")
    lines = [line for one in result.attacks for line in one.missed if not line.decidable]
    assert (
        f"{sum(line.answer in ('cannot_tell', 'unknown') for line in lines)} of {len(lines)} such questions"
        in first
    )
    assert rest == [
        f"{told.decidable - told.right} owners could have known all of it and did not; each is listed with the reason."
    ]


def test_what_was_missed_is_told_in_groups_which_hold_every_owner_that_missed_something(result):
    for attack in result.attacks:
        groups = missed_alike(attack)
        wanted = {(line.name, line.kind, line.answer, line.decidable) for line in attack.missed}
        assert {
            (name, one.kind, one.answer, one.decidable) for one in groups for name in one.owners
        } == wanted
        assert [not one.decidable for one in groups] == sorted(not one.decidable for one in groups)


def test_alike_are_reasons_of_one_kind_whatever_hosts_and_days_they_name(result):
    line = next(line for line in result.attacks[0].missed if line.lacks)
    lines = [
        msgspec.structs.replace(
            line, owner=f"m{number}", name=f"N{number}", why=f"lacks day {number}", lacks=("days",)
        )
        for number in range(3)
    ]
    (group,) = missed_alike(msgspec.structs.replace(result.attacks[0], missed=tuple(lines)))
    assert (group.why, group.example) == ("the logs do not reach back, or have holes", "lacks day 0")
    assert group.owners == ("N0", "N1", "N2")


def test_the_median_of_a_step_is_over_those_that_were_warned(result):
    attack = result.attacks[0]
    rows = sorted(row.steps["read"] for row in attack.owners if row.right and not row.first_victim)
    half = len(rows) // 2
    assert step_medians(attack)["read"] == (
        rows[half] if len(rows) % 2 else (rows[half - 1] + rows[half]) / 2
    )


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"cpu_s_per_member": 1}'])
def test_without_a_result_it_is_said_what_is_missing(tmp_path, text):
    if text is not None:
        (tmp_path / "result.json").write_text(text)
    with pytest.raises(BadInput) as caught:
        load(tmp_path)
    assert str(caught.value.where).endswith("result.json")
