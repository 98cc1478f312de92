"""Whether somebody who is trusted vouches for how the product was built.

What is brought as proof has to be proof: one attestation that is forged, expired or signed by somebody else fails the
product, also beside a good one.
"""

from __future__ import annotations

from tocsin.inventory.gate.attestation import Attested, Fault
from tocsin.inventory.gate.evidence import Evidence
from tocsin.inventory.gate.moment import age_days, age_words, is_future, moment_of
from tocsin.inventory.gate.policy import Provenance
from tocsin.inventory.gate.verdict import Answer, Verdict

__all__ = ["provenance"]

_REMEDY = {
    Fault.FORGED: "Do not install it. Tell the maker, and get product and attestation from the maker itself.",
    Fault.WRONG_SIGNER: "If you know that signer, add its key or identity to the policy; else do not install it.",
    Fault.EXPIRED: "Ask the maker for an attestation that is signed with a key that holds.",
    Fault.NOT_YET: "Look at the clock of this machine; else ask the maker.",
    Fault.DOWNGRADED_ROOT: "Update Tocsin and its extra [gate]; an old root believes keys that were taken back.",
    Fault.WRONG_ROOT: "Do not install it, unless you know that authority and name its root in the policy.",
    Fault.MALFORMED: "Ask the maker for an in-toto attestation.",
    Fault.UNSUPPORTED: "Ask the maker for a DSSE envelope, or for a Sigstore bundle of another kind.",
    Fault.NOT_VERIFIED: "Install what reads it: pip install 'tocsin[gate]'",
}
_MISSING = "Ask the maker for signed SLSA provenance, and give it by --attestation."


def provenance(rule: Provenance, evidence: Evidence) -> Answer:
    """Fail for a proof that is none; ``rule.missing`` where there is none; pass for one of a trusted builder."""
    broken = [
        one for one in evidence.attestations if one.fault not in {None, Fault.UNSIGNED, Fault.NOT_VERIFIED}
    ]
    if broken:
        return _broken(broken[0], broken)
    pending = [one for one in evidence.attestations if one.fault is Fault.NOT_VERIFIED]
    good = [one for one in evidence.attestations if one.fault is None]
    built = [
        one for one in good if one.statement is not None and one.statement.predicate_type in rule.predicates
    ]
    faults = [answer for one in built if (answer := _builder_fault(rule, one, evidence)) is not None]
    if faults:
        return faults[0]
    if pending:
        return _broken(pending[0], pending, Verdict.UNKNOWN)
    if not built:
        return _none(rule, evidence, good)
    about = [one for one in built if _is_about(one, evidence)]
    if not about:
        return _another(built)
    return Answer(
        Verdict.PASS,
        " ".join(_told(one) for one in about[:3]),
        details=tuple(f"{one.name}: {one.why}" for one in evidence.attestations),
    )


def _is_about(one: Attested, evidence: Evidence) -> bool:
    """Whether an attestation is about something that is in hand."""
    assert one.statement is not None
    return any(
        held.is_same(subject)
        for held in (evidence.sbom, *evidence.artifacts)
        for subject in one.statement.subjects
    )


def _another(built: list[Attested]) -> Answer:
    statement = built[0].statement
    assert statement is not None
    names = ", ".join(one.name or "a file without a name" for one in statement.subjects[:3]) or "nothing"
    return Answer(
        Verdict.UNKNOWN,
        f"{built[0].name} is signed, but it is about {names}, and that is not in hand.",
        "other-subject",
        remedy="Give the product's file by --artifact, and the attestation that belongs to it.",
    )


def _broken(first: Attested, several: list[Attested], verdict: Verdict = Verdict.FAIL) -> Answer:
    assert first.fault is not None
    return Answer(
        verdict,
        f"{first.name}: {first.why}",
        first.fault.value,
        tuple(f"{one.name}: {one.why}" for one in several),
        _REMEDY.get(first.fault, ""),
    )


def _builder_fault(rule: Provenance, one: Attested, evidence: Evidence) -> Answer | None:
    statement = one.statement
    assert statement is not None
    if not statement.builder:
        return Answer(
            Verdict.FAIL,
            f"{one.name} is provenance that does not say who built it.",
            "no-builder",
            remedy=_MISSING,
        )
    if rule.builders and statement.builder not in rule.builders:
        return Answer(
            Verdict.FAIL,
            f"{one.name} says that {statement.builder} built it, and the policy trusts no such builder.",
            "wrong-builder",
            remedy="If you trust that builder, name it in the policy.",
        )
    finished = moment_of(statement.finished)
    if finished is not None and is_future(finished, evidence.now):
        return Answer(
            Verdict.FAIL,
            f"{one.name} says that the build ended on {finished:%Y-%m-%d}, which is yet to come.",
            "built-in-future",
            remedy="Ask the maker; look at the clock of this machine.",
        )
    if rule.oldest_days is None:
        return None
    if finished is None:
        why = f"{one.name} does not say when it was built, and the policy asks that."
        return Answer(Verdict.UNKNOWN, why, "undated", remedy=_MISSING)
    if age_days(finished, evidence.now) > rule.oldest_days:
        why = f"{one.name} is of a build that is {age_words(age_days(finished, evidence.now))}."
        return Answer(Verdict.FAIL, why, Fault.EXPIRED.value, remedy="Ask the maker for a current build.")
    return None


def _none(rule: Provenance, evidence: Evidence, good: list[Attested]) -> Answer:
    verdict = Verdict(rule.missing)
    unsigned = [one for one in evidence.attestations if one.fault is Fault.UNSIGNED]
    if unsigned:
        details = tuple(f"{one.name}: {one.why}" for one in unsigned)
        return Answer(
            verdict, f"{unsigned[0].name}: {unsigned[0].why}", Fault.UNSIGNED.value, details, _MISSING
        )
    if good:
        kinds = ", ".join(sorted({one.statement.predicate_type for one in good if one.statement is not None}))
        why = f"What was brought is signed, but it says nothing of how the product was built: {kinds}."
        return Answer(verdict, why, "no-provenance", remedy=_MISSING)
    return Answer(
        verdict,
        "Nothing that was brought says who built the product and how.",
        "no-provenance",
        remedy=_MISSING,
    )


def _told(one: Attested) -> str:
    assert one.statement is not None
    when = f" on {one.statement.finished[:10]}" if one.statement.finished else ""
    return f"{one.why} It was built by {one.statement.builder}{when}."
