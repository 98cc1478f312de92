"""Addresses and transactions as STIX observables. What is exact, in whole satoshi, is in the extension of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tocsin.ransom.dossier.parts import Flow, TracePart
from tocsin.ransom.dossier.stix.names import SATOSHI, TRANSACTION, WALLET, transaction_id, wallet_id
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.trace import Reached

__all__ = ["ledger_objects", "wallet"]

_SATOSHI_A_COIN: Final = 100_000_000


def wallet(address: str) -> dict[str, Any]:
    """An address."""
    return {
        "type": "cryptocurrency-wallet",
        "spec_version": "2.1",
        "id": wallet_id(address),
        "value": address,
        "extensions": {WALLET: {"extension_type": "new-sco"}},
    }


def ledger_objects(flows: Iterable[Flow], traces: Sequence[TracePart]) -> list[dict[str, Any]]:
    """The transactions, each with its addresses before it; of outputs that a trace reached also how much it found."""
    seeds = {point for part in traces for point in part.trace.seeds}
    traced: dict[OutPoint, list[dict[str, Any]]] = {}
    for part in traces:
        for one in part.trace.reached:
            traced.setdefault(one.point, []).append(_traced(part.asked, one))
    found: dict[str, dict[str, Any]] = {}
    for flow in flows:
        for address in (*(address for _, address in flow.inputs), *flow.outputs):
            if address:
                found.setdefault(wallet_id(address), wallet(address))
        written = _transaction(flow, seeds, traced)
        found[written["id"]] = written
    return list(found.values())


def _transaction(
    flow: Flow, seeds: set[OutPoint], traced: Mapping[OutPoint, list[dict[str, Any]]]
) -> dict[str, Any]:
    one = flow.transaction
    exact: dict[str, Any] = {"extension_type": "property-extension"}
    if one.height is not None:
        exact["block_height"] = one.height
    exact["inputs"] = [
        {"txid": each.spent.txid, "n": each.spent.n, **_held(amount, address), **_seed(each.spent in seeds)}
        for each, (amount, address) in zip(one.inputs, flow.inputs, strict=True)
    ]
    outputs = zip(one.outputs, flow.outputs, strict=True)
    exact["outputs"] = [
        {"n": n, **_held(output.amount, address), **_at(OutPoint(one.txid, n), seeds, traced)}
        for n, (output, address) in enumerate(outputs)
    ]
    written: dict[str, Any] = {
        "type": "cryptocurrency-transaction",
        "spec_version": "2.1",
        "id": transaction_id(one.txid),
        "symbol": "BTC",
        "value": one.txid,
    }
    known = [amount for amount, _ in flow.inputs if amount is not None]
    if known and len(known) == len(flow.inputs):
        written["fee"] = _coins(sum(known) - sum(output.amount for output in one.outputs))
    told = {
        "input": [_plain(amount, address) for amount, address in flow.inputs],
        "output": [_plain(output.amount, to) for output, to in zip(one.outputs, flow.outputs, strict=True)],
    }
    # Neither an empty list nor an empty object is STIX (2.1 sections 2.2 and 2.10).
    written |= {name: held for name, each in told.items() if (held := [part for part in each if part])}
    written["extensions"] = {TRANSACTION: {"extension_type": "new-sco"}, SATOSHI: exact}
    return written


def _held(amount: int | None, address: str) -> dict[str, Any]:
    said: dict[str, Any] = {} if amount is None else {"amount_sat": amount}
    return said | ({"address_ref": wallet_id(address)} if address else {})


def _plain(amount: int | None, address: str) -> dict[str, Any]:
    said: dict[str, Any] = {} if amount is None else {"amount": _coins(amount)}
    return said | ({"address_ref": wallet_id(address)} if address else {})


def _coins(sat: int) -> float:
    """What the type asks for; it has 53 bits, and 21 million coins in satoshi need 51."""
    return sat / _SATOSHI_A_COIN


def _at(
    point: OutPoint, seeds: set[OutPoint], traced: Mapping[OutPoint, list[dict[str, Any]]]
) -> dict[str, Any]:
    return _seed(point in seeds) | ({"traced": traced[point]} if point in traced else {})


def _seed(is_seed: bool) -> dict[str, Any]:  # noqa: FBT001  one word of what is written
    return {"seed": True} if is_seed else {}


def _traced(asked: str, one: Reached) -> dict[str, Any]:
    known = {name: amount for name, amount in one.amounts_sat.items() if amount is not None}
    return {"followed": asked, "min_sat": one.min_sat, "max_sat": one.max_sat, "by_method_sat": known}
