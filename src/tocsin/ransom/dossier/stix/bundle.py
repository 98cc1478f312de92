"""A dossier as a STIX 2.1 bundle: a report of it, and the objects that its claims are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from tocsin.limits import DOSSIER_ADDRESSES
from tocsin.model.tlp import marking_id
from tocsin.ransom.dossier.dossier import Dossier, Section
from tocsin.ransom.dossier.stix.ledger_objects import ledger_objects, wallet
from tocsin.ransom.dossier.stix.names import ATTRIBUTION, AUTHOR, SATOSHI, made_id, wallet_id
from tocsin.ransom.dossier.stix.said_objects import Common, held_together, said_objects

__all__ = ["bundle", "extension_definitions", "render"]

_DAY: Final = "2026-11-27T00:00:00.000Z"
"""When the extensions of ours were made; a later version of them has a later one."""

_SATOSHI: Final = (
    "Of a cryptocurrency-transaction of Bitcoin: each input and output in whole satoshi, the outpoint that an input "
    "spends, and how much of what was followed an output holds: at least, at most, and by each convention."
)
_ATTRIBUTION: Final = (
    "Of a relationship: the role that somebody is said to have, who says so and when, the Admiralty grade of the "
    "source and that of the information apart, and how many independent sources the evidence has."
)
_DEFINITIONS: Final = {
    SATOSHI: ("Tocsin: whole satoshi and outpoints", _SATOSHI),
    ATTRIBUTION: ("Tocsin: a statement of attribution", _ATTRIBUTION),
}


def render(made: Dossier, schemas: Mapping[str, str]) -> Iterator[str]:
    """Write the bundle; ``schemas`` are those of our extensions, by their ids."""
    yield msgspec.json.format(msgspec.json.encode(bundle(made, schemas)), indent=1).decode() + "\n"


def bundle(made: Dossier, schemas: Mapping[str, str]) -> dict[str, Any]:
    """The bundle; equal dossiers give equal ones."""
    head = made.given.head
    common: Common = {
        "spec_version": "2.1",
        "created_by_ref": head.by_id,
        "object_marking_refs": [marking_id(head.tlp)],
    }
    objects: dict[str, dict[str, Any]] = {}
    found = [*(wallet(one) for one in head.addresses), *ledger_objects(made.given.flows, made.given.traces)]
    for part in made.given.clusters:
        if len(part.addresses) > 1:
            words = f"All addresses that are taken to have one holder with {part.address}"
            found += held_together(words, part.addresses, common, head.made)
    found += said_objects(made.given.said, made.given.clusters, common)
    found += [_note(section, made, common) for section in made.sections if section.beside is None]
    for one in found:
        objects.setdefault(one["id"], one)
    refs = list(objects)
    written = [*extension_definitions(schemas), *objects.values(), _report(made, refs, common)]
    text = msgspec.json.encode(written).decode()
    return {"type": "bundle", "id": made_id("bundle", text), "objects": written}


def extension_definitions(schemas: Mapping[str, str]) -> list[dict[str, Any]]:
    """Our extensions and their author."""
    author = {
        "type": "identity",
        "spec_version": "2.1",
        "id": AUTHOR,
        "created": _DAY,
        "modified": _DAY,
        "name": "Tocsin",
        "identity_class": "system",
    }
    return [
        author,
        *(
            {
                "type": "extension-definition",
                "spec_version": "2.1",
                "id": id,
                "created_by_ref": AUTHOR,
                "created": _DAY,
                "modified": _DAY,
                "name": name,
                "description": description,
                "schema": schemas[id],
                "version": "1.0.0",
                "extension_types": ["property-extension"],
            }
            for id, (name, description) in _DEFINITIONS.items()
        ),
    ]


def _note(section: Section, made: Dossier, common: Common) -> dict[str, Any]:
    head = made.given.head
    about = [wallet_id(one) for one in head.addresses] or [head.id]
    lines = []
    for claim in section.claims:
        lines.append(claim.words)
        lines += [f"  Evidence: {one.words} {one.reference}".rstrip() for one in claim.proofs]
        lines += [f"  Evidence: {claim.more:,} more of the same kind"] * bool(claim.more)
        lines += [f"  Doubt: {one}" for one in claim.doubts]
    return {
        "type": "note",
        **common,
        "id": made_id("note", head.by_id, head.made, section.title, *about),
        "created": head.made,
        "modified": head.made,
        "abstract": section.title,
        "content": "\n".join(lines),
        "object_refs": about,
    }


def _report(made: Dossier, refs: Sequence[str], common: Common) -> dict[str, Any]:
    head = made.given.head
    lines = list(made.summary)
    lines += [f"Would change it ({of}): {one}" for of, held in made.changes for one in held]
    lines += [f"Not known: {one}" for one in made.unknown]
    lines += [f"Made from: {one.words} {one.hash}".rstrip() for one in made.inputs]
    if made.given.flows_left_out:
        lines.append(f"Left out here: {made.given.flows_left_out:,} transactions.")
    large = [one for one in made.given.clusters if len(one.addresses) > DOSSIER_ADDRESSES]
    lines += [
        f"Of the {len(one.addresses):,} addresses with {one.address} here are {DOSSIER_ADDRESSES:,}."
        for one in large
    ]
    return {
        "type": "report",
        **common,
        "id": made_id("report", head.by_id, head.made, head.id, *head.addresses),
        "created": head.made,
        "modified": head.made,
        "name": f"Dossier: {head.name}",
        "description": "\n".join([*lines, made.note]),
        "published": head.made,
        "object_refs": [*([head.id] if head.id else []), *refs],
    }
