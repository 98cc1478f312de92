"""A dossier as JSON. Amounts are whole satoshi; what is not known is null, never 0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from tocsin.model.timestamp import format_instant
from tocsin.ransom.attribution.independence import independent
from tocsin.ransom.dossier.attributed import SideBySide
from tocsin.ransom.dossier.dossier import Dossier, Section
from tocsin.ransom.dossier.parts import Said, TracePart

__all__ = ["document", "render", "said_document"]


def render(made: Dossier) -> Iterator[str]:
    """Write the document."""
    yield msgspec.json.format(msgspec.json.encode(document(made)), indent=1).decode() + "\n"


def document(made: Dossier) -> dict[str, Any]:
    """The document of ``dossier --format json``."""
    head = made.given.head
    return {
        "version": 1,
        "about": {
            "kind": head.kind.value,
            "name": head.name,
            "id": head.id or None,
            "addresses": list(head.addresses),
        },
        "made": head.made,
        "by": head.by,
        "tlp": head.tlp.text,
        "verdict": made.verdict.value if made.verdict else None,
        "summary": list(made.summary),
        "sections": [_section(one) for one in made.sections],
        "statements": [said_document(one) for one in made.given.said],
        "would_change": [{"of": of, "what": list(held)} for of, held in made.changes],
        "not_known": list(made.unknown),
        "made_from": [{"what": one.words, "hash": one.hash or None} for one in made.inputs],
        "note": made.note,
    }


def said_document(one: Said) -> dict[str, Any]:
    """A statement as it is kept, with how much of its evidence is independent."""
    withdrawn = one.withdrawn_us is not None
    return {
        "id": str(one.id),
        **msgspec.to_builtins(one.statement),
        "independent_sources": len(independent(one.statement.evidence)),
        "stix_confidence": one.statement.stix_confidence,
        "noted": format_instant(one.noted_us * 1000),
        "noted_by": one.noted_by,
        "withdrawn": format_instant((one.withdrawn_us or 0) * 1000) if withdrawn else None,
        "withdrawn_by": one.withdrawn_by or None,
        "withdrawn_why": one.withdrawn_why or None,
        "apart": one.apart or None,
    }


def _section(one: Section) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": one.id,
        "title": one.title,
        "claims": [
            {
                "words": claim.words,
                "evidence": [
                    {"what": each.words, "reference": each.reference or None} for each in claim.proofs
                ],
                "more_evidence": claim.more,
                "doubts": list(claim.doubts),
            }
            for claim in one.claims
        ],
    }
    if one.trace is not None:
        said["trace"] = _trace(one.trace)
    if one.beside is not None:
        said["matrix"] = _matrix(one.beside)
    return said


def _trace(part: TracePart) -> dict[str, Any]:
    trace = part.trace
    return {
        "asked": part.asked,
        "amount_sat": trace.seeded_sat,
        "seeds": [
            {"txid": one.txid, "n": one.n, "amount_sat": amount} for one, amount in trace.seeds.items()
        ],
        "outputs": [
            {
                "txid": one.point.txid,
                "n": one.point.n,
                "address": one.address or None,
                "value_sat": one.value_sat,
                "min_sat": one.min_sat,
                "max_sat": one.max_sat,
                "by_method_sat": dict(one.amounts_sat),
                "spent_by": one.spent_by,
            }
            for one in trace.reached
        ],
    }


def _matrix(beside: SideBySide) -> dict[str, Any] | None:
    matrix = beside.matrix
    if matrix is None:
        return None
    return {
        "names": list(matrix.names),
        "rows": [
            {
                "evidence": [msgspec.to_builtins(each) for each in row.evidence],
                "cells": dict(zip(matrix.names, (cell.value for cell in row.cells), strict=True)),
                "tells_apart": row.tells_apart,
            }
            for row in matrix.rows
        ],
        "inconsistent": dict(matrix.inconsistent),
    }
