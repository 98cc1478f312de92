"""Whether what is in hand is what was attested."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.inventory.gate.evidence import Evidence
from tocsin.inventory.gate.policy import ArtifactHash
from tocsin.inventory.gate.statement import STRONG
from tocsin.inventory.gate.verdict import Answer, Subject, Verdict
from tocsin.model.told.number import number

__all__ = ["artifact_hash"]


def artifact_hash(rule: ArtifactHash, evidence: Evidence) -> Answer:
    """Fail where a file is not what was attested; unknown where nothing that is believed says what it should be."""
    attested = _attested(evidence)
    wrong = [told for one in evidence.artifacts if (told := _mismatch(one, attested))]
    wrong += _not_listed(evidence)
    # A bill that goes by the name of an attested file has to be that file; one of another name may be about it.
    named = [one for one in attested if _file_name(one.name) == _file_name(evidence.sbom.name)]
    sbom_attested = any(evidence.sbom.is_same(one) for one in attested)
    if named and not sbom_attested:
        wrong.append(_other(evidence.sbom, named))
    if wrong:
        return Answer(
            Verdict.FAIL,
            wrong[0],
            "wrong-hash",
            tuple(wrong),
            "Do not install it. Get product, bill of materials and attestation anew from the maker itself.",
        )
    lacking = _lacking(rule, evidence, attested, sbom_attested=sbom_attested)
    if lacking:
        why, fault, remedy = lacking[0]
        return Answer(Verdict.UNKNOWN, why, fault, tuple(one[0] for one in lacking), remedy)
    held = [*evidence.artifacts, *([evidence.sbom] if sbom_attested else [])]
    names = ", ".join(_file_name(one.name) for one in held[:5])
    why = f"What is in hand is what was attested: {names}." if held else "The policy asks for no file."
    return Answer(Verdict.PASS, why, details=tuple(f"{one.name} {_digest(one)}" for one in held))


def _attested(evidence: Evidence) -> list[Subject]:
    return [
        subject
        for one in evidence.attestations
        if one.fault is None and one.statement is not None
        for subject in one.statement.subjects
    ]


def _listed(evidence: Evidence) -> Subject | None:
    """The product as its own bill of materials gives its hashes."""
    subject = evidence.bill.subject
    if subject is None:
        return None
    pairs = (text.partition(":") for text in subject.identity.hashes)
    strong = tuple(sorted((name, digits) for name, _, digits in pairs if name in STRONG))
    return Subject(subject.identity.name, strong) if strong else None


def _mismatch(artifact: Subject, attested: Sequence[Subject]) -> str:
    comparable = [one for one in attested if artifact.is_comparable(one)]
    if not comparable or any(artifact.is_same(one) for one in comparable):
        return ""
    named = [one for one in comparable if _file_name(one.name) == _file_name(artifact.name)]
    return _other(artifact, named or comparable)


def _not_listed(evidence: Evidence) -> list[str]:
    """What is wrong if the bill gives the product's hash, and nothing in hand has it."""
    listed = _listed(evidence)
    held = [one for one in evidence.artifacts if listed is not None and one.is_comparable(listed)]
    if listed is None or not held or any(one.is_same(listed) for one in held):
        return []
    why = (
        f"{held[0].name} is not what the bill of materials is about: it has {_digest(held[0])}, the bill says "
        f"{_digest(listed)}."
    )
    return [why]


def _other(one: Subject, attested: Sequence[Subject]) -> str:
    known = ", ".join(f"{_file_name(held.name) or 'a file'} {_digest(held)}" for held in attested[:3])
    return f"{one.name} is not what was attested: it has {_digest(one)}, attested is {known}."


def _lacking(
    rule: ArtifactHash, evidence: Evidence, attested: Sequence[Subject], *, sbom_attested: bool
) -> list[tuple[str, str, str]]:
    lacking: list[tuple[str, str, str]] = []
    if rule.artifact and not evidence.artifacts:
        why = "No file of the product was given, so nothing was compared."
        lacking.append((why, "no-artifact", "Give the product's file by --artifact."))
    unheard = [one for one in evidence.artifacts if not any(one.is_same(held) for held in attested)]
    if unheard:
        more = f" and {number(len(unheard) - 1, 'other file')}" if len(unheard) > 1 else ""
        why = f"No attestation that is believed says what {unheard[0].name}{more} should be."
        lacking.append((why, "not-attested", "Ask the maker for a signed attestation of it."))
    if rule.sbom and not sbom_attested:
        why = f"No attestation that is believed is about the bill of materials {_file_name(evidence.sbom.name)}."
        lacking.append((why, "sbom-not-attested", "Ask the maker to attest the bill of materials too."))
    return lacking


def _digest(one: Subject) -> str:
    if not one.digests:
        return "no digest"
    digests = dict(one.digests)
    name = "sha256" if "sha256" in digests else one.digests[0][0]
    return f"{name} {digests[name]}"


def _file_name(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]
