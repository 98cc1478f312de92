"""A screening as JSON, for a terminal and as Markdown."""

from __future__ import annotations

from typing import Any, Final

from tocsin.limits import SANCTIONS_STALE_DAYS
from tocsin.model.told.escape import one_line, visible
from tocsin.ransom.next_steps import NOT_ADVICE
from tocsin.ransom.payment_rules import MayPay, PaymentRule, RuleSource
from tocsin.ransom.sanctions.party import Party
from tocsin.ransom.screening import Match, MatchClass, Screened, Verdict
from tocsin.service.ransom.screen import Screening
from tocsin.store.sanctions import KeptList

__all__ = ["age_warning", "screening_document", "screening_lines", "screening_markdown"]

_LINE: Final = 400
_WORDS: Final = {
    Verdict.HIT: "HIT: a sanctioned party is listed with this address",
    Verdict.LINKED: "LINKED: whoever holds a listed address can spend from this one",
    Verdict.NOT_SCREENABLE: "NOT SCREENABLE",
    Verdict.NO_MATCH_FOUND: "no match found, which does not mean that it is clear",
}
_CLASSES: Final = {
    MatchClass.EXACT: "the listed address",
    MatchClass.OTHER_SPELLING: "the listed address in another spelling",
    MatchClass.SAME_HOLDER: "another address of the same holder",
}
_ANSWERS: Final = {
    MayPay.FORBIDDEN: "NO, it is forbidden",
    MayPay.NO_RULE_KNOWN: "no rule against it is known here",
    MayPay.UNKNOWN: "unknown",
}


def age_warning(found: Screening) -> str:
    """How old the list was on the day of the question, where that matters; else empty."""
    if found.head is None:
        return (
            f"WARNING: no list of sanctioned parties is kept that had been issued by {found.as_of}. "
            "Nothing was compared."
        )
    if found.is_current:
        return ""
    return (
        f"WARNING: the list of {found.head.issued} was {found.age_days} days old on {found.as_of}. After "
        f"{SANCTIONS_STALE_DAYS} days it counts as stale: whom it does not name may be named since."
    )


# -- JSON -----------------------------------------------------------------------------------------


def screening_document(found: Screening) -> dict[str, Any]:
    """The document of ``screen --format json``; its top level tells the gravest of all addresses."""
    head = found.head
    return {
        "verdict": found.verdict.value if found.verdict else None,
        "as_of": found.as_of.isoformat(),
        "may_pay": {
            "answer": found.payment.answer.value,
            "why": found.payment.why,
            "looked_up": found.payment.looked_up.isoformat() if found.payment.looked_up else None,
            "rules": [_rule(*one) for one in found.payment.rules],
        },
        "list": _list(head) if head else None,
        "list_age_days": found.age_days,
        "list_is_current": found.is_current,
        "addresses": [_address(one, found) for one in found.screened],
        "matches": [_match(match, one, found) for one in found.screened for match in one.matches],
        "not_read": [
            {"what": one.what, "column": one.where.column if one.where else None} for one in found.problems
        ],
        "warning": age_warning(found) or None,
        "next_steps": list(found.next_steps),
        "note": NOT_ADVICE,
    }


def _rule(rule: PaymentRule, sources: tuple[RuleSource, ...]) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "effect": rule.effect,
        "status": rule.status,
        "from": rule.begins.isoformat() if rule.begins else None,
        "words": rule.words,
        "sources": [
            {
                "title": one.title,
                "section": one.section,
                "url": one.url,
                "day": one.day.isoformat(),
                "confirmed": one.confirmed,
                "note": one.note,
            }
            for one in sources
        ],
    }


def _list(head: KeptList) -> dict[str, Any]:
    return {
        "list": head.list,
        "issued": head.issued,
        "sha256": head.sha256,
        "overflow_sha256": head.overflow_sha256 or None,
        "form": head.form,
        "parties": head.parties,
        "addresses": head.addresses,
    }


def _address(one: Screened, found: Screening) -> dict[str, Any]:
    read = one.address
    return {
        "address": one.given,
        "verdict": one.verdict.value,
        "why": one.why or None,
        "normal_form": read.text if read else None,
        "form": read.form if read else None,
        "chains": list(read.chains) if read else [],
        "pays_to": read.holder if read else None,
        "matches": [_match(match, one, found) for match in one.matches],
    }


def _match(match: Match, one: Screened, found: Screening) -> dict[str, Any]:
    head = found.head
    return {
        "address": one.given,
        "list": head.list if head else None,
        "issued": head.issued if head else None,
        "sha256": head.sha256 if head else None,
        "as_of": found.as_of.isoformat(),
        "class": match.kind.value,
        "listed": {"ticker": match.listed.ticker, "address": match.listed.text},
        "parties": [_party(party) for party in match.parties],
        "programmes": sorted({name for party in match.parties for name in party.programmes}),
        "proof": match.proof,
    }


def _party(party: Party) -> dict[str, Any]:
    return {
        "id": party.id,
        "name": party.name,
        "aliases": list(party.aliases),
        "programmes": list(party.programmes),
        "listed": party.listed or None,
    }


# -- for a person ---------------------------------------------------------------------------------


def screening_lines(found: Screening) -> list[str]:
    """The screening for a terminal: may the payer pay, each address, what to do."""
    told = [f"May you pay at all? {_ANSWERS[found.payment.answer]}", f"  {found.payment.why}"]
    told += [f"  {_rule_line(*one)}" for one in found.payment.rules]
    told += ["", *_list_lines(found), ""]
    for one in found.screened:
        told.append(f"{visible(one.given)}: {_WORDS[one.verdict]}")
        if one.why:
            told.append(f"  {one.why}")
        told += [f"  {line}" for match in one.matches for line in _match_lines(match)]
    told += ["", "What to do:", *(f"  {step}" for step in found.next_steps), "", NOT_ADVICE]
    return told


def screening_markdown(found: Screening) -> str:
    """The same as Markdown."""
    told = ["# Screening before a payment", "", f"As of {found.as_of}. {NOT_ADVICE}", ""]
    told += ["## May you pay at all?", "", f"**{_ANSWERS[found.payment.answer]}.** {found.payment.why}", ""]
    told += [f"- {_rule_line(*one)}" for one in found.payment.rules]
    told += ["", "## Whom would you pay?", "", *_list_lines(found), ""]
    for one in found.screened:
        told += [f"### `{_code(one.given)}`", "", f"**{_WORDS[one.verdict]}.**", ""]
        told += [f"- {one.why}"] if one.why else []
        told += [f"- {_plain(line)}" for match in one.matches for line in _match_lines(match)]
        told.append("")
    told += ["## What to do", "", *(f"1. {step}" for step in found.next_steps)]
    return "\n".join(told) + "\n"


def _code(text: str) -> str:
    return visible(text).replace("`", "'")


def _plain(text: str) -> str:
    """A text of a list as Markdown that means itself."""
    return "".join(f"\\{one}" if one in "\\`*_[]<>#|!" else one for one in text)


def _list_lines(found: Screening) -> list[str]:
    warning = age_warning(found)
    if found.head is None:
        return [warning]
    compared = (
        f"Compared with {found.head.list} of {found.head.issued} ({found.head.addresses:,} addresses of "
        f"{found.head.parties:,} parties, SHA-256 {found.head.sha256})."
    )
    return [compared, *([warning] if warning else [])]


def _rule_line(rule: PaymentRule, sources: tuple[RuleSource, ...]) -> str:
    said = "; ".join(f"{one.title}, {one.section}" for one in sources)
    unread = " (the text itself was not read)" if any(not one.confirmed for one in sources) else ""
    since = f", since {rule.begins}" if rule.begins and rule.effect == "forbidden" else ""
    # What forbids was said already, as the reason of the answer.
    words = "" if rule.effect == "forbidden" else f": {rule.words}"
    return f"{rule.name}{words} [{rule.status}{since}{': ' if said else ''}{said}{unread}]"


def _match_lines(match: Match) -> list[str]:
    head = (
        f"{_CLASSES[match.kind]} {visible(match.listed.text)} ({visible(match.listed.ticker)}): {match.proof}"
    )
    return [one_line(head, _LINE), *(one_line(_party_line(party), _LINE) for party in match.parties)]


def _party_line(party: Party) -> str:
    since = f", listed since {party.listed}" if party.listed else ""
    aliases = f"; also {', '.join(party.aliases[:3])}" if party.aliases else ""
    return f"{party.name} (party {party.id}, {', '.join(party.programmes)}{since}){aliases}"
