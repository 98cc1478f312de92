"""What a dossier claims of links: which other cases of the same owner lead to the same hands, and by what."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.model.told.number import number
from tocsin.ransom.btc import btc
from tocsin.ransom.dossier.claim import Claim, Proof
from tocsin.ransom.dossier.parts import LinkPart
from tocsin.ransom.links.link import Evidence, Side
from tocsin.ransom.links.way import METHOD

__all__ = ["link_changes", "link_claims"]

_NOT_ONE_ACTOR = "That two lead to the same hands does not say that one actor was behind both."


def link_claims(part: LinkPart) -> Iterator[Claim]:
    """One claim a link, with all that stands for it."""
    for name, link in part.links:
        first = link.evidence[0]
        weak = tuple(
            f"{reason[:1].upper()}{reason[1:]}." for one in link.evidence for reason in one.weakened_by
        )
        yield Claim(
            f"It leads to the same hands as {name}: {first.reason} ({link.strength.value}).",
            tuple(proof for one in link.evidence for proof in _proofs(one)),
            (_NOT_ONE_ACTOR, *dict.fromkeys(weak)),
        )


def link_changes(part: LinkPart) -> Iterator[str]:
    """What would make the links say less."""
    yield from dict.fromkeys(
        f"{one.doubt[:1].upper()}{one.doubt[1:]}." for _, link in part.links for one in link.evidence
    )


def _proofs(one: Evidence) -> Iterator[Proof]:
    yield Proof(f"{one.reason}; {' and '.join(map(_side, one.sides))}", one.value)
    yield from (Proof(f"spends from {step.one} and {step.other}", step.txid) for step in one.proof)


def _side(side: Side) -> str:
    if side.amount_sat is None:
        return side.what
    away = number(side.hops or 0, "transaction")
    return (
        f"{btc(side.amount_sat)} BTC by {METHOD.upper()}, at least {btc(side.min_sat or 0)} by any, in {side.what}, "
        f"{away} from the payment"
    )
