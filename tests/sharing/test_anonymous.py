"""A brokered submission does not tell whose it was, keeps its links, and is never marked less strictly."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput
from tocsin.model.ids import sco_id
from tocsin.model.tlp import Tlp, marking_id
from tocsin.sharing.anonymous import WITHHELD_TEXT, Brokered, broker
from tocsin.sharing.audience import audience_marking
from tocsin.sharing.marking import read_markings

HUB = "identity--99999999-0000-4000-8000-000000000000"
SECRET = b"sixteen bytes and more"
NOW = "2026-11-27T02:00:00.000Z"
CREATED = "2026-11-20T13:37:42.123Z"


def id_of(type: str, number: int) -> str:
    return f"{type}--00000000-0000-4000-8000-{number:012d}"


AUTHOR = {
    "type": "identity",
    "id": id_of("identity", 1),
    "name": "Acme Power",
    "identity_class": "organization",
}
WARNING = id_of("indicator", 77)


def made(type: str, number: int, **properties: Any) -> dict[str, Any]:
    return {
        "type": type, "spec_version": "2.1", "id": id_of(type, number), "created": CREATED, "modified": CREATED,
        "created_by_ref": AUTHOR["id"], **properties,
    }  # fmt: skip


def indicator(number: int = 2, **properties: Any) -> dict[str, Any]:
    held = {"pattern": "[domain-name:value = 'evil.example']", "pattern_type": "stix", "valid_from": CREATED}
    return made("indicator", number, **(held | properties))


def brokered(*objects: dict[str, Any], **more: Any) -> Brokered:
    return broker(objects, HUB, SECRET, NOW, **more)


def only(answer: Brokered) -> dict[str, Any]:
    (obj,) = answer.objects
    return obj


def whys(answer: Brokered) -> dict[tuple[str, str], str]:
    return {(taken.object_id.partition("--")[0], taken.path): taken.why for taken in answer.taken}


SUBMISSION = [
    AUTHOR,
    indicator(
        name="Seen at ACME  Power",
        description="Our proxy proxy1.acme[.]example saw it",
        labels=["acme-internal", "phishing"],
        x_ticket="T-1",
        external_references=[
            {"source_name": "acme wiki", "url": "https://wiki.acme.example/1"},
            {"source_name": "cve", "external_id": "CVE-2021-26855", "url": "https://acme.example/cve"},
        ],
        extensions={id_of("extension-definition", 3): {"extension_type": "property-extension", "who": "me"}},
        object_marking_refs=[marking_id(Tlp.GREEN)],
    ),
    made(
        "sighting", 4, sighting_of_ref=WARNING, where_sighted_refs=[AUTHOR["id"]], first_seen=CREATED, count=3
    ),
    made(
        "relationship",
        5,
        relationship_type="indicates",
        source_ref=id_of("indicator", 2),
        target_ref=id_of("malware", 6),
    ),
    made("malware", 6, name="Evil", is_family=False),
    {"type": "user-account", "id": id_of("user-account", 7), "user_id": "jdoe"},
]


def test_nothing_that_identifies_is_left():
    answer = brokered(*SUBMISSION, identifying=["acme.example", "Acme"], known_ids={WARNING})
    text = json.dumps(answer.objects).lower()
    for word in (
        "acme",
        AUTHOR["id"],
        CREATED,
        "13:37",
        "t-1",
        "jdoe",
        "x_ticket",
        "extension",
        *(obj["id"] for obj in SUBMISSION if obj["id"] != WARNING),
    ):
        assert word.lower() not in text, word
    assert {obj["type"] for obj in answer.objects} == {"indicator", "sighting", "relationship", "malware"}
    assert all(obj["created_by_ref"] == HUB for obj in answer.objects)
    assert all(obj["created"] == obj["modified"] == NOW for obj in answer.objects)


def test_what_it_says_and_its_links_are_left():
    answer = brokered(*SUBMISSION, identifying=["acme.example", "Acme"], known_ids={WARNING})
    held = {obj["type"]: obj for obj in answer.objects}
    assert held["relationship"]["source_ref"] == held["indicator"]["id"] != id_of("indicator", 2)
    assert held["relationship"]["target_ref"] == held["malware"]["id"]
    assert held["sighting"]["sighting_of_ref"] == WARNING
    assert held["sighting"]["first_seen"] == "2026-11-20T00:00:00.000Z"
    assert held["indicator"]["pattern"] == "[domain-name:value = 'evil.example']"
    assert held["indicator"]["name"] == WITHHELD_TEXT
    assert held["indicator"]["labels"] == ["phishing"]
    assert held["indicator"]["external_references"] == [
        {"source_name": "cve", "external_id": "CVE-2021-26855"}
    ]
    assert held["indicator"]["object_marking_refs"] == [marking_id(Tlp.GREEN)]
    assert "description" not in held["indicator"]


def test_everything_that_was_taken_is_listed():
    found = whys(brokered(*SUBMISSION, identifying=["acme.example", "Acme"], known_ids={WARNING}))
    assert found["identity", ""] == "it names an organisation or a person"
    assert found["user-account", ""] == "objects of type user-account are not passed on"
    assert {path for type, path in found if type == "indicator"} == {
        "name", "description", "labels", "x_ticket", "external_references", "extensions", "created_by_ref", "valid_from",
    }  # fmt: skip
    assert {path for type, path in found if type == "sighting"} == {
        "where_sighted_refs", "created_by_ref", "first_seen",
    }  # fmt: skip


def test_the_same_submission_has_the_same_new_ids_and_another_secret_others():
    first, again = brokered(indicator()), brokered(indicator())
    assert first == again
    other = broker([indicator()], HUB, b"another sixteen bytes", NOW)
    assert only(other)["id"] != only(first)["id"]


@pytest.mark.parametrize(
    "name",
    ["ACME POWER", "acme power", "\uff21cme Power", "Ac\u200bme Power", "Ácme Power", "at Acme\nPower!"],
)
def test_an_authors_name_is_found_in_any_spelling(name):
    assert only(brokered(AUTHOR, indicator(name=name)))["name"] == WITHHELD_TEXT


@pytest.mark.parametrize(
    "url", ["https://vpn.acme.example/", "https://VPN.ACME[.]EXAMPLE/", "https://vpn.acme(dot)example"]
)
def test_what_cannot_be_cleaned_without_changing_it_is_left_out_with_what_needs_it(url):
    value = {"type": "url", "id": id_of("url", 8), "value": url}
    seen = made(
        "observed-data",
        9,
        object_refs=[value["id"]],
        first_observed=CREATED,
        last_observed=CREATED,
        number_observed=1,
    )
    note = made("note", 10, content="x", object_refs=[seen["id"], value["id"]])
    answer = brokered(value, seen, note, indicator(), identifying=["acme.example"])
    assert [obj["type"] for obj in answer.objects] == ["indicator"]
    assert whys(answer)["note", ""] == "what it speaks of is not passed on"


def test_an_observables_id_stays_only_where_it_tells_no_more_than_its_value():
    named = {"type": "domain-name", "value": "evil.example"}
    named["id"] = sco_id(named)
    assert only(brokered(named))["id"] == named["id"]
    drawn = named | {"id": id_of("domain-name", 3)}
    assert only(brokered(drawn))["id"] not in {named["id"], drawn["id"]}
    timed = {"type": "network-traffic", "protocols": ["tcp"], "start": CREATED, "dst_port": 443}
    timed["id"] = sco_id(timed)
    assert only(brokered(timed))["id"] != timed["id"]


def test_a_reference_to_an_author_does_not_stay_though_the_hub_knows_it():
    tie = made(
        "relationship",
        5,
        relationship_type="related-to",
        source_ref=id_of("indicator", 2),
        target_ref=AUTHOR["id"],
    )
    answer = brokered(indicator(), tie, known_ids={AUTHOR["id"]})
    assert [obj["type"] for obj in answer.objects] == ["indicator"]


def test_a_validity_stays_longer_than_nothing_when_it_is_rounded():
    obj = only(brokered(indicator(valid_until="2026-11-20T14:00:00Z")))
    assert (obj["valid_from"], obj["valid_until"]) == ("2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z")
    assert "valid_until" not in only(brokered(indicator(valid_until="2026-13-20T14:00:00Z")))


def test_of_several_versions_the_last_stays():
    later = indicator(modified="2026-11-21T00:00:00.000Z", name="later")
    assert only(brokered(later, indicator(name="earlier")))["name"] == "later"


@pytest.mark.parametrize(
    ("properties", "tlp", "pap"),
    [
        ({}, Tlp.AMBER, None),
        ({"labels": ["tlp:red", "PAP:RED"]}, Tlp.RED, "red"),
        ({"tags": ["tlp:red", "pap:amber"]}, Tlp.RED, "amber"),
        ({"granular_markings": [{"selectors": ["name"], "marking_ref": marking_id(Tlp.RED)}]}, Tlp.RED, None),
        ({"object_marking_refs": [id_of("marking-definition", 8)]}, 5, None),
        ({"granular_markings": ["x"]}, 5, None),
    ],
)
def test_what_is_brokered_is_marked_as_strictly_as_before(properties, tlp, pap):
    left = read_markings(only(brokered(indicator(**properties))), {})
    assert (left.tlp, left.pap) == (tlp, pap)


def test_a_tag_that_is_not_understood_and_identifies_takes_the_object_with_it():
    answer = brokered(indicator(labels=["tlp:ex:acme"]), identifying=["acme"])
    assert answer.objects == ()
    assert whys(answer)["indicator", ""] == "it has a marking that is not understood and cannot be kept"


def test_an_audience_binds_on_and_one_that_names_the_author_is_for_nobody():
    plain, telling = (
        json.loads(audience_marking([name])) for name in ("sector:energy", f"organisation:{AUTHOR['id']}")
    )
    answer = brokered(plain, indicator(object_marking_refs=[plain["id"]]))
    assert answer.objects[0] == plain
    assert read_markings(answer.objects[1], {plain["id"]: plain}).audience == {"sector:energy"}
    answer = brokered(AUTHOR, telling, indicator(object_marking_refs=[telling["id"]]))
    assert AUTHOR["id"] not in json.dumps(answer.objects)
    assert read_markings(only(answer), {}).tlp == 5


def test_a_statement_that_names_the_author_goes_and_what_it_marks_is_for_nobody():
    statement = {"type": "marking-definition", "id": id_of("marking-definition", 8), "created": CREATED,
                 "definition_type": "statement", "definition": {"statement": "Copyright Acme Power"}}  # fmt: skip
    marked = indicator(object_marking_refs=[statement["id"]])
    assert read_markings(only(brokered(AUTHOR, statement, marked)), {}).tlp == 5
    kept = brokered(statement | {"definition": {"statement": "TLP:RED"}}, marked)
    definitions = {obj["id"]: obj for obj in kept.objects}
    assert statement["id"] not in definitions
    assert read_markings(kept.objects[1], definitions).tlp == Tlp.RED


@pytest.mark.parametrize(("secret", "now"), [(b"short", NOW), (SECRET, "yesterday")])
def test_a_secret_that_can_be_guessed_or_a_time_that_is_none_is_refused(secret, now):
    with pytest.raises(BadInput):
        broker([], HUB, secret, now)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from(["acme", CREATED, AUTHOR["id"], WARNING, "tlp:red", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "acme", "marking_ref"]), inner)
    ),
    max_leaves=6,
)
keys = st.sampled_from(["name", "labels", "object_refs", "sighting_of_ref", "source_ref", "object_marking_refs", "tags",
                        "granular_markings", "external_references", "valid_until", "created", "extensions", "definition_type",
                        "definition", "value", "hashes", "identity_class", "src_ref", "created_by_ref"])  # fmt: skip
types = st.sampled_from(
    ["indicator", "sighting", "note", "file", "network-traffic", "identity", "marking-definition", "x"]
)
anything = st.builds(
    lambda kind, number, held: {**held, "type": kind, "id": id_of(kind, number)},
    types, st.integers(0, 3), st.dictionaries(keys, values),
)  # fmt: skip


@given(st.lists(anything, max_size=4))
def test_whatever_is_submitted_nothing_that_identifies_is_left_and_no_marking_is_loosened(objects):
    answer = broker(objects, HUB, SECRET, NOW, ["acme", AUTHOR["id"]], {WARNING, AUTHOR["id"]})
    text = json.dumps(answer.objects)
    assert "acme" not in text
    assert AUTHOR["id"] not in text
    assert "13:37" not in text
    for obj in objects:
        assert f'"{obj["id"]}"' not in text or obj["type"] == "file"
    if len(objects) == 1 and answer.objects:
        assert read_markings(answer.objects[0], {}).tlp >= read_markings(objects[0], {}).tlp
