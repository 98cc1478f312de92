"""A screening as JSON."""

from __future__ import annotations

from typing import Any

from tocsin.cli.formats.screening import age_warning
from tocsin.ransom.labels.label import Label
from tocsin.ransom.sanctions.party import Party
from tocsin.ransom.screening.alias_table import Named
from tocsin.ransom.screening.by_actor import NameScreened
from tocsin.ransom.screening.exposure import Exposure
from tocsin.ransom.screening.formerly import Formerly
from tocsin.ransom.screening.known_ransom import KnownRansom
from tocsin.ransom.screening.next_steps import NOT_ADVICE
from tocsin.ransom.screening.payment_rules import PaymentRule, RuleSource
from tocsin.ransom.screening.screening import Match, Screened
from tocsin.service.ransom.screen import Screening
from tocsin.store.sanctions import KeptList

__all__ = ["screening_document"]


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
        "lists": [
            {**_list(one.head), "age_days": one.age_days, "is_current": one.is_current} for one in found.lists
        ],
        "lists_not_kept": list(found.not_kept),
        "incidents_compared": found.incidents,
        "labels_and_ledger_of": found.today.isoformat(),
        "addresses": [_address(one, found) for one in found.screened],
        "names": [_name(one, found) for one in found.names],
        "matches": [
            *(_match(match, found, address=one.given) for one in found.screened for match in one.matches),
            *(_match(match, found, name=one.given) for one in found.names for match in one.matches),
        ],
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
        "where": list(rule.where),
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
        "labels": [_label(label) for label in one.labels],
        "ledger": {
            "cluster_addresses": one.ledger.addresses,
            "cluster_is_large": one.ledger.is_large,
            "listed_addresses_known": one.ledger.listed,
            "doubts": list(one.ledger.doubts),
        }
        if one.ledger
        else None,
        "matches": [_match(match, found, address=one.given) for match in one.matches],
        "formerly_listed": [_formerly(each) for each in found.formerly.get(one.given, ())],
    }


def _formerly(one: Formerly) -> dict[str, Any]:
    return {
        "list": one.list,
        "issued": one.issued,
        "until": one.until,
        "listed": {"ticker": one.listed.ticker, "address": one.listed.text},
        "parties": [_party(party) for party in one.parties],
    }


def _name(one: NameScreened, found: Screening) -> dict[str, Any]:
    return {
        "name": one.given,
        "kind": one.kind,
        "verdict": one.verdict.value,
        "why": one.why or None,
        "suggestions": [
            {"name": each.name, "is": each.kind, "party": each.id or None, "likeness": each.likeness}
            for each in one.suggestions
        ],
        "matches": [_match(match, found, name=one.given) for match in one.matches],
    }


def _label(one: Label) -> dict[str, Any]:
    return {
        "address": one.address,
        "label": one.label,
        "currency": one.currency,
        "category": one.category or None,
        "abuse": one.abuse or None,
        "concepts": list(one.concepts),
        "actor": one.actor or None,
        "confidence": one.confidence or None,
        "source": one.source,
        "pack": one.pack,
        "lastmod": one.lastmod or None,
    }


def _match(match: Match, found: Screening, *, address: str = "", name: str = "") -> dict[str, Any]:
    head = next((one.head for one in found.lists if one.head.list == match.list), None)
    return {
        "address": address or None,
        "name": name or None,
        "list": head.list if head else None,
        "issued": head.issued if head else None,
        "sha256": head.sha256 if head else None,
        "as_of": found.as_of.isoformat(),
        "class": match.kind.value,
        "listed": {"ticker": match.listed.ticker, "address": match.listed.text} if match.listed else None,
        "parties": [_party(party) for party in match.parties],
        "programmes": sorted({name for party in match.parties for name in party.programmes}),
        "proof": match.proof,
        "transactions": [{"txid": step.txid, "one": step.one, "other": step.other} for step in match.steps],
        "exposure": _exposure(match.exposure) if match.exposure else None,
        "labels": [_label(one) for one in match.labels],
        "alias": _alias(match.named) if match.named else None,
        "incident": _incident(match.ransom, match) if match.ransom else None,
    }


def _incident(one: KnownRansom, match: Match) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "known_by": one.origin.value,
        "given_by": one.by or None,
        "when": one.when or None,
        "tlp": one.tlp or None,
        "actors": list(one.names),
        "malware": list(one.families),
        "contact": one.contact or None,
        "address": match.paid_to or None,
        "was_paid": match.paid_to in one.paid if match.paid_to else None,
        "fits_as": match.how.value if match.how else None,
    }


def _exposure(one: Exposure) -> dict[str, Any]:
    return {
        "seeded_sat": one.seeded_sat,
        "outputs": one.outputs,
        "methods": dict(one.amounts_sat),
        "min_sat": one.min_sat,
        "max_sat": one.max_sat,
    }


def _alias(one: Named) -> dict[str, Any]:
    return {
        "name": one.name,
        "family": one.family.name if one.family else None,
        "relation": one.family.relation if one.family else None,
        "since": one.family.since if one.family else None,
        "actor": one.actor.name,
        "parties": [
            {"id": party.id, "name": party.name, "relation": party.relation, "since": party.since}
            for party in one.actor.party
        ],
        "sources": [
            {
                "title": source.title,
                "url": source.url,
                "day": source.day.isoformat(),
                "confirmed": source.confirmed,
                "note": source.note,
            }
            for source in one.sources
        ],
    }


def _party(party: Party) -> dict[str, Any]:
    return {
        "id": party.id,
        "name": party.name,
        "aliases": list(party.aliases),
        "programmes": list(party.programmes),
        "listed": party.listed or None,
    }
