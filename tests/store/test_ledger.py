"""Transactions are kept as they are, and what is better known takes the place of what was."""

from __future__ import annotations

from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction
from tocsin.store.ledger import count_transactions, keep_transactions, kept_transactions

COINBASE = Transaction("00" * 31 + "01", (), (Output(50_0000_0000, b"\x51"),), 0, 0)
PLAIN = Transaction(
    "ab" * 32,
    (Input(OutPoint("cd" * 32, 4_294_967_294), None), Input(OutPoint("cd" * 32, 0), 21 * 10**14, "you")),
    (Output(0, b"\x6a"), Output(21 * 10**14, None, "me"), Output(1)),
)


def test_what_is_kept_is_given_back(database):
    with database.writing() as connection:
        keep_transactions(connection, [COINBASE, PLAIN])
        keep_transactions(connection, [])
    with database.reading() as connection:
        assert sorted(kept_transactions(connection), key=lambda one: one.txid) == [COINBASE, PLAIN]


def test_a_transaction_is_kept_once(database):
    better = Transaction(PLAIN.txid, PLAIN.inputs, PLAIN.outputs, 7, 3)
    with database.writing() as connection:
        keep_transactions(connection, [PLAIN])
        keep_transactions(connection, [better])
        assert count_transactions(connection) == 1
        assert list(kept_transactions(connection)) == [better]
