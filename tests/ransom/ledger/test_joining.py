"""However a ledger is cut into parts, and in whatever order they come, they make the same ledger."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, strategies as st

from drawn_ledgers import drawn_ledgers, tx, txid
from tocsin.errors import BadInput
from tocsin.ransom.ledger.columns import columns_of
from tocsin.ransom.ledger.joining import found_ids, joined
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction


def told(columns):
    """All that columns hold, as plain values."""
    table = columns.table
    plain = {one.name: getattr(columns, one.name).tolist() for one in fields(columns) if one.name != "table"}
    return plain, [table[number] for number in range(len(table))]


@given(drawn_ledgers(unknown=True), st.data())
def test_parts_make_the_same_ledger_as_the_whole(drawn, data):
    transactions, _ = drawn
    whole = joined([columns_of(transactions)])
    places = [data.draw(st.integers(0, 2)) for _ in transactions]
    parts = [[one for one, at in zip(transactions, places, strict=True) if at == part] for part in range(3)]
    assert told(joined([joined([columns_of(part)]) for part in parts])) == told(whole)
    assert told(joined([joined([columns_of(part)]) for part in parts[::-1]])) == told(whole)
    assert told(joined([whole])) == told(whole)
    assert told(joined([whole, columns_of(parts[0])])) == told(whole)


@given(drawn_ledgers(unknown=True))
def test_every_transaction_comes_back_with_what_its_parents_say(drawn):
    transactions, _ = drawn
    ledger = Ledger.of(transactions)
    amounts = {
        OutPoint(one.txid, n): output.amount for one in transactions for n, output in enumerate(one.outputs)
    }
    for one in transactions:
        found = ledger.transaction(one.txid)
        assert (found.outputs, found.height, found.place) == (one.outputs, one.height, one.place)
        for was, now in zip(one.inputs, found.inputs, strict=True):
            assert now.spent == was.spent
            assert now.amount == amounts.get(was.spent, was.amount)
    assert ledger.numbers([one.txid for one in transactions]) == [
        ledger.number(one.txid) for one in transactions
    ]


@given(drawn_ledgers())
def test_compiled_the_order_in_time_is_the_same(drawn):
    pytest.importorskip("numba")
    transactions, _ = drawn
    plain = told(joined([columns_of(transactions)]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tocsin.ransom.ledger.joining._COMPILED_FROM", -1)
        assert told(joined([columns_of(transactions)])) == plain


def test_of_a_transaction_in_two_parts_the_last_is_taken():
    first = columns_of([tx(1, [(9, 0, None)], [(5, "a")]), tx(2, [(1, 0, None)], [5])])
    better = columns_of([tx(1, [(9, 0, 6)], [(5, "a")], height=3, place=1)])
    ledger = Ledger(joined([first, better]))
    assert ledger.transaction(txid(1)).height == 3
    assert ledger.amount_of(OutPoint(txid(9), 0)) == 6
    assert ledger.spend_of(OutPoint(txid(1), 0)).txid == txid(2)


def test_what_two_parts_contradict_is_refused():
    parent = joined([columns_of([tx(1, [(9, 0, 6)], [5])])])
    for child, words in (
        (tx(2, [(1, 0, 6)], [5]), f"says that {txid(1)}:0 has 6 satoshi; it has 5"),
        (tx(2, [(1, 1, None)], [5]), f"{txid(2)} spends {txid(1)}:1, and that has only 1 outputs"),
        (tx(2, [(9, 0, 6)], [5]), f"two inputs spend {txid(9)}:0"),
        (tx(2, [(1, 0, None)], [6]), "pays 6 satoshi and spends 5"),
    ):
        for parts in ([parent, columns_of([child])], [columns_of([child]), parent]):
            with pytest.raises(BadInput, match=words):
                joined(parts)


def test_a_sum_beyond_all_satoshi_is_refused_and_does_not_wrap_around():
    many = [21 * 10**14] * 5_000
    with pytest.raises(BadInput, match="more than there is"):
        Ledger.of([tx(1, [(9, 0, None)], many)])


def test_ids_with_the_same_beginning_are_told_apart():
    ids = np.zeros((4, 32), np.uint8)
    ids[:, 31] = [3, 1, 2, 9]
    asked = np.zeros((3, 32), np.uint8)
    asked[:, 31] = [9, 4, 1]
    assert found_ids(ids, asked).tolist() == [3, -1, 1]
    assert found_ids(ids[:0], asked).tolist() == [-1, -1, -1]
    assert found_ids(ids, asked[:0]).tolist() == []


def test_blocks_come_by_height_and_in_a_block_by_place_and_what_is_placed_nowhere_last():
    made = [
        tx(1, [(99, 0, 5)], [5], height=2, place=0),
        tx(2, [(98, 0, 5)], [5], height=1, place=9),
        tx(3, [(97, 0, 5)], [5], height=1, place=1),
        tx(4, [(96, 0, 5)], [5], height=1),
        tx(5, [(95, 0, 5)], [5]),
    ]
    ledger = Ledger.of(made)
    assert [ledger.columns.name(number) for number in range(5)] == [txid(n) for n in (3, 2, 4, 1, 5)]


def test_an_address_that_only_the_spender_tells_is_not_lost_when_the_parent_comes():
    child = Transaction(txid(2), (Input(OutPoint(txid(1), 0), 5, "me"),), (Output(5),))
    for parts in ([tx(1, [(9, 0, 5)], [5]), child], [child, tx(1, [(9, 0, 5)], [5])]):
        ledger = Ledger.of(parts)
        assert ledger.paid_to("me") == [OutPoint(txid(1), 0)]
        assert Ledger(joined([ledger.columns])).paid_to("me") == [OutPoint(txid(1), 0)]
