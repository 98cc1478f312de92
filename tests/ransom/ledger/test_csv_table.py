"""A table has a row for each input and output; what it says is what bitcoin-etl's JSON says."""

from __future__ import annotations

import pytest

from drawn_ledgers import txid
from tocsin.errors import BadInput
from tocsin.ransom.ledger.read import transactions_in
from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction

HEAD = "transaction_hash,index,value,addresses,spent_transaction_hash,spent_output_index,block_number\n"
PAID = HEAD + (
    f"{txid(2)},1,4,you,,,7\n"
    f"{txid(2)},0,6,['me'],{txid(1)},3,7\n"
    f"{txid(2)},0,1,me,,,7\n"
)  # fmt: skip


def read(text):
    return list(transactions_in(text.encode(), "a.csv"))


def test_rows_of_one_transaction_are_gathered_in_the_order_of_their_index():
    assert read(PAID) == [
        Transaction(
            txid(2),
            (Input(OutPoint(txid(1), 3), 6, "me"),),
            (Output(1, None, "me"), Output(4, None, "you")),
            7,
        )
    ]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_cells_may_be_parted_otherwise_and_columns_have_other_names(separator):
    text = f"\ufeffTXID,n,value_sat,script_hex,spent_txid,spent_n\n{txid(2)},0,5,51,,\n{txid(2)},0,,,{txid(1)},0\n\n"
    assert read(text.replace(",", separator)) == [
        Transaction(txid(2), (Input(OutPoint(txid(1), 0)),), (Output(5, b"\x51"),))
    ]


def test_a_coinbase_says_that_it_is_one_and_a_missing_half_is_no_coinbase():
    head = HEAD.replace("block_number", "is_coinbase")
    assert read(f"{head}{txid(2)},0,50,me,,,true\n") == [Transaction(txid(2), (), (Output(50, None, "me"),))]
    (fault,) = read(f"{head}{txid(2)},0,50,me,,,\n")
    assert isinstance(fault, BadInput)
    assert "no row of an input" in fault.what


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        (HEAD.replace("value", "worth"), "has no column value", 1),
        (HEAD + "a,b\n", "has 2 cells where the first line has 7", 2),
        (PAID.replace(",4,you", ",4.0,you"), "is no whole number", 2),
        (PAID.replace(",4,you", ",-4,you"), "negative", 2),
        (PAID.replace(",4,you", ",,you"), "an output has no value", 2),
        (PAID.replace("2),1", "2),0").replace(",1,4,", ",0,4,"), "indexes of inputs or outputs", 2),
        (PAID.replace(",you,,,7", ",you,,,8"), "height 7 and 8", 2),
        (PAID.replace(txid(2), "xyz"), "is no id of a transaction", 2),
    ],
    ids=["column", "cells", "float", "negative", "no-value", "index", "heights", "id"],
)
def test_what_is_wrong_is_said_with_its_line(text, words, line):
    faults = [one for one in read(text) if isinstance(one, BadInput)]
    assert len(faults) == 1
    assert words in faults[0].what
    assert faults[0].where.line == line


def test_a_wrong_transaction_leaves_the_others():
    other = f"{txid(3)},0,-1,me,,,7\n{txid(3)},0,1,me,{txid(2)},0,7\n"
    found = read(PAID + other)
    assert [isinstance(one, Transaction) for one in found] == [True, False]
