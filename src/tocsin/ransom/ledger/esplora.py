"""Transactions as Esplora writes them: ``txid vin[]{txid vout prevout{value ...}} vout[] status``.

Each input carries the output that it spends, so one transaction is whole by itself. Amounts are whole satoshi
(https://github.com/Blockstream/esplora/blob/master/API.md).
"""

from __future__ import annotations

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.ransom.address.address import Address, parse_address
from tocsin.ransom.ledger.script_address import address_of
from tocsin.ransom.ledger.transaction import Input, OutPoint, Output, Transaction, is_txid, transaction_of
from tocsin.ransom.ledger.txid import transaction_id

__all__ = ["esplora_transaction"]

_NO_ID = "00" * 32


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
        () if _is_coinbase(told, where) else tuple(_input(one, where) for one in told.vin),
        outputs,
        height=told.status.block_height if told.status else None,
        where=where,
    )


def _is_coinbase(told: _Tx, where: Place) -> bool:
    """Whether its satoshi are new: it has one input, which spends nothing, and says so."""
    flags = [one.is_coinbase for one in told.vin]
    if not flags:
        raise BadInput(f"{told.txid[:64]} has no input, not even that of a coinbase", where=where)
    spends_nothing = [one.txid == _NO_ID for one in told.vin]
    if not any(flags) and not any(spends_nothing):
        return False
    if flags != [True] or spends_nothing != [True]:
        raise BadInput(f"{told.txid[:64]} is said to be a coinbase and spends something", where=where)
    return True


def _output(told: _Paid, where: Place) -> Output:
    script = None if told.scriptpubkey is None else _bytes(told.scriptpubkey, where)
    address = told.scriptpubkey_address or ""
    paid = address_of(script) if script is not None else ""
    if paid and address and address != paid and not _pays_the_same(address, paid):
        raise BadInput(f"the script pays to {paid}, not to {address[:100]}", where=where)
    return Output(told.value, script, "" if paid in {address, address.lower()} else address)


def _pays_the_same(address: str, paid: str) -> bool:
    """Whether an address is how another chain, or another case, writes the one that a script has on Bitcoin's."""
    try:
        read, own = parse_address(address), parse_address(paid)
    except BadInput:
        return False
    # What is of no kind that is known here cannot be held against the script; it is kept beside it.
    return not (isinstance(read, Address) and isinstance(own, Address)) or read.payload == own.payload


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
