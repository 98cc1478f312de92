"""Transactions are kept as they are, and what is better known takes the place of what was."""

from __future__ import annotations

import msgspec
import pytest
import zstandard

from tocsin.errors import SourceUnavailable
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction
from tocsin.store.ledger import keep_ledger, kept_ledger
from tocsin.store.schema import ledger_column, ledger_transaction

COINBASE = Transaction("00" * 31 + "01", (), (Output(50_0000_0000, b"\x51"),), 0, 0)
PLAIN = Transaction(
    "ab" * 32,
    (Input(OutPoint("cd" * 32, 4_294_967_294), None), Input(OutPoint("cd" * 32, 0), 21 * 10**14, "you")),
    (Output(0, b"\x6a"), Output(21 * 10**14 - 1, None, "me"), Output(1)),
)


def transactions(ledger):
    return [ledger.transaction_at(number) for number in range(len(ledger))]


def test_what_is_kept_is_given_back(database):
    with database.writing() as connection:
        keep_ledger(connection, Ledger.of([PLAIN, COINBASE]))
    with database.reading() as connection:
        assert transactions(kept_ledger(connection)) == [COINBASE, PLAIN]


def test_nothing_is_kept_at_first_and_nothing_can_be_kept(database):
    with database.writing() as connection:
        assert len(kept_ledger(connection)) == 0
        keep_ledger(connection, Ledger.of([]))
        assert len(kept_ledger(connection)) == 0


@pytest.mark.parametrize("size", [32, 64, 1 << 20])
def test_columns_come_back_from_however_many_parts(database, monkeypatch, size):
    monkeypatch.setattr("tocsin.store.ledger._PART", size)
    some = [Transaction(f"{n:064x}", (), (Output(n, None, f"to{n}"),), n, 0) for n in range(1, 40)]
    with database.writing() as connection:
        keep_ledger(connection, Ledger.of(some))
    with database.reading() as connection:
        assert transactions(kept_ledger(connection)) == some


def test_what_a_version_before_kept_a_row_each_is_read_and_becomes_columns(database):
    packed = msgspec.msgpack.encode(
        (None, None, [(bytes.fromhex(one.spent.txid), one.spent.n, one.amount, one.address) for one in PLAIN.inputs],
         [(one.amount, one.script, one.address) for one in PLAIN.outputs])
    )  # fmt: skip
    with database.writing() as connection:
        keep_ledger(connection, Ledger.of([COINBASE]))
        connection.execute(ledger_transaction.insert(), {"txid": bytes.fromhex(PLAIN.txid), "body": packed})
        ledger = kept_ledger(connection)
        assert transactions(ledger) == [COINBASE, PLAIN]
        keep_ledger(connection, ledger)
        assert not connection.execute(ledger_transaction.select()).all()
        assert transactions(kept_ledger(connection)) == [COINBASE, PLAIN]


@pytest.mark.parametrize("change", ["garbage", "other", "missing", "unstamped"])
def test_a_damaged_column_is_said_and_never_read_as_something_else(database, change):
    names = ledger_column.c.name == "amounts"
    with database.writing() as connection:
        keep_ledger(connection, Ledger.of([COINBASE, PLAIN]))
        if change == "garbage":
            connection.execute(ledger_column.update().where(names).values(body=b"\x00garbage"))
        elif change == "other":
            other = zstandard.compress(bytes(8 * 6))
            connection.execute(ledger_column.update().where(names).values(body=other))
        else:
            gone = names if change == "missing" else ledger_column.c.name == "stamp"
            connection.execute(ledger_column.delete().where(gone))
        with pytest.raises(SourceUnavailable, match="damaged"):
            kept_ledger(connection)


def test_a_damaged_row_of_a_version_before_is_said(database):
    with database.writing() as connection:
        connection.execute(ledger_transaction.insert(), {"txid": bytes(32), "body": b"\xc1"})
        with pytest.raises(SourceUnavailable, match="damaged"):
            kept_ledger(connection)
