"""``gate --format json``: the verdict, each rule with its reason, and the attestation of both; versioned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import msgspec

from tocsin.inventory.gate.summary import Attestation
from tocsin.inventory.gate.verdict import GateResult, Ruling

__all__ = ["answer", "render"]


def answer(result: GateResult, attestation: Attestation) -> dict[str, Any]:
    """The whole answer. ``data_age_s`` is null where no rule stands on data, or the data does not say its day."""
    envelope = msgspec.Raw(attestation.envelope) if attestation.envelope is not None else None
    return {
        "format": "tocsin-gate",
        "version": 1,
        "tocsin": result.tocsin,
        "made": result.made,
        "as_of": result.as_of,
        "product": result.product,
        "purl": result.purl or None,
        "policy": {"name": result.policy, "version": result.policy_version},
        "verdict": result.verdict.value,
        "rules": [_rule(one) for one in result.rulings],
        "components": result.components,
        "subjects": [{"name": one.name, "digest": dict(one.digests)} for one in result.subjects],
        "inputs": [asdict(one) for one in result.inputs],
        "feeds": [asdict(one) for one in result.feeds],
        "not_read": [asdict(one) for one in result.not_read],
        "notes": list(result.notes),
        "data_age_s": result.data_age_s,
        "attestation": {
            "signed": envelope is not None,
            "why": attestation.why,
            "statement": attestation.statement,
            "envelope": envelope,
        },
    }


def _rule(one: Ruling) -> dict[str, Any]:
    held = one.answer
    return {
        "id": one.id,
        "verdict": held.verdict.value,
        "why": held.why,
        "source": one.source,
        "url": one.url or None,
        "fault": held.fault or None,
        "asks": one.asks,
        "required": one.required,
        "severity": one.severity,
        "details": list(held.details),
        "remedy": held.remedy or None,
        "data_age_s": held.age_s,
    }


def render(result: GateResult, attestation: Attestation) -> Iterator[str]:
    """Write the answer as one object, in lines that a person can follow."""
    yield msgspec.json.format(msgspec.json.encode(answer(result, attestation)), indent=2).decode() + "\n"
