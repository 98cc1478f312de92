"""What seems to be change is guessed by one narrow rule, joins only when asked, and is told as a guess."""

from __future__ import annotations

from drawn_ledgers import tx, txid
from tocsin.ransom.clusters.change import change_outputs
from tocsin.ransom.clusters.cluster import Clusters, Step
from tocsin.ransom.clusters.mixing import holders_of_points
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import Input, OutPoint, Transaction


def changes(transactions):
    ledger = Ledger.of(transactions)
    found = change_outputs(ledger, holders_of_points(ledger)).tolist()
    return {
        ledger.columns.name(number): ledger.address(point) for number, point in enumerate(found) if point >= 0
    }


OLD = tx(1, [(9, 0, 50)], [(50, "shop")], height=1)


def test_the_new_one_of_two_outputs_is_the_change_where_the_other_was_seen_before():
    assert changes([OLD, tx(2, [(8, 0, 9)], [(5, "shop"), (4, "fresh")], height=2)]) == {txid(2): "fresh"}
    assert changes([OLD, tx(2, [(8, 0, 9)], [(4, "fresh"), (5, "shop")], height=2)]) == {txid(2): "fresh"}


def test_nothing_is_guessed_of_other_payments():
    for two in (
        [(5, "new"), (4, "fresh")],
        [(5, "shop"), (2, "fresh"), (2, "third")],
        [(5, "shop"), (4, "shop")],
        [(9, "fresh")],
        [(5, "shop"), (4, "")],
    ):
        assert changes([OLD, tx(2, [(8, 0, 9)], two, height=2)]) == {}


def test_an_address_that_is_paid_again_was_no_change():
    pays = tx(2, [(8, 0, 9)], [(5, "shop"), (4, "fresh")], height=2)
    assert changes([OLD, pays, tx(3, [(7, 0, 9)], [(9, "fresh")], height=3)]) == {}


def test_an_address_that_is_spent_from_was_seen():
    spends = Transaction(txid(2), (Input(OutPoint(txid(8), 0), 9, "me"),), tx(2, [(8, 0, 9)], [(5, "shop"), (4, "me")]).outputs, 2)  # fmt: skip
    assert changes([OLD, spends]) == {}


def test_change_joins_only_when_asked_and_its_step_says_that_it_is_a_guess():
    pays = Transaction(
        txid(2),
        (Input(OutPoint(txid(8), 0), 9, "me"), Input(OutPoint(txid(8), 1), 1, "also me")),
        tx(2, [(8, 0, 9)], [(5, "shop"), (4, "fresh")]).outputs,
        2,
    )
    ledger = Ledger.of([OLD, pays])
    assert Clusters(ledger).cluster_of("me") == ["also me", "me"]
    clusters = Clusters(ledger, by_change=True)
    assert clusters.cluster_of("me") == ["also me", "fresh", "me"]
    assert clusters.proof("me", "fresh") == [Step(txid(2), "me", "fresh", by_change=True)]
    assert clusters.proof("me", "also me") == [Step(txid(2), "me", "also me")]
    assert Clusters(ledger, {txid(2)}, by_change=True).cluster_of("me") == ["me"]


def test_what_goes_back_to_where_it_was_spent_from_makes_no_stranger_the_change():
    pays = Transaction(
        txid(2),
        (Input(OutPoint(txid(8), 0), 100, "me"),),
        tx(2, [(8, 0, 100)], [(30, "fresh"), (70, "me")]).outputs,
        2,
    )
    assert changes([OLD, pays]) == {}
