"""The walks of a trace in machine code, for ledgers in which Python would take minutes; what they say is the same.

The rules stand, with their reasons, in :mod:`~tocsin.ransom.taint.follow` and at each convention; the tests hold both
to each other. What a walk notes of points lies in arrays as long as the ledger. They are kept for the next walk, and
each walk leaves them as it found them: to get new ones from the system took ten times as long as to walk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from tocsin.ransom.compiled import compiled
from tocsin.ransom.ledger.columns import NOT_KNOWN
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.taint.amount_walk import amount_walk
from tocsin.ransom.taint.ends import Ends
from tocsin.ransom.taint.queue_walk import queue_walk
from tocsin.ransom.taint.walked import Ranges, Walked

__all__ = ["Queued", "machine_queue", "machine_ranges", "machine_walk"]

_RANGE: Final = 0
_CODES: Final[Mapping[str, int]] = {"haircut": 1, "tiho": 2, "poison": 3}


@dataclass(frozen=True, slots=True, eq=False)
class Queued:
    """What FIFO or LIFO says of many seeds at once.

    Of the point ``points[i]`` runs of ``sizes`` satoshi lie from ``first[i]``, as many as ``counts[i]``, each with its
    label; no runs where it cannot be told. ``seeded``, ``fees`` and ``stopped`` are satoshi by label.
    """

    points: NDArray[np.int64]
    first: NDArray[np.int64]
    counts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    labels: NDArray[np.int64]
    seeded: NDArray[np.int64]
    fees: NDArray[np.int64]
    stopped: NDArray[np.int64]
    stops: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class _Stops:
    """Where a walk ends: payees that are services, transactions that mix, dust, points; and points where it does not.

    Empty arrays and 0 say that there is no such end.
    """

    served: NDArray[np.bool_]
    mixed: NDArray[np.bool_]
    dust: int
    ended: NDArray[np.int64]
    kept: NDArray[np.int64]
    only_kept: bool

    @classmethod
    def at(cls, ledger: Ledger, ends: Ends, *, dust: int, kept: NDArray[np.int64] | None) -> _Stops:
        """The ends of a trace, without those that are found on the way."""
        served = np.zeros(len(ledger.columns.table) if ends.served else 0, np.bool_)
        served[list(ends.served)] = True
        mixed = ends.mixed if ends.at_coinjoins else _NOWHERE
        return cls(served, mixed, dust, _NO_POINTS, _NO_POINTS if kept is None else kept, kept is not None)


@dataclass(frozen=True, slots=True, eq=False)
class _Scratch:
    """What a walk notes of points and of transactions; all zero between walks."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    runs: NDArray[np.int32]
    state: NDArray[np.uint8]
    queued: NDArray[np.uint8]


_SCRATCH: Final[WeakKeyDictionary[Ledger, list[_Scratch]]] = WeakKeyDictionary()


def _scratch_for(ledger: Ledger) -> _Scratch:
    """Notes for one walk alone: two threads may walk one ledger at once."""
    try:
        return _SCRATCH.setdefault(ledger, []).pop()
    except IndexError:
        points = len(ledger.columns.amounts)
        return _Scratch(
            np.zeros(points, np.int64),
            np.zeros(points, np.int64),
            np.zeros(points, np.int32),
            np.zeros(points, np.uint8),
            np.zeros(len(ledger), np.uint8),
        )


_NOWHERE: Final = np.zeros(0, np.bool_)
_NO_POINTS: Final = np.zeros(0, np.int64)
_NO_CAP: Final = np.iinfo(np.int64).max


def machine_ranges(
    ledger: Ledger, seeds: Sequence[int], ends: Ends, kept: NDArray[np.int64] | None = None
) -> Ranges:
    """See :func:`~tocsin.ransom.taint.walked.ranges_of`."""
    seeded = sum(ledger.amount(point) or 0 for point in seeds)
    stops = _Stops.at(ledger, ends, dust=0, kept=kept)
    points, least, most, reasons, totals, _ = _amounts(ledger, _RANGE, seeds, stops, min(seeded, _NO_CAP))
    return Ranges(points, least, most, reasons, int(totals[0]))


def machine_walk(ledger: Ledger, method: str, seeds: Sequence[int], ended: NDArray[np.int64]) -> Walked:
    """See :func:`~tocsin.ransom.taint.walked.walk`."""
    return _by(ledger, method, seeds, _Stops(_NOWHERE, _NOWHERE, 0, ended, _NO_POINTS, only_kept=False))


def machine_until_dust(ledger: Ledger, method: str, seeds: Sequence[int], ends: Ends) -> Walked:
    """A method followed by itself, to where it finds dust; ``held_sat`` is only of what is not spent."""
    return _by(ledger, method, seeds, _Stops.at(ledger, ends, dust=ends.dust_sat, kept=None))


def _by(ledger: Ledger, method: str, seeds: Sequence[int], stops: _Stops) -> Walked:
    if method in {"fifo", "lifo"}:
        return _of_queue(ledger, _queued(ledger, dict.fromkeys(seeds, 1), method, stops), stops.ended)
    points, _, amounts, _, totals, stopped = _amounts(ledger, _CODES[method], seeds, stops, _NO_CAP)
    held = _held(ledger, points, amounts, stops.ended)
    seeded, fees, lost = totals.tolist()
    return Walked(points, amounts, seeded, held, fees, lost, tuple(stopped.tolist()))


def machine_queue(ledger: Ledger, seeds: Mapping[int, int], method: str) -> Queued:
    """Follow seeds, each with its label from 1, by ``fifo`` or ``lifo``, to all that is loaded."""
    return _queued(
        ledger, seeds, method, _Stops(_NOWHERE, _NOWHERE, 0, _NO_POINTS, _NO_POINTS, only_kept=False)
    )


def _queued(ledger: Ledger, seeds: Mapping[int, int], method: str, stops: _Stops) -> Queued:
    columns = ledger.columns
    order = sorted(seeds)
    scratch = _scratch_for(ledger)
    found = Queued(
        *compiled(queue_walk)(
            method == "lifo",
            columns.first_input,
            columns.first_output,
            columns.spent,
            columns.amounts,
            columns.payees,
            ledger.spenders,
            np.array(order, np.int64),
            np.array([seeds[point] for point in order], np.int64),
            stops.served,
            stops.mixed,
            stops.dust,
            stops.ended,
            scratch.low,
            scratch.runs,
            scratch.state,
            scratch.queued,
        )
    )
    _SCRATCH[ledger].append(scratch)
    return found


def _amounts(ledger: Ledger, code: int, seeds: Sequence[int], stops: _Stops, cap: int) -> Any:
    columns = ledger.columns
    scratch = _scratch_for(ledger)
    found = compiled(amount_walk)(
        code,
        columns.first_input,
        columns.first_output,
        columns.spent,
        columns.amounts,
        columns.payees,
        ledger.spenders,
        np.array(sorted(seeds), np.int64),
        cap,
        stops.served,
        stops.mixed,
        stops.dust,
        stops.ended,
        stops.kept,
        stops.only_kept,
        scratch.low,
        scratch.high,
        scratch.state,
        scratch.queued,
    )
    _SCRATCH[ledger].append(scratch)
    return found


def _held(
    ledger: Ledger, points: NDArray[np.int64], amounts: NDArray[np.int64], ended: NDArray[np.int64]
) -> int:
    rests = (ledger.spenders[points] == NOT_KNOWN) | np.isin(points, ended)
    return int(amounts[rests & (amounts > 0)].sum())


def _of_queue(ledger: Ledger, found: Queued, ended: NDArray[np.int64]) -> Walked:
    before = np.concatenate([[0], np.cumsum(np.where(found.labels > 0, found.sizes, 0))])
    amounts = before[found.first + found.counts] - before[found.first]
    amounts = np.where(found.counts > 0, amounts, NOT_KNOWN)
    order = np.argsort(found.points)
    points, amounts = found.points[order], amounts[order]
    held = _held(ledger, points, amounts, ended)
    seeded, fees, lost = (int(one[1]) for one in (found.seeded, found.fees, found.stopped))
    return Walked(points, amounts, seeded, held, fees, lost, tuple(found.stops.tolist()))
