"""A dossier as STIX: it meets the published schemas and ours, and says no more than persons and the ledger do."""

from __future__ import annotations

import json
import uuid

import jsonschema_rs
import pytest
from hypothesis import given, settings, strategies as st

from cli.formats.stix_schemas import type_validator
from drawn_ledgers import tx, txid
from ransom.attribution.making import evidence, statement
from ransom.dossier.making import ADDRESS, OTHER, OWN, drawn_given, given_of, said_of
from tocsin.ransom.attribution.statement import Role
from tocsin.ransom.clusters.cluster import Step
from tocsin.ransom.dossier.dossier import dossier_of
from tocsin.ransom.dossier.parts import ClusterPart
from tocsin.ransom.dossier.stix.bundle import bundle
from tocsin.ransom.dossier.stix.names import (
    ATTRIBUTION,
    AUTHOR,
    SATOSHI,
    TRANSACTION,
    WALLET,
    transaction_id,
    wallet_id,
)
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.service.ransom.dossier_stix import extension_schemas, render


def written(parts):
    return json.loads("".join(render(dossier_of(parts))))


def of_type(parts, type):
    return [one for one in written(parts)["objects"] if one["type"] == type]


@pytest.fixture(scope="module")
def own():
    """Our schemas, by the id of the extension."""
    return {id: jsonschema_rs.validator_for(json.loads(text)) for id, text in extension_schemas().items()}


@settings(max_examples=40, deadline=None)
@given(drawn_given())
def test_what_is_written_meets_the_schemas_of_stix(parts):
    for one in written(parts)["objects"]:
        ours = one["type"].startswith("cryptocurrency-")
        errors = list(type_validator("cyber-observable-core" if ours else one["type"]).iter_errors(one))
        assert not errors, errors[0].message


@settings(deadline=None)
@given(drawn_given())
def test_what_is_written_meets_our_schemas(own, parts):
    for one in written(parts)["objects"]:
        if one["type"] == "cryptocurrency-wallet":
            assert own[WALLET].is_valid(one)
        if one["type"] == "cryptocurrency-transaction":
            assert own[TRANSACTION].is_valid(one)
        for id, held in one.get("extensions", {}).items():
            if id in {SATOSHI, ATTRIBUTION}:
                errors = list(own[id].iter_errors(held))
                assert not errors, errors[0].message


@settings(deadline=None)
@given(drawn_given())
def test_in_our_extensions_there_is_no_number_with_a_fraction(parts):
    def numbers(held):
        if isinstance(held, dict):
            held = list(held.values())
        if isinstance(held, list):
            return [number for one in held for number in numbers(one)]
        return [held] if isinstance(held, int | float) and not isinstance(held, bool) else []

    for one in written(parts)["objects"]:
        held = [one.get("extensions", {}).get(id) for id in (SATOSHI, ATTRIBUTION)]
        assert all(type(number) is int for number in numbers(held))


@settings(deadline=None)
@given(drawn_given(), st.randoms(use_true_random=False))
def test_equal_parts_give_equal_bytes_and_each_object_is_there_once(parts, random):
    from dataclasses import replace

    said = list(parts.said)
    random.shuffle(said)
    first, again = written(parts), written(replace(parts, said=tuple(said)))
    ids = [one["id"] for one in first["objects"]]
    assert len(set(ids)) == len(ids)
    assert {json.dumps(one) for one in first["objects"] if one["type"] != "report"} == {
        json.dumps(one) for one in again["objects"] if one["type"] != "report"
    }
    assert written(parts) == first


@settings(deadline=None)
@given(drawn_given())
def test_what_is_referred_to_is_there_or_the_organisation_and_the_marking(parts):
    objects = written(parts)["objects"]
    there = {one["id"] for one in objects}

    def refs(held):
        if isinstance(held, dict):
            for key, one in held.items():
                if key.endswith(("_ref", "_refs")):
                    yield from [one] if isinstance(one, str) else one
                yield from refs(one)
        elif isinstance(held, list):
            for one in held:
                yield from refs(one)

    outside = set(refs(objects)) - there
    assert {one.partition("--")[0] for one in outside} <= {"identity", "marking-definition"}
    assert {one for one in outside if one.startswith("identity")} <= {OWN}


@settings(deadline=None)
@given(drawn_given())
def test_nothing_is_attributed_but_by_the_statement_of_a_person(parts):
    objects = written(parts)["objects"]
    tied = [one for one in objects if one.get("relationship_type") in {"attributed-to", "located-at"}]
    assert len(tied) == len({one.id for one in parts.said})
    assert all(one["extensions"][ATTRIBUTION]["said_by"] == "Ann" for one in tied)
    for one in tied:
        is_host = one["extensions"][ATTRIBUTION]["role"] == "host_state"
        assert one["relationship_type"] == ("located-at" if is_host else "attributed-to")
        assert one["target_ref"].startswith("location--" if is_host else ("threat-actor--", "identity--"))


def test_a_transaction_has_whole_satoshi_and_its_outpoints():
    ledger = Ledger.of([tx(1, [(9, 0, 3_00000001), (8, 1, None)], [(1, "x"), (3_00000000, "")])])
    (one,) = of_type(given_of(ledger, [OutPoint(txid(9), 0)]), "cryptocurrency-transaction")
    assert (one["symbol"], one["value"]) == ("BTC", txid(1))
    assert "fee" not in one
    assert one["input"] == [{"amount": 3.00000001}]
    assert one["output"] == [{"amount": 1e-08, "address_ref": wallet_id("x")}, {"amount": 3.0}]
    exact = one["extensions"][SATOSHI]
    assert exact["inputs"] == [
        {"txid": txid(9), "n": 0, "amount_sat": 3_00000001, "seed": True},
        {"txid": txid(8), "n": 1},
    ]
    assert exact["outputs"][1]["traced"] == [
        {
            "followed": f"{txid(9)}:0",
            "min_sat": 0,
            "max_sat": 3_00000000,
            "by_method_sat": {"fifo": 3_00000000, "tiho": 3_00000000, "poison": 3_00000000},
        }
    ]


def test_the_id_of_an_address_is_the_one_that_the_rule_for_observables_gives():
    name = '{"value":"1KFHE7w8BhaENAswwryaoccDb6qcT6DbYY"}'
    made = uuid.uuid5(uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7"), name)
    assert wallet_id("1KFHE7w8BhaENAswwryaoccDb6qcT6DbYY") == f"cryptocurrency-wallet--{made}"
    made = uuid.uuid5(
        uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7"), f'{{"symbol":"BTC","value":"{txid(1)}"}}'
    )
    assert transaction_id(txid(1)) == f"cryptocurrency-transaction--{made}"


def test_our_ids_are_made_from_names():
    space = uuid.UUID("9b1c5a52-6f5e-4a0e-8b57-3d1f4c2e7a90")
    made = [str(uuid.uuid5(space, name)) for name in ("satoshi", "attribution", "tocsin")]
    assert [one.partition("--")[2] for one in (SATOSHI, ATTRIBUTION, AUTHOR)] == made


def test_a_bundle_carries_our_definitions_with_their_schemas():
    definitions = of_type(given_of(), "extension-definition")
    assert [one["id"] for one in definitions] == [SATOSHI, ATTRIBUTION]
    assert all(json.loads(one["schema"])["$comment"] == "Tocsin's own." for one in definitions)
    assert {one["created_by_ref"] for one in definitions} == {AUTHOR}


def test_a_note_bears_both_grades_and_the_confidence_is_that_of_the_digit():
    said = said_of(
        statement(items=[evidence(reference="https://court.example/1", sha256="7" * 64), evidence("B")])
    )
    parts = given_of(said=[said])
    (tied,) = [one for one in of_type(parts, "relationship") if one["relationship_type"] == "attributed-to"]
    assert tied["confidence"] == 70
    assert tied["external_references"][0] == {
        "source_name": "A court",
        "description": "2021-06-07; It says so",
        "url": "https://court.example/1",
        "hashes": {"SHA-256": "7" * 64},
    }
    extension = tied["extensions"][ATTRIBUTION]
    assert (extension["source_reliability"], extension["information_credibility"]) == ("B", 2)
    assert extension["independent_sources"] == 2
    note = next(one for one in of_type(parts, "note") if tied["id"] in one["object_refs"])
    assert note["abstract"] == "Admiralty code: source B, information 2"


def test_the_digit_six_has_no_confidence():
    (tied,) = [
        one
        for one in of_type(given_of(said=[said_of(statement(credibility=6))]), "relationship")
        if one["relationship_type"] == "attributed-to"
    ]
    assert "confidence" not in tied


def test_a_host_state_is_where_somebody_is_located_and_attributes_nothing():
    said = [said_of(statement("Russia", role=Role.HOST_STATE, country="RU", about="DarkSide"))]
    parts = given_of(said=said)
    types = {one["relationship_type"] for one in of_type(parts, "relationship")}
    assert types == {"located-at", "consists-of"}
    assert of_type(parts, "location")[0]["country"] == "RU"
    assert [one["name"] for one in of_type(parts, "threat-actor")] == ["DarkSide"]


def test_who_directs_is_told_of_the_actor_and_not_of_the_address():
    said = [said_of(statement("An agency", role=Role.STATE_DIRECTION, country="RU"))]
    parts = given_of(said=said)
    (tied,) = [one for one in of_type(parts, "relationship") if one["relationship_type"] == "attributed-to"]
    (actor,) = of_type(parts, "threat-actor")
    assert actor["name"] == f"Whoever is behind the address {ADDRESS}"
    assert tied["source_ref"] == actor["id"]


def test_a_statement_that_was_withdrawn_is_revoked():
    gone = said_of(statement(), withdrawn_us=1_700_000_000_000_000, withdrawn_by="bob")
    (tied,) = [one for one in of_type(given_of(said=[gone]), "relationship") if "confidence" in one]
    assert tied["revoked"] is True
    assert tied["modified"] > tied["created"]


def test_a_cluster_is_an_infrastructure_that_consists_of_its_addresses():
    steps = {OTHER: [Step("e" * 64, ADDRESS, OTHER)]}
    cluster = ClusterPart(ADDRESS, [OTHER, ADDRESS], ["e" * 64], steps, [], is_large=False)
    said = said_of(statement(cluster=ADDRESS))
    parts = given_of(clusters=(cluster,), said=[said])
    held = {
        one["target_ref"]
        for one in of_type(parts, "relationship")
        if one["relationship_type"] == "consists-of"
    }
    assert held == {wallet_id(ADDRESS), wallet_id(OTHER)}


def test_the_schemas_are_looked_up_by_the_extension():
    made = bundle(dossier_of(given_of()), {SATOSHI: "one", ATTRIBUTION: "two"})
    assert [one["schema"] for one in made["objects"] if "schema" in one] == ["one", "two"]


def test_a_name_that_several_give_is_one_actor_as_old_as_the_first_of_them():
    from dataclasses import replace

    late = replace(said_of(statement()), noted_us=1_600_000_009_000_000)
    early = said_of(statement("darkside ", said_by="Bob"))
    (actor,) = of_type(given_of(said=[late, early]), "threat-actor")
    assert (actor["name"], actor["created"]) == ("darkside ", "2020-09-13T12:26:40.000Z")
