"""What of an incident leaves: how it went, and no word of whoever filled in the form."""

from __future__ import annotations

import json
from importlib import resources

import msgspec
import pytest
from hypothesis import given, settings

from drawn_incidents import incidents
from incidents.stix.test_stix import examples, validators
from tocsin.incidents.flow.flow import Edge, EdgeKind, Flow, Node, NodeKind
from tocsin.incidents.form import read_whole_form
from tocsin.incidents.incident import (
    Cause,
    Impact,
    ImpactCategory,
    Incident,
    MeasureNote,
    Ransom,
    Stood,
    Victim,
)
from tocsin.incidents.moment import Fidelity, moment_text, parse_moment
from tocsin.incidents.shared import PARTS, content, general_name, shared, shared_objects, telling_places
from tocsin.incidents.stix.read import read_incidents
from tocsin.model.stix import read_objects

__all__ = ["examples", "validators"]

ID = "incident--11111111-2222-4333-8444-555555555555"
OWN = "incident--8a7d1f0e-3f0c-4c53-9f0a-6f2f2b0c1d11"
FILES = sorted(
    (resources.files("tocsin") / "data" / "examples" / "incidents").iterdir(), key=lambda one: one.name
)


def one(**more):
    return Incident(id=OWN, name="Billing is encrypted", **more)


def made(incident, **more):
    return shared(incident, ID, **more).incident


def named(held):
    """The same form with the name of its owner in every text that a person can write."""
    if isinstance(held, str):
        return f"Brookwater{held}"
    if isinstance(held, dict):
        kept = {"zone", "fidelity", "determination", "investigation", "category", "stood", "tlp"}
        return {
            name: each
            if name in kept or (name == "kind" and "category" not in held and "id" in held)
            else named(each)
            for name, each in held.items()
        }
    return [named(each) for each in held] if isinstance(held, list) else held


@settings(max_examples=80)
@given(incidents())
def test_whatever_a_person_wrote_its_owners_name_does_not_leave(incident):
    raw = msgspec.to_builtins(incident)
    edges = raw.get("flow", {}).pop("edges", [])
    if "flow" in raw:
        raw["flow"] = named(raw["flow"])
        raw["flow"]["edges"] = [
            {**edge, "source": f"Brookwater{edge['source']}", "target": f"Brookwater{edge['target']}"}
            for edge in edges
        ]
        for node in raw["flow"].get("nodes", []):
            if "kind" in node:
                node["kind"] = node["kind"].removeprefix("Brookwater")
    held = msgspec.convert(
        {
            **named({key: value for key, value in raw.items() if key != "flow"}),
            **{k: v for k, v in raw.items() if k == "flow"},
        },
        Incident,
    )
    for anonymous in (False, True):
        told = made(held, parts=frozenset({"operators"}), anonymous=anonymous, words=["Brookwater"])
        body = json.dumps(shared_objects(told))
        assert "brookwater" not in body.casefold()


@settings(max_examples=60)
@given(incidents())
def test_what_leaves_is_read_again_as_it_was_and_leaves_no_more_the_second_time(incident):
    parts = frozenset({"operators"})
    first = made(incident, parts=parts)
    data = json.dumps({"type": "bundle", "id": "bundle--1", "objects": shared_objects(first)}).encode()
    found = read_incidents(read_objects(data).objects)
    assert found.problems == ()
    assert content(found.incidents[0]) == content(first)
    assert content(made(first, parts=parts)) == content(first)


@settings(max_examples=30)
@given(incident=incidents())
def test_what_leaves_meets_the_published_schemas(validators, incident):
    kinds = {"incident": "Incident Core Extension", "event": "Event", "impact": "Impact", "task": "Task"}
    for held in shared_objects(made(incident)):
        errors = list(validators[kinds[held["type"]]].iter_errors(held))
        assert not errors, (held, errors[0].message)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_of_the_incidents_of_2021_the_victim_stays_and_the_causes_leave(file):
    whole = read_whole_form(file.read_text(), one())
    told = made(whole, anonymous=True)
    body = json.dumps(shared_objects(told), ensure_ascii=False)
    assert whole.victim.name
    assert whole.victim.name not in body
    assert whole.name not in body
    assert not any(source.title in body for source in whole.sources)
    assert [node.technique for node in told.flow.actions] == [node.technique for node in whole.flow.actions]
    assert [(note.measure, note.stood) for note in told.measures] == [
        (note.measure, note.stood) for note in whole.measures
    ]


@pytest.mark.parametrize(
    ("text", "anonymous", "told"),
    [
        ("2021-05-07 05:00 America/New_York", False, "2021-05"),
        ("2021-05-31 23:00 America/New_York", False, "2021-05"),
        ("2021-05-07", False, "2021-05"),
        ("2021", False, "2021"),
        ("2021-05-07 05:00 America/New_York", True, "2021"),
        ("2021-12-31 23:00 America/New_York", True, "2021"),
    ],
)
def test_times_leave_as_months_and_anonymously_as_years(text, anonymous, told):
    whole = one(moments=msgspec.structs.replace(one().moments, began=parse_moment(text)))
    assert moment_text(made(whole, anonymous=anonymous).moments.began) == told


def test_moments_that_say_which_rules_bind_whom_stay():
    names = one().moments.__struct_fields__
    whole = one(moments=type(one().moments)(**dict.fromkeys(names, parse_moment("2021-05-07"))))
    assert set(msgspec.to_builtins(made(whole).moments)) == {"began", "detected", "contained", "recovered"}
    assert set(msgspec.to_builtins(made(whole, anonymous=True).moments)) == {"began", "detected"}


def test_steps_leave_by_technique_with_their_order_over_what_lay_between():
    flow = Flow(
        nodes=(
            Node(id="a", name="ours", technique="T1078"),
            Node(id="or", kind=NodeKind.OR),
            Node(id="if", kind=NodeKind.CONDITION, description="ours"),
            Node(id="b", technique="T1486", failed=True),
            Node(id="c", technique="what we call it"),
            Node(id="asset", kind=NodeKind.ASSET, name="ours"),
        ),
        edges=(
            Edge("a", "or"),
            Edge("or", "if"),
            Edge("if", "b", EdgeKind.TRUE),
            Edge("if", "or", EdgeKind.FALSE),
            Edge("b", "c"),
            Edge("a", "c", EdgeKind.ABOUT),
            Edge("asset", "c", EdgeKind.ABOUT),
        ),
    )
    told = made(one(flow=flow)).flow
    a, b, c = told.nodes
    assert [(node.technique, node.failed) for node in told.nodes] == [
        ("T1078", False),
        ("T1486", True),
        ("", False),
    ]
    assert told.edges == (Edge(a.id, b.id), Edge(b.id, c.id))
    assert "ours" not in json.dumps(msgspec.to_builtins(told))


JOINED = Flow(
    nodes=(
        Node(id="our a", technique="T1078"),
        Node(id="our b", technique="T1133"),
        Node(id="our or", kind=NodeKind.OR, name="ours", description="ours", rest={"x": "ours"}),
        Node(id="our if", kind=NodeKind.CONDITION, description="ours"),
        Node(id="our and", kind=NodeKind.AND),
        Node(id="our c", technique="T1486"),
        Node(id="our alone", kind=NodeKind.AND),
    ),
    edges=(
        Edge("our a", "our or"),
        Edge("our b", "our or"),
        Edge("our or", "our if"),
        Edge("our if", "our and", EdgeKind.TRUE),
        Edge("our and", "our c"),
        Edge("our c", "our alone", EdgeKind.ABOUT),
    ),
)


def test_where_it_is_allowed_an_and_and_an_or_leave_without_a_word_and_conditions_do_not():
    told = made(one(flow=JOINED), parts=frozenset({"operators"}), anonymous=True)
    assert [(node.kind, node.technique) for node in told.flow.nodes] == [
        (NodeKind.ACTION, "T1078"),
        (NodeKind.ACTION, "T1133"),
        (NodeKind.OR, ""),
        (NodeKind.AND, ""),
        (NodeKind.ACTION, "T1486"),
    ]
    a, b, either, both, c = (node.id for node in told.flow.nodes)
    assert told.flow.edges == (Edge(a, either), Edge(b, either), Edge(either, both), Edge(both, c))
    body = json.dumps(shared_objects(told))
    assert "our " not in body
    assert "ours" not in body


def test_for_readers_of_the_standard_alone_the_order_is_told_over_an_and_and_an_or():
    told = made(one(flow=JOINED), parts=frozenset({"operators"}))
    events = [held for held in shared_objects(told) if held["type"] == "event"]
    last = events[2]["id"]
    assert [held.get("next_event_refs") for held in events] == [[last], [last], None]
    plain = [held for held in shared_objects(made(one(flow=JOINED))) if held["type"] == "event"]
    assert plain == events


@pytest.mark.parametrize(
    ("indicator", "leaves"),
    [
        ("bad.example.net", True),
        ("198.51.100.7", True),
        ("8.8.8.8", True),
        ("[ipv4-addr:value = '203.0.113.9']", True),
        ("2001:db8::1", True),
        ("10.1.2.3", False),
        ("10[.]1[.]2[.]3", False),
        ("1.10.1.2.3", True),
        ("[ipv4-addr:value = '192.168.0.1']", False),
        ("http://127.0.0.1:8080/x", False),
        ("fe80::1", False),
        ("MAIL.Springfield[.]example", False),
        ("d41d8cd98f00b204e9800998ecf8427e", True),
    ],
)
def test_an_indicator_of_ones_own_does_not_leave_and_that_is_said(indicator, leaves):
    told = shared(one(indicators=(indicator,), victim=Victim(name="springfield")), ID)
    assert told.incident.indicators == ((indicator,) if leaves else ())
    assert len(told.left_out) == (not leaves)


def test_a_cause_leaves_by_measure_and_technique_and_what_has_neither_is_said_to_stay():
    causes = (
        Cause(text="Bob clicked", measure="second-factor", weight=2),
        Cause(text="Bob clicked", technique="T1566"),
        Cause(text="Bob clicked"),
    )
    told = shared(one(causes=causes), ID)
    assert [(each.text, each.measure, each.technique, each.weight) for each in told.incident.causes] == [
        ("", "second-factor", "", 2),
        ("", "", "T1566", 0),
    ]
    assert told.left_out == ("a cause that is said in your own words alone (--with descriptions)",)
    asked = made(one(causes=causes), parts=frozenset({"descriptions"}))
    assert [each.text for each in asked.causes] == ["Bob clicked"] * 3


def test_what_it_cost_stays_and_the_ransom_leaves_anonymously_without_its_amount():
    whole = one(
        impacts=(
            Impact(category=ImpactCategory.ECONOMIC, kind="loss", amount="12", currency="USD", people=5),
        ),
        ransom=Ransom(amount="75", asset="BTC", wallets=("bc1q",), instructions="a note"),
        measures=(MeasureNote(measure="second-factor", stood=Stood.FAILED, evidence="ours"),),
    )
    told, hidden = made(whole), made(whole, anonymous=True)
    assert told.impacts == (Impact(category=ImpactCategory.ECONOMIC, kind="loss"),)
    assert told.ransom == Ransom(amount="75", asset="BTC", wallets=("bc1q",))
    assert hidden.ransom == Ransom(asset="BTC", wallets=("bc1q",))
    assert told.measures == (MeasureNote(measure="second-factor", stood=Stood.FAILED),)


def test_whom_the_note_names_leaves_with_the_names_of_attackers_alone():
    whole = one(ransom=Ransom(asset="BTC", note_names=("DarkSide",)))
    assert made(whole).ransom == Ransom(asset="BTC")
    for anonymous in (True, False):
        asked = made(whole, parts=frozenset({"actors"}), anonymous=anonymous)
        assert asked.ransom.note_names == ("DarkSide",)


@pytest.mark.parametrize("part", sorted(PARTS.keys() - {"indicators"}))
def test_each_part_adds_something_and_nothing_adds_what_never_leaves(part):
    whole = read_whole_form(FILES[0].read_text(), one())
    whole = msgspec.structs.replace(
        whole,
        contact=type(whole.contact)(name="Bea Brook"),
        impacts=(*whole.impacts, Impact(category=ImpactCategory.ECONOMIC, amount="12", currency="USD")),
        answers={"q": "what only a rule asks"},
        software=("Worm",),
        flow=msgspec.structs.replace(
            whole.flow,
            nodes=(*whole.flow.nodes, Node(id="or", kind=NodeKind.OR)),
            edges=(*whole.flow.edges, Edge("or", whole.flow.nodes[0].id)),
        ),
        victim=msgspec.structs.replace(whole.victim, identifiers={"ein": "12-3456789"}),
    )
    anonymous = part == "transactions"
    plain, asked = (
        made(whole, parts=parts, anonymous=anonymous) for parts in (frozenset(), frozenset({part}))
    )
    assert asked != plain
    everything = json.dumps(shared_objects(made(whole, parts=frozenset(PARTS))))
    for word in ("what only a rule asks", "12-3456789", "FBI"):
        assert word not in everything.replace("Called in a responder and the FBI", "").replace(
            "CISA and FBI", ""
        )


def test_a_name_is_made_of_kinds_and_sectors():
    assert general_name(["ransomware", "data-breach"], ["energy"]) == "Ransomware and data breach in Energy"
    assert general_name([], []) == "Incident"
    assert general_name([], ["nothing"]) == "Incident"


def test_where_a_text_names_somebody_is_told_with_its_path():
    whole = one(summary="At  BROOKWATER it began", actors=("x", "Brookwater's own"))
    assert telling_places(whole, ["brookwater", "GE"]) == [
        ("$.summary", "brookwater"),
        ("$.actors[1]", "brookwater"),
    ]


def test_a_time_of_a_year_stays_a_year():
    assert (
        made(one(moments=type(one().moments)(began=parse_moment("2021")))).moments.began.fidelity
        is Fidelity.YEAR
    )
