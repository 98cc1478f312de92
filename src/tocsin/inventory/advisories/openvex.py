"""OpenVEX documents (specification 0.2.0; the statements of 0.0.1 are read too).

Statements stand in the order of their time ("a later statement overrides an earlier one about the same product and
vulnerability"): all are kept, and of two that contradict each other the later one, further behind, counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from tocsin.errors import BadInput
from tocsin.inventory.advisories.decoding import NOTHING, Parts
from tocsin.inventory.advisories.package_name import versions_of_names
from tocsin.inventory.advisory import Advisory, Form
from tocsin.inventory.claim import Claim, Remedy, Status
from tocsin.inventory.identity import Identity
from tocsin.model.timestamp import Instant, parse_timestamp

__all__ = ["read_openvex"]


class _Vulnerability(msgspec.Struct):
    name: str = ""
    id: str = msgspec.field(name="@id", default="")


class _Component(msgspec.Struct):
    id: str = msgspec.field(name="@id", default="")
    identifiers: msgspec.Raw = NOTHING
    hashes: msgspec.Raw = NOTHING
    subcomponents: msgspec.Raw = NOTHING


class _Statement(msgspec.Struct):
    status: str
    vulnerability: _Vulnerability | str = ""
    timestamp: str = ""
    last_updated: str = ""
    products: msgspec.Raw = NOTHING
    subcomponents: msgspec.Raw = NOTHING
    justification: str = ""
    impact_statement: str = ""
    action_statement: str = ""
    status_notes: str = ""


class _Document(msgspec.Struct):
    statements: msgspec.Raw
    id: msgspec.Raw = msgspec.field(name="@id", default=NOTHING)
    author: msgspec.Raw = NOTHING
    timestamp: msgspec.Raw = NOTHING
    last_updated: msgspec.Raw = NOTHING


_STATUSES: Final = {status.value: status for status in Status}


def read_openvex(record: bytes | msgspec.Raw, parts: Parts) -> Advisory | None:
    """One document; None, and noted in ``parts``, if it is none."""
    document = parts.one(record, _Document, "$")
    if document is None:
        return None
    id = parts.text(document.id, '$["@id"]')
    if not id:
        parts.note('$["@id"]', "the document has no id")
        return None
    published = parts.text(document.timestamp, "$.timestamp")
    timed: list[tuple[Instant, Claim]] = []
    for place, statement in parts.each(document.statements, _Statement, "$.statements"):
        when = statement.last_updated or statement.timestamp or published
        timed.extend(
            (_instant(parts, when, place), claim) for claim in _claims(parts, statement, place, when)
        )
    if not timed and not parts.unread:
        parts.note("$.statements", "the document holds no statement")
    timed.sort(key=lambda held: held[0])
    return Advisory(
        id=id,
        form=Form.OPENVEX,
        publisher=parts.text(document.author, "$.author"),
        published=published,
        modified=parts.text(document.last_updated, "$.last_updated") or published,
        claims=tuple(claim for _, claim in timed),
        unread=parts.unread,
    )


def _instant(parts: Parts, when: str, place: str) -> Instant:
    if not when:
        return 0
    try:
        return parse_timestamp(_in_utc(when))
    except BadInput:
        parts.note(place, f"its time '{when[:60]}' cannot be read, so that it counts as the oldest")
        return 0


def _in_utc(when: str) -> str:
    """``when`` with ``Z`` where it is told as an offset of nothing; another offset is left as it is."""
    return f"{when[:-6]}Z" if when.endswith(("+00:00", "-00:00")) else when


def _claims(parts: Parts, statement: _Statement, place: str, when: str) -> Iterator[Claim]:
    status = _STATUSES.get(statement.status.strip().casefold())
    held = statement.vulnerability
    name = (held if isinstance(held, str) else held.name or held.id).strip()
    if status is None:
        parts.note(f"{place}.status", f"no status is called '{statement.status}'")
        return
    if not name:
        parts.note(f"{place}.vulnerability", "it names no vulnerability")
        return
    reasons = (statement.justification, statement.impact_statement, statement.status_notes)
    action = statement.action_statement.strip()
    shared = tuple(_components(parts, statement.subcomponents, f"{place}.subcomponents"))
    found = False
    for where, product in _products(parts, statement.products, f"{place}.products"):
        found = True
        identity = _identity(parts, product, where)
        if identity is None:
            continue
        yield Claim(
            vulnerability=name,
            status=status,
            product=identity,
            versions=versions_of_names(identity),
            text=product.id or next(iter((*identity.purls, *identity.cpes, *identity.hashes)), ""),
            place=where,
            subcomponents=(
                *shared,
                *_components(parts, product.subcomponents, f"{where}.subcomponents"),
            ),
            why="; ".join(filter(None, map(str.strip, reasons))),
            remedies=(Remedy("mitigation", action),) if action else (),
            stated=when,
        )
    if not found:
        parts.note(f"{place}.products", "it names no product")


def _products(parts: Parts, raw: msgspec.Raw, place: str) -> Iterator[tuple[str, _Component]]:
    """Products and subcomponents: objects, or before 0.2.0 their ids alone."""
    for where, held in parts.each(raw, _Component | str, place):  # type: ignore[arg-type]
        yield where, _Component(id=held) if isinstance(held, str) else held


def _components(parts: Parts, raw: msgspec.Raw, place: str) -> Iterator[Identity]:
    for where, held in _products(parts, raw, place):
        if identity := _identity(parts, held, where):
            yield identity


def _identity(parts: Parts, held: _Component, place: str) -> Identity | None:
    identifiers = parts.one(held.identifiers, dict[str, str], f"{place}.identifiers") or {}
    hashes = parts.one(held.hashes, dict[str, str], f"{place}.hashes") or {}
    id = held.id.strip()
    purls = (id if id.startswith("pkg:") else "", identifiers.get("purl", ""))
    cpes = (
        id if id.startswith("cpe:") else "",
        identifiers.get("cpe23", ""),
        identifiers.get("cpe22", ""),
    )
    identity = Identity(
        name="" if id.startswith(("pkg:", "cpe:", "urn:cdx:")) else id,
        purls=tuple(dict.fromkeys(filter(None, purls))),
        cpes=tuple(dict.fromkeys(filter(None, cpes))),
        hashes=tuple(
            f"{name.casefold().replace('-', '')}:{hash.casefold()}" for name, hash in hashes.items()
        ),
        bom_refs=(id,) if id.startswith("urn:cdx:") else (),
    )
    if identity == Identity():
        parts.note(place, "the product has no name")
        return None
    return identity
