"""Transactions as a table: a row for each input and each output, in any order, with the names of bitcoin-etl's columns.

A row is an input if it says what it spends. So is what BigQuery exports of the tables ``inputs`` and ``outputs`` of
``bigquery-public-data.crypto_bitcoin``, one after the other; as there, a value that is not there is unknown.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from tocsin.errors import BadInput, Place
from tocsin.ransom.ledger.etl import EtlInput, EtlOutput, EtlTransaction, transaction_from
from tocsin.ransom.ledger.transaction import Transaction

__all__ = ["begins_as_table", "table_transactions"]

_NAMES: Final = {
    "hash": ("transaction_hash", "txid", "hash"),
    "index": ("index", "n", "vout"),
    "value": ("value", "value_sat", "amount_sat"),
    "address": ("addresses", "address"),
    "script": ("script_hex", "script"),
    "spent": ("spent_transaction_hash", "spent_txid"),
    "spent_index": ("spent_output_index", "spent_index", "spent_n"),
    "height": ("block_number", "height"),
    "place": ("transaction_index", "place"),
    "coinbase": ("is_coinbase", "coinbase"),
}
_NEEDED: Final = ("hash", "index", "value", "spent", "spent_index")
_HEAD: Final = 4096
_TRUE: Final = frozenset({"true", "1", "yes", "t"})
_LIST: Final = str.maketrans("", "", "[]'\"")


def begins_as_table(data: bytes) -> bool:
    """Whether the first line names a column of transactions."""
    line = data[:_HEAD].partition(b"\n")[0]
    try:
        names = _cells(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return False
    return len(names) > 1 and any(name in _NAMES["hash"] for name in names)


def table_transactions(data: bytes, name: str) -> Iterator[Transaction | BadInput]:
    """The transactions of a table, in the order of their first rows, and each that cannot be one as what is wrong."""
    where = Place(file=name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield BadInput(f"is no text in UTF-8: byte {error.start:,}", where=where)
        return
    head = text.partition("\n")[0]
    try:
        rows = list(_rows(text, head, name))
    except (csv.Error, BadInput) as error:
        yield error if isinstance(error, BadInput) else BadInput(f"is no table: {error}", where=where)
        return
    gathered: dict[str, list[tuple[int, Mapping[str, str]]]] = {}
    for line, row in rows:
        gathered.setdefault(row.get("hash", "").lower(), []).append((line, row))
    for txid, some in gathered.items():
        try:
            yield _made(txid, [row for _, row in some], Place(file=name, line=some[0][0]))
        except BadInput as error:
            yield error


def _cells(line: str) -> list[str]:
    return [cell.strip().strip('"').lower() for cell in line.split(_separator(line))]


def _separator(head: str) -> str:
    return max("\t;,", key=head.count)


def _rows(text: str, head: str, name: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    columns = _cells(head)
    known = {
        plain: next((columns.index(one) for one in names if one in columns), None)
        for plain, names in _NAMES.items()
    }
    missing = [_NAMES[plain][0] for plain in _NEEDED if known[plain] is None]
    if missing:
        raise BadInput(
            f"has no column {', '.join(missing)}",
            where=Place(file=name, line=1),
            hint="A row for each input and output, with bitcoin-etl's names: docs/how-to/follow-the-money.md",
        )
    reader = csv.reader(io.StringIO(text), delimiter=_separator(head))
    next(reader)
    for row in reader:
        if not any(row):
            continue
        if len(row) != len(columns):
            raise BadInput(
                f"has {len(row)} cells where the first line has {len(columns)}",
                where=Place(file=name, line=reader.line_num),
            )
        yield reader.line_num, {plain: row[at].strip() for plain, at in known.items() if at is not None}


def _made(txid: str, rows: list[Mapping[str, str]], where: Place) -> Transaction:
    inputs = [row for row in rows if row["spent"]]
    outputs = [row for row in rows if not row["spent"]]
    is_coinbase = any(row.get("coinbase", "").lower() in _TRUE for row in rows)
    if not inputs and not is_coinbase:
        raise BadInput(
            f"{txid[:80]} has no row of an input, and does not say that it is a coinbase",
            where=where,
            hint="Put the rows of inputs and of outputs into one file, or a column is_coinbase.",
        )
    return transaction_from(
        EtlTransaction(
            hash=txid,
            inputs=[
                EtlInput(
                    row["index"] or None,
                    row["value"] or None,
                    _addresses(row),
                    row["spent"].lower(),
                    row["spent_index"] or None,
                )
                for row in inputs
            ],
            outputs=[
                EtlOutput(
                    row["index"] or None, row["value"] or None, _addresses(row), row.get("script") or None
                )
                for row in outputs
            ],
            block_number=_one(rows, "height", where),
            index=_one(rows, "place", where),
            is_coinbase=is_coinbase,
        ),
        where,
    )


def _addresses(row: Mapping[str, str]) -> list[str]:
    """One, or several as a list is written: ``['a', 'b']``."""
    return [part.strip() for part in row.get("address", "").translate(_LIST).split(",") if part.strip()]


def _one(rows: list[Mapping[str, str]], column: str, where: Place) -> str | None:
    found = {row.get(column, "") for row in rows} - {""}
    if len(found) > 1:
        raise BadInput(
            f"rows of one transaction give {column} {' and '.join(sorted(found)[:2])}", where=where
        )
    return next(iter(found), None)
