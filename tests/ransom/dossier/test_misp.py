from __future__ import annotations

from hypothesis import given, settings

from drawn_ledgers import tx, txid
from ransom.attribution.making import statement
from ransom.dossier.making import ADDRESS, drawn_given, given_of, said_of
from tocsin.ransom.attribution.statement import Role
from tocsin.ransom.dossier.dossier import dossier_of
from tocsin.ransom.dossier.misp import event
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint

# Of the definitions in github:MISP/misp-objects, versions 7 and 4: relation and type.
RELATIONS = {
    "coin-address": {
        ("address", "btc"), ("address-xmr", "xmr"), ("address-crypto", "text"), ("symbol", "text"), ("text", "text"),
    },
    "btc-transaction": {("transaction-number", "text"), ("btc-address", "btc"), ("value_BTC", "float")},
}  # fmt: skip


@settings(deadline=None)
@given(drawn_given())
def test_objects_have_the_attributes_of_their_templates(parts):
    made = event(dossier_of(parts))
    for one in made["Object"]:
        held = [(part["object_relation"], part["type"]) for part in one["Attribute"]]
        assert set(held) <= RELATIONS[one["name"]]
        assert len(set(held)) == len(held)
    ids = [one["uuid"] for one in made["Object"]] + [one["uuid"] for one in made["Attribute"]]
    assert len(set(ids)) == len(ids)


def test_an_output_that_was_reached_tells_its_transaction_its_coins_and_the_range():
    ledger = Ledger.of([tx(1, [(9, 0, 10), (8, 0, 10)], [(12, "x")])])
    made = event(dossier_of(given_of(ledger, [OutPoint(txid(9), 0)])))
    address, reached = made["Object"]
    assert (address["template_uuid"], address["template_version"]) == (
        "d0e6997e-78da-4815-a6a1-cfc1c1cb8a46",
        "7",
    )
    assert (reached["template_uuid"], reached["template_version"]) == (
        "b7341729-5a8a-439f-a775-6d814da3c7b5",
        "4",
    )
    assert {one["object_relation"]: one["value"] for one in address["Attribute"]} == {
        "address": ADDRESS,
        "symbol": "BTC",
        "text": "Screened: no_match_found, which is no all-clear where nothing was found",
    }
    assert {one["object_relation"]: one["value"] for one in reached["Attribute"]} == {
        "transaction-number": txid(1),
        "value_BTC": "0.00000012",
        "btc-address": "x",
    }
    assert "holds 0.00000002 to 0.00000010 BTC" in reached["comment"]


def test_who_is_named_bears_both_grades_and_a_state_is_no_threat_actor():
    said = [
        said_of(statement()),
        said_of(statement("Russia", role=Role.HOST_STATE, country="RU", credibility=6)),
        said_of(statement("Nobody"), withdrawn_us=9, withdrawn_by="bob"),
    ]
    made = event(dossier_of(given_of(said=said)))
    named = [one for one in made["Attribute"] if one["category"] == "Attribution"]
    assert {(one["type"], one["value"].split(" ")[0]) for one in named} == {
        ("threat-actor", "DarkSide"),
        ("text", "Russia"),
    }
    tags = [[tag["name"] for tag in one["Tag"]] for one in named]
    assert ['admiralty-scale:source-reliability="b"', 'admiralty-scale:information-credibility="2"'] in tags


def test_an_event_is_of_this_organisation_and_not_published():
    made = event(dossier_of(given_of()))
    assert (made["distribution"], made["published"], made["Tag"]) == ("0", False, [{"name": "tlp:amber"}])
    assert made["info"].endswith("A screening is not legal advice.")
