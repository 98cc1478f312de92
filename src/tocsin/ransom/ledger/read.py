"""Transactions of one file, whatever of the known forms it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import LEDGER_NESTING
from tocsin.model.json_text import nests_deeper
from tocsin.ransom.ledger.block import block_transactions
from tocsin.ransom.ledger.block_file import begins_as_block_file, file_transactions, unlocked
from tocsin.ransom.ledger.csv_table import begins_as_table, table_transactions
from tocsin.ransom.ledger.esplora import esplora_transaction
from tocsin.ransom.ledger.etl import etl_transaction
from tocsin.ransom.ledger.transaction import Transaction

__all__ = ["transactions_in"]

_BLANK: Final = b" \t\r\n"
_MARK: Final = b"\xef\xbb\xbf"


class _Shape(msgspec.Struct):
    """What tells the forms of JSON apart."""

    vin: msgspec.Raw = msgspec.Raw()
    outputs: msgspec.Raw = msgspec.Raw()


_SHAPE: Final = msgspec.json.Decoder(_Shape)


def transactions_in(data: bytes, name: str, key: bytes = b"") -> Iterator[Transaction | BadInput]:
    """The transactions of a file, and each part that cannot be read as what is wrong with it, and where.

    It is JSON (Esplora or bitcoin-etl: one, an array, or one a line), a table, a ``blk*.dat`` or one block. ``key`` is
    what lies in ``xor.dat``.
    """
    head = data[:1024].removeprefix(_MARK).lstrip(_BLANK)[:1]
    if head in {b"[", b"{"}:
        yield from _of_json(data.removeprefix(_MARK), name)
        return
    if begins_as_table(data):
        yield from table_transactions(data, name)
        return
    try:
        kept = data
        if key.strip(b"\0") and not begins_as_block_file(data):
            data = unlocked(data, key, name)
        if begins_as_block_file(data):
            yield from file_transactions(data, name, kept)
        else:
            yield from block_transactions(data, Place(file=name))
    except BadInput as error:
        if not error.hint:
            error.hint = (
                "What is read: JSON of Esplora or bitcoin-etl, CSV, a block, blk*.dat with its xor.dat."
            )
        yield error


def _of_json(data: bytes, name: str) -> Iterator[Transaction | BadInput]:
    try:
        rows = list(_rows(data, name))
    except BadInput as error:
        yield error
        return
    for raw, where in rows:
        try:
            yield _of_object(raw, where)
        except BadInput as error:
            yield error


def _of_object(raw: bytes, where: Place) -> Transaction:
    try:
        shape = _SHAPE.decode(raw)
    except msgspec.MsgspecError as error:
        raise BadInput(f"cannot be read: {error}", where=where) from error
    if bytes(shape.vin):
        return esplora_transaction(raw, where)
    if bytes(shape.outputs):
        return etl_transaction(raw, where)
    raise BadInput("is no transaction: it has neither vin (Esplora) nor outputs (bitcoin-etl)", where=where)


def _rows(data: bytes, name: str) -> Iterator[tuple[bytes, Place]]:
    where = Place(file=name)
    if nests_deeper(data, LEDGER_NESTING + 1):
        raise LimitExceeded(f"is nested more than {LEDGER_NESTING} deep", where=where)
    if data.lstrip(_BLANK).startswith(b"["):
        try:
            rows = msgspec.json.decode(data, type=list[msgspec.Raw])
        except msgspec.MsgspecError as error:
            raise BadInput(f"cannot be read: {error}", where=where) from error
        for number, row in enumerate(rows):
            yield bytes(row), Place(file=name, path=f"$[{number}]")
        return
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except msgspec.MsgspecError:
        for number, line in enumerate(data.splitlines(), 1):
            if line.strip():
                yield line, Place(file=name, line=number)
        return
    yield data, where
