"""The text in which a person fills in an incident."""

from __future__ import annotations

import tomllib

import msgspec
import pytest
from hypothesis import given, settings

from drawn_incidents import incidents
from tocsin.errors import BadInput
from tocsin.incidents.flow.flow import Edge, EdgeKind, Flow, Node
from tocsin.incidents.form import form_text, read_form, with_settings
from tocsin.incidents.incident import Determination, Incident, Source
from tocsin.incidents.moment import parse_moment

EMPTY = Incident(
    id="incident--8a7d1f0e-3f0c-4c53-9f0a-6f2f2b0c1d11", name="Billing is encrypted", created_us=7
)


@settings(max_examples=60)
@given(incidents())
def test_what_is_written_is_read_again_as_it_was(incident):
    assert read_form(form_text(incident), incident) == incident


def test_an_empty_form_is_an_incident_of_which_only_the_name_is_known():
    assert read_form(form_text(EMPTY), EMPTY) == EMPTY


def test_a_form_shows_every_question_even_where_nothing_is_known():
    text = form_text(EMPTY)
    asked = {line.lstrip("# ").partition(" =")[0] for line in text.splitlines() if " =" in line}
    top = {one.name for one in msgspec.structs.fields(Incident)}
    parts = {
        "victim",
        "contact",
        "moments",
        "ransom",
        "systems",
        "impacts",
        "measures",
        "causes",
        "told",
        "learned",
        "sources",
    }
    assert top - parts - {"id", "flow", "foreign", "rest", "created_us", "changed_us", "answers"} <= asked
    assert {f"[{name}]" for name in ("victim", "contact", "moments", "answers")} <= set(text.splitlines())


def test_demand_payment_and_note_are_asked_for_and_read_back():
    empty = form_text(EMPTY)
    assert "# [[ransom.payments]]\n# amount" in empty
    filled = """name = "x"
[ransom]
amount = "75"
asset = "BTC"
at = "2021-05-07"
wallets = ["15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr"]
note_names = ["DarkSide"]
[[ransom.payments]]
amount = "75.0003"
asset = "BTC"
at = "2021-05-08"
wallets = ["15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr"]
transactions = ["6a798026d44af27dbacd28ea21462808df8deca51794cec80c1b59e07ef924a2:3"]
"""
    held = read_form(filled, EMPTY)
    assert held.ransom.note_names == ("DarkSide",)
    assert held.ransom.payments[0].transactions[0].endswith(":3")
    assert read_form(form_text(held), EMPTY) == held
    assert "# [[ransom.payments]]" not in form_text(held)
    unpaid = msgspec.structs.replace(held, ransom=msgspec.structs.replace(held.ransom, payments=()))
    assert "# [[ransom.payments]]" in form_text(unpaid)


def test_a_text_for_a_field_of_several_is_its_only_one():
    found = with_settings(
        EMPTY, [("actions_taken", "Cut off the office, first of all"), ("victim.sectors", "energy")]
    )
    assert (found.actions_taken, found.victim.sectors) == (("Cut off the office, first of all",), ("energy",))


def test_a_text_for_a_list_of_parts_is_told_how_to_write_one():
    with pytest.raises(BadInput, match="systems are several") as told:
        with_settings(EMPTY, [("systems", "Billing servers")])
    assert "--set 'systems=[{name =" in told.value.hint


def test_steps_follow_one_another_unless_they_say_after_which():
    text = """
name = "x"
[[steps]]
name = "logged in with an old password"
technique = "T1078"
[[steps]]
id = "dump"
[[steps]]
id = "spread"
[[steps]]
id = "encrypt"
after = ["dump", "spread (true)"]
"""
    flow = read_form(text, EMPTY).flow
    assert [node.id for node in flow.nodes] == ["step-1", "dump", "spread", "encrypt"]
    assert flow.edges == (
        Edge("step-1", "dump"),
        Edge("dump", "spread"),
        Edge("dump", "encrypt"),
        Edge("spread", "encrypt", EdgeKind.TRUE),
    )


def test_what_the_text_does_not_show_stays_as_it_was():
    before = msgspec.structs.replace(
        EMPTY,
        flow=Flow(nodes=(Node(id="a", rest={"drawn": 1}),), scope="incident", rest={"author": "x"}),
        foreign=({"type": "note"},),
        changed_us=9,
    )
    after = read_form(form_text(before).replace("Billing", "Everything"), before)
    assert after.name == "Everything is encrypted"
    assert (after.flow, after.foreign, after.changed_us) == (before.flow, before.foreign, 9)


def test_times_and_words_are_read_as_what_they_are():
    text = """
name = "x"
determination = "confirmed"
[moments]
detected = "2021-05-07 05:00 America/New_York"
began = "2021-04-29"
paid = ""
[[sources]]
title = "Testimony"
day = "2021-06-08"
"""
    found = read_form(text, EMPTY)
    assert found.determination is Determination.CONFIRMED
    assert found.moments.detected == parse_moment("2021-05-07 05:00 America/New_York")
    assert found.moments.began == parse_moment("2021-04-29")
    assert found.moments.paid is None
    assert found.sources == (Source(title="Testimony", day="2021-06-08"),)


@pytest.mark.parametrize(
    ("text", "path", "why"),
    [
        ("name = 'x'\n[moments]\ndetected = '2021-05-07 05:00'", "$.moments.detected", "on which clock"),
        ("name = 'x'\n[moments]\nbegun = ''", "$.moments", "unknown field `begun`"),
        ("name = 'x'\ndetermination = 'maybe'", "$.determination", "Invalid enum value 'maybe'"),
        ("name = 'x'\n[[steps]]\nid = 'a'\n[[steps]]\nid = 'a'", "$.steps[1].id", "two steps are called"),
        ("name = 'x'\n[[steps]]\nafter = ['b']", "$.steps[0].after", "there is no step 'b'"),
        ("name = 'x'\nsteps = 1", "$.steps", r"written as \[\[steps\]\]"),
        ("name = 'x'\nid = 'incident--1'", "$.id", "not for a form to say"),
        ("summary = 'x'", "$", "missing required field `name`"),
        (
            "name = 'x'\n[[impacts]]\ncategory = 'availability'\ndegree = '70'",
            "$.impacts[0].degree",
            "Expected `int",
        ),
    ],
)
def test_what_does_not_belong_there_is_told_with_its_place(text, path, why):
    with pytest.raises(BadInput, match=why) as told:
        read_form(text, EMPTY)
    assert told.value.where.path == path


def test_what_is_no_toml_is_told_with_its_line():
    with pytest.raises(BadInput, match="line 2, column"):
        read_form("name = 'x'\nsummary =\ntlp = 'red'", EMPTY)


def test_the_text_is_toml_for_everybody():
    assert tomllib.loads(form_text(EMPTY))["name"] == "Billing is encrypted"


def test_what_would_not_be_seen_is_escaped_and_comes_back():
    hidden = "a\u200b\u202e\u00a0\U000e0041\x7f b"
    made = msgspec.structs.replace(EMPTY, name=hidden)
    text = form_text(made)
    assert text.replace("\n", "").isprintable()
    assert read_form(text, made).name == hidden
