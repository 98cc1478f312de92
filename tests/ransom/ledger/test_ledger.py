"""What was loaded is one graph, whatever came first; what no chain can hold is refused."""

from __future__ import annotations

import pytest

from drawn_ledgers import tx, txid
from tocsin.errors import BadInput
from tocsin.ransom.address.ripemd160 import hash160
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.script_address import address_of
from tocsin.ransom.ledger.together import together
from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction


def names(ledger):
    return [ledger.columns.name(number) for number in range(len(ledger))]


TWICE = "e3bf3d07d4b0375638d5f1db5255fe07ba2c4cb067cd81b84ee974b6585fb468"


@pytest.mark.parametrize(
    ("transactions", "told"),
    [
        ([tx(1, [(9, 0, 5)], [5]), tx(2, [(9, 0, 5)], [5])], "two inputs spend"),
        ([tx(1, [(9, 0, 5)], [5]), tx(2, [(1, 1, None)], [5])], "has only 1 outputs"),
        ([tx(1, [(9, 0, 5)], [5]), tx(2, [(1, 0, 6)], [5])], "says that .* has 6 satoshi; it has 5"),
        ([tx(1, [(9, 0, 5)], [5]), tx(2, [(1, 0, None)], [6])], "pays 6 satoshi and spends 5"),
        ([tx(1, [(2, 0, 5)], [5]), tx(2, [(1, 0, 5)], [5])], f"in a circle.*{txid(1)}"),
        ([tx(1, [(1, 0, 5)], [5])], "in a circle"),
        ([tx(1, [(9, 0, 5)], [5]), tx(1, [(9, 0, 5)], [4])], "(5 and 4|4 and 5) satoshi"),
        ([tx(1, [(9, 0, 5)], [5]), tx(1, [(9, 0, 6)], [5])], "give .* (5 and 6|6 and 5) satoshi"),
        ([tx(1, [(9, 0, 5)], [5]), tx(1, [(8, 0, 5)], [5])], "says? that"),
        ([tx(1, [(9, 0, 5)], [5]), tx(1, [(9, 0, 5)], [4, 1])], "different inputs or outputs"),
        ([tx(1, [(9, 0, 5)], [5], height=1), tx(1, [(9, 0, 5)], [5], height=2)], "is in two blocks"),
        ([tx(1, [(9, 0, 5)], [5], height=1, place=1), tx(1, [(9, 0, 5)], [5], height=1, place=2)], "the places (1 and 2|2 and 1)"),
    ],
    ids=[
        "double-spend", "no-output", "other-amount", "makes-money", "circle", "itself", "other-output", "other-input",
        "other-parent", "other-count", "two-blocks", "two-places",
    ],
)  # fmt: skip
def test_what_no_chain_can_hold_is_refused_in_either_order(transactions, told):
    for order in (transactions, transactions[::-1]):
        with pytest.raises(BadInput, match=told):
            Ledger.of(order)


def test_one_transaction_spends_an_output_once():
    spent = Input(OutPoint(txid(9), 0))
    with pytest.raises(BadInput, match="two inputs spend"):
        Ledger.of([Transaction(txid(1), (spent, spent), (Output(5),))])


def test_two_sources_together_know_what_each_knows():
    block = Transaction(txid(1), (Input(OutPoint(txid(9), 0)),), (Output(5, b"\x51"),), 7, 3)
    saved = Transaction(txid(1), (Input(OutPoint(txid(9), 0), 6, "me"),), (Output(5, None, "you"),), 7)
    both = Transaction(txid(1), (Input(OutPoint(txid(9), 0), 6, "me"),), (Output(5, b"\x51", "you"),), 7, 3)
    assert together(block, saved) == together(saved, block) == both
    assert together(both, both) == both


def test_of_the_two_coinbases_that_are_there_twice_the_later_counts():
    early = Transaction(TWICE, (), (Output(50, b"\x51"),), 91722, 0)
    late = Transaction(TWICE, (), (Output(50, b"\x51"),), 91880, 0)
    assert together(early, late).height == together(late, early).height == 91880
    with pytest.raises(BadInput, match="two blocks"):
        together(early, Transaction(TWICE, (), (Output(50, b"\x51"),), 91881, 0))


def test_parents_come_first_inside_a_block_and_blocks_in_order():
    child = tx(1, [(2, 0, 5)], [5], height=7)
    parent = tx(2, [(9, 0, 5)], [5], height=7)
    before = tx(3, [(8, 0, 5)], [5], height=6)
    unknown = tx(0, [(7, 0, 5)], [5])
    for order in ([child, parent, unknown, before], [before, unknown, parent, child]):
        assert names(Ledger.of(order)) == [txid(3), txid(2), txid(1), txid(0)]


def test_an_amount_comes_from_the_parent_or_from_the_spender_and_what_is_missing_is_named():
    ledger = Ledger.of([tx(1, [(9, 0, 6), (8, 1, None)], [5]), tx(2, [(1, 0, None)], [5])])
    assert [one.amount for one in ledger.transaction(txid(1)).inputs] == [6, None]
    assert [one.amount for one in ledger.transaction(txid(2)).inputs] == [5]
    assert ledger.amount_of(OutPoint(txid(7), 0)) is None
    assert ledger.missing == {txid(8)}


def test_what_was_paid_to_an_address_is_found_by_output_script_and_input():
    script = bytes.fromhex("0014751e76e8199196d454941c45d1b3a323f1433bd6")
    known = Transaction(
        txid(1), (Input(OutPoint(txid(9), 0), 6, "me"),), (Output(5, script), Output(1, None, "me"))
    )
    ledger = Ledger.of([known])
    assert ledger.paid_to("me") == [OutPoint(txid(9), 0), OutPoint(txid(1), 1)]
    assert ledger.paid_to("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4") == [OutPoint(txid(1), 0)]


def test_a_transaction_is_found_by_its_id():
    one = tx(1, [(9, 0, 5)], [5])
    ledger = Ledger.of([one])
    assert ledger.transaction(one.txid) == one
    assert ledger.transaction(txid(2)) is None


def test_a_bare_key_may_be_named_by_the_address_of_its_hash():
    key = bytes([33, 2, *range(32), 0xAC])
    hashed = b"\x76\xa9\x14" + hash160(key[1:-1]) + b"\x88\xac"
    said = [Transaction(txid(1), (), (Output(5, script),), 1, 0) for script in (key, hashed)]
    for one, other in (said, said[::-1]):
        assert together(one, other).outputs == (Output(5, key, address_of(hashed)),)
    ledger = Ledger.of(said)
    assert ledger.paid_to(address_of(hashed)) == [OutPoint(txid(1), 0)]
    with pytest.raises(BadInput, match="different scripts"):
        together(said[0], Transaction(txid(1), (), (Output(5, hashed[:-1] + b"\x87"),), 1, 0))
