"""What a dossier claims of a cluster: who is taken to hold an address, and by which transactions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tocsin.model.told.number import number
from tocsin.ransom.clusters.cluster import Step
from tocsin.ransom.dossier.claim import Claim, Proof
from tocsin.ransom.dossier.parts import ClusterPart

__all__ = ["MEMBERS_PROVEN", "STEPS_TOLD", "cluster_changes", "cluster_claims", "cluster_unknown"]

MEMBERS_PROVEN: Final = 20
"""Other addresses of which proofs are asked for, the first by name."""

STEPS_TOLD: Final = 60
"""Steps of proofs that are written out, each of one transaction; a proof is written whole."""

_HEURISTIC: Final = (
    "That who spends from two addresses in one transaction holds both is a heuristic, not a fact: it does not see a "
    "CoinJoin of two or a PayJoin."
)


def cluster_claims(part: ClusterPart) -> Iterator[Claim]:
    """One claim, where another address is joined to it."""
    others = [one for one in part.addresses if one != part.address]
    if not others:
        return
    named, steps = _proven(part)
    doubts = [_HEURISTIC]
    if len(part.joined_by) == 1:
        doubts.append(_one(part))
    if part.is_large:
        doubts.append("It is so large that it may be a service, or strangers whom an unseen CoinJoin joined.")
    if part.coinjoins_here:
        count = number(len(part.coinjoins_here), "transaction")
        doubts.append(f"{count} of these addresses look like a CoinJoin and join nobody here.")
    yield Claim(
        f"{part.address} is taken to have one holder with {number(len(others), 'other address', 'other addresses')}: "
        f"{', '.join(named)}{' and others' if len(others) > len(named) else ''}.",
        tuple(
            Proof(f"{one.one} and {one.other} are spent from together by transaction", one.txid)
            for one in steps
        ),
        tuple(doubts),
        more=len(others) - len(named),
    )


def _proven(part: ClusterPart) -> tuple[list[str], list[Step]]:
    """The addresses whose whole proofs have ``STEPS_TOLD`` steps together, the shortest first and one at least."""
    named: list[str] = []
    steps: dict[Step, None] = {}
    for other in sorted(part.proofs, key=lambda other: (len(part.proofs[other]), other)):
        more = steps | dict.fromkeys(part.proofs[other])
        if named and len(more) > STEPS_TOLD:
            break
        named.append(other)
        steps = more
    return named, list(steps)


def cluster_unknown(part: ClusterPart) -> Iterator[str]:
    """That nothing is known to be held together with it."""
    if len(part.addresses) < 2:
        yield f"Which other addresses the holder of {part.address} has: no loaded transaction joins it to one."


def cluster_changes(part: ClusterPart) -> Iterator[str]:
    """What would undo the cluster."""
    if len(part.addresses) > 1 and len(part.joined_by) == 1:
        yield _one(part)


def _one(part: ClusterPart) -> str:
    return (
        f"The cluster of {part.address} hangs on one transaction ({part.joined_by[0]}): if several persons made it "
        "together, there is no cluster."
    )
