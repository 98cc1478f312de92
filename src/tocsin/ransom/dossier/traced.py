"""What a dossier claims of a trace: where what was followed is last seen, and within which range."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from tocsin.model.told.number import number
from tocsin.ransom.btc import btc, btc_range
from tocsin.ransom.dossier.claim import Claim, Proof
from tocsin.ransom.dossier.parts import TracePart
from tocsin.ransom.ledger.transaction import is_txid
from tocsin.ransom.taint.trace import Reached

__all__ = [
    "ENDS_TOLD",
    "SEEDS_TOLD",
    "asked_words",
    "last_seen",
    "output_doubts",
    "trace_changes",
    "trace_claims",
    "trace_unknown",
]

ENDS_TOLD: Final = 10
"""Outputs that a claim is made for, those with the greatest upper bound; the table has the others."""

SEEDS_TOLD: Final = 50
"""Outputs that were followed and are named; how many more there are is said."""

_ASSUMED: Final = (
    "Whether all of it is the ransom is assumed, not shown: what was followed is taken as wholly traced."
)


def trace_claims(part: TracePart) -> Iterator[Claim]:
    """What was followed, then a claim for each output that received most of it, in the order of the ledger."""
    trace = part.trace
    doubts = [_ASSUMED]
    if trace.as_spent:
        doubts.append(
            "Where it comes from is not loaded: the amount is what the transaction says that spends it."
        )
    yield Claim(
        f"{btc(trace.seeded_sat)} BTC were followed: {part.why}.",
        tuple(
            Proof(f"an output of {btc(amount)} BTC", str(point))
            for point, amount in islice(trace.seeds.items(), SEEDS_TOLD)
        ),
        tuple(doubts),
        more=max(len(trace.seeds) - SEEDS_TOLD, 0),
    )
    for one in _told(part):
        yield _claim(one)


def _told(part: TracePart) -> list[Reached]:
    """The outputs with the greatest upper bounds, in the order of the ledger."""
    largest = sorted(part.trace.reached, key=lambda one: (-one.max_sat, one.point))[:ENDS_TOLD]
    chosen = {one.point for one in largest}
    return [one for one in part.trace.reached if one.point in chosen]


def last_seen(part: TracePart) -> Reached | None:
    """The output that surely holds most of it, of those that no loaded transaction spends."""
    ends = [one for one in part.trace.reached if one.spent_by is None and one.min_sat]
    return max(ends, key=lambda one: one.min_sat, default=None)


def output_doubts(one: Reached) -> tuple[str, ...]:
    """What speaks against taking the amounts of an output for certain."""
    doubts = []
    if one.min_sat == 0:
        doubts.append("The range includes 0: by some convention nothing of it is here.")
    if _differ(one):
        doubts.append("The amount depends on the convention; no ledger says which satoshi went where.")
    if None in one.amounts_sat.values():
        doubts.append("By some conventions it cannot be told, since the amount of an input is not known.")
    return tuple(doubts)


def asked_words(part: TracePart) -> str:
    """What was followed, in words, an id shortened; the evidence has the whole one."""
    txid, _, n = part.asked.partition(":")
    return f"output {n} of {txid[:8]}...{txid[-4:]}" if is_txid(txid) else part.asked


def _claim(one: Reached) -> Claim:
    by = ", ".join(f"{name} {btc(amount)}" for name, amount in one.amounts_sat.items())
    proofs = [Proof(f"output {one.point.n} of transaction", one.point.txid), Proof(f"by convention: {by}")]
    if one.spent_by:
        proofs.append(Proof("spent on by transaction", one.spent_by))
    return Claim(
        f"{one.address or 'An output without an address'} received {btc_range(one.min_sat, one.max_sat)} BTC of it, "
        f"in an output of {btc(one.value_sat)} BTC.",
        tuple(proofs),
        output_doubts(one),
    )


def trace_changes(part: TracePart) -> Iterator[str]:
    """What of a trace hangs on a convention, or on what is not loaded."""
    shown = _told(part)
    zero = [one for one in shown if one.min_sat == 0]
    if zero:
        yield (
            f"Of {number(len(zero), 'output')} that the claims name, after {asked_words(part)}, the range includes 0: "
            "evidence from outside the ledger that nothing went there would contradict no figure here."
        )
    apart = [one for one in shown if _differ(one)]
    if apart:
        yield (
            f"Of {number(len(apart), 'output')} that the claims name, after {asked_words(part)}, the amount differs by "
            "convention: a court or an agreement that fixes one fixes the figure."
        )
    if part.trace.as_spent:
        yield f"The transactions before {asked_words(part)}: they would show how much of it is the ransom."


def trace_unknown(part: TracePart) -> Iterator[str]:
    """Where a trace ends for want of transactions."""
    stops = sorted({txid for one in part.trace.methods.values() for txid in one.stops})
    if stops:
        yield (
            f"Where all of {asked_words(part)} went: the amounts of inputs of {number(len(stops), 'transaction')} "
            f"are not known ({', '.join(stops[:3])}{' and others' if stops[3:] else ''})."
        )
    if not part.trace.reached:
        yield f"Where {asked_words(part)} went: no loaded transaction spends it."
    ends = sum(one.spent_by is None for one in part.trace.reached)
    if ends:
        yield f"What became of {number(ends, 'output')} after {asked_words(part)}: no loaded transaction spends them."


def _differ(one: Reached) -> bool:
    # Poison counts all that was touched, so it differs by what it means.
    known = {amount for name, amount in one.amounts_sat.items() if name != "poison" and amount is not None}
    return len(known) > 1
