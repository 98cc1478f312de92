"""Whether the vendor says yes to a question of the questionnaire, shows it, and says it of today."""

from __future__ import annotations

from datetime import UTC

from tocsin.inventory.gate.evidence import Evidence
from tocsin.inventory.gate.moment import age_days, age_words, is_future
from tocsin.inventory.gate.policy import VendorFact
from tocsin.inventory.gate.questionnaire import Given, Questionnaire
from tocsin.inventory.gate.verdict import Answer, Verdict
from tocsin.model.told.number import number

__all__ = ["vendor_fact"]

_ASK = "Ask the vendor to answer the questionnaire, and give it by --questionnaire."


def vendor_fact(rule: VendorFact, evidence: Evidence) -> Answer:
    """Pass for a yes that is shown and holds; ``rule.no`` for a no; unknown for what is not answered or not shown."""
    answers = evidence.answers
    if answers is None:
        return Answer(Verdict.UNKNOWN, "No questionnaire was given.", "unanswered", remedy=_ASK)
    subject = evidence.bill.subject
    if subject is None or subject.identity.name.casefold() != answers.product.casefold():
        about = f"is of {subject.identity.name}" if subject is not None else "does not say of what it is"
        why = f"The questionnaire is about {answers.product}, and the bill of materials {about}."
        return Answer(Verdict.UNKNOWN, why, "other-product", remedy=_ASK)
    given = answers.answers.get(rule.question)
    if given is None:
        return Answer(Verdict.UNKNOWN, f"{answers.vendor} did not answer this.", "unanswered", remedy=_ASK)
    if is_future(given.date, evidence.now) or is_future(answers.answered, evidence.now):
        return Answer(
            Verdict.UNKNOWN, "The answer is of a day that is yet to come.", "dated-in-future", remedy=_ASK
        )
    if given.answer == "no":
        return Answer(
            Verdict(rule.no),
            f"{answers.vendor} says no{_note(given)}.",
            "says-no",
            remedy="Ask the vendor when that will be otherwise, or choose another product.",
        )
    if given.answer == "not-applicable":
        why = f"{answers.vendor} says that this does not apply{_note(given)}."
        if rule.not_applicable and given.note:
            return Answer(Verdict.PASS, why)
        return Answer(
            Verdict.UNKNOWN, why, "not-applicable", remedy="Ask the vendor why, and judge for yourself."
        )
    return _yes(rule, evidence, answers, given)


def _yes(rule: VendorFact, evidence: Evidence, answers: Questionnaire, given: Given) -> Answer:
    today = evidence.now.astimezone(UTC).date()
    if given.until is not None and given.until < today:
        why = f"{answers.vendor} says yes, but only until {given.until.isoformat()}, and that has passed."
        return Answer(Verdict(rule.passed), why, "expired", remedy="Ask the vendor for its present answer.")
    if rule.until and given.until is None:
        why = f"{answers.vendor} says yes, but not until when."
        return Answer(Verdict.UNKNOWN, why, "no-end", remedy="Ask the vendor until when it holds.")
    if rule.evidence and not given.evidence.startswith(("https://", "http://")):
        why = f"{answers.vendor} says yes, but names no page where that can be read."
        return Answer(
            Verdict.UNKNOWN, why, "no-evidence", remedy="Ask the vendor for the address of its evidence."
        )
    old = age_days(answers.answered, evidence.now)
    if rule.oldest_days is not None and old > rule.oldest_days:
        why = (
            f"{answers.vendor} said yes on {answers.answered.isoformat()}; the answer is {age_words(old)}, and the "
            f"policy takes none older than {number(rule.oldest_days, 'day')}."
        )
        return Answer(Verdict.UNKNOWN, why, "stale", remedy="Ask the vendor for its present answer.")
    until = f" until {given.until.isoformat()}" if given.until else ""
    return Answer(
        Verdict.PASS,
        f"{answers.vendor} says yes, since {given.date.isoformat()}{until}{_note(given)}.",
        details=(given.evidence,) if given.evidence else (),
    )


def _note(given: Given) -> str:
    return f" ({given.note.rstrip('.')})" if given.note else ""
