from __future__ import annotations

from types import SimpleNamespace

from tocsin.incidents.rules.duty import State
from tocsin.service.home.of_incidents import incidents, reports

HOUR = 3_600_000_000


def duty(state, left_us, rule="tsa"):
    said = SimpleNamespace(id=rule, name="Report", recipient="CISA")
    return SimpleNamespace(
        state=state, left_us=left_us, rule=said, national=None, incident_id="incident--1", incident_name="Billing",
        deadline=SimpleNamespace(words="Mon 16 June 2025 10:00 UTC", us=1),
    )  # fmt: skip


def listed(overdue=(), running=(), asked=0, *, own=True, is_open=True, name="Billing"):
    held = SimpleNamespace(id="incident--1", name=name, kinds=("ransomware",), is_own=own)
    return SimpleNamespace(
        overdue=tuple(overdue),
        running=tuple(running),
        asked=tuple(range(asked)),
        incident=held,
        is_open=is_open,
    )


def late(hours, **more):
    return duty(State.OVERDUE, -hours * HOUR, **more)


def running(hours, **more):
    return duty(State.RUNNING, hours * HOUR, **more)


def test_the_report_with_the_least_time_left_is_first_of_whichever_incident():
    found = reports(
        [listed(running=[running(9), running(2)]), listed(overdue=[late(1)], running=[running(5)])]
    )
    assert [one.due for one in found.items] == [
        "overdue by 1 h 0 min",
        "due in 2 h 0 min",
        "due in 5 h 0 min",
        "due in 9 h 0 min",
    ]
    assert found.tone == "bad"
    assert found.title == "1 report is overdue, 3 reports are due"
    assert found.items[0].link == "/incident/incident--1/report/tsa"


def test_what_is_due_as_soon_as_possible_comes_after_what_is_late_and_before_the_rest():
    found = reports([listed(running=[running(1), duty(State.RUNNING, None)], overdue=[late(1)])])
    assert [one.due for one in found.items] == [
        "overdue by 1 h 0 min",
        "as soon as possible",
        "due in 1 h 0 min",
    ]


def test_more_reports_than_are_told_are_counted():
    found = reports([listed(running=[running(n) for n in range(1, 9)], asked=3)])
    assert (found.count, found.more, len(found.items)) == (9, 3, 6)
    assert found.title == "8 reports are due, whether 3 more are is not known"


def test_rules_of_which_nobody_said_whether_they_apply_are_one_question():
    found = reports([listed(asked=60), listed(asked=5)])
    assert (found.count, found.more) == (1, 0)
    assert found.title == "Whether 65 reports are due is not known"
    assert found.items[0].link == "/incidents/profile"


def test_no_report_is_owed_where_there_is_no_incident():
    assert reports([]).count == 0


def test_closed_incidents_and_those_of_others_are_not_open():
    found = incidents([listed(name="One"), listed(own=False), listed(is_open=False)])
    assert [one.words for one in found.items] == ["One"]
