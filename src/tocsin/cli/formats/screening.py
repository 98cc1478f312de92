"""A screening for a terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tocsin.limits import SANCTIONS_STALE_DAYS
from tocsin.model.told.escape import one_line, visible
from tocsin.model.told.number import number
from tocsin.model.told.wrap import wrap
from tocsin.ransom.labels.label import Label
from tocsin.ransom.sanctions.party import OFAC_SDN, Party
from tocsin.ransom.screening.alias_table import AliasSource
from tocsin.ransom.screening.by_actor import NameScreened
from tocsin.ransom.screening.by_incident import ransom_words
from tocsin.ransom.screening.exposure import Exposure
from tocsin.ransom.screening.formerly import Formerly
from tocsin.ransom.screening.next_steps import NOT_ADVICE
from tocsin.ransom.screening.payment_rules import MayPay, PaymentRule, RuleSource, places_of
from tocsin.ransom.screening.screening import LedgerSeen, Match, MatchClass, Screened, Verdict
from tocsin.service.ransom.screen import Screening, places

__all__ = ["age_warning", "screening_lines", "screening_markdown"]

_LINE: Final = 400
_FURTHER: Final = "  "
_NO_ADDRESS: Final = "No address was given, so whom you would pay is not known."
_LABELS: Final = 5
_STEPS: Final = 10
_PARTIES: Final = 5
_OF_A_RANSOM: Final = "LINKED: the ransom of another incident was to be paid to it"
_WORDS: Final = {
    Verdict.HIT: "HIT: a sanctioned party is listed with this address",
    Verdict.LINKED: "LINKED: a sanctioned party is linked to it",
    Verdict.NOT_SCREENABLE: "NOT SCREENABLE",
    Verdict.NO_MATCH_FOUND: "no match found, which does not mean that it is clear",
}
_CLASSES: Final = {
    MatchClass.EXACT: "the listed address",
    MatchClass.OTHER_SPELLING: "the listed address in another spelling",
    MatchClass.SAME_HOLDER: "same holder as the listed address",
    MatchClass.SAME_CLUSTER: "same cluster as the listed address",
    MatchClass.EXPOSURE_IN: "money of the listed address",
    MatchClass.EXPOSURE_OUT: "money to the listed address",
    MatchClass.ACTOR: "who is behind it",
    MatchClass.LISTED_NAME: "the name of a listed party",
    MatchClass.INCIDENT: "another ransom",
}
_ANSWERS: Final = {
    MayPay.FORBIDDEN: "NO, it is forbidden",
    MayPay.NO_RULE_KNOWN: "no rule against it is known here",
    MayPay.UNKNOWN: "unknown",
}


def age_warning(found: Screening) -> str:
    """How old the lists were on the day of the question, where that matters; else empty."""
    if not found.is_asked:
        return ""
    if not found.lists:
        return (
            f"WARNING: no list of sanctioned parties is kept that had been issued by {found.as_of}. "
            "Nothing was compared with one."
        )
    return "\n".join(
        f"WARNING: the list {'' if one.head.list == OFAC_SDN else f'{one.head.list} '}of {one.head.issued} was "
        f"{one.age_days} days old on {found.as_of}. After {SANCTIONS_STALE_DAYS} days it counts as stale: whom it does "
        "not name may be named since."
        for one in found.lists
        if not one.is_current
    )


def screening_lines(found: Screening, width: int | None = None) -> list[str]:
    """The screening for a terminal of ``width`` columns (None: unbroken lines), the answers before the reasons."""
    told = [f"May you pay at all? {_ANSWERS[found.payment.answer]}", f"  {found.payment.why}"]
    told += [*_warnings(found), ""]
    for one in found.screened:
        told.append(f"{visible(one.given)}: {_verdict_words(one)}")
        if one.why:
            told.append(f"  {one.why}")
        told += [f"  {line}" for line in _address_lines(one, found)]
    for name in found.names:
        told += [_name_line(name), *(f"  {line}" for line in _name_lines(name))]
    if not found.is_asked:
        told.append(_NO_ADDRESS)
    told += ["", *_now_lines(found), "What to do:", *(f"  {step}" for step in found.next_steps)]
    for head, lines in _reasons(found):
        told += ["", f"{head}:", *(f"  {line}" for line in lines)]
    told += ["", NOT_ADVICE]
    return told if width is None else [line for one in told for line in _broken(one, width)]


def screening_markdown(found: Screening) -> str:
    """The same as Markdown."""
    told = ["# Screening before a payment", "", f"As of {found.as_of}. {NOT_ADVICE}", ""]
    told += ["## May you pay at all?", "", f"**{_ANSWERS[found.payment.answer]}.** {found.payment.why}", ""]
    told += ["## Whom would you pay?", ""]
    for warning in _warnings(found):
        told += [warning, ""]
    if not found.is_asked:
        told += [_NO_ADDRESS, ""]
    for one in found.screened:
        told += [f"### `{_code(one.given)}`", "", f"**{_verdict_words(one)}.**", ""]
        told += [f"- {one.why}"] if one.why else []
        told += [f"- {_plain(line)}" for line in _address_lines(one, found)]
        told.append("")
    for name in found.names:
        told += [
            f"### {_plain(one_line(f'{name.kind} {name.given}', _LINE))}",
            "",
            f"**{_WORDS[name.verdict]}.**",
            "",
        ]
        told += [f"- {_plain(line)}" for line in _name_lines(name)]
        told.append("")
    told += _now_lines(found)
    told += ["## What to do", "", *(f"1. {_plain(step)}" for step in found.next_steps)]
    for head, lines in _reasons(found):
        told += ["", f"## {head}", "", *(f"- {line}" for line in lines)]
    return "\n".join(told) + "\n"


def _verdict_words(one: Screened) -> str:
    if one.verdict is Verdict.LINKED and not one.leads_to_party:
        return _OF_A_RANSOM
    return _WORDS[one.verdict]


def _broken(line: str, width: int) -> Iterator[str]:
    """A line broken at ``width`` columns; what goes on stands further in."""
    text = line.lstrip(" ")
    lead = " " * (len(line) - len(text))
    for place, part in enumerate(wrap(text, max(width - len(lead) - len(_FURTHER), 1))):
        yield f"{lead}{_FURTHER if place else ''}{part}"


def _warnings(found: Screening) -> list[str]:
    return age_warning(found).splitlines()


def _reasons(found: Screening) -> list[tuple[str, list[str]]]:
    """What the answers rest on, each with its heading: the rules in full, and what was compared."""
    rules = [_rule_line(*one) for one in found.payment.rules]
    told = [
        ("What the rules say", rules),
        ("What was compared", _list_lines(found) if found.is_asked else []),
    ]
    return [(head, lines) for head, lines in told if lines]


def _code(text: str) -> str:
    return visible(text).replace("`", "'")


def _plain(text: str) -> str:
    """A text of a list as Markdown that means itself."""
    return "".join(f"\\{one}" if one in "\\`*_[]<>#|!" else one for one in text)


def _list_lines(found: Screening) -> list[str]:
    compared = [
        f"Compared with {one.head.list} of {one.head.issued} ({one.head.addresses:,} addresses of "
        f"{one.head.parties:,} parties, SHA-256 {one.head.sha256})."
        for one in found.lists
    ]
    if compared and found.not_kept:
        compared.append(f"Not compared, as none of that time is kept: {', '.join(found.not_kept)}.")
    if found.incidents:
        named = number(found.incidents, "incident that names", "incidents that name")
        compared.append(f"Compared with the ransoms of {named} an address, as they are known here today.")
    return compared


def _now_lines(found: Screening) -> list[str]:
    """That labels and the ledger are of today, where another day was asked for."""
    seen = any(one.labels or one.ledger for one in found.screened)
    if found.as_of == found.today or not (seen or found.ransoms):
        return []
    now = "labels, incidents and the ledger" if found.ransoms else "labels and the ledger"
    return [f"The list is that of {found.as_of}; {now} are those of {found.today}.", ""]


def _rule_line(rule: PaymentRule, sources: tuple[RuleSource, ...]) -> str:
    said = "; ".join(f"{one.title}, {one.section}" for one in sources)
    unread = " (the text itself was not read)" if any(not one.confirmed for one in sources) else ""
    since = f", since {rule.begins}" if rule.begins and rule.effect == "forbidden" else ""
    # What forbids was said already, as the reason of the answer.
    words = "" if rule.effect == "forbidden" else f": {rule.words}"
    at = places_of(rule, places())
    return f"{rule.name} ({at}){words} [{rule.status}{since}{': ' if said else ''}{said}{unread}]"


def _address_lines(one: Screened, found: Screening) -> list[str]:
    told = [line for match in one.matches for line in _match_lines(match)]
    told += [one_line(_formerly_line(each), _LINE) for each in found.formerly.get(one.given, ())]
    told_of = {label for match in one.matches for label in match.labels}
    alone = [label for label in one.labels if label not in told_of]
    told += [one_line(_label_line(label), _LINE) for label in alone[:_LABELS]]
    if len(alone) > _LABELS:
        told.append(f"and {len(alone) - _LABELS:,} more labels: --format json gives all")
    if one.ledger is not None:
        told += _ledger_lines(one.ledger)
    return told


def _formerly_line(one: Formerly) -> str:
    whose = ", ".join(party.name for party in one.parties[:_PARTIES])
    return f"Listed until {one.until} by {one.list} of {one.issued}, for {whose}. That is no match as of this day."


def _ledger_lines(seen: LedgerSeen) -> list[str]:
    alarm = (
        "; so many may be a service's, or a CoinJoin's that was not seen: only the address itself was looked at"
        if seen.is_large
        else ""
    )
    known = _counted(seen.listed, "listed address")
    own = f"In the loaded ledger: a cluster of {_counted(seen.addresses, 'address')}{alarm}"
    told = f"{own}. All that is loaded knows {known}."
    return [told] + [f"Not known: {doubt}." for doubt in seen.doubts]


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 'es'}"


def _label_line(one: Label) -> str:
    said = ", ".join(filter(None, (one.category or one.abuse, one.confidence, one.lastmod)))
    return f"Labelled {one.label} by {one.pack} ({said}; {one.source}). A label alone is no match."


def _name_line(one: NameScreened) -> str:
    return one_line(f"{one.kind} {one.given}: {_WORDS[one.verdict]}", _LINE)


def _name_lines(one: NameScreened) -> list[str]:
    told = [line for match in one.matches for line in _match_lines(match)]
    told += [one_line(one.why, _LINE)] if one.why else []
    return told + [
        one_line(
            f"like it, and no match: {each.name} ({each.kind}{' ' + each.id if each.id else ''}, {each.likeness:.2f})",
            _LINE,
        )
        for each in one.suggestions
    ]


def _match_lines(match: Match) -> list[str]:
    listed = f" {visible(match.listed.text)} ({visible(match.listed.ticker)})" if match.listed else ""
    words = ransom_words(match)
    told = [one_line(f"{_CLASSES[match.kind]}{listed}: {words + ': ' if words else ''}{match.proof}", _LINE)]
    if words and match.ransom and match.ransom.names:
        told.append(one_line(f"who is behind it, by that incident: {', '.join(match.ransom.names)}", _LINE))
    if match.exposure is not None:
        told.append(_methods_line(match.exposure))
    told += [
        f"transaction {step.txid} spends from {step.one} and {step.other}" for step in match.steps[:_STEPS]
    ]
    if len(match.steps) > _STEPS:
        told.append(f"and {len(match.steps) - _STEPS:,} more transactions: --format json gives all")
    told += [one_line(_party_line(party), _LINE) for party in match.parties[:_PARTIES]]
    if len(match.parties) > _PARTIES:
        told.append(f"and {len(match.parties) - _PARTIES:,} more parties: --format json gives all")
    if match.named is not None:
        told += [one_line(_source_line(one), _LINE) for one in match.named.sources]
    return told


def _methods_line(one: Exposure) -> str:
    amounts = ", ".join(
        f"{name} {'unknown' if amount is None else f'{amount:,}'}" for name, amount in one.amounts_sat.items()
    )
    return f"satoshi by convention: {amounts}"


def _source_line(one: AliasSource) -> str:
    return f"source: {one.title}, {one.url}{'' if one.confirmed else ' (not read itself: ' + one.note + ')'}"


def _party_line(party: Party) -> str:
    since = f", listed since {party.listed}" if party.listed else ""
    aliases = f"; also {', '.join(party.aliases[:3])}" if party.aliases else ""
    return f"{party.name} (party {party.id}, {', '.join(party.programmes)}{since}){aliases}"
