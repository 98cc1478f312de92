"""Where the satoshi of some seeds are, by each convention side by side, with the range that needs none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.bounds import Bounds
from tocsin.ransom.taint.convention import Convention
from tocsin.ransom.taint.follow import Followed, follow
from tocsin.ransom.taint.haircut import HAIRCUT
from tocsin.ransom.taint.poison import POISON
from tocsin.ransom.taint.queue import FIFO, LIFO
from tocsin.ransom.taint.tiho import TIHO

__all__ = ["METHODS", "Method", "Reached", "Trace", "trace"]

METHODS: Final[Mapping[str, Convention[Any]]] = {
    "fifo": FIFO,
    "lifo": LIFO,
    "haircut": HAIRCUT,
    "tiho": TIHO,
    "poison": POISON,
}
_LABEL: Final = 1


@dataclass(frozen=True, slots=True)
class Reached:
    """An output that can hold something of the seeds, and how much: by each method, None where it cannot be told."""

    point: OutPoint
    address: str
    value_sat: int
    amounts_sat: Mapping[str, int | None]
    min_sat: int
    max_sat: int
    spent_by: str | None


@dataclass(frozen=True, slots=True)
class Method:
    """Where all that was seeded is by one method, in satoshi; the three add up to what was seeded, save for poison."""

    held_sat: int
    fees_sat: int
    stopped_sat: int
    stops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """A whole trace; the outputs reached are in the order of the ledger, the seeds are not among them.

    ``seeds`` are with their satoshi; the amount of those ``as_spent`` is known only from what spends them.
    """

    seeds: Mapping[OutPoint, int]
    as_spent: frozenset[OutPoint]
    seeded_sat: int
    reached: Sequence[Reached]
    methods: Mapping[str, Method]


def trace(ledger: Ledger, seeds: Iterable[OutPoint], methods: Iterable[str] = tuple(METHODS)) -> Trace:
    """Follow ``seeds``, together as one, by each of ``methods``.

    Raises:
        BadInput: the amount of a seed is not known.
    """
    labels = dict.fromkeys(sorted(seeds), _LABEL)
    amounts = {point: ledger.amount_of(point) or 0 for point in labels}
    followed = {name: follow(ledger, labels, METHODS[name]) for name in methods}
    ranges = follow(ledger, labels, Bounds({_LABEL: sum(amounts.values())}))
    points = sorted(
        (point for point, held in ranges.held.items() if point not in labels and held),
        key=lambda point: (ledger.order[point.txid], point.n),
    )
    return Trace(
        seeds=amounts,
        as_spent=frozenset(point for point in labels if point.txid not in ledger.transactions),
        seeded_sat=ranges.seeded.get(_LABEL, 0),
        reached=[_reached(ledger, point, followed, ranges) for point in points],
        methods={name: _method(ledger, name, one) for name, one in followed.items()},
    )


def _reached(
    ledger: Ledger, point: OutPoint, followed: Mapping[str, Followed[Any]], ranges: Followed[Any]
) -> Reached:
    amounts: dict[str, int | None] = {}
    for name, one in followed.items():
        held = one.held.get(point)
        if held is None:
            amounts[name] = None if point in one.held else 0
        else:
            amounts[name] = METHODS[name].amounts(held).get(_LABEL, 0)
    low, high = (ranges.held[point] or {}).get(_LABEL, (0, 0))
    spend = ledger.spends.get(point)
    value = ledger.amount_of(point) or 0
    return Reached(point, ledger.address_at(point), value, amounts, low, high, spend.txid if spend else None)


def _method(ledger: Ledger, name: str, one: Followed[Any]) -> Method:
    left = sum(
        METHODS[name].amounts(held).get(_LABEL, 0)
        for point, held in one.held.items()
        if held is not None and point not in ledger.spends
    )
    return Method(left, one.fees.get(_LABEL, 0), one.stopped.get(_LABEL, 0), one.stops)
