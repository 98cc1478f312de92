"""Links between cases for a person, and as JSON for a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tocsin.model.told.escape import visible
from tocsin.model.told.number import number
from tocsin.ransom.btc import btc
from tocsin.ransom.links.link import Evidence, Kind, Link, Side
from tocsin.ransom.links.split import BY_CHANCE
from tocsin.ransom.links.way import METHOD
from tocsin.service.ransom.links import Linked
from tocsin.service.ransom.told import GivenLink

__all__ = ["SAME", "given_document", "given_lines", "links_document", "links_lines"]

_SHOWN: Final = 5
_LINKS_SHOWN: Final = 50
_WORDS: Final = {
    Kind.ADDRESS: "the same address",
    Kind.CLUSTER: "one holder",
    Kind.CONSOLIDATION: "spent together",
    Kind.CASH_OUT: "the same cash-out address",
    Kind.SPLIT: "the same split",
}
SAME: Final = {
    Kind.ADDRESS: "the same address",
    Kind.CLUSTER: "the same holder",
    Kind.CONSOLIDATION: "the same transaction that spends money of both",
    Kind.CASH_OUT: "the same cash-out address",
    Kind.SPLIT: "the same split",
}
_LAST: Final = (
    "That two lead to the same hands does not say that one actor was behind both. Only what is loaded counts."
)


def links_document(done: Linked, names: Mapping[str, str]) -> dict[str, Any]:
    """What was found, as JSON; amounts in satoshi."""
    return {
        "cases": [
            {
                "id": one.id,
                "name": names[one.id],
                "addresses": list(one.addresses),
                "payments": [str(point) for point in one.points],
                "day": one.day,
                "followed": one.id not in done.unfollowed,
                "cut": one.id in done.cut,
                "amounts_unknown": one.id in done.untold,
            }
            for one in done.cases
        ],
        "coinjoins": done.coinjoins,
        "method": METHOD,
        "links": [
            {
                "cases": [link.first, link.second],
                "strength": link.strength.value,
                "evidence": [_evidence(one) for one in link.evidence],
            }
            for link in done.links
        ],
    }


def given_document(given: Sequence[GivenLink]) -> list[dict[str, Any]]:
    """What hubs tell, as JSON."""
    return [
        {
            "hub": one.hub,
            "incident": one.incident.id if one.incident else "",
            "kind": one.link.kind.value,
            "strength": one.link.strength.value,
            "value": one.value,
            "hash": one.link.hash,
            "other": {
                "sectors": list(one.link.other.sectors),
                "name": one.link.other.name,
                "contact": one.link.other.contact,
            },
        }
        for one in given
    ]


def given_lines(given: Sequence[GivenLink]) -> list[str]:
    """What hubs tell, for a person."""
    told: list[str] = []
    for hub in dict.fromkeys(one.hub for one in given):
        told.append(f"{hub} tells:")
        for one in given:
            if one.hub == hub:
                case = one.incident.name if one.incident else "a case that is not kept here any more"
                by = one.value or f"hashed as {one.link.hash}: --key FILE, if it was under a key"
                what = f"{case} leads to {SAME[one.link.kind]} as a case of {one.link.other.words}"
                told += [f"  {one.link.strength.value}: {what}", f"    {by}"]
        told.append("")
    return [visible(line) for line in told]


def _evidence(one: Evidence) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "value": one.value,
        "strength": one.strength.value,
        "reason": one.reason,
        "weakened_by": list(one.weakened_by),
        "doubt": one.doubt,
        "sides": [
            {"what": side.what, "amount_sat": side.amount_sat, "min_sat": side.min_sat, "hops": side.hops}
            for side in one.sides
        ],
        "proof": [step._asdict() for step in one.proof],
        "held_by_others": one.held,
        "others": one.of,
        "tried_in_others": one.tried,
    }


def links_lines(done: Linked, names: Mapping[str, str]) -> list[str]:
    """What was found, for a person."""
    told: list[str] = []
    for link in done.links[:_LINKS_SHOWN]:
        told += [*_link(link, names), ""]
    if len(done.links) > _LINKS_SHOWN:
        told += [f"and {len(done.links) - _LINKS_SHOWN:,} more, none stronger; --format json lists all", ""]
    if not done.links:
        told += [f"Of {number(len(done.cases), 'case')} none leads to the same hands as another.", ""]
    told += _notes(done, names)
    return [visible(line) for line in [*told, _LAST]]


def _link(link: Link, names: Mapping[str, str]) -> Iterator[str]:
    yield f"{link.strength.value}: {names[link.first]} and {names[link.second]}"
    for one in link.evidence[:_SHOWN]:
        yield f"  {_WORDS[one.kind]} ({one.strength.value}): {one.value}"
        yield f"    {one.reason}"
        for id, side in zip((link.first, link.second), one.sides, strict=True):
            yield f"    {names[id]}: {_side(side)}"
        for step in one.proof:
            yield f"    {step.one} and {step.other} are spent together by {step.txid}"
        if one.of is not None:
            yield (
                f"    {one.held:,} of {one.of:,} other cases with a split in two have it; by chance about "
                f"{(one.tried or 0) / BY_CHANCE:.1f} would, as 1 of {BY_CHANCE} such transactions has a given share"
            )
        for why in one.weakened_by:
            yield f"    weaker, since {why}"
        yield f"    {one.doubt}"
    if len(link.evidence) > _SHOWN:
        yield f"  and {len(link.evidence) - _SHOWN:,} more; --format json lists all"


def _side(side: Side) -> str:
    if side.amount_sat is None:
        return side.what
    away = f", {number(side.hops, 'transaction')} from the payment" if side.hops else ", the payment itself"
    amounts = f"{btc(side.amount_sat)} BTC by {METHOD.upper()}, at least {btc(side.min_sat or 0)} by any"
    return f"{amounts}, in {side.what}{away}"


def _notes(done: Linked, names: Mapping[str, str]) -> Iterator[str]:
    if done.unfollowed:
        yield f"Nothing loaded knows a payment of {_named(done.unfollowed, names)}: addresses alone are compared."
    if done.untold:
        yield f"Amounts are not known everywhere on the way of {_named(done.untold, names)}: more may be linked."
    if done.cut:
        yield f"Not all of the way was followed of {_named(done.cut, names)}: what is nearest to the payment was."
    if done.coinjoins:
        yield f"Left out as CoinJoins, which link nobody: {done.coinjoins:,} of all that is loaded."


def _named(ids: tuple[str, ...], names: Mapping[str, str]) -> str:
    more = f" and {len(ids) - _SHOWN:,} more" if len(ids) > _SHOWN else ""
    return ", ".join(names[id] for id in ids[:_SHOWN]) + more
