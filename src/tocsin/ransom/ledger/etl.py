"""Transactions as bitcoin-etl and BigQuery's public data set write them, one JSON object a line.

An input's value is null or 0 there unless the file was enriched, and its ``fee`` then is all that was paid
(https://github.com/blockchain-etl/bitcoin-etl#schema); so such a value is unknown, and the fee is not read. BigQuery
writes whole numbers as texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.ransom.ledger.script_address import address_of
from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction, transaction_of

__all__ = ["EtlInput", "EtlOutput", "EtlTransaction", "etl_transaction", "transaction_from"]

_Number = int | str | None


class EtlOutput(msgspec.Struct):
    """An output as it is told; unknown names are passed over."""

    index: _Number = None
    value: _Number = None
    addresses: list[str] | str | None = None
    script_hex: str | None = None


class EtlInput(msgspec.Struct):
    """An input as it is told."""

    index: _Number = None
    value: _Number = None
    addresses: list[str] | str | None = None
    spent_transaction_hash: str | None = None
    spent_output_index: _Number = None


class EtlTransaction(msgspec.Struct):
    """A transaction as it is told."""

    hash: str
    outputs: list[EtlOutput]
    inputs: list[EtlInput] = []
    block_number: _Number = None
    index: _Number = None
    is_coinbase: bool | None = None


_DECODER = msgspec.json.Decoder(EtlTransaction)
_Part = TypeVar("_Part", EtlOutput, EtlInput)


def etl_transaction(data: bytes, where: Place) -> Transaction:
    """The transaction in one JSON object.

    Raises:
        BadInput: it is none, or a number is not whole.
    """
    try:
        told = _DECODER.decode(data)
    except msgspec.MsgspecError as error:
        raise BadInput(f"is no transaction of bitcoin-etl: {error}", where=where) from error
    return transaction_from(told, where)


def transaction_from(told: EtlTransaction, where: Place) -> Transaction:
    """The transaction that is told of.

    Raises:
        BadInput: it is none, or a number is not whole.
    """
    if bool(told.is_coinbase) == bool(told.inputs):
        says = (
            "is said to be a coinbase and spends something"
            if told.inputs
            else "has no input and is no coinbase"
        )
        raise BadInput(f"{told.hash[:64]} {says}", where=where)
    inputs = tuple(_input(one, where) for one in _in_order(told.inputs, where))
    return transaction_of(
        told.hash,
        inputs,
        tuple(_output(one, where) for one in _in_order(told.outputs, where)),
        height=_whole(told.block_number, where),
        place=_whole(told.index, where),
        where=where,
    )


def _in_order(parts: list[_Part], where: Place) -> Sequence[_Part]:
    """The parts by their index: an export may have any order, and which output a spender means is its index."""
    numbers = [_whole(one.index, where) for one in parts]
    if all(number is None for number in numbers):
        return parts
    by_number = {number: one for number, one in zip(numbers, parts, strict=True) if number is not None}
    if sorted(by_number) != list(range(len(parts))):
        raise BadInput(
            f"the indexes of inputs or outputs are not 0 to {len(parts) - 1}, each once", where=where
        )
    return [by_number[number] for number in range(len(parts))]


def _input(told: EtlInput, where: Place) -> Input:
    n = _whole(told.spent_output_index, where)
    if told.spent_transaction_hash is None or n is None:
        raise BadInput("an input does not say which output it spends", where=where)
    return Input(
        OutPoint(told.spent_transaction_hash, n), _whole(told.value, where) or None, _address(told.addresses)
    )


def _output(told: EtlOutput, where: Place) -> Output:
    amount = _whole(told.value, where)
    if amount is None:
        raise BadInput("an output has no value", where=where)
    try:
        script = None if told.script_hex is None else bytes.fromhex(told.script_hex)
    except ValueError as error:
        raise BadInput(f"a script is not hexadecimal: {told.script_hex!r:.60}", where=where) from error
    return Output(amount, script, "" if script and address_of(script) else _address(told.addresses))


def _address(told: list[str] | str | None) -> str:
    named = [told] if isinstance(told, str) else told or []
    # bitcoin-etl makes up "nonstandard" and a hash for scripts that have no address.
    return named[0] if len(named) == 1 and not named[0].startswith("nonstandard") else ""


def _whole(told: _Number, where: Place) -> int | None:
    if told is None or isinstance(told, int):
        return told
    digits = told.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
        raise BadInput(f"{told[:40]!r} is no whole number", where=where)
    return int(told)
