"""Cases to hold against each other: from incidents, from a file, and from addresses and outputs that a person names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.incidents.incident import Incident, Payment
from tocsin.incidents.moment import Moment
from tocsin.limits import CASES_FILE_BYTES
from tocsin.model.toml_text import decode_toml
from tocsin.ransom.address.address import parse_address
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint, is_txid, outpoint_of
from tocsin.ransom.links.case import Case, plain_address

__all__ = ["case_named", "case_of", "cases_in", "doubts_of", "incident_addresses", "satoshi_of"]

_NOUN: Final = "file of cases"
_AMOUNT: Final = re.compile(r"\d{1,8}(?:\.\d{1,8})?", re.ASCII)


class _Noted(msgspec.Struct, forbid_unknown_fields=True):
    """One ``[[case]]`` of a file: ``payments`` are ``TXID:N``."""

    id: str
    addresses: tuple[str, ...] = ()
    payments: tuple[str, ...] = ()
    day: date | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    case: tuple[_Noted, ...] = ()


def case_of(incident: Incident, ledger: Ledger) -> Case | None:
    """The case that an incident tells of; None if it has neither an address nor a payment.

    A payment is followed from the output that it names. Where it names only a transaction, from those of its outputs
    that pay to an address of the incident: what else a transaction pays is change, and nobody's ransom.
    """
    addresses = incident_addresses(incident)
    payments = incident.ransom.payments if incident.ransom else ()
    points = dict.fromkeys(point for one in payments for point in _points(one, addresses, ledger))
    if not addresses and not points:
        return None
    moments = [one.at for one in payments if one.at]
    demanded = incident.ransom.at if incident.ransom else None
    at = min(moments, key=lambda one: one.us) if moments else demanded
    return Case(incident.id, addresses, tuple(points), _day(at))


def incident_addresses(incident: Incident) -> tuple[str, ...]:
    """The addresses of demand and payments, each in its one spelling."""
    held = incident.ransom
    if held is None:
        return ()
    named = (*held.wallets, *(one for payment in held.payments for one in payment.wallets))
    return tuple(dict.fromkeys(plain_address(one) for one in named if one.strip()))


def doubts_of(incident: Incident, ledger: Ledger) -> list[str]:
    """What of the noted payments does not fit what is loaded, or cannot be followed, in words."""
    addresses = incident_addresses(incident)
    found = []
    for payment in incident.ransom.payments if incident.ransom else ():
        found += [
            f"which output of {text} was paid is not known: note TXID:N"
            for text in payment.transactions
            if not list(_points(Payment(transactions=(text,)), addresses, ledger))
        ]
        noted = satoshi_of(payment)
        amounts = [ledger.amount_of(point) for point in dict.fromkeys(_points(payment, addresses, ledger))]
        paid = sum(amount or 0 for amount in amounts)
        if noted is not None and amounts and None not in amounts and paid != noted:
            found.append(f"a payment is noted as {noted:,} satoshi, and what is loaded says {paid:,}")
    return found


def satoshi_of(payment: Payment) -> int | None:
    """The amount of a payment in satoshi; None where it is none of whole satoshi in Bitcoin."""
    if payment.asset.strip().upper() not in {"BTC", "XBT"} or not _AMOUNT.fullmatch(payment.amount.strip()):
        return None
    whole, _, part = payment.amount.strip().partition(".")
    return int(whole) * 100_000_000 + int(part.ljust(8, "0"))


def _points(payment: Payment, addresses: Iterable[str], ledger: Ledger) -> Iterator[OutPoint]:
    for text in payment.transactions:
        txid, colon, _ = text.strip().lower().partition(":")
        if not is_txid(txid):
            continue
        if colon:
            try:
                yield outpoint_of(text)
            except BadInput:
                continue
            continue
        found = ledger.transaction(txid)
        for n in range(len(found.outputs) if found else 0):
            if ledger.address_at(OutPoint(txid, n)) in addresses:
                yield OutPoint(txid, n)


def _day(at: Moment | None) -> str:
    return f"{at.local:%Y-%m-%d}" if at else ""


def case_named(text: str) -> Case:
    """The case of one address, or of one output (``TXID:N``), under its own name.

    Raises:
        BadInput: it is no outpoint, or an address with a typing error.
    """
    text = text.strip()
    if is_txid(text.lower().partition(":")[0]):
        point = outpoint_of(text)
        return Case(str(point), (), (point,))
    address = parse_address(text).text
    return Case(address, (address,))


def cases_in(data: bytes, name: str) -> list[Case]:
    """The cases of a file (TOML): ``[[case]]`` with ``id``, ``addresses``, ``payments`` (``TXID:N``), ``day``.

    Raises:
        BadInput: it is no such file, an address or an output is none, or two cases have one id.
    """
    held = decode_toml(data, name, _File, _NOUN, CASES_FILE_BYTES).case
    cases: dict[str, Case] = {}
    for number, one in enumerate(held):
        where = Place(file=name, path=f"$.case[{number}]")
        if one.id in cases or not one.id.strip():
            raise BadInput(f"each case needs an id of its own; {one.id[:60]!r} is none", where=where)
        try:
            addresses = tuple(parse_address(text).text for text in one.addresses)
            points = tuple(outpoint_of(text) for text in one.payments)
        except BadInput as error:
            raise BadInput(error.what, where=where, hint=error.hint) from None
        cases[one.id] = Case(one.id, addresses, points, one.day.isoformat() if one.day else "")
    return list(cases.values())
