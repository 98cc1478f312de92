"""The board: how an owner stands, what adds up, and which attack is shown."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from exercise.fake_run import Fake
from tocsin.exercise.score.truth import Attack, Nation, Owner
from tocsin.exercise.told.board import STATES, board_of
from tocsin.exercise.told.events import Event
from tocsin.model.sectors import sectors

NATION = Nation(
    owners=(
        Owner(id="m01", name="One", sectors=("energy",)),
        Owner(id="m02", name="Two", sectors=("energy", "dams")),
        Owner(id="m03", name="Three"),
    ),
    attacks=(Attack(id="a", name="Anton", happened="then"), Attack(id="b", name="Berta")),
)


def told(*events, attack="a"):
    """Events of one attack, which begins first; each is its kind, or a dict of it."""
    held = [{"kind": "begins"}, *({"kind": one} if isinstance(one, str) else one for one in events)]
    return [
        msgspec.convert({"attack": attack, "now": f"2021-01-01T00:00:{n:02}Z", **one}, Event)
        for n, one in enumerate(held)
    ]


def warned(node):
    return {"kind": "warned", "node": node}


def answered(node, **counts):
    return {"kind": "answer", "node": node, "answer": counts}


def states(events, attack=""):
    board = board_of(NATION, events, attack)
    return {one.id: one.state for tile in board.tiles for one in tile.owners}


def test_before_anything_happened_the_board_is_empty_and_all_wait():
    board = board_of(NATION, [])
    assert (board.stage, board.attack, board.now, board.last) == ("empty", "", "", [])
    assert board.counts == dict.fromkeys(STATES, 0) | {"waiting": 3}
    assert [one.state for one in board.attacks] == ["to come", "to come"]


def test_while_owners_are_made_ready_nothing_has_begun():
    board = board_of(
        NATION, [Event(kind="link", text="secret"), Event(kind="prepared", text="All have joined.")]
    )
    assert (board.stage, [one.text for one in board.last]) == ("empty", ["All have joined."])


def test_owners_that_have_joined_are_a_number_each_once_and_no_lines():
    events = [Event(kind="joined", node=node, text="so many have joined") for node in ("m01", "m02", "m01")]
    board = board_of(NATION, events)
    assert (board.stage, board.joined, board.members, board.last) == ("empty", 2, 3, [])


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ({"hit": 1, "linked": 1, "affected": 1, "cannot_tell": 1, "not_seen": 1}, "hit"),
        ({"linked": 1, "affected": 1, "cannot_tell": 1, "not_seen": 1}, "paying"),
        ({"hit": 0, "affected": 1, "cannot_tell": 1, "not_seen": 1}, "exposed"),
        ({"cannot_tell": 1, "not_seen": 9}, "cannot_tell"),
        ({"not_seen": 2, "hit": 0}, "not_seen"),
        ({"hit": 0}, "warned"),
    ],
)
def test_an_owner_stands_as_the_gravest_of_its_answers(counts, state):
    assert states(told(warned("m01"), answered("m01", **counts)))["m01"] == state


def test_the_last_answer_counts_and_a_warning_after_it_changes_nothing():
    events = told(answered("m01", hit=1), answered("m01", not_seen=1), warned("m01"))
    assert states(events) == {"m01": "not_seen", "m02": "waiting", "m03": "waiting"}


def test_who_reports_is_hit():
    assert states(told({"kind": "report", "node": "m02"}))["m02"] == "hit"


def test_another_attack_begins_anew_and_the_first_can_still_be_asked_for():
    events = [*told(warned("m01")), *told(warned("m02"), attack="b")]
    assert states(events) == {"m01": "waiting", "m02": "warned", "m03": "waiting"}
    assert states(events, "a") == {"m01": "warned", "m02": "waiting", "m03": "waiting"}
    board = board_of(NATION, events, "nonsense")
    assert (board.attack, board.name) == ("b", "Berta")
    assert [one.state for one in board.attacks] == ["done", "now"]


def test_the_hub_and_strangers_have_no_mark():
    assert set(states(told(warned("hub"), answered("hub", hit=1))).values()) == {"waiting"}


def test_there_are_sixteen_tiles_and_one_more_for_those_that_name_no_sector():
    board = board_of(NATION, told(warned("m02")))
    assert [one.sector for one in board.tiles[:16]] == [one.id for one in sectors()]
    assert [(one.sector, one.name) for one in board.tiles[16:]] == [("", "No sector named")]
    said = {one.sector: one.said for one in board.tiles}
    assert (said["energy"], said["dams"], said["chemical"]) == (
        "1 warned, 1 not warned",
        "1 warned",
        "no owner",
    )


def test_a_nation_in_the_sixteen_has_sixteen_tiles():
    fake = Fake(members=20)
    assert len(board_of(msgspec.convert(fake.nation, Nation), []).tiles) == 16


def test_the_way_of_the_warning_is_told_step_by_step():
    events = told({"kind": "report", "node": "m01"}, "vetted", warned("m02"))
    steps = {one.name: (bool(one.when), one.text) for one in board_of(NATION, events).steps}
    assert steps == {
        "Report of the first victim": (True, "One"),
        "Vetted by the hub": (True, ""),
        "Released to all": (False, ""),
        "Warned": (True, "2 of 3 owners"),
        "Answered": (False, "1 of 3 owners"),
    }
    assert "Advisories published" in [one.name for one in board_of(NATION, told("advisory")).steps]


def test_what_came_last_names_whom_it_happened_to_and_never_tells_a_link_that_signs_in():
    events = told(
        {"kind": "answer", "node": "m01", "text": "hit by 2", "answer": {"hit": 2}},
        {"kind": "answer", "node": "m02", "text": "Two saw nothing", "answer": {"not_seen": 1}},
        {"kind": "link", "text": "http://127.0.0.1/signin/secret"},
        {"kind": "vetted", "text": "The hub has vetted it."},
    )
    assert [one.text for one in board_of(NATION, events).last] == [
        "The hub has vetted it.",
        "Two saw nothing",
        "One: hit by 2",
    ]


def test_where_nobody_is_told_to_be_warned_that_step_is_not_shown():
    steps = board_of(NATION, told(answered("m01", hit=1))).steps
    assert [one.name for one in steps if one.name in {"Warned", "Answered"}] == ["Answered"]


def test_the_clock_never_goes_back():
    events = [
        *told(),
        msgspec.convert(
            {"kind": "answer", "attack": "a", "node": "m01", "now": "2020-12-31T00:00:00Z"}, Event
        ),
    ]
    assert board_of(NATION, events).now == "1 January 2021, 00:00 UTC"


def test_once_it_is_done_it_is_done():
    board = board_of(NATION, [*told(), Event(kind="done", text="It is over.")])
    assert board.stage == "done"
    assert [one.state for one in board.attacks] == ["done", "to come"]
    assert board.last[0].text == "It is over."


FAKE = Fake(members=40)
WHOLE = msgspec.convert(FAKE.events, list[Event])
FAKE_NATION = msgspec.convert(FAKE.nation, Nation)


@given(st.integers(0, len(WHOLE)), st.sampled_from(["", *(one.id for one in FAKE_NATION.attacks)]))
@settings(max_examples=60, deadline=None)
def test_at_every_moment_the_counts_are_all_owners(count, attack):
    board = board_of(FAKE_NATION, WHOLE[:count], attack)
    assert sum(board.counts.values()) == board.members == 40
    assert board.answered <= board.warned <= board.members
    assert sum(len(tile.owners) for tile in board.tiles) == sum(
        len(one.sectors) for one in FAKE_NATION.owners
    )
    marks = {one.id: one.state for tile in board.tiles for one in tile.owners}
    assert {state: list(marks.values()).count(state) for state in STATES} == board.counts


def test_a_nation_of_256_is_drawn_in_a_moment():
    fake = Fake(members=256)
    events, nation = msgspec.convert(fake.events, list[Event]), msgspec.convert(fake.nation, Nation)
    started = time.process_time()
    board_of(nation, events)
    assert time.process_time() - started < 0.5
