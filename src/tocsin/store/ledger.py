"""The transactions that were loaded, as columns: each packed by itself, since a question reads some of them whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from hashlib import sha256
from typing import Any, Final

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, select

from tocsin.errors import SourceUnavailable
from tocsin.ransom.ledger.columns import Columns, columns_of
from tocsin.ransom.ledger.joining import joined
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.payee import Payees
from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction
from tocsin.store.bulk import insert_tuples
from tocsin.store.schema import ledger_column, ledger_transaction

__all__ = ["keep_ledger", "kept_ledger", "ledger_stamp"]

_PART: Final = 1 << 28
"""Bytes of a part, unpacked: databases hold values of 1 GB at most."""
_TYPES: Final = {
    "txids": np.uint8,
    "heights": np.int32,
    "places": np.int32,
    "first_input": np.int32,
    "first_output": np.int32,
    "spent": np.int32,
    "amounts": np.int64,
    "payees": np.int32,
    "outside_txids": np.uint8,
    "outside_n": np.uint32,
}
_GROWING: Final = frozenset({"heights", "places", "first_input", "first_output", "payee_start"})
"""Of these the steps are kept: nearly all are the same few numbers."""
_STAMP: Final = "stamp"
_DAMAGED: Final = "Load the transactions again (tocsin wallet load --anew FILE...), or restore a backup."
_ROWS: Final = frozenset({"txids", "outside_txids"})

_Packed = tuple[
    int | None,
    int | None,
    list[tuple[bytes, int, int | None, str]],
    list[tuple[int, bytes | None, str]],
]
"""Height, place, inputs (id, number, satoshi, address), outputs (satoshi, script, address)."""
_DECODER = msgspec.msgpack.Decoder(_Packed)


def kept_ledger(connection: Connection) -> Ledger:
    """All that is kept."""
    columns = _columns(connection)
    rows = list(_rows(connection))
    if not rows:
        return Ledger(columns)
    return Ledger(joined([columns, columns_of(rows)]))


def ledger_stamp(connection: Connection) -> bytes:
    """What is another whenever something else is kept; empty where nothing is."""
    query = select(ledger_column.c.body).where(ledger_column.c.name == _STAMP)
    return bytes(connection.scalar(query) or b"")


def keep_ledger(connection: Connection, ledger: Ledger) -> None:
    """Keep a ledger in the place of what was kept."""
    connection.execute(delete(ledger_transaction))
    connection.execute(delete(ledger_column))
    columns = ledger.columns
    named = {name: np.ascontiguousarray(getattr(columns, name)) for name in _TYPES}
    named["payee_start"] = columns.table.start
    named["payee_data"] = np.frombuffer(columns.table.data, np.uint8)
    bodies: dict[str, list[bytes]] = {}
    for name, values in named.items():
        flat = np.diff(values, prepend=values.dtype.type(0)) if name in _GROWING else values.reshape(-1)
        step = _PART // flat.itemsize
        for part in range(-(-len(flat) // step)):
            body = _packed(flat[part * step : (part + 1) * step])
            bodies.setdefault(name, []).append(body)
            insert_tuples(connection, ledger_column, [(name, part, body)])
    insert_tuples(connection, ledger_column, [(_STAMP, 0, _stamp_of(bodies))])


def _columns(connection: Connection) -> Columns:
    """The columns as they were kept.

    Raises:
        SourceUnavailable: they are damaged.
    """
    try:
        return _read_columns(connection)
    except (zstandard.ZstdError, ValueError, KeyError) as error:
        raise SourceUnavailable(f"the ledger of this node is damaged: {error}", hint=_DAMAGED) from error


def _read_columns(connection: Connection) -> Columns:
    types = {**_TYPES, "payee_start": np.int64, "payee_data": np.uint8}
    query = select(ledger_column).where(ledger_column.c.name != _STAMP)
    bodies: dict[str, list[bytes]] = {}
    for name, _, body in connection.execute(query.order_by(ledger_column.c.name, ledger_column.c.part)):
        bodies.setdefault(name, []).append(bytes(body))
    stamp = ledger_stamp(connection)
    if not bodies and not stamp:
        return columns_of([])
    if _stamp_of(bodies) != stamp:
        raise ValueError("its columns are not those that were kept")
    parts = {name: [_unpacked(body, np.dtype(types[name])) for body in some] for name, some in bodies.items()}
    found = {name: _whole(name, parts.get(name, []), np.dtype(kind)) for name, kind in types.items()}
    table = Payees(found.pop("payee_data").tobytes(), found.pop("payee_start"))
    return Columns(**{one.name: found[one.name] for one in fields(Columns) if one.name in found}, table=table)


def _stamp_of(bodies: Mapping[str, Sequence[bytes]]) -> bytes:
    """A sum of all columns, by which it is seen whether one was changed or is missing."""
    summed = sha256()
    for name in sorted(bodies):
        summed.update(f"{name} {len(bodies[name])};".encode())
        for body in bodies[name]:
            summed.update(sha256(body).digest())
    return summed.digest()


def _whole(name: str, parts: list[NDArray[Any]], kind: np.dtype[Any]) -> NDArray[Any]:
    flat = parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, kind), *parts])
    if name in _GROWING:
        return np.cumsum(flat, dtype=kind)
    return flat.reshape(-1, 32) if name in _ROWS else flat


def _packed(values: NDArray[Any]) -> bytes:
    """First all lowest bytes, then the next: high ones are mostly the same, and so pack well."""
    planes = values.view(np.uint8).reshape(-1, values.itemsize).T
    return zstandard.compress(np.ascontiguousarray(planes).tobytes(), 3)


def _unpacked(body: bytes, kind: np.dtype[Any]) -> NDArray[Any]:
    planes = np.frombuffer(zstandard.decompress(body), np.uint8).reshape(kind.itemsize, -1)
    return np.ascontiguousarray(planes.T).reshape(-1).view(kind)


def _rows(connection: Connection) -> Iterator[Transaction]:
    """Those of a version before, in no order."""
    for txid, body in connection.execute(select(ledger_transaction.c.txid, ledger_transaction.c.body)):
        try:
            height, place, inputs, outputs = _DECODER.decode(bytes(body))
        except msgspec.MsgspecError as error:
            raise SourceUnavailable(f"the ledger of this node is damaged: {error}", hint=_DAMAGED) from error
        yield Transaction(
            bytes(txid).hex(),
            tuple(Input(OutPoint(of.hex(), n), amount, address) for of, n, amount, address in inputs),
            tuple(Output(amount, script, address) for amount, script, address in outputs),
            height,
            place,
        )
