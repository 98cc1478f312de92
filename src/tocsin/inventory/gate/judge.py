"""From a policy and what is in hand to a verdict: each rule is asked, and answers for itself.

No rule is clean by default: what was not brought, is too old, or cannot be read gives *unknown*, and what contradicts
itself gives *fail*.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tocsin.inventory.gate.evidence import Evidence
from tocsin.inventory.gate.policy import (
    Affected,
    AnyRule,
    ArtifactHash,
    EndOfLife,
    KnownExploited,
    Policy,
    Provenance,
    SbomComplete,
    VendorFact,
)
from tocsin.inventory.gate.rules.artifact_hash import artifact_hash
from tocsin.inventory.gate.rules.end_of_life import end_of_life
from tocsin.inventory.gate.rules.provenance import provenance
from tocsin.inventory.gate.rules.sbom_complete import sbom_complete
from tocsin.inventory.gate.rules.vendor_fact import vendor_fact
from tocsin.inventory.gate.rules.vulnerable import affected, known_exploited
from tocsin.inventory.gate.verdict import Answer, Ruling

__all__ = ["judge"]

_ASKED: Final[dict[type, Callable[[Any, Evidence], Answer]]] = {
    SbomComplete: sbom_complete,
    Provenance: provenance,
    ArtifactHash: artifact_hash,
    KnownExploited: known_exploited,
    Affected: affected,
    EndOfLife: end_of_life,
    VendorFact: vendor_fact,
}


def judge(policy: Policy, evidence: Evidence) -> tuple[Ruling, ...]:
    """Ask each rule of ``policy``, in its order."""
    return tuple(_ruling(rule, evidence) for rule in policy.rules)


def _ruling(rule: AnyRule, evidence: Evidence) -> Ruling:
    return Ruling(
        id=rule.id,
        asks=rule.asks,
        required=rule.required,
        severity=rule.severity,
        source=rule.source,
        url=rule.url,
        answer=_ASKED[type(rule)](rule, evidence),
    )
