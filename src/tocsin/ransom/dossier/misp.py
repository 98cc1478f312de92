"""A dossier as a MISP event (MISP core format): ``coin-address`` and ``btc-transaction`` objects, and who is named.

Source: github:MISP/misp-objects, the definitions of both templates in the versions below.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from tocsin.limits import DOSSIER_ADDRESSES, DOSSIER_TRANSACTIONS
from tocsin.model.timestamp import NS_PER_S, parse_timestamp
from tocsin.ransom.attribution.statement import Role
from tocsin.ransom.btc import btc, btc_range
from tocsin.ransom.dossier.attributed import said_claim
from tocsin.ransom.dossier.dossier import Dossier
from tocsin.ransom.dossier.parts import Said, TracePart
from tocsin.ransom.screening.screening import Screened

__all__ = ["event", "render"]

_NAMESPACE: Final = uuid.UUID("2f0a5e83-4c1b-4f0e-9f0a-6d3b8a7c1e55")
_FINANCIAL: Final = "Financial fraud"
_COIN_ADDRESS: Final = ("coin-address", "d0e6997e-78da-4815-a6a1-cfc1c1cb8a46", "7")
_TRANSACTION: Final = ("btc-transaction", "b7341729-5a8a-439f-a775-6d814da3c7b5", "4")


def render(made: Dossier) -> Iterator[str]:
    """Write the event, to be added to MISP as it is; it is not published."""
    yield msgspec.json.format(msgspec.json.encode({"Event": event(made)}), indent=1).decode() + "\n"


def event(made: Dossier) -> dict[str, Any]:
    """The event; equal dossiers give equal ones."""
    head = made.given.head
    own = uuid.uuid5(_NAMESPACE, f"{head.by_id}\n{head.id}\n{' '.join(head.addresses)}\n{head.made}")
    seconds = str(int(parse_timestamp(head.made) // NS_PER_S))
    screened = {one.given: one for one in made.given.screening.screened} if made.given.screening else {}
    on_ledger = {address for part in made.given.clusters for address in part.addresses}
    objects = [
        _coin_address(own, seconds, address, screened.get(address), is_bitcoin=address in on_ledger)
        for address in head.addresses
    ]
    objects += [one for part in made.given.traces for one in _transactions(own, seconds, part)]
    objects += _others(own, seconds, made, set(head.addresses))
    standing = [one for one in made.given.said if one.withdrawn_us is None]
    texts = [*made.summary, *(f"Not known: {one}" for one in made.unknown)]
    return {
        "uuid": str(own),
        "info": f"Dossier: {head.name}. {made.note}",
        "date": head.made[:10],
        "timestamp": seconds,
        "analysis": "1",
        "threat_level_id": "4",
        "distribution": "0",
        "published": False,
        "Tag": [{"name": f"tlp:{head.tlp.text}"}],
        "Attribute": [
            *(_named(own, seconds, one) for one in standing),
            *(_comment(own, seconds, text) for text in dict.fromkeys(texts)),
        ],
        "Object": objects,
    }


def _coin_address(
    own: uuid.UUID, seconds: str, address: str, screened: Screened | None, *, is_bitcoin: bool
) -> dict[str, Any]:
    read = screened.address if screened else None
    chains = read.chains if read else ()
    symbol = "BTC" if is_bitcoin or "BTC" in chains else chains[0] if len(chains) == 1 else ""
    relation, type = {"BTC": ("address", "btc"), "XMR": ("address-xmr", "xmr")}.get(
        symbol, ("address-crypto", "text")
    )
    attributes = [_part(relation, type, address)]
    if symbol:
        attributes.append(_part("symbol", "text", symbol, category="Other"))
    if screened:
        words = f"Screened: {screened.verdict.value}, which is no all-clear where nothing was found"
        attributes.append(_part("text", "text", words, category="Other"))
    return _object(own, seconds, _COIN_ADDRESS, address, attributes, "An address that this dossier is about")


def _transactions(own: uuid.UUID, seconds: str, part: TracePart) -> Iterator[dict[str, Any]]:
    for one in part.trace.reached[:DOSSIER_TRANSACTIONS]:
        held = [
            _part("transaction-number", "text", one.point.txid),
            _part("value_BTC", "float", btc(one.value_sat).replace(",", ""), category="Other"),
        ]
        if one.address:
            held.append(_part("btc-address", "btc", one.address))
        by = ", ".join(f"{name} {btc(amount)}" for name, amount in one.amounts_sat.items())
        comment = (
            f"Output {one.point.n} holds {btc_range(one.min_sat, one.max_sat)} BTC of what was followed, "
            f"from {part.asked}, by any convention; {by}"
        )
        yield _object(own, seconds, _TRANSACTION, f"{part.asked}\n{one.point}", held, comment)


def _others(own: uuid.UUID, seconds: str, made: Dossier, told: set[str]) -> Iterator[dict[str, Any]]:
    for part in made.given.clusters:
        for address in part.addresses[:DOSSIER_ADDRESSES]:
            if address not in told:
                told.add(address)
                held = [_part("address", "btc", address), _part("symbol", "text", "BTC", category="Other")]
                comment = f"Taken to have one holder with {part.address}: a heuristic, not a fact"
                yield _object(own, seconds, _COIN_ADDRESS, address, held, comment)


def _named(own: uuid.UUID, seconds: str, one: Said) -> dict[str, Any]:
    statement = one.statement
    is_actor = statement.role in {Role.OPERATOR, Role.AFFILIATE, Role.LAUNDERER}
    return {
        "uuid": str(uuid.uuid5(own, str(one.id))),
        "type": "threat-actor" if is_actor else "text",
        "category": "Attribution",
        "value": statement.named if is_actor else said_claim(one).words,
        "to_ids": False,
        "comment": " ".join((said_claim(one).words, *said_claim(one).doubts)),
        "timestamp": seconds,
        "Tag": [
            {"name": f'admiralty-scale:source-reliability="{statement.reliability.lower()}"'},
            {"name": f'admiralty-scale:information-credibility="{statement.credibility}"'},
        ],
    }


def _comment(own: uuid.UUID, seconds: str, text: str) -> dict[str, Any]:
    return {
        "uuid": str(uuid.uuid5(own, text)),
        "type": "comment",
        "category": "Other",
        "value": text,
        "to_ids": False,
        "timestamp": seconds,
    }


def _part(relation: str, type: str, value: str, category: str = _FINANCIAL) -> dict[str, Any]:
    return {"object_relation": relation, "type": type, "category": category, "value": value, "to_ids": False}


def _object(
    own: uuid.UUID,
    seconds: str,
    template: tuple[str, str, str],
    key: str,
    attributes: Sequence[dict[str, Any]],
    comment: str,
) -> dict[str, Any]:
    name, template_uuid, version = template
    id = uuid.uuid5(own, f"{name}\n{key}")
    return {
        "uuid": str(id),
        "name": name,
        "meta-category": "financial",
        "template_uuid": template_uuid,
        "template_version": version,
        "distribution": "5",
        "timestamp": seconds,
        "comment": comment,
        "Attribute": [
            {"uuid": str(uuid.uuid5(id, one["object_relation"])), **one, "timestamp": seconds}
            for one in attributes
        ],
    }
