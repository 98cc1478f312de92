"""Whether the bill of materials says enough to be relied on, and is of late enough."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.inventory.gate.elements import elements_of
from tocsin.inventory.gate.evidence import Evidence
from tocsin.inventory.gate.moment import age_days, age_words, is_future, moment_of
from tocsin.inventory.gate.policy import SbomComplete
from tocsin.inventory.gate.verdict import Answer, Verdict
from tocsin.model.told.number import number

__all__ = ["sbom_complete"]

_WORDS = {
    "supplier": "a supplier",
    "name": "a name",
    "version": "a version",
    "identifier": "an identifier (purl, CPE, model or order number)",
    "relationship": "a place in the graph of dependencies",
    "hash": "a hash",
    "licence": "a licence",
}
_INCOMPLETE = "says itself that it may not be complete"


def sbom_complete(rule: SbomComplete, evidence: Evidence) -> Answer:
    """Fail for what is missing or contradicts itself; unknown for what is old or could not be read."""
    missing, details = _missing(rule, evidence)
    if missing:
        return Answer(
            Verdict.FAIL,
            f"The bill of materials lacks {'; '.join(missing)}.",
            "missing-elements",
            tuple(details),
            "Ask the maker for a bill of materials that has them.",
        )
    made = moment_of(evidence.bill.made)
    if made is not None and is_future(made, evidence.now):
        return Answer(
            Verdict.FAIL,
            f"The bill of materials says that it was made on {made:%Y-%m-%d}, which is yet to come.",
            "made-in-future",
            remedy="Ask the maker for a bill of materials with its true date.",
        )
    return _doubts(rule, evidence, details)


def _missing(rule: SbomComplete, evidence: Evidence) -> tuple[list[str], list[str]]:
    bill = evidence.bill
    missing: list[str] = []
    details: list[str] = []
    if not bill.components:
        missing.append("components: it lists none")
    elif rule.least:
        have = elements_of(bill)
        for name, least in rule.least.items():
            held = have[name]
            details.append(f"{held.have:,} of {held.all:,} components have {_WORDS[name]}")
            if held.share < least:
                lack = held.all - held.have
                first = f", first {held.missing[0]}" if held.missing else ""
                missing.append(f"{_WORDS[name]} for {lack:,} of {held.all:,} components{first}")
                details += [f"without {_WORDS[name]}: {one}" for one in held.missing]
    if rule.author and not bill.author:
        missing.append("its author: it does not say who made it")
    if rule.timestamp and not bill.made:
        missing.append("its timestamp: it does not say when it was made")
    if rule.subject and bill.subject is None:
        missing.append("its subject: it does not say of what it is a bill")
    return missing, details


def _doubts(rule: SbomComplete, evidence: Evidence, details: list[str]) -> Answer:
    bill = evidence.bill
    doubts = list(_why_unknown(rule, evidence))
    if doubts:
        first = doubts[0]
        return Answer(
            Verdict.UNKNOWN,
            " ".join(why for _, why in doubts),
            first[0],
            tuple(f"{one.place}: {one.why}" for one in bill.unread),
            "Ask the maker for a current bill of materials that is whole.",
        )
    made = moment_of(bill.made)
    age = f", {age_words(age_days(made, evidence.now))}" if made is not None else ""
    author = f" of {bill.author}" if bill.author else ""
    return Answer(
        Verdict.PASS,
        f"The bill of materials{author}{age}, says what it has to of {number(len(bill.components), 'component')}.",
        details=tuple(details),
    )


def _why_unknown(rule: SbomComplete, evidence: Evidence) -> Iterator[tuple[str, str]]:
    bill = evidence.bill
    made = moment_of(bill.made)
    if rule.oldest_days is not None:
        if made is None:
            yield "undated", "It is not known how old the bill of materials is."
        elif age_days(made, evidence.now) > rule.oldest_days:
            why = (
                f"The bill of materials is of {made:%Y-%m-%d}, {age_words(age_days(made, evidence.now))}; after "
                f"{number(rule.oldest_days, 'day')} it is not known whether it still tells what is in the product."
            )
            yield "stale", why
    if bill.unread:
        yield (
            "not-read",
            f"{number(len(bill.unread), 'component')} of the bill of materials could not be read.",
        )
    if any(note.startswith(_INCOMPLETE) for note in bill.notes):
        yield "incomplete", "The bill of materials says itself that it may not be complete."
