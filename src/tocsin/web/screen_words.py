"""What a screening found, in plain words for somebody who has a demand on the table."""

from __future__ import annotations

from typing import Final

from tocsin.model.told.number import number
from tocsin.ransom.address.address import Address, Payee
from tocsin.ransom.screening.payment_rules import MayPay
from tocsin.ransom.screening.screening import Match, Screened, Verdict, chains_of
from tocsin.service.ransom.screen import Screening

__all__ = [
    "MAY_PAY",
    "MAY_PAY_WHY",
    "NAMES",
    "VERDICTS",
    "head_words",
    "kind_words",
    "match_words",
    "verdict_words",
]

MAY_PAY: Final = {
    MayPay.FORBIDDEN: "No. The law forbids it to you, whoever is paid.",
    MayPay.NO_RULE_KNOWN: "No rule against it is known here, which is no permission.",
    MayPay.UNKNOWN: "It is not known.",
}

MAY_PAY_WHY: Final = {
    "payer": "You did not say who pays. Some laws forbid it to public bodies: choose it in the form.",
    "where": "You did not say where you are. Some states forbid it: say it in the form.",
}
"""What is missing for an answer, by the field of the form."""

NAMES: Final = {
    Verdict.LINKED: "It leads to a sanctioned party, as told below.",
    Verdict.NOT_SCREENABLE: "Nothing was compared, so nothing is known of it.",
    Verdict.NO_MATCH_FOUND: "It leads to no listed party here. That does not mean that it is clear.",
}
"""What each verdict means for a name of the note."""

VERDICTS: Final = {
    Verdict.HIT: ("Hit", "A sanctioned party is listed with this address."),
    Verdict.LINKED: ("Linked", "It is tied to a sanctioned party, as told below."),
    Verdict.NOT_SCREENABLE: ("Not screenable", "Nothing was compared, so nothing is known of it."),
    Verdict.NO_MATCH_FOUND: (
        "No match found",
        "The list does not name it. That does not mean that it is clear.",
    ),
}
"""Each verdict, and what it means."""

_ALONE: Final = {
    MayPay.NO_RULE_KNOWN: "No rule against paying is known here",
    MayPay.UNKNOWN: "Whether you may pay is not known",
}
_CLASSES: Final = {
    "exact_address": "It is the listed address",
    "other_spelling": "It is the listed address in another spelling",
    "same_holder": "Whoever holds the listed address can spend from this one",
    "same_cluster": "Transactions join it to the listed address, as if one held both",
    "exposure_in": "Money came to it from the listed address",
    "exposure_out": "Money went from it to the listed address",
    "listed_name": "A listed party has this very name",
    "actor": "Who is behind it leads to a sanctioned party",
    "incident": "Another ransom was to be paid there",
}


def verdict_words(one: Screened) -> str:
    """What the verdict means for an address."""
    if one.verdict is Verdict.LINKED and not one.leads_to_party:
        return "The ransom of another incident was to be paid there, as told below."
    return VERDICTS[one.verdict][1]


def match_words(match: Match) -> str:
    """How an address fits a listed one; a class that there are no words for is told by its name."""
    return _CLASSES.get(match.kind.value, match.kind.value.replace("_", " ").capitalize())


def kind_words(address: Address) -> str:
    """What kind of address it is, and where it may be used."""
    form = "An account" if address.payee is Payee.ACCOUNT else address.form
    return f"{form} on {chains_of(address)}"


def head_words(found: Screening) -> str:
    """The whole answer in one line, the gravest first."""
    if found.payment.answer is MayPay.FORBIDDEN:
        return "Do not pay: the law forbids it to you"
    if not found.is_asked:
        return _ALONE[found.payment.answer]
    verdicts = [one.verdict for one in found.screened] + [one.verdict for one in found.names]
    count = verdicts.count(found.verdict) if found.verdict else 0
    match found.verdict:
        case Verdict.HIT:
            whose = "the address is" if len(verdicts) == 1 else number(count, "address is", "addresses are")
            return f"Do not pay: {whose} listed for a sanctioned party"
        case Verdict.LINKED if not found.leads_to_party:
            return "Do not pay yet: another ransom was to be paid there"
        case Verdict.LINKED:
            return "Do not pay yet: there is a tie to a sanctioned party"
        case Verdict.NOT_SCREENABLE:
            return (
                "Nothing is known of this payment" if count == len(verdicts) else "Part could not be screened"
            )
        case Verdict.NO_MATCH_FOUND if found.problems:
            return "No match found in what could be read, which is not all"
        case Verdict.NO_MATCH_FOUND if not found.is_current:
            return "No match in a list that is too old"
        case Verdict.NO_MATCH_FOUND:
            return "No match found, which does not mean that it is clear"
    return "No address could be read"
