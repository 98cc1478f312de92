"""Links between cases for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tocsin.model.told.escape import visible
from tocsin.model.told.number import number
from tocsin.ransom.btc import btc
from tocsin.ransom.links.link import Link, Side
from tocsin.ransom.links.split import BY_CHANCE
from tocsin.ransom.links.way import METHOD
from tocsin.ransom.links.words import KIND_WORDS, NO_ONE_ACTOR, SAME
from tocsin.service.ransom.links import Linked
from tocsin.service.ransom.told import GivenLink

__all__ = ["given_lines", "links_lines"]

_SHOWN: Final = 5
_LINKS_SHOWN: Final = 50


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
    return [visible(line) for line in [*told, NO_ONE_ACTOR]]


def _link(link: Link, names: Mapping[str, str]) -> Iterator[str]:
    yield f"{link.strength.value}: {names[link.first]} and {names[link.second]}"
    for one in link.evidence[:_SHOWN]:
        yield f"  {KIND_WORDS[one.kind]} ({one.strength.value}): {one.value}"
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
