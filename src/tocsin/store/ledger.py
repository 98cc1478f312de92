"""The transactions that were loaded: packed one by one, since a trace reads all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, select

from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction
from tocsin.store.bulk import insert_tuples
from tocsin.store.schema import ledger_transaction

__all__ = ["count_transactions", "keep_transactions", "kept_transactions"]

_Packed = tuple[
    int | None,
    int | None,
    list[tuple[bytes, int, int | None, str]],
    list[tuple[int, bytes | None, str]],
]
"""Height, place, inputs (id, number, satoshi, address), outputs (satoshi, script, address)."""

_DECODER = msgspec.msgpack.Decoder(_Packed)


def count_transactions(connection: Connection) -> int:
    """How many are kept."""
    return connection.scalar(select(func.count()).select_from(ledger_transaction)) or 0


def kept_transactions(connection: Connection) -> Iterator[Transaction]:
    """All that are kept, in no order."""
    rows = connection.execute(select(ledger_transaction.c.txid, ledger_transaction.c.body))
    for txid, body in rows:
        yield _unpacked(bytes(txid), bytes(body))


def keep_transactions(connection: Connection, some: Iterable[Transaction]) -> None:
    """Keep transactions, each in the place of what was known of it before."""
    rows = [(bytes.fromhex(one.txid), _packed(one)) for one in some]
    if rows:
        known = ledger_transaction.c.txid == bindparam("known")
        connection.execute(delete(ledger_transaction).where(known), [{"known": txid} for txid, _ in rows])
        insert_tuples(connection, ledger_transaction, rows)


def _packed(one: Transaction) -> bytes:
    return msgspec.msgpack.encode(
        (
            one.height,
            one.place,
            [
                (bytes.fromhex(each.spent.txid), each.spent.n, each.amount, each.address)
                for each in one.inputs
            ],
            [(each.amount, each.script, each.address) for each in one.outputs],
        )
    )


def _unpacked(txid: bytes, body: bytes) -> Transaction:
    height, place, inputs, outputs = _DECODER.decode(body)
    return Transaction(
        txid.hex(),
        tuple(Input(OutPoint(of.hex(), n), amount, address) for of, n, amount, address in inputs),
        tuple(Output(amount, script, address) for amount, script, address in outputs),
        height,
        place,
    )
