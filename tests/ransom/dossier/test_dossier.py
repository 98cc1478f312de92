from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from drawn_ledgers import tx, txid
from ransom.attribution.making import evidence, statement
from ransom.dossier.making import ADDRESS, OTHER, drawn_given, given_of, said_of, screened
from tocsin.ransom.attribution.statement import Role, name_key
from tocsin.ransom.clusters.cluster import Step
from tocsin.ransom.dossier.claim import Claim
from tocsin.ransom.dossier.document import document
from tocsin.ransom.dossier.dossier import dossier_of
from tocsin.ransom.dossier.parts import ClusterPart
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint


def all_words(made):
    return msgspec.json.encode(document(made)).decode()


@settings(deadline=None)
@given(drawn_given())
def test_every_claim_has_evidence(parts):
    made = dossier_of(parts)
    assert all(claim.proofs and all(proof.words for proof in claim.proofs) for claim in made.claims)


def test_a_claim_that_nothing_shows_cannot_be_made():
    with pytest.raises(ValueError, match="without evidence"):
        Claim("It is so.", (), ())


@settings(deadline=None)
@given(drawn_given(), st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_matter(parts, random):
    said = list(parts.said)
    random.shuffle(said)
    made, again = dossier_of(parts), dossier_of(replace(parts, said=tuple(said)))
    assert (made.sections, made.changes, made.unknown) == (again.sections, again.changes, again.unknown)


@settings(deadline=None)
@given(drawn_given())
def test_every_statement_is_told_and_only_those_that_stand_are_weighed(parts):
    made = dossier_of(parts)
    beside = [one.beside for one in made.sections if one.beside is not None]
    assert sorted(one.id for group in beside for one in group.said) == sorted(one.id for one in parts.said)
    for group in beside:
        standing = {name_key(one.statement.named) for one in group.said if one.withdrawn_us is None}
        assert (group.matrix is not None) == (len(standing) > 1)
        assert group.matrix is None or set(map(name_key, group.matrix.names)) == standing


@settings(deadline=None)
@given(drawn_given())
def test_amounts_are_whole_or_not_known(parts):
    def amounts(held):
        if isinstance(held, dict):
            for key, one in held.items():
                if key.endswith("_sat"):
                    yield from one.values() if isinstance(one, dict) else [one]
                yield from amounts(one)
        elif isinstance(held, list):
            for one in held:
                yield from amounts(one)

    found = list(amounts(msgspec.json.decode(all_words(dossier_of(parts)))))
    assert all(one is None or type(one) is int for one in found)


def test_evidence_that_rests_on_one_source_is_said_to_count_once():
    items = [evidence("Press", rests_on="A court"), evidence("A court")]
    made = dossier_of(given_of(said=[said_of(statement(items=items))]))
    (claim,) = [one for one in made.claims if "DarkSide" in one.words]
    assert [one.words[:3] for one in claim.proofs] == ["[1]", "[1]"]
    assert all("counts once with 1 other" in one.words for one in claim.proofs)
    assert "All 2 pieces of evidence rest on one source (A court)" in claim.doubts[0]


def test_names_that_compete_stand_side_by_side_and_none_is_called_the_winner():
    said = [
        said_of(statement("Nobody")),
        said_of(statement("DarkSide")),
        said_of(statement("DarkSide", role=Role.AFFILIATE)),
    ]
    made = dossier_of(given_of(said=said))
    operator, affiliate = [one for one in made.sections if one.beside is not None]
    assert (operator.id, affiliate.id) == ("said-operator", "said-affiliate")
    assert operator.beside.matrix.names == ("DarkSide", "Nobody")
    assert affiliate.beside.matrix is None
    assert "names no winner" in made.summary[-1]


def test_hosted_in_a_state_is_told_apart_from_directed_by_it():
    said = [
        said_of(statement("Russia", role=role, country="RU", about="DarkSide"))
        for role in (Role.STATE_DIRECTION, Role.HOST_STATE)
    ]
    made = dossier_of(given_of(said=said))
    assert [one.id for one in made.sections if one.beside] == ["said-host_state", "said-state_direction"]
    hosted = next(one for one in made.claims if "is said to host" in one.words)
    assert "Russia (RU) is said to host DarkSide." in hosted.words
    assert any("nothing of that state's direction" in doubt for doubt in hosted.doubts)


def test_a_withdrawn_statement_stays_and_counts_for_nothing():
    gone = said_of(statement(), withdrawn_us=9, withdrawn_by="bob", withdrawn_why="It was wrong")
    made = dossier_of(given_of(said=[gone]))
    claim = next(one for one in made.claims if "DarkSide" in one.words)
    assert claim.doubts[0] == "WITHDRAWN by bob: It was wrong. It counts for nothing."
    assert not any("DarkSide" in of for of, _ in made.changes)
    assert "Who is behind it: no statement of a person stands here." in made.unknown


def test_a_trace_says_what_hangs_on_the_convention():
    ledger = Ledger.of([tx(1, [(9, 0, 10), (8, 0, 10)], [(12, "x"), (7, "y")])])
    made = dossier_of(given_of(ledger, [OutPoint(txid(9), 0)]))
    seed, first, second = next(one for one in made.sections if one.trace).claims
    assert "0.00000010 BTC were followed" in seed.words
    assert [one.partition(" ")[0] for one in seed.doubts] == ["Whether", "Where"]
    assert first.words == "x received 0.00000002 to 0.00000010 BTC of it, in an output of 0.00000012 BTC."
    assert [one.reference for one in first.proofs] == [txid(1), ""]
    assert first.doubts == ("The amount depends on the convention; no ledger says which satoshi went where.",)
    assert second.doubts[0] == "The range includes 0: by some convention nothing of it is here."
    changes = dict(made.changes)["Where the money went"]
    assert changes[0].startswith("Of 1 output that the claims name")
    assert changes[2].startswith("The transactions before output 0 of 00000000...0009")


def test_an_amount_that_is_not_known_is_told_as_not_known():
    ledger = Ledger.of([tx(1, [(9, 0, 10), (8, 0, None)], [12, 7])])
    made = dossier_of(given_of(ledger, [OutPoint(txid(9), 0)]))
    assert "lifo ?" in all_words(made)
    assert any(f"are not known ({txid(1)})" in one for one in made.unknown)


def test_a_cluster_that_hangs_on_one_transaction_says_so():
    cluster = ClusterPart(
        ADDRESS, [OTHER, ADDRESS], ["e" * 64], {OTHER: [Step("e" * 64, ADDRESS, OTHER)]}, [], is_large=False
    )
    made = dossier_of(given_of(clusters=(cluster,)))
    (claim,) = next(one for one in made.sections if one.id == "cluster").claims
    assert claim.proofs[0].reference == "e" * 64
    assert any("hangs on one transaction" in one for one in dict(made.changes)["Who holds it"])


def test_an_old_list_and_one_that_finds_nothing_are_no_all_clear():
    made = dossier_of(given_of(screening=screened(current=False)))
    (claim,) = made.claims
    assert claim.words.endswith("no match found, which does not mean that it is clear.")
    assert claim.proofs[0].reference == "5" * 64
    assert "40 days old" in claim.doubts[1]
    assert "clear" not in all_words(made).replace("does not mean that it is clear", "")


def test_without_a_list_the_screening_is_not_known():
    made = dossier_of(given_of(screening=replace(screened(), compared=())))
    assert made.claims == ()
    assert made.unknown[0].startswith("Whether a sanctioned party is behind it: no list is kept")


def test_what_it_was_made_from_is_told_with_hashes():
    made = dossier_of(given_of(said=[said_of(statement(items=[evidence(sha256="7" * 64)]))]))
    assert {one.hash for one in made.inputs} >= {"5" * 64, "7" * 64}
    assert made.note == "A screening is not legal advice."


def test_statements_on_another_subject_are_not_weighed_with_these():
    said = [
        replace(said_of(statement("DarkSide")), holder="a"),
        replace(
            said_of(statement("Nobody", incident="incident--1")),
            holder="incident--1",
            subject="the incident X",
        ),
    ]
    made = dossier_of(given_of(said=said))
    found = [one for one in made.sections if one.beside]
    assert [one.title for one in found] == [
        f"Who is said to operate it: the address {ADDRESS}",
        "Who is said to operate it: the incident X",
    ]
    assert [one.beside.matrix for one in found] == [None, None]


def test_evidence_that_does_not_go_with_a_name_would_change_it():
    court = evidence("A court", inconsistent_with=("Nobody",))
    said = [said_of(statement("DarkSide", items=[court])), said_of(statement("Nobody"))]
    changes = dict(dossier_of(given_of(said=said)).changes)
    assert changes["Nobody is said to operate it (Ann)"][0].startswith(
        "1 independent piece of evidence said not to go"
    )
    assert not any("not to go" in one for one in changes["DarkSide is said to operate it (Ann)"])


def test_a_proof_is_told_whole_or_its_address_is_counted():
    def path(length, end):
        return [Step(f"{end}{n}", f"{end}{n}", end) for n in range(length)]

    proofs = {"x": path(70, "x"), "y": path(2, "y"), "z": path(1, "z")}
    cluster = ClusterPart(ADDRESS, [ADDRESS, "w", *proofs], ["e", "f"], proofs, [], is_large=False)
    (claim,) = next(
        one for one in dossier_of(given_of(clusters=(cluster,))).sections if one.id == "cluster"
    ).claims
    assert claim.words.endswith("4 other addresses: z, y and others.")
    assert ([one.reference for one in claim.proofs], claim.more) == (["z0", "y0", "y1"], 2)
    alone = replace(cluster, addresses=[ADDRESS, "x"], proofs={"x": proofs["x"]})
    (claim,) = next(
        one for one in dossier_of(given_of(clusters=(alone,))).sections if one.id == "cluster"
    ).claims
    assert (len(claim.proofs), claim.more) == (70, 0)
