"""Incidents as STIX: what we write is read again whole, what others write is kept whole."""

from __future__ import annotations

import json
import zipfile

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given, settings

from drawn_incidents import incidents
from real_data import shared
from tocsin.incidents.flow.flow import Edge, Flow, Node, NodeKind
from tocsin.incidents.incident import Cause, Impact, ImpactCategory, Incident, Payment, Ransom
from tocsin.incidents.moment import parse_moment
from tocsin.incidents.stix.names import CORE, FORM
from tocsin.incidents.stix.read import read_incidents
from tocsin.incidents.stix.write import incident_objects
from tocsin.model.stix import read_objects

ONE = Incident(
    id="incident--8a7d1f0e-3f0c-4c53-9f0a-6f2f2b0c1d11",
    name="Billing is encrypted",
    flow=Flow(
        nodes=(
            Node(id="login", name="old password", technique="T1078", start=parse_moment("2021-04-29")),
            Node(id="either", kind=NodeKind.OR),
            Node(id="encrypt", technique="T1486"),
        ),
        edges=(Edge("login", "either"), Edge("login", "encrypt"), Edge("either", "encrypt")),
    ),
    impacts=(
        Impact(category=ImpactCategory.AVAILABILITY, degree=70),
        Impact(category=ImpactCategory.INTEGRITY),
    ),
    ransom=Ransom(amount="75", asset="BTC", payments=(Payment(amount="75", asset="BTC", wallets=("bc1q",)),)),
    causes=(Cause(text="no second factor"),),
    created_us=1_620_000_000_000_000,
    changed_us=1_620_000_000_000_000,
)


def as_read(objects):
    data = json.dumps({"type": "bundle", "id": "bundle--1", "objects": objects}).encode()
    return read_incidents(read_objects(data).objects)


@settings(max_examples=60)
@given(incidents())
def test_what_we_write_is_read_again_as_it_was(incident):
    found = as_read(incident_objects(incident))
    assert found.problems == ()
    assert found.incidents == (incident,)


def test_what_somebody_changes_in_the_standard_parts_counts_and_the_rest_stays():
    objects = incident_objects(ONE)
    objects[0]["name"] = "Billing was encrypted"
    objects[0]["extensions"][CORE]["determination"] = "confirmed"
    login = next(one for one in objects if one.get("name") == "old password")
    login["name"] = "password of a former employee"
    login["next_event_refs"] = []
    (after,) = as_read(objects).incidents
    assert (after.name, after.determination.value) == ("Billing was encrypted", "confirmed")
    assert after.flow.nodes == (
        msgspec.structs.replace(ONE.flow.nodes[0], name="password of a former employee"),
        *ONE.flow.nodes[1:],
    )
    assert after.flow.edges == (Edge("login", "either"), Edge("either", "encrypt"))
    assert (after.causes, after.ransom, after.impacts) == (ONE.causes, ONE.ransom, ONE.impacts)


def test_a_step_that_somebody_adds_or_takes_away_is_added_or_taken_away():
    objects = incident_objects(ONE)
    refs = objects[0]["extensions"][CORE]["event_refs"]
    gone = refs.pop(0)
    new = "event--11111111-1111-4111-8111-111111111111"
    refs.append(new)
    event = next(one for one in objects if one["id"] == gone)
    objects = [one for one in objects if one["id"] != gone]
    objects.append({**event, "id": new, "name": "stole the data", "next_event_refs": []})
    (after,) = as_read(objects).incidents
    assert [node.id for node in after.flow.nodes] == ["either", "encrypt", new]
    assert after.flow.edges == (Edge("either", "encrypt"),)


def test_what_the_schema_needs_and_nobody_said_is_not_made_up():
    objects = incident_objects(ONE)
    assert [one["impact_category"] for one in objects if one["type"] == "impact"] == [
        "availability",
        "economic",
        "economic",
    ]


def test_a_missing_object_is_told_and_the_rest_is_read():
    objects = incident_objects(ONE)
    gone = objects[0]["extensions"][CORE]["impact_refs"][0]
    found = as_read([one for one in objects if one["id"] != gone])
    assert [str(one.what) for one in found.problems] == [f"the impact {gone} is not there"]
    assert len(found.incidents) == 1


def test_an_incident_without_a_name_is_told_with_its_place():
    found = as_read([{"type": "incident", "id": ONE.id}, *incident_objects(ONE)])
    assert [(one.what, one.where.path) for one in found.problems] == [
        ("an incident without a name", "$.objects[0]")
    ]
    assert len(found.incidents) == 1


def test_of_steps_that_are_referred_to_and_not_there_what_the_form_says_stays():
    objects = incident_objects(ONE)
    found = as_read([one for one in objects if one["type"] != "event"])
    assert len(found.problems) == 2
    assert found.incidents[0].flow == ONE.flow


def test_of_two_ids_that_of_the_object_counts():
    objects = incident_objects(ONE)
    objects[0]["extensions"][FORM]["form"]["id"] = "incident--11111111-1111-4111-8111-111111111111"
    assert [one.id for one in as_read(objects).incidents] == [ONE.id]


def test_a_form_that_cannot_be_read_is_told_with_its_place():
    objects = incident_objects(ONE)
    objects[0]["extensions"][FORM]["form"]["criticality"] = "high"
    found = as_read(objects)
    assert found.incidents == ()
    assert "criticality" in found.problems[0].what


@pytest.fixture(scope="module")
def examples():
    return shared("intel/incident-extension/examples")


def test_the_published_examples_of_the_older_revision_are_read(examples):
    found = read_incidents(read_objects((examples / "incident_ransom.json").read_bytes()).objects)
    (one,) = found.incidents
    assert (one.determination.value, one.investigation.value, one.criticality) == ("confirmed", "closed", 70)
    assert [node.name for node in one.flow.nodes][1:] == [
        "A negotiation took place using FakeApp",
        "Ransom Payment",
    ]
    assert one.flow.edges == tuple(
        Edge(a.id, b.id) for a, b in zip(one.flow.nodes, one.flow.nodes[1:], strict=False)
    )
    assert one.ransom == Ransom(
        amount="14413.05",
        asset="usd",
        payments=(Payment(amount="10000", asset="usd", at=one.ransom.payments[0].at),),
    )
    assert [impact.category.value for impact in one.impacts] == ["availability", "integrity"]


def test_nothing_that_a_foreign_bundle_says_is_lost(examples):
    data = (examples / "incident_ransom.json").read_bytes()
    before = {one.id: one.properties for one in read_objects(data).objects}
    first = read_incidents(read_objects(data).objects)
    written = [one for each in first.incidents for one in incident_objects(each)]
    after = {one["id"]: one for one in written}
    said = json.dumps(written)
    for id, one in before.items():
        if one["type"] in {"impact", "task"}:
            continue
        kept = after[id]
        missing = {key for key in one if key not in kept} - {"extensions"}
        assert not missing, (id, missing)
        assert set(one.get("extensions", {})) <= set(kept.get("extensions", {}))
    assert all(json.dumps(one.get("description", ""))[1:-1] in said for one in before.values())
    assert as_read(written).incidents == first.incidents


@pytest.fixture(scope="module")
def validators(examples):
    texts = [one.read_text() for one in sorted((examples.parent / "schema").glob("*.json"))]
    with zipfile.ZipFile(shared("intel/stix-schemas.zip")) as packed:
        texts += [
            packed.read(name).decode()
            for name in packed.namelist()
            if name.endswith(".json") and "interop" not in name
        ]
    known = {}
    for text in texts:
        # A string where the vocabulary has a list: a comment that the schema's authors put there.
        schema = json.loads(text, object_hook=_without_comment)
        if "$id" in schema:
            for start in ("http://", "https://"):
                known[start + schema["$id"].partition("://")[2]] = schema
    registry = jsonschema_rs.Registry(list(known.items()))
    return {
        schema["title"]: jsonschema_rs.validator_for(schema, registry=registry)
        for id, schema in known.items()
        if "incident-ef7" in id and id.startswith("https")
    }


def _without_comment(held):
    if "dependentRequired" in held:
        held["dependentRequired"].pop("$comment", None)
    return held


@settings(max_examples=40)
@given(incident=incidents())
def test_what_we_write_meets_the_published_schemas(validators, incident):
    kinds = {"incident": "Incident Core Extension", "event": "Event", "impact": "Impact", "task": "Task"}
    assert set(kinds.values()) <= set(validators) | {"Impact"}
    for one in incident_objects(incident):
        errors = list(validators[kinds[one["type"]]].iter_errors(one))
        assert not errors, (one, errors[0].message)
