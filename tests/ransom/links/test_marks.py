"""By what a case is recognised elsewhere, and what a hash of it tells."""

from __future__ import annotations

import pytest

from drawn_ledgers import tx, txid
from ransom.links.drawn_cases import known_of
from tocsin.errors import BadInput
from tocsin.ransom.clusters.cluster import Clusters
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.links.case import Case
from tocsin.ransom.links.link import Kind
from tocsin.ransom.links.marks import PUBLIC, Mark, key_of, key_text, mark_hash, marks_of

BTC = 100_000_000
RED = Case("red", ("pay red",))
KEY, OTHER = key_of(key_text(b"k" * 32)), key_of(key_text(b"o" * 32))
LEDGER = (
    tx(1, [(101, 0, BTC)], [(BTC, "pay red")]),
    tx(2, [(102, 0, 7)], [(7, "old")]),
    tx(3, [(1, 0, BTC), (2, 0, 7)], [(BTC, "mixed")]),
    tx(4, [(3, 0, BTC)], [(BTC // 2, "till"), (BTC - BTC // 2, "safe")]),
)


def marks(*transactions, case=RED, kinds=None, **more):
    known = known_of(Ledger.of(transactions or LEDGER), [case], **more)
    made = marks_of(case, known) if kinds is None else marks_of(case, known, kinds)
    return [(one.kind, one.value) for one in made]


def test_a_case_is_known_by_its_address_its_wallet_and_where_its_money_went():
    assert marks() == [
        (Kind.ADDRESS, "pay red"),
        (Kind.CLUSTER, "old"),
        (Kind.CONSOLIDATION, txid(3)),
        (Kind.CASH_OUT, "mixed"),
        (Kind.CASH_OUT, "safe"),
        (Kind.CASH_OUT, "till"),
    ]


def test_only_what_is_asked_for_is_a_mark():
    assert marks(kinds=[Kind.ADDRESS]) == [(Kind.ADDRESS, "pay red")]


def test_the_address_of_a_payment_is_a_mark_and_without_a_ledger_that_of_a_demand():
    assert marks(case=Case("red", (), (OutPoint(txid(1), 0),)), kinds=[Kind.ADDRESS]) == [
        (Kind.ADDRESS, "pay red")
    ]
    assert marks(tx(9, [(5, 0, 1)], [1])) == [(Kind.ADDRESS, "pay red")]


def test_what_spends_the_money_alone_and_a_coinjoin_gather_nothing():
    alone = (LEDGER[0], tx(3, [(1, 0, BTC)], [(BTC, "x")]))
    assert marks(*alone, kinds=[Kind.CONSOLIDATION]) == []
    assert marks(kinds=[Kind.CONSOLIDATION, Kind.CASH_OUT], coinjoins={txid(3)}) == []


def test_a_cluster_that_may_be_strangers_is_no_mark(monkeypatch):
    monkeypatch.setattr(Clusters, "is_alarming", lambda *_: True)
    assert marks(kinds=[Kind.CLUSTER]) == []


def test_of_each_kind_the_nearest_are_taken(monkeypatch):
    monkeypatch.setattr("tocsin.ransom.links.marks.LINK_MARKS", 1)
    assert marks() == [
        (Kind.ADDRESS, "pay red"),
        (Kind.CLUSTER, "old"),
        (Kind.CONSOLIDATION, txid(3)),
        (Kind.CASH_OUT, "mixed"),
    ]


def test_of_a_cluster_that_two_know_in_part_both_take_the_same_first(monkeypatch):
    """Else each would share its own hundred of some thousand, and no two would be equal."""
    monkeypatch.setattr("tocsin.ransom.links.marks.LINK_MARKS", 3)
    names = [f"a{n:02}" for n in range(30)]

    def some(chosen):
        paid = [tx(10 + n, [(500 + n, 0, 9)], [(9, name)]) for n, name in enumerate(names)]
        spent = [(10 + n, 0, 9) for n, name in enumerate(names) if name in chosen]
        return [*paid, tx(1, [(101, 0, BTC)], [(BTC, "pay red")]), tx(3, [(1, 0, BTC), *spent], [BTC])]

    first, second = (
        {value for _, value in marks(*some(chosen), kinds=[Kind.CLUSTER])}
        for chosen in (names[:20], names[5:25])
    )
    assert len(first) == 3
    assert first & second


def test_what_speaks_against_a_mark_is_counted():
    others = [tx(1000 + n, [(2000 + n, 0, 5)], [(5, "till")]) for n in range(100)]
    known = known_of(Ledger.of([*LEDGER, *others]), [RED])
    assert {one.value: one.doubts for one in marks_of(RED, known, [Kind.CASH_OUT])} == {
        "mixed": 0,
        "safe": 0,
        "till": 1,
    }


def test_a_hash_is_the_same_for_one_holder_whatever_kind_and_spelling_and_key_alone_changes_it():
    old, new = "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    first = mark_hash(Mark(Kind.ADDRESS, old), KEY)
    assert mark_hash(Mark(Kind.CASH_OUT, new, 3), KEY) == first
    assert len(first) == 32
    assert mark_hash(Mark(Kind.ADDRESS, old), OTHER) != first
    assert mark_hash(Mark(Kind.ADDRESS, old), PUBLIC) != first
    assert mark_hash(Mark(Kind.CONSOLIDATION, txid(1)), KEY) != mark_hash(Mark(Kind.ADDRESS, txid(1)), KEY)


def test_a_key_is_read_as_it_was_written_and_its_name_is_not_the_key():
    again = key_of(key_text(b"k" * 32) + "\n")
    assert again == KEY
    assert KEY.name != OTHER.name
    assert len(KEY.name) == 16
    assert KEY.name not in key_text(KEY.secret)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tocsin link key 1: 00",
        f"tocsin link key 2: {'0' * 64}",
        f"tocsin link key 1: {'G' * 64}",
        "0" * 64,
    ],
    ids=range(5),
)
def test_what_is_no_key_is_told(text):
    with pytest.raises(BadInput, match="no key"):
        key_of(text)
