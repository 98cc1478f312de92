"""What to do next by what a check found."""

from __future__ import annotations

import msgspec
import pytest

from cli.formats.results import empty, finding, large, not_seen, nothing_found, usual
from tocsin.detect.told.next_steps import hit_steps, next_steps


def words(steps):
    return [f"{step.do} {step.how}".strip() for step in steps]


def test_after_a_hit_evidence_comes_first_and_proof_last():
    done = [step.do for step in next_steps(usual())]
    assert done[0] == "Leave it as it is."
    assert done[-1] == "Have each finding confirmed"
    assert done.index("Take them off the network") < done.index("Save the logs") < done.index("Call")


def test_a_machine_known_by_its_address_is_to_be_found_first_and_a_sensor_is_left_alone():
    alone = words(hit_steps([finding(1, where="10.1.2.3", seen_by=("tap",))]))
    assert any(text.startswith("Find the machine with the address 10.1.2.3.") for text in alone)
    assert any("Leave tap where it is: it only saw them." in text for text in alone)
    named = words(hit_steps([finding(1, where="WS-1")]))
    assert not any(text.startswith("Find the machine") for text in named)
    assert not any("only saw them" in text for text in named)


def test_where_no_machine_is_known_those_concerned_are_meant():
    assert "reinstall the machines concerned:" in words(hit_steps([finding(1, where="")]))[0]


def test_nothing_is_to_be_done_only_where_all_was_checked():
    assert next_steps(not_seen())[0].do == "Nothing is to be done now."
    for result in (empty(), nothing_found()):
        assert next_steps(result)[0].do == "Do not take this for an all-clear."


def test_what_is_missing_and_what_was_not_read_are_steps_only_where_there_is_such():
    assert {step.see for step in next_steps(empty())} == {"", "gaps", "unread"}
    assert {step.see for step in next_steps(nothing_found())} == {""}
    assert any("STIX indicators" in step.how for step in next_steps(nothing_found()))
    assert not any("STIX indicators" in step.how for step in next_steps(empty()))


@pytest.mark.parametrize(
    "result", [usual, empty, not_seen, nothing_found, large], ids=lambda one: one.__name__
)
def test_each_result_has_steps_that_hold_what_they_are_given(result):
    told = result()
    assert told.next_steps == next_steps(told) != ()
    assert msgspec.json.decode(msgspec.json.encode(told), type=type(told)) == told
