"""One transaction of which two sources tell: what is known of it by both."""

from __future__ import annotations

from itertools import permutations
from typing import Final

from tocsin.errors import BadInput
from tocsin.ransom.address.ripemd160 import hash160
from tocsin.ransom.ledger.payee import address_in, payee_of, script_in, told_address
from tocsin.ransom.ledger.script import Kind, paid_by
from tocsin.ransom.ledger.script_address import address_of
from tocsin.ransom.ledger.transaction import Input, Output, Transaction

__all__ = ["together"]

_OVERWRITTEN: Final = {
    "d5d27987d2a3dfc724e359870c6644b40e497bdc0589a033220fe15429d88599": (91812, 91842),
    "e3bf3d07d4b0375638d5f1db5255fe07ba2c4cb067cd81b84ee974b6585fb468": (91722, 91880),
}
"""The two coinbases that are there twice, by their heights: the later made the earlier void (BIP 30)."""


def together(one: Transaction, other: Transaction) -> Transaction:
    """What two sources know of the transaction that both give; which of the two came first makes no difference.

    Raises:
        BadInput: they contradict each other.
    """
    if len(one.inputs) != len(other.inputs) or len(one.outputs) != len(other.outputs):
        raise BadInput(f"two sources give different inputs or outputs for {one.txid}")
    return Transaction(
        one.txid,
        tuple(_input(one.txid, *pair) for pair in zip(one.inputs, other.inputs, strict=True)),
        tuple(_output(one.txid, *pair) for pair in zip(one.outputs, other.outputs, strict=True)),
        _height(one, other),
        one.place if one.place == other.place or other.place is None else _placed(one, other),
    )


def _input(txid: str, one: Input, other: Input) -> Input:
    if one.spent != other.spent:
        raise BadInput(f"two sources say that {txid} spends {one.spent} and {other.spent}")
    if one.amount is not None and other.amount is not None and one.amount != other.amount:
        raise BadInput(f"two sources give {one.spent} {one.amount:,} and {other.amount:,} satoshi")
    amount = other.amount if one.amount is None else one.amount
    return Input(one.spent, amount, max(_plain(one.address), _plain(other.address)))


def _plain(address: str) -> str:
    return address_in(payee_of(None, address))


def _output(txid: str, one: Output, other: Output) -> Output:
    if one.amount != other.amount:
        raise BadInput(
            f"two sources say that an output of {txid} has {one.amount:,} and {other.amount:,} satoshi"
        )
    payees = [payee_of(each.script, each.address) for each in (one, other)]
    address = max(map(told_address, payees))
    scripts = {script for script in map(script_in, payees) if script is not None}
    if len(scripts) <= 1:
        return Output(one.amount, next(iter(scripts), None), address)
    for key, paid in permutations(scripts):
        if _is_hash_of(key, paid):
            return Output(one.amount, key, address_of(paid))
    raise BadInput(f"two sources give an output of {txid} different scripts")


def _is_hash_of(key: bytes, paid: bytes) -> bool:
    """Whether a source names a bare key by the address of its hash, which pays to something else."""
    (kind, bare, _), (other, payload, _) = paid_by(key), paid_by(paid)
    return kind is Kind.KEY and other is Kind.KEY_HASH and hash160(bare) == payload


def _height(one: Transaction, other: Transaction) -> int | None:
    if one.height is None or other.height is None or one.height == other.height:
        return other.height if one.height is None else one.height
    heights = (min(one.height, other.height), max(one.height, other.height))
    if _OVERWRITTEN.get(one.txid) == heights and not one.inputs:
        return heights[1]
    raise BadInput(
        f"{one.txid} is in two blocks, of height {heights[0]:,} and {heights[1]:,}",
        hint="Load one chain: a file of blocks may hold some that were given up for others.",
    )


def _placed(one: Transaction, other: Transaction) -> int | None:
    if one.place is None or one.height != other.height:
        return other.place if one.place is None or (other.height or 0) > (one.height or 0) else one.place
    raise BadInput(f"two sources give {one.txid} the places {one.place} and {other.place} in its block")
