"""A trace of one label by one method, as plain satoshi: in machine code where the ledger is large, else in Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tocsin.ransom.compiled import can_compile
from tocsin.ransom.ledger.columns import NOT_KNOWN
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.taint.bounds import Bounds
from tocsin.ransom.taint.convention import Convention
from tocsin.ransom.taint.ends import End, Ends
from tocsin.ransom.taint.follow import IsEnd, follow
from tocsin.ransom.taint.haircut import HAIRCUT
from tocsin.ransom.taint.poison import POISON
from tocsin.ransom.taint.queue import FIFO, LIFO
from tocsin.ransom.taint.tiho import TIHO

__all__ = ["METHODS", "Ranges", "Walked", "is_large", "not_dust", "ranges_of", "walk"]

METHODS: Final[Mapping[str, Convention[Any]]] = {
    "fifo": FIFO,
    "lifo": LIFO,
    "haircut": HAIRCUT,
    "tiho": TIHO,
    "poison": POISON,
}
_LABEL: Final = 1
_COMPILED_FROM: Final = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Walked:
    """The satoshi at each point that one method reaches, ``NOT_KNOWN`` where it cannot tell; and where all went.

    ``points`` rise. ``seeded_sat`` is what the seeds hold and none of them has from another. ``held_sat`` is at points
    that are not spent, or where the trace was to end. ``stops`` are transactions by number.
    """

    points: NDArray[np.int64]
    amounts: NDArray[np.int64]
    seeded_sat: int
    held_sat: int
    fees_sat: int
    stopped_sat: int
    stops: tuple[int, ...]

    def at(self, points: NDArray[np.int64]) -> NDArray[np.int64]:
        """The satoshi at points: 0 where the method does not reach, ``NOT_KNOWN`` where it cannot tell."""
        place = np.searchsorted(self.points, points)
        there = place < len(self.points)
        there[there] = self.points[place[there]] == points[there]
        found = np.zeros(len(points), np.int64)
        found[there] = self.amounts[place[there]]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Ranges:
    """The least and the most at each point that can hold something, in rising order.

    ``ends`` says why the trace ends there: 0 it does not, else the place in :class:`End` and 1.
    """

    points: NDArray[np.int64]
    least: NDArray[np.int64]
    most: NDArray[np.int64]
    ends: NDArray[np.uint8]
    seeded_sat: int

    @property
    def ended(self) -> NDArray[np.int64]:
        """The points at which the trace ends."""
        return self.points[self.ends > 0]


def ranges_of(
    ledger: Ledger, seeds: Sequence[int], ends: Ends, kept: NDArray[np.int64] | None = None
) -> Ranges:
    """What needs no convention; of dust the trace ends at all that is not among ``kept`` (None: there is no dust)."""
    if is_large(ledger):
        from tocsin.ransom.taint.machine import machine_ranges

        return machine_ranges(ledger, seeds, ends, kept)
    reasons: dict[int, End] = {}
    start = frozenset(seeds)
    some = None if kept is None else frozenset(kept.tolist())

    def is_end(point: int, spender: int, _traced: int) -> bool:
        reason = ends.reason(point, spender, is_seed=point in start)
        if reason is None and some is not None and point not in some:
            reason = End.DUST
        if reason is not None:
            reasons[point] = reason
        return reason is not None

    seeded = sum(ledger.amount(point) or 0 for point in seeds)
    found = follow(ledger, dict.fromkeys(seeds, _LABEL), Bounds({_LABEL: seeded}), is_end)
    held = sorted((point, *held[_LABEL]) for point, held in found.held.items() if held)
    order = list(End)
    points, least, most = np.array(held, np.int64).reshape(-1, 3).T
    return Ranges(
        points,
        least,
        most,
        np.array([order.index(reasons[one[0]]) + 1 if one[0] in reasons else 0 for one in held], np.uint8),
        found.seeded.get(_LABEL, 0),
    )


def walk(ledger: Ledger, method: str, seeds: Sequence[int], ended: NDArray[np.int64]) -> Walked:
    """Follow seeds by one of ``METHODS``; the trace ends at the points of ``ended``."""
    if is_large(ledger):
        from tocsin.ransom.taint.machine import machine_walk

        return machine_walk(ledger, method, seeds, ended)
    some = frozenset(ended.tolist())
    return _plain(ledger, method, seeds, lambda point, _spender, _traced: point in some)


def not_dust(ledger: Ledger, methods: Iterable[str], seeds: Sequence[int], ends: Ends) -> NDArray[np.int64]:
    """The points at which a method that conserves, followed by itself, finds no dust or cannot tell."""
    found = [np.array(seeds, np.int64)]
    for method in [one for one in methods if one != "poison"] or ["haircut"]:
        if is_large(ledger):
            from tocsin.ransom.taint.machine import machine_until_dust

            one = machine_until_dust(ledger, method, seeds, ends)
        else:
            one = _plain(ledger, method, seeds, partial(_ends_by_itself, ends, frozenset(seeds)))
        found.append(one.points[(one.amounts >= ends.dust_sat) | (one.amounts == NOT_KNOWN)])
    return np.unique(np.concatenate(found))


def is_large(ledger: Ledger) -> bool:
    """Whether a trace goes in machine code."""
    return len(ledger) > _COMPILED_FROM and can_compile()


def _ends_by_itself(ends: Ends, seeds: frozenset[int], point: int, spender: int, traced: int) -> bool:
    is_seed = point in seeds
    is_dust = not is_seed and NOT_KNOWN < traced < ends.dust_sat
    return is_dust or ends.reason(point, spender, is_seed=is_seed) is not None


def _plain(ledger: Ledger, method: str, seeds: Sequence[int], is_end: IsEnd) -> Walked:
    convention = METHODS[method]
    found = follow(ledger, dict.fromkeys(seeds, _LABEL), convention, is_end)
    amounts = {
        point: NOT_KNOWN if held is None else convention.amounts(held).get(_LABEL, 0)
        for point, held in sorted(found.held.items())
    }
    left = sum(
        amount
        for point, amount in amounts.items()
        if amount > 0 and (point in found.ends or ledger.spender(point) is None)
    )
    return Walked(
        np.array(list(amounts), np.int64),
        np.array(list(amounts.values()), np.int64),
        found.seeded.get(_LABEL, 0),
        left,
        found.fees.get(_LABEL, 0),
        found.stopped.get(_LABEL, 0),
        tuple(found.stops),
    )
