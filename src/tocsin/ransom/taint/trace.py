"""Where the satoshi of some seeds are, by each convention side by side, with the range that needs none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import BadInput
from tocsin.limits import TRACE_OUTPUTS
from tocsin.ransom.ledger.columns import NOT_KNOWN
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.ends import End, Ends
from tocsin.ransom.taint.walked import METHODS, Ranges, Walked, not_dust, ranges_of, walk

__all__ = ["METHODS", "Method", "Reached", "Trace", "trace"]


@dataclass(frozen=True, slots=True)
class Reached:
    """An output that can hold something of the seeds, and how much: by each method, None where it cannot be told.

    ``ended`` says why the trace ends here although the output is spent; None where it does not.
    """

    point: OutPoint
    address: str
    value_sat: int
    amounts_sat: Mapping[str, int | None]
    min_sat: int
    max_sat: int
    spent_by: str | None
    ended: End | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """Where all that was seeded is by one method, in satoshi; the three add up to ``seeded_sat``, save for poison.

    That is all that the seeds have; but where one lies behind another, what comes from the first is seeded once.
    """

    seeded_sat: int
    held_sat: int
    fees_sat: int
    stopped_sat: int
    stops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """A whole trace; the outputs reached are in the order of the ledger, the seeds are not among them.

    ``seeds`` are with their satoshi; the amount of those ``as_spent`` is known only from what spends them.
    ``left_out`` outputs are reached, too, and are not in ``reached``: those that can hold least. ``ended`` are seeds at
    which it ends at once, and why.
    """

    seeds: Mapping[OutPoint, int]
    as_spent: frozenset[OutPoint]
    seeded_sat: int
    reached: Sequence[Reached]
    methods: Mapping[str, Method]
    left_out: int = 0
    ended: Mapping[OutPoint, End] = field(default_factory=dict)


def trace(
    ledger: Ledger,
    seeds: Iterable[OutPoint],
    methods: Iterable[str] = tuple(METHODS),
    ends: Ends | None = None,
    most: int = TRACE_OUTPUTS,
    at: Collection[str] | None = None,
) -> Trace:
    """Follow ``seeds``, together as one, by each of ``methods``, to where ``ends`` says; ``most`` outputs are told.

    With ``at`` only outputs that pay to these addresses are.

    Raises:
        BadInput: the amount of a seed is not known.
    """
    points = {_point(ledger, one): one for one in sorted(seeds)}
    ends, names, start = ends or Ends(ledger), list(methods), list(points)
    kept = not_dust(ledger, names, start, ends) if ends.dust_sat else None
    ranges = ranges_of(ledger, start, ends, kept)
    walks = {name: walk(ledger, name, start, ranges.ended) for name in names}
    reached = np.flatnonzero((ranges.most > 0) & ~np.isin(ranges.points, list(points)))
    if at is not None:
        numbers = [number for some in ledger.columns.table.numbers_by_address(at).values() for number in some]
        reached = reached[np.isin(ledger.columns.payees[ranges.points[reached]], numbers)]
    told = _largest(reached, ranges, walks, most)
    return Trace(
        seeds={one: ledger.amount(point) or 0 for point, one in points.items()},
        as_spent=frozenset(one for point, one in points.items() if point >= ledger.columns.outputs),
        seeded_sat=ranges.seeded_sat,
        reached=list(_reached(ledger, told, walks, ranges)),
        methods={name: _method(ledger, one) for name, one in walks.items()},
        left_out=len(reached) - len(told),
        ended={
            points[point]: list(End)[end - 1]
            for point, end in zip(ranges.points.tolist(), ranges.ends.tolist(), strict=True)
            if end and point in points
        },
    )


def _point(ledger: Ledger, seed: OutPoint) -> int:
    point = ledger.point(seed)
    if point is None or ledger.amount(point) is None:
        raise BadInput(
            f"the amount of {seed} is not known",
            hint="Load its transaction, or one that spends it and says the amount.",
        )
    return point


def _largest(
    reached: NDArray[np.int64], ranges: Ranges, walks: Mapping[str, Walked], most: int
) -> NDArray[np.int64]:
    """Of the rows reached, ``most`` of which most is traced by a method other than poison, or could be by any."""
    if len(reached) <= most:
        return reached
    traced = np.zeros(len(reached), np.int64)
    for name, one in walks.items():
        if name != "poison":
            traced = np.maximum(traced, one.at(ranges.points[reached]))
    order = np.lexsort([-ranges.most[reached], -traced])
    return np.sort(reached[order[:most]])


def _reached(
    ledger: Ledger, rows: NDArray[np.int64], walks: Mapping[str, Walked], ranges: Ranges
) -> Iterator[Reached]:
    points = ranges.points[rows]
    amounts = {name: _told(one.at(points)) for name, one in walks.items()}
    why = [None, *End]
    columns = zip(
        points.tolist(),
        ledger.columns.amounts[points].tolist(),
        ranges.least[rows].tolist(),
        ranges.most[rows].tolist(),
        ledger.spenders[points].tolist(),
        ranges.ends[rows].tolist(),
        strict=True,
    )
    for at, (point, value, low, high, spender, end) in enumerate(columns):
        yield Reached(
            point=ledger.outpoint(point),
            address=ledger.address(point),
            value_sat=value,
            amounts_sat={name: some[at] for name, some in amounts.items()},
            min_sat=low,
            max_sat=high,
            spent_by=None if spender == NOT_KNOWN else ledger.columns.name(spender),
            ended=why[end],
        )


def _told(amounts: NDArray[np.int64]) -> list[int | None]:
    return [None if amount == NOT_KNOWN else amount for amount in amounts.tolist()]


def _method(ledger: Ledger, one: Walked) -> Method:
    stops = tuple(ledger.columns.name(number) for number in one.stops)
    return Method(one.seeded_sat, one.held_sat, one.fees_sat, one.stopped_sat, stops)
