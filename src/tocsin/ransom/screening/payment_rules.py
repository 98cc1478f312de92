"""May this body pay at all, whoever is paid? Rules of data; what they do not cover is unknown, never allowed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Literal

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.ransom.screening.place import Places

__all__ = [
    "MayPay",
    "PaymentAnswer",
    "PaymentRule",
    "PaymentRules",
    "RuleSource",
    "may_pay",
    "places_of",
    "read_payment_rules",
    "ruled_places",
]

_NO_NAMES: Final = Places({})


class MayPay(StrEnum):
    """What the rules say of a payer. There is no word for allowed."""

    FORBIDDEN = "forbidden"
    NO_RULE_KNOWN = "no_rule_known"
    UNKNOWN = "unknown"


class RuleSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a rule stands; ``confirmed`` says whether that text was read, ``day`` when it began to hold."""

    id: str
    title: str
    section: str
    url: str
    day: date
    confirmed: bool
    note: str = ""


class PaymentRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule about payers (``public``, ``private``) of places (ISO 3166, ``US-NC``; none: everywhere)."""

    id: str
    name: str
    where: tuple[str, ...]
    payer: tuple[Literal["public", "private"], ...]
    effect: Literal["forbidden", "note"]
    status: Literal["in force", "proposed", "advice"]
    words: str
    source: tuple[str, ...]
    begins: date | None = msgspec.field(default=None, name="from")
    also: Literal["", "no-contact"] = ""


class _Covered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    payer: Literal["public", "private"]
    where: tuple[str, ...]


class PaymentRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of rules, looked up on ``as_of``; ``covers`` is for whom it was looked."""

    family: str
    version: str
    as_of: date
    covers: tuple[_Covered, ...]
    source: tuple[RuleSource, ...]
    rule: tuple[PaymentRule, ...]


@dataclass(frozen=True, slots=True)
class PaymentAnswer:
    """The answer for a payer, why, and the rules that speak of it, each with its sources."""

    answer: MayPay
    why: str
    rules: tuple[tuple[PaymentRule, tuple[RuleSource, ...]], ...]
    looked_up: date | None


def read_payment_rules(text: str, name: str = "") -> PaymentRules:
    """Read a file of rules.

    Raises:
        BadInput: it is no TOML or no such rules, or a rule names a source that is not there.
    """
    try:
        rules = msgspec.convert(tomllib.loads(text), PaymentRules)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadInput(f"are no rules of payment: {error}", where=Place(name or None)) from None
    known = {one.id for one in rules.source}
    for rule in rules.rule:
        for source in rule.source:
            if source not in known:
                raise BadInput(
                    f"rule {rule.id} names the source {source}, which is not there", where=Place(name or None)
                )
    return rules


def ruled_places(files: Sequence[PaymentRules]) -> frozenset[str]:
    """All places that a rule speaks of, or at which it was looked whether there is one."""
    told = [one.where for each in files for one in each.rule]
    told += [one.where for each in files for one in each.covers]
    return frozenset(place for some in told for place in some)


def may_pay(
    files: Sequence[PaymentRules], payer: str, where: str, day: date, places: Places = _NO_NAMES
) -> PaymentAnswer:
    """What the rules say on ``day`` of a payer (``public``, ``private``, "" unknown) at ``where`` ("" unknown).

    ``places`` gives the names of places.
    """
    held = [
        (rule, tuple(one for one in each.source if one.id in rule.source))
        for each in files
        for rule in each.rule
        if _speaks(rule, payer, where, day)
    ]
    looked = min((each.as_of for each in files), default=None)
    forbidding = [rule for rule, _ in held if rule.effect == "forbidden"]
    if not payer:
        answer, why = MayPay.UNKNOWN, "It was not said who pays: --payer public or private."
    elif forbidding:
        answer, why = MayPay.FORBIDDEN, " ".join(rule.words for rule in forbidding)
    elif not where:
        answer, why = MayPay.UNKNOWN, "It was not said where the payer is: --where US-NC."
    elif parts := _forbidding_parts(files, payer, where, day):
        answer = MayPay.UNKNOWN
        *most, last = map(places.name, parts)
        who = f"{', '.join(most)} and {last} forbid" if most else f"{last} forbids"
        why = f"Say the state: {who} it to {payer} payers."
    elif not any(each.payer == payer and _within(where, each.where) for one in files for each in one.covers):
        answer = MayPay.UNKNOWN
        at = places.told(where)
        why = f"For {payer} payers in {at} nobody has looked here whether a law forbids it. Ask counsel."
    else:
        answer, why = (
            MayPay.NO_RULE_KNOWN,
            "No rule that is known here forbids it to this payer, which is no permission.",
        )
    return PaymentAnswer(answer, why, tuple(held), looked)


def places_of(rule: PaymentRule, places: Places) -> str:
    """Where a rule holds, in words, with the country: ``North Carolina, United States``."""
    told = [
        f"{places.name(one)}, {places.country(one)}" if "-" in one else places.name(one) for one in rule.where
    ]
    return "; ".join(dict.fromkeys(told)) or "everywhere"


def _forbidding_parts(files: Sequence[PaymentRules], payer: str, where: str, day: date) -> list[str]:
    """The places within ``where`` at which a rule forbids it."""
    found = [
        place
        for each in files
        for rule in each.rule
        for place in rule.where
        if rule.effect == "forbidden" and place.startswith(f"{where}-") and _speaks(rule, payer, place, day)
    ]
    return list(dict.fromkeys(found))


def _speaks(rule: PaymentRule, payer: str, where: str, day: date) -> bool:
    if rule.begins is not None and rule.begins > day:
        return False
    if rule.effect == "note":
        return (not payer or payer in rule.payer) and (
            not where or not rule.where or _within(where, rule.where)
        )
    return rule.status == "in force" and payer in rule.payer and bool(where) and _within(where, rule.where)


def _within(where: str, places: Iterable[str]) -> bool:
    return any(where == one or where.startswith(f"{one}-") for one in places)
