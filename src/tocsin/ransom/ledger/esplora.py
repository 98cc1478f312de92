"""Transactions as Esplora writes them: ``txid vin[]{txid vout prevout{value ...}} vout[] status``.

Each input carries the output that it spends, so one transaction is whole by itself. Amounts are whole satoshi
(https://github.com/Blockstream/esplora/blob/master/API.md).
"""

from __future__ import annotations

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.ransom.ledger.script_address import address_of
from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction, is_txid, transaction_of
from tocsin.ransom.ledger.txid import transaction_id

__all__ = ["esplora_transaction"]


class _Paid(msgspec.Struct):
    value: int
    scriptpubkey: str | None = None
    scriptpubkey_address: str | None = None


class _Vin(msgspec.Struct):
    txid: str
    vout: int
    prevout: _Paid | None = None
    scriptsig: str | None = None
    sequence: int | None = None
    is_coinbase: bool = False


class _Status(msgspec.Struct):
    block_height: int | None = None


class _Tx(msgspec.Struct):
    txid: str
    vin: list[_Vin]
    vout: list[_Paid]
    version: int | None = None
    locktime: int | None = None
    status: _Status | None = None


_DECODER = msgspec.json.Decoder(_Tx)


def esplora_transaction(data: bytes, where: Place) -> Transaction:
    """The transaction in one JSON object. Its id is recomputed where all that it is made of is there.

    Raises:
        BadInput: it is none, an amount is no whole number of satoshi, or it is not the one that its id names.
    """
    try:
        told = _DECODER.decode(data)
    except msgspec.MsgspecError as error:
        raise BadInput(f"is no transaction of Esplora: {error}", where=where) from error
    outputs = tuple(_output(one, where) for one in told.vout)
    _check_id(told, outputs, where)
    return transaction_of(
        told.txid,
        () if any(one.is_coinbase for one in told.vin) else tuple(_input(one, where) for one in told.vin),
        outputs,
        height=told.status.block_height if told.status else None,
        where=where,
    )


def _output(told: _Paid, where: Place) -> Output:
    script = None if told.scriptpubkey is None else _bytes(told.scriptpubkey, where)
    address = told.scriptpubkey_address or ""
    paid = address_of(script) if script is not None else ""
    # Forks of Bitcoin write other addresses for the same script; one that begins as Bitcoin's is to be Bitcoin's.
    if paid and address.startswith(("1", "3", "bc1")) and address != paid:
        raise BadInput(f"the script pays to {paid}, not to {address[:100]}", where=where)
    return Output(told.value, script, "" if address == paid else address)


def _input(told: _Vin, where: Place) -> Input:
    spent = OutPoint(told.txid, told.vout)
    if told.prevout is None:
        return Input(spent)
    output = _output(told.prevout, where)
    return Input(spent, output.amount, output.address or (address_of(output.script) if output.script else ""))


def _check_id(told: _Tx, outputs: tuple[Output, ...], where: Place) -> None:
    inputs = []
    for one in told.vin:
        if one.scriptsig is None or one.sequence is None or not is_txid(one.txid):
            return
        inputs.append((one.txid, one.vout, _bytes(one.scriptsig, where), one.sequence))
    paid = [(one.amount, one.script) for one in outputs if one.script is not None]
    if told.version is None or told.locktime is None or len(paid) != len(outputs):
        return
    try:
        made = transaction_id(told.version, inputs, paid, told.locktime)
    except OverflowError as error:
        raise BadInput(f"a number of {told.txid[:64]} cannot be: {error}", where=where) from error
    if made != told.txid:
        raise BadInput(f"its id is {made}, not {told.txid[:80]}: something in it was changed", where=where)


def _bytes(text: str, where: Place) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise BadInput(f"a script is not hexadecimal: {text[:40]!r}", where=where) from error
