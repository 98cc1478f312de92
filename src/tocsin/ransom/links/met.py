"""Which cases of different members lead to the same hands, by the marks that they shared and nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tocsin.limits import LINK_HOLDERS
from tocsin.model.strength import Strength
from tocsin.ransom.links.link import Kind, base_strength
from tocsin.ransom.links.marks import PUBLIC, Mark, mark_hash
from tocsin.ransom.links.shared import SharedCase

__all__ = ["Met", "SentCase", "met"]

_JOINED: Final = {
    frozenset({Kind.ADDRESS}): Kind.ADDRESS,
    frozenset({Kind.ADDRESS, Kind.CLUSTER}): Kind.CLUSTER,
    frozenset({Kind.CLUSTER}): Kind.CLUSTER,
    frozenset({Kind.CONSOLIDATION}): Kind.CONSOLIDATION,
    frozenset({Kind.CASH_OUT}): Kind.CASH_OUT,
    frozenset({Kind.ADDRESS, Kind.CASH_OUT}): Kind.CASH_OUT,
}
"""What it is that two marks with one hash have in common; of other kinds it says nothing."""


@dataclass(frozen=True, slots=True)
class SentCase:
    """A case (the id of its object) of ``member``, any word that tells members apart."""

    id: str
    member: str
    case: SharedCase


@dataclass(frozen=True, slots=True)
class Met:
    """The case ``one`` (its place among those given) leads where ``other`` does, by ``kind``.

    ``hash`` is that of the mark as ``one`` shared it. Each pair is there from both sides.
    """

    one: int
    other: int
    kind: Kind
    strength: Strength
    hash: str


def met(sent: Sequence[SentCase]) -> list[Met]:
    """What the cases of different members have in common, of each pair and kind the mark that is nearest to both.

    Hashes are compared under one key alone. A mark that is told in full is compared with those under the public key,
    too. One mark of more than ``LINK_HOLDERS`` cases counts for so many of them, the first of each member before the
    second of any.
    """
    places: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for place, one in enumerate(sent):
        for number, key in _keys(one.case):
            places[key].append((place, number))
    best: dict[tuple[int, int, Kind], tuple[int, int, Met]] = {}
    for all_ in places.values():
        held = _first(sent, all_)
        for place, number in held:
            for other, at in held:
                found = _found(sent, (place, number), (other, at))
                if found is not None:
                    before = best.get((place, other, found.kind))
                    far = (number + at, number, found)
                    best[place, other, found.kind] = far if before is None else min(before, far, key=_far)
    addressed = {(one, other) for one, other, kind in best if kind is Kind.ADDRESS}
    made = [
        one
        for *_, one in best.values()
        if one.kind is not Kind.CLUSTER or (one.one, one.other) not in addressed
    ]
    kinds = list(Kind)
    return sorted(made, key=lambda one: (one.one, one.other, kinds.index(one.kind)))


def _first(sent: Sequence[SentCase], held: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """``LINK_HOLDERS`` of the cases with a mark; one that sends many does not keep others out."""
    if len(held) <= LINK_HOLDERS:
        return held
    of_member: Counter[str] = Counter()
    turns = []
    for one in held:
        of_member[sent[one[0]].member] += 1
        turns.append((of_member[sent[one[0]].member], one))
    return [one for _, one in sorted(turns)[:LINK_HOLDERS]]


def _far(one: tuple[int, int, Met]) -> tuple[int, int, str]:
    return one[0], one[1], one[2].hash


def _keys(case: SharedCase) -> Iterator[tuple[int, tuple[str, str]]]:
    for number, one in enumerate(case.marks):
        yield number, (case.key, one.hash)
        if one.value and case.key != PUBLIC.name:
            yield number, (PUBLIC.name, mark_hash(Mark(Kind(one.kind), one.value), PUBLIC))


def _found(sent: Sequence[SentCase], one: tuple[int, int], other: tuple[int, int]) -> Met | None:
    first, second = sent[one[0]], sent[other[0]]
    if first.member == second.member:
        return None
    mine, theirs = first.case.marks[one[1]], second.case.marks[other[1]]
    kind = _JOINED.get(frozenset({Kind(mine.kind), Kind(theirs.kind)}))
    if kind is None:
        return None
    strength = base_strength(kind).lowered(max(mine.doubts, theirs.doubts))
    return Met(one[0], other[0], kind, strength, mine.hash)
